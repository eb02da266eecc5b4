/** Answers at random, from a seed: whatever a vendor of any form may give that this form can show. */
import type { CanonicalAnswer, JsonObject, Part, Signature } from '../../../../src/dialects/canonical.ts';
import type { Seeded } from '../../../support/seeded.ts';
import { answerOf } from './support.ts';

const WORDS = ['Grüße ', 'an ', '🌍', ' – ', '\n\n', '"quoted"', 'x', 'data: ', ' '];
const SIGNERS = ['anthropic', 'google', 'openai', 'amazon', 'other'] as const;

export const randomText = (random: Seeded): string =>
  random.list(random.between(1, 6), () => random.pick(WORDS)).join('');

const randomSignature = (random: Seeded): Signature => ({
  signer: random.pick(SIGNERS),
  value: btoa(`proof ${random.between(0, 1e9)}`),
});

function randomPart(random: Seeded): Part {
  const words = randomText(random);
  switch (random.between(0, 6)) {
    case 0:
      return { type: 'refusal', text: words };
    case 1: {
      const proof = random.chance(0.6) ? randomSignature(random) : null;
      if (proof !== null && proof.signer !== 'openai' && random.chance(0.3)) {
        return { type: 'reasoning', text: '', signature: null, redacted: proof.value, signer: proof.signer };
      }
      const signature = proof?.value ?? null;
      return { type: 'reasoning', text: words, signature, redacted: null, signer: proof?.signer ?? 'other' };
    }
    case 2:
    case 3: {
      const isCustom = random.chance(0.3);
      const input = isCustom ? words : JSON.stringify({ said: words });
      const proof = random.chance(0.3)
        ? { signature: { ...randomSignature(random), signer: 'google' as const } }
        : {};
      return {
        type: 'tool-call',
        id: `call!${random.between(0, 1e9)}`,
        name: 'look',
        input,
        isCustom,
        ...proof,
      };
    }
    case 4: {
      const url = 'https://example.com/a';
      const native: JsonObject = { type: 'url_citation', start_index: 0, end_index: 1, url, title: 'A' };
      const citation = {
        url,
        title: 'A',
        citedText: null,
        span: { start: 0, end: 1 },
        native: { dialect: 'openai-responses' as const, value: native },
      };
      return { type: 'text', text: words, citations: [citation] };
    }
    default:
      return { type: 'text', text: words };
  }
}

export function randomAnswer(random: Seeded): CanonicalAnswer {
  const parts = random.list(random.between(0, 6), () => randomPart(random));
  const hasCalls = parts.some(({ type }) => type === 'tool-call');
  const finish = random.pick([hasCalls ? 'tool-calls' : 'stop', 'length', 'content-filter'] as const);
  const said = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const logprobs = [...said].map((token) => ({ token, logprob: -0.5, bytes: null, top_logprobs: [] }));
  return answerOf(parts, { finish, ...(random.chance(0.5) && said !== '' ? { logprobs } : {}) });
}
