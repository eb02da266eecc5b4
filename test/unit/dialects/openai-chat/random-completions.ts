/** Chat completions with anything in them that a stream has to carry. */
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import type { Seeded } from '../../../support/seeded.ts';
import { call, choice, completion } from './stored-support.ts';

const WORDS = [
  'a',
  'Hello',
  ' ',
  '\n',
  'naïve',
  '😀',
  '👩‍👩‍👧',
  '字字字',
  '"quoted"',
  '\\',
  '\u2028',
  'null',
];

const text = (random: Seeded, most: number): string =>
  random.list(random.between(0, most), () => random.pick(WORDS)).join(random.pick(['', ' ']));

/** Each with a chance of its own. */
function some(random: Seeded, members: Readonly<Record<string, () => unknown>>): JsonObject {
  const chosen = Object.entries(members).filter(() => random.chance(0.3));
  return Object.fromEntries(chosen.map(([name, make]) => [name, make()]));
}

const list = (random: Seeded, make: () => unknown): unknown[] => random.list(random.between(1, 3), make);

function toolCall(random: Seeded): JsonObject {
  const id = `call_${random.between(0, 1e9)}`;
  if (random.chance(0.2)) return { id, type: 'custom', custom: { name: 'write', input: text(random, 40) } };
  const input = random.chance(0.2) ? '' : JSON.stringify({ q: text(random, 30), n: null });
  const proof = random.chance(0.2)
    ? { extra_content: { google: { thought_signature: text(random, 5) } } }
    : {};
  return { ...call(id, random.pick(['f', 'g']), input), ...proof };
}

function message(random: Seeded): JsonObject {
  return {
    content: random.pick([null, '', text(random, 200)]),
    refusal: random.pick([null, null, text(random, 30)]),
    ...some(random, {
      reasoning_content: () => text(random, 50),
      reasoning_details: () =>
        list(random, () => ({
          type: random.pick(['reasoning.text', 'reasoning.encrypted']),
          text: text(random, 20),
          index: random.between(0, 1),
        })),
      annotations: () =>
        list(random, () => ({
          type: 'url_citation',
          url_citation: { url: 'https://a.test', title: text(random, 3) },
        })),
      audio: () => ({ id: 'audio_1', data: 'QUJD', transcript: text(random, 20), expires_at: 5 }),
      tool_calls: () => list(random, () => toolCall(random)),
      images: () => [{ type: 'image_url', image_url: { url: 'data:image/png;base64,QQ==' } }],
      unheard_of: () => ({ deep: [text(random, 3), null, { x: {} }], flag: false, none: null }),
    }),
  };
}

const probabilities = (random: Seeded): JsonObject => ({
  content: random.chance(0.3)
    ? null
    : list(random, () => ({ token: text(random, 2), logprob: -random.next(), bytes: [1], top_logprobs: [] })),
  refusal: null,
});

/** Well-formed as OpenAI's, with members that nobody knows. Calls end with `tool_calls`. */
export function randomCompletion(random: Seeded): JsonObject {
  const choices = random
    .list(random.between(1, 3), () => message(random))
    .map((said, index) => {
      const more = some(random, {
        logprobs: () => probabilities(random),
        native_finish_reason: () => 'end_turn',
        content_filter_results: () => ({ hate: { filtered: false } }),
      });
      const reason = 'tool_calls' in said ? 'tool_calls' : random.pick(['stop', 'length', 'content_filter']);
      return choice(said, { index, finish_reason: reason, ...more });
    });
  const beside = some(random, {
    citations: () => ['https://a.test', 'https://b.test'],
    system_fingerprint: () => 'fp_1',
    x_vendor: () => ({ id: 'x', seed: JSON.rawJSON('14687020407684524001') }),
  });
  return { ...completion(...choices), ...beside };
}
