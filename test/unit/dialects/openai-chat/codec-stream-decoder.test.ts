import { describe, expect, it } from 'vitest';
import { aggregate } from '../../../support/aggregate.ts';
import { chunksOf, cited, decodeStream, hidden, thought, toSse } from './codec-support.ts';

const read = (deltas: readonly unknown[], finish: string | null = 'stop') =>
  aggregate(decodeStream(toSse([...chunksOf(deltas, finish), '[DONE]'])));
const callOf = (fields: object, made: object = {}) => ({ tool_calls: [{ ...fields, function: made }] });
const calls = (...deltas: unknown[]) => {
  const { answer, mistakes } = read(deltas, 'tool_calls');
  expect(mistakes).toEqual([]);
  return answer?.choices[0]?.parts.map((part) =>
    part.type === 'tool-call' ? `${part.id} ${part.name} ${part.input}` : part.type,
  );
};

describe('the stream decoder', () => {
  it('tells a text in the documented order', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };
    const chunks = chunksOf([{ role: 'assistant', content: '' }, { content: 'Hi' }]);
    expect(decodeStream(toSse([...chunks, { choices: [], usage }, '[DONE]']))).toEqual([
      { type: 'start', id: 'chatcmpl-1', model: 'gpt', created: 5, usage: null },
      { type: 'part-start', choice: 0, part: 0, content: { type: 'text' } },
      { type: 'part-delta', choice: 0, part: 0, text: 'Hi' },
      { type: 'part-end', choice: 0, part: 0 },
      { type: 'finish', choice: 0, reason: 'stop', native: 'stop', stopSequence: null },
      { type: 'usage', usage: expect.objectContaining({ inputTokens: 3, outputTokens: 1 }) },
    ]);
  });

  it.each([1, 7, 64, 4096])('tells the same when bytes arrive %i at a time', (size) => {
    const bytes = toSse([
      ...chunksOf([
        { reasoning: 'hm' },
        { content: 'Grüße 👋' },
        callOf({ id: 'a', index: 0 }, { name: 'f', arguments: '{}' }),
      ]),
      '[DONE]',
    ]);
    expect(decodeStream(bytes, size)).toEqual(decodeStream(bytes));
  });

  it.each<[string, unknown[], readonly unknown[]]>([
    [
      'wire 24: a list, then a text',
      [
        { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'h' }] }] },
        {
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'm' }] },
            { type: 'text', text: '1' },
          ],
        },
        { content: '44' },
      ],
      [thought('hm'), { type: 'text', text: '144' }],
    ],
    [
      'wire 25: nulls',
      [
        { role: null, content: null, reasoning_content: 'h', tool_calls: null },
        { content: 'a', reasoning_content: null },
      ],
      [thought('h'), { type: 'text', text: 'a' }],
    ],
    ['wire 51: a refusal', [{ refusal: 'n' }, { refusal: 'o' }], [{ type: 'refusal', text: 'no' }]],
    [
      'wire 15: an empty text before the thinking',
      [{ content: '' }, { reasoning: 'h' }, { content: 'a' }],
      [thought('h'), { type: 'text', text: 'a' }],
    ],
    [
      'traps D13: signed and redacted blocks',
      [
        {
          reasoning: 'h',
          reasoning_details: [{ type: 'reasoning.text', text: 'h', signature: '', index: 0 }],
        },
        { reasoning: 'm', reasoning_details: [{ type: 'reasoning.text', text: 'm', index: 0 }] },
        { reasoning_details: [{ type: 'reasoning.text', signature: 's', index: 0 }] },
        { reasoning_details: [{ type: 'reasoning.encrypted', data: 'x', index: 1 }] },
        { reasoning_details: [{ type: 'reasoning.text', text: 'two', index: 2 }] },
        { content: 'a' },
      ],
      [thought('hm', 's'), hidden('x'), thought('two'), { type: 'text', text: 'a' }],
    ],
    [
      'annotations',
      [
        { content: 'a' },
        { content: 'b', annotations: [{ type: 'url_citation', url_citation: { url: 'x' } }] },
      ],
      [{ type: 'text', text: 'ab', citations: [cited({ url: 'x' })] }],
    ],
  ])('reads %s', (_, deltas, parts) => {
    const { answer, mistakes } = read(deltas);
    expect(mistakes).toEqual([]);
    expect(answer?.choices[0]?.parts).toEqual(parts);
  });

  it('wire 27: reads content that comes with the finish reason, and 26: not what stands beside the delta', () => {
    const message = { content: 'Hi there' };
    const chunk = {
      choices: [{ index: 0, delta: { content: 'Hi' }, message, text: 'Hi', finish_reason: 'stop' }],
    };
    const { answer } = aggregate(decodeStream(toSse([chunk])));
    expect(answer?.choices[0]?.parts).toEqual([{ type: 'text', text: 'Hi' }]);
    expect(answer?.id).toBe('chatcmpl-made-1');
  });

  it('wire 23: waits with the start for a chunk that has something', () => {
    const azure = { id: '', model: '', choices: [], prompt_filter_results: [] };
    const moderation = { choices: [], moderation: {} };
    const { answer, mistakes } = aggregate(
      decodeStream(toSse([azure, ...chunksOf([{ content: 'a' }]), moderation])),
    );
    expect(mistakes).toEqual([]);
    expect(answer).toMatchObject({ id: 'chatcmpl-1', model: 'gpt' });
  });

  it('wire 48: finishes once where the reason is repeated, and once for each of several choices', () => {
    const twice = read([{ content: 'a' }]);
    expect(twice.mistakes).toEqual([]);
    const end = (index: number) => ({ choices: [{ index, delta: {}, finish_reason: 'stop' }] });
    const both = [
      { index: 1, delta: { content: 'b' } },
      { index: 0, delta: { content: 'a' } },
    ];
    const { answer, mistakes } = aggregate(decodeStream(toSse([{ choices: both }, end(0), end(1), end(1)])));
    expect(mistakes).toEqual([]);
    expect(answer?.choices.map(({ parts }) => parts)).toEqual([
      [{ type: 'text', text: 'a' }],
      [{ type: 'text', text: 'b' }],
    ]);
  });

  it('wire 47: leaves an answer unfinished that did not finish', () => {
    const { unfinished, unfinishedParts, mistakes } = read([{ content: 'a' }], null);
    expect(mistakes).toEqual([]);
    expect(unfinished).toEqual([0]);
    expect(unfinishedParts[0]).toEqual([{ type: 'text', text: 'a' }]);
  });

  it('wire 57: tells running totals only when they change, and 62: finds them in an extension', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 1 };
    const [a, b, c] = chunksOf([{ content: 'a' }, { content: 'b' }], 'stop') as object[];
    const x_groq = { usage: { prompt_tokens: 3, completion_tokens: 2 } };
    const events = decodeStream(
      toSse([
        { ...a, usage },
        { ...b, usage },
        { ...c, x_groq },
      ]),
    );
    expect(events.filter((event) => event.type === 'usage')).toHaveLength(1);
    expect(aggregate(events).answer?.usage).toMatchObject({ inputTokens: 3, outputTokens: 2 });
  });

  it.each([
    ['an error object', { error: { message: 'no', code: 429 } }, 'no'],
    [
      'a choice with an error',
      { choices: [{ index: 0, delta: {}, error: { message: 'no' }, finish_reason: 'error' }] },
      'no',
    ],
    [
      'a failure as finish reason',
      { choices: [{ index: 0, delta: {}, finish_reason: 'network_error' }] },
      'The provider ended its answer with finish_reason "network_error".',
    ],
  ])('wire 66, traps C12: tells %s and nothing after it', (_, chunk, message) => {
    const events = decodeStream(
      toSse([...chunksOf([{ content: 'a' }], null), chunk, ...chunksOf([{ content: 'b' }])]),
    );
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { message } });
    expect(aggregate(events)).toMatchObject({ mistakes: [], unfinished: [0] });
  });

  it('tells an error by the name of its event, and passes over a line that is no JSON', () => {
    const named = new TextEncoder().encode('data: {oops\n\nevent: error\ndata: gone\n\n');
    expect(decodeStream(named)).toEqual([
      { type: 'error', error: { message: null, type: null, param: null, code: null } },
    ]);
  });
});

describe('the end of a stream', () => {
  const call = callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '{}' });
  const done = toSse([...chunksOf([{ content: 'a' }, call], null), '[DONE]', '[DONE]']);

  it('is [DONE] where the vendor never sends a finish reason, and only there', () => {
    const { answer, mistakes } = aggregate(decodeStream(done, 0, { doneIsEnd: true }));
    expect(mistakes).toEqual([]);
    expect(answer?.choices[0]).toMatchObject({ finish: 'tool-calls', nativeFinish: null });
    expect(aggregate(decodeStream(done)).unfinished).toEqual([0]);
    const cut = toSse(chunksOf([{ content: 'a' }], null));
    expect(aggregate(decodeStream(cut, 0, { doneIsEnd: true })).unfinished).toEqual([0]);
  });

  it('is the finish reason where there is one, whatever [DONE] means', () => {
    const bytes = toSse([...chunksOf([{ content: 'a' }], 'length'), '[DONE]']);
    const { answer, mistakes } = aggregate(decodeStream(bytes, 0, { doneIsEnd: true }));
    expect(mistakes).toEqual([]);
    expect(answer?.choices[0]).toMatchObject({ finish: 'length', nativeFinish: 'length' });
  });
});

describe('what stands beside the text', () => {
  const base = { id: 'x', model: 'm', created: 1 };

  it('is read: probabilities of tokens, and the tier, told once', () => {
    const piece = (token: string, more: object = {}) => ({
      ...base,
      service_tier: 'flex',
      choices: [
        { index: 0, delta: { content: token }, logprobs: { content: [{ token }], refusal: null }, ...more },
      ],
    });
    const events = decodeStream(toSse([piece('a'), piece('b', { finish_reason: 'stop' })]));
    const { answer, mistakes } = aggregate(events);
    expect(mistakes).toEqual([]);
    expect(answer).toMatchObject({
      serviceTier: 'flex',
      choices: [{ logprobs: [{ token: 'a' }, { token: 'b' }] }],
    });
    expect(events.filter(({ type }) => type === 'about')).toHaveLength(1);
  });

  it('is passed over in shapes of other times', () => {
    const choice = { index: 0, delta: { content: 'a' }, logprobs: { tokens: ['a'] }, finish_reason: 'stop' };
    const { answer } = aggregate(decodeStream(toSse([{ ...base, service_tier: null, choices: [choice] }])));
    expect(answer?.choices[0]).not.toHaveProperty('logprobs');
    expect(answer).not.toHaveProperty('serviceTier');
  });

  it('counts the place of a citation from where its part begins', () => {
    const url_citation = { url: 'https://x', title: 't', start_index: 3, end_index: 5 };
    const annotations = [{ type: 'url_citation', url_citation }];
    const { answer } = read([
      { content: 'abc' },
      callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '{}' }),
      { content: 'de', annotations },
    ]);
    expect(answer?.choices[0]?.parts.at(-1)).toMatchObject({
      text: 'de',
      citations: [{ url: 'https://x', title: 't', span: { start: 0, end: 2 }, citedText: null }],
    });
  });

  it('traps D12: gives the proof on a message to its text', () => {
    const extra_content = { google: { thought_signature: 'p' } };
    const { answer } = read([{ content: 'a' }, { content: '', extra_content }]);
    const signature = { signer: 'google', value: 'p' };
    expect(answer?.choices[0]?.parts).toEqual([{ type: 'text', text: 'a', signature }]);
  });

  it('traps D13: knows who signed by the format, wherever the entries say it', () => {
    const format = 'anthropic-claude-v1';
    const { answer } = read([
      { reasoning_details: [{ type: 'reasoning.text', text: 'h', format, index: 0 }] },
      { reasoning_details: [{ type: 'reasoning.text', signature: 's', index: 0 }] },
      {
        reasoning_details: [{ type: 'reasoning.encrypted', data: 'x', format: 'xai-responses-v1', index: 1 }],
      },
      { content: 'a' },
    ]);
    expect(answer?.choices[0]?.parts).toMatchObject([
      { text: 'h', signature: 's', signer: 'anthropic' },
      { redacted: 'x', signer: 'other' },
      { text: 'a' },
    ]);
  });
});

describe('tool calls in streams', () => {
  it.each<[string, unknown[], string[]]>([
    [
      'arguments in pieces, by index',
      [
        callOf({ index: 0, id: 'a', type: 'function' }, { name: 'f', arguments: '' }),
        callOf({ index: 0 }, { arguments: '{"x"' }),
        callOf({ index: 0 }, { arguments: ':1}' }),
      ],
      ['a f {"x":1}'],
    ],
    [
      'wire 39: empty and missing ids and names in later pieces',
      [
        callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '' }),
        callOf({ index: 0, id: '' }, { name: '', arguments: '{' }),
        callOf({ index: 0, id: null }, { arguments: '}' }),
      ],
      ['a f {}'],
    ],
    [
      'the id and the name in every piece',
      [
        callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '{' }),
        callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '}' }),
      ],
      ['a f {}'],
    ],
    [
      'the name alone in every piece',
      [
        callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '{' }),
        callOf({ index: 0 }, { name: 'f', arguments: '}' }),
      ],
      ['a f {}'],
    ],
    [
      'wire 38: a whole call without index',
      [callOf({ id: 'a' }, { name: 'f', arguments: '{}' })],
      ['a f {}'],
    ],
    [
      'traps C10: whole calls without index',
      [
        callOf({ id: 'a' }, { name: 'f', arguments: '{}' }),
        callOf({ id: 'b' }, { name: 'f', arguments: '{}' }),
      ],
      ['a f {}', 'b f {}'],
    ],
    [
      'traps C10: parallel calls that all have index 0',
      [
        callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '' }),
        callOf({ index: 0 }, { arguments: '{"x":1}' }),
        callOf({ index: 0, id: 'b' }, { name: 'f', arguments: '' }),
        callOf({ index: 0 }, { arguments: '{"x":2}' }),
      ],
      ['a f {"x":1}', 'b f {"x":2}'],
    ],
    [
      'traps C10: calls that interleave, by id',
      [
        callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '{"x"' }),
        callOf({ index: 0, id: 'b' }, { name: 'g', arguments: '{"y"' }),
        callOf({ index: 0, id: 'a' }, { arguments: ':1}' }),
        callOf({ index: 0, id: 'b' }, { arguments: ':2}' }),
      ],
      ['a f {"x":1}', 'b g {"y":2}'],
    ],
    [
      'traps C10: calls that interleave, by index',
      [
        callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '' }),
        callOf({ index: 1, id: 'b' }, { name: 'g', arguments: '' }),
        callOf({ index: 1 }, { arguments: '{"y":2}' }),
        callOf({ index: 0 }, { arguments: '{"x":1}' }),
      ],
      ['a f {"x":1}', 'b g {"y":2}'],
    ],
    [
      'wire 33: two calls of one function in one delta, without ids',
      [
        {
          tool_calls: [
            { id: '', function: { name: 'f', arguments: '{}' } },
            { id: '', function: { name: 'f', arguments: '{}' } },
          ],
        },
      ],
      ['call_made_1 f {}', 'call_made_2 f {}'],
    ],
    [
      'wire 33: two calls without ids and without arguments in one delta',
      [
        {
          tool_calls: [
            { index: 0, function: { name: 'f' } },
            { index: 0, function: { name: 'f' } },
          ],
        },
      ],
      ['call_made_1 f {}', 'call_made_2 f {}'],
    ],
    [
      'wire 33: whole calls in deltas of their own, without ids, all with index 0',
      [
        callOf({ index: 0 }, { name: 'f', arguments: '{"x":1}' }),
        callOf({ index: 0 }, { name: 'f', arguments: '{"x":2}' }),
      ],
      ['call_made_1 f {"x":1}', 'call_made_2 f {"x":2}'],
    ],
    [
      'wire 41: arguments as an object',
      [callOf({ index: 0, id: 7 }, { name: 'f', arguments: { x: 1 } })],
      ['call_made_1 f {"x":1}'],
    ],
    ['wire 37: no arguments', [callOf({ index: 0, id: 'a' }, { name: 'f', arguments: null })], ['a f {}']],
    [
      'wire 37: the text `null`',
      [callOf({ index: 0, id: 'a' }, { name: 'f', arguments: 'null' })],
      ['a f {}'],
    ],
    [
      'a `null` among the arguments',
      [
        callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '{"x":' }),
        callOf({ index: 0 }, { arguments: 'null' }),
        callOf({ index: 0 }, { arguments: '}' }),
      ],
      ['a f {"x":null}'],
    ],
    [
      'a name that comes late',
      [
        callOf({ index: 0, id: 'a' }, { arguments: '{' }),
        callOf({ index: 0 }, { name: 'f', arguments: '}' }),
      ],
      ['a f {}'],
    ],
    [
      'an index inside the function',
      [
        callOf({ id: 'a' }, { index: 0, name: 'f', arguments: '{' }),
        callOf({}, { index: 0, arguments: '}' }),
      ],
      ['a f {}'],
    ],
    [
      'wire 40: content beside a call',
      [
        { content: 'x', ...callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '{' }) },
        { content: 'y', ...callOf({ index: 0 }, { arguments: '}' }) },
      ],
      ['text', 'a f {}', 'text'],
    ],
    [
      'a legacy call',
      [{ function_call: { name: 'f', arguments: '{' } }, { function_call: { arguments: '}' } }],
      ['call_made_1 f {}'],
    ],
    [
      'wire 42: a custom call',
      [
        { tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'f', input: '4 +' } }] },
        { tool_calls: [{ index: 0, custom: { input: ' 4' } }] },
      ],
      ['a f 4 + 4'],
    ],
    [
      'wire 42: a custom call whose text is `null`',
      [{ tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'f', input: 'null' } }] }],
      ['a f null'],
    ],
  ])('reads %s', (_, deltas, expected) => {
    expect(calls(...deltas)).toEqual(expected);
  });

  it('streams the second of parallel calls as it comes, once the first is whole', () => {
    const chunks = chunksOf(
      [
        callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '{"x":1}' }),
        callOf({ index: 1, id: 'b' }, { name: 'g', arguments: '{"y"' }),
      ],
      null,
    );
    const deltas = decodeStream(toSse(chunks)).filter((event) => event.type === 'part-delta');
    expect(deltas.map(({ part, text }) => [part, text])).toEqual([
      [0, '{"x":1}'],
      [1, '{"y"'],
    ]);
  });

  it.each([
    ['stop', 'tool-calls'],
    ['eos', 'tool-calls'],
    ['length', 'length'],
  ])('traps C8: reads %s after text and a call as %s', (native, reason) => {
    const { answer } = read(
      [{ content: 'x' }, callOf({ index: 0, id: 'a' }, { name: 'f', arguments: '{}' })],
      native,
    );
    expect(answer?.choices[0]).toMatchObject({ finish: reason, nativeFinish: native });
  });

  it('traps D12: keeps the thought signature of a call', () => {
    const extra_content = { google: { thought_signature: 'p' } };
    const { answer } = read([callOf({ index: 0, id: 'a', extra_content }, { name: 'f', arguments: '{}' })]);
    expect(answer?.choices[0]?.parts[0]).toMatchObject({
      id: 'a',
      signature: { signer: 'google', value: 'p' },
    });
  });
});
