import { describe, expect, it } from 'vitest';
import type { CanonicalAnswer, CanonicalEvent, Part } from '../../../../src/dialects/canonical.ts';
import { InvalidApiKey, toErrorWire } from '../../../../src/errors.ts';
import { aggregate, toEvents } from '../../../support/aggregate.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import {
  cited,
  countingCodec,
  decodeStream,
  encodeStream,
  hidden,
  NOW,
  requestOf,
  thought,
} from './codec-support.ts';

const PROOF = { signer: 'google', value: 'p' } as const;
const START: CanonicalEvent = { type: 'start', id: 'msg_1', model: 'claude', created: null, usage: null };
const at = { choice: 0, part: 0 };
const FINISH: CanonicalEvent = {
  type: 'finish',
  choice: 0,
  reason: 'stop',
  native: 'end_turn',
  stopSequence: null,
};
const usage = {
  inputTokens: 3,
  outputTokens: 2,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};
const base = { id: 'msg_1', object: 'chat.completion.chunk', created: NOW, model: 'claude' };
const chunk = (delta: object, finish_reason: string | null = null, more: object = {}) => ({
  ...base,
  choices: [{ index: 0, delta, logprobs: null, finish_reason, ...more }],
});
const ROLE = chunk({ role: 'assistant', content: '', refusal: null });
const deltasOf = (events: readonly CanonicalEvent[], fields: object = {}) =>
  encodeStream([START, ...events], requestOf({ stream: true, ...fields }))
    .told.slice(1)
    .filter((one) => one !== '[DONE]' && one.choices[0].finish_reason === null)
    .map((one) => one.choices[0].delta);

describe('the stream encoder', () => {
  it('writes the role first, then the text, the ending and [DONE], and no usage that was not asked for', () => {
    const { told } = encodeStream([
      START,
      { type: 'ping' },
      { type: 'part-start', ...at, content: { type: 'text' } },
      { type: 'part-delta', ...at, text: 'a "quoted"\nline' },
      { type: 'part-end', ...at },
      { type: 'usage', usage },
      FINISH,
    ]);
    expect(told).toEqual([
      ROLE,
      chunk({ content: 'a "quoted"\nline' }),
      chunk({}, 'stop', { native_finish_reason: 'end_turn' }),
      '[DONE]',
    ]);
  });

  it('writes the last usage in a chunk of its own where it was asked for, and null before', () => {
    const request = requestOf({ stream: true, stream_options: { include_usage: true } });
    const first = { ...START, usage: { ...usage, outputTokens: 0 } };
    const { told } = encodeStream([first, FINISH, { type: 'usage', usage }], request);
    expect(told).toEqual([
      { ...ROLE, usage: null },
      { ...chunk({}, 'stop', { native_finish_reason: 'end_turn' }), usage: null },
      { ...base, choices: [], usage: expect.objectContaining({ prompt_tokens: 3, completion_tokens: 2 }) },
      '[DONE]',
    ]);
  });

  it('numbers calls by appearance, and gives one without arguments an empty object', () => {
    const call = (id: string) => ({ type: 'tool-call', id, name: 'f', isCustom: false }) as const;
    const deltas = deltasOf([
      { type: 'part-start', choice: 0, part: 0, content: { type: 'text' } },
      { type: 'part-end', choice: 0, part: 0 },
      { type: 'part-start', choice: 0, part: 1, content: { ...call('a'), signature: PROOF } },
      { type: 'part-end', choice: 0, part: 1 },
      { type: 'part-start', choice: 0, part: 2, content: call('b') },
      { type: 'part-delta', choice: 0, part: 2, text: '{"x":1}' },
      { type: 'part-end', choice: 0, part: 2 },
    ]);
    const begun = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '' } });
    const proof = { extra_content: { google: { thought_signature: 'p' } } };
    expect(deltas).toEqual([
      { tool_calls: [{ index: 0, ...begun('a'), ...proof }] },
      { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
      { tool_calls: [{ index: 1, ...begun('b') }] },
      { tool_calls: [{ index: 1, function: { arguments: '{"x":1}' } }] },
    ]);
  });

  it('writes thinking as text and as blocks, with its proof and what is hidden', () => {
    const part: Part = hidden('x');
    const deltas = deltasOf([
      { type: 'part-start', ...at, content: { type: 'reasoning' } },
      { type: 'part-delta', ...at, text: 'hm' },
      { type: 'signature', ...at, signature: { signer: 'anthropic', value: 's' } },
      { type: 'part-end', ...at },
      { type: 'part-start', choice: 0, part: 1, content: { type: 'whole', part } },
      { type: 'part-end', choice: 0, part: 1 },
    ]);
    expect(deltas).toEqual([
      { reasoning_content: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm', index: 0 }] },
      {
        reasoning_details: [
          { type: 'reasoning.text', signature: 's', format: 'anthropic-claude-v1', index: 0 },
        ],
      },
      { reasoning_details: [{ type: 'reasoning.encrypted', data: 'x', format: 'unknown', index: 1 }] },
    ]);
  });

  it('traps C22: what a client put together from the pieces restores the blocks', () => {
    const parts: Part[] = [thought('one two', 's', 'google'), hidden('x'), { type: 'text', text: 'said' }];
    const choices = [{ index: 0, parts, finish: 'stop', nativeFinish: null }] as const;
    const deltas = deltasOf(toEvents({ id: 'a', model: 'm', created: 1, choices, usage: null }, 3).slice(1));
    const told = (name: string) => deltas.map((delta) => delta[name] ?? '').join('');
    const message = {
      role: 'assistant',
      content: told('content'),
      reasoning_content: told('reasoning_content'),
      reasoning_details: deltas.flatMap((delta) => delta.reasoning_details ?? []),
    };
    expect(requestOf({ messages: [message] }).turns).toEqual([{ role: 'assistant', parts }]);
  });

  it('shows nothing of what only another form understands', () => {
    const part: Part = { type: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use' } };
    expect(deltasOf([{ type: 'part-start', ...at, content: { type: 'whole', part } }])).toEqual([]);
  });

  it('gives each choice its role and its ending', () => {
    const { told } = encodeStream([START, { ...FINISH, choice: 1 }, FINISH]);
    expect(told.slice(0, -1).map((one) => [one.choices[0].index, one.choices[0].finish_reason])).toEqual([
      [0, null],
      [1, null],
      [1, 'stop'],
      [0, 'stop'],
    ]);
  });

  it('wire 47: ends an answer whose provider sends no finish reason', () => {
    const { told } = encodeStream([START]);
    expect(told).toEqual([ROLE, chunk({}, 'stop'), '[DONE]']);
  });

  it('answers clients of the legacy functions in their form', () => {
    const events: CanonicalEvent[] = [
      { type: 'part-start', ...at, content: { type: 'tool-call', id: 'a', name: 'f', isCustom: false } },
      { type: 'part-delta', ...at, text: '{}' },
      { type: 'part-end', ...at },
      { ...FINISH, reason: 'tool-calls' } as CanonicalEvent,
    ];
    expect(deltasOf(events, { functions: [{ name: 'f' }] })).toEqual([
      { function_call: { name: 'f', arguments: '' } },
      { function_call: { arguments: '{}' } },
    ]);
  });

  it('traps C11: fails with one error event', () => {
    const encoder = countingCodec().createStreamEncoder(requestOf());
    const wire = toErrorWire(new InvalidApiKey());
    const text = new TextDecoder().decode(encoder.fail(wire));
    expect(text).toBe(`data: ${JSON.stringify({ error: wire.error })}\n\n`);
    expect(
      encoder.encode({ type: 'error', error: { message: 'x', type: null, param: null, code: null } }),
    ).toHaveLength(0);
  });
});

/** An answer of any parts that this form can tell, neighbours of one kind apart. */
function randomAnswer(random: Seeded): CanonicalAnswer {
  const word = () =>
    random.pick(['', 'a', 'naïve ', '{"', '👋', '\n\n', 'data: ', '"\\']) + random.pick(['x', 'yz']);
  const text = () => random.list(random.between(1, 6), word).join('');
  const signer = () => random.pick(['anthropic', 'google', 'openai', 'amazon', 'other'] as const);
  let id = 0;
  const call = (): Part => {
    const isCustom = random.chance(0.2);
    id += 1;
    const input = isCustom ? text() : JSON.stringify({ [text()]: text() });
    const proof = random.chance(0.3) ? { signature: { signer: signer(), value: text() } } : {};
    return { type: 'tool-call', id: `c${id}`, name: 'f', input, isCustom, ...proof };
  };
  const reasoning = (): Part => {
    const kind = random.between(0, 2);
    if (kind === 2) return hidden(text(), signer());
    return kind === 1 ? thought(text(), text(), signer()) : thought(text());
  };
  const said = (): Part => {
    const told = text();
    const start = random.between(0, 2);
    const span = { start, end: start + random.between(1, 5) };
    const source = { url: 'https://a.test', title: text(), start_index: span.start, end_index: span.end };
    const citations = random.list(random.between(0, 2), () => cited(source, span));
    return { type: 'text', text: told, ...(citations.length > 0 ? { citations } : {}) };
  };
  const choice = (index: number) => {
    const parts: Part[] = [
      ...random.list(random.between(0, 3), reasoning),
      ...(random.chance(0.7) ? [said()] : []),
      ...(random.chance(0.2) ? [{ type: 'refusal', text: text() } as const] : []),
      ...random.list(random.between(0, 3), call),
    ];
    const calls = parts.filter((part) => part.type === 'tool-call');
    const hasCalls = calls.length > 0;
    // A text's proof stands on the message, where it could be the first call's.
    const isSignable = calls[0] === undefined || calls[0].signature !== undefined;
    const signed = parts.map((part) =>
      part.type === 'text' && isSignable && random.chance(0.3)
        ? { ...part, signature: { signer: signer(), value: text() } }
        : part,
    );
    const logprobs = random.chance(0.3) ? { logprobs: [{ token: text() }, { token: text() }] } : {};
    const finish = random.pick([hasCalls ? 'tool-calls' : 'stop', 'length', 'content-filter'] as const);
    const nativeFinish = {
      'tool-calls': 'tool_use',
      stop: 'end_turn',
      length: 'max',
      'content-filter': 'no',
    }[finish];
    return { index, parts: signed, finish, nativeFinish, ...logprobs };
  };
  const choices = Array.from({ length: random.between(1, 2) }, (_, index) => choice(index));
  const tier = random.chance(0.3) ? { serviceTier: random.pick(['default', 'flex']) } : {};
  return { id: 'msg_1', model: 'claude', created: 5, choices, usage, ...tier };
}

describe('traps C9: streamed and whole are the same answer', () => {
  it.each(Array.from({ length: 60 }, (_, index) => index))('seed %i', (seed) => {
    const random = seeded(seed);
    const answer = randomAnswer(random);
    const request = requestOf({ stream: true, stream_options: { include_usage: true } });
    const { bytes } = encodeStream(toEvents(answer, random.between(0, 4)), request);
    const { answer: streamed, mistakes } = aggregate(decodeStream(bytes, random.pick([0, 1, 7])));
    expect(mistakes).toEqual([]);
    expect(streamed).toEqual(answer);
    expect(countingCodec().decodeAnswer(countingCodec().encodeAnswer(answer, request))).toEqual(answer);
  });
});
