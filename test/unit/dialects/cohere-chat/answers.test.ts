import { describe, expect, it } from 'vitest';
import type { CanonicalAnswer, JsonObject, TextPart } from '../../../../src/dialects/canonical.ts';
import { createCodec, text, thought, USAGE } from './support.ts';

const decode = (body: unknown): CanonicalAnswer | null => createCodec().decodeAnswer(body);
const bodyOf = (message: JsonObject, fields: JsonObject = {}): JsonObject => ({
  id: 'answer-1',
  message: { role: 'assistant', ...message },
  finish_reason: 'COMPLETE',
  usage: USAGE,
  ...fields,
});
const partsOf = (message: JsonObject) => decode(bodyOf(message))?.choices[0]?.parts;
const calling = (made: unknown): JsonObject => ({
  tool_calls: [{ id: 'look_1', type: 'function', function: { name: 'look', arguments: made } }],
});

describe('a whole answer', () => {
  it('is read in the order in which a model makes it', () => {
    const content = [
      { type: 'thinking', thinking: 'Hm.' },
      { type: 'text', text: 'Well.' },
    ];
    const answer = decode(
      bodyOf(
        { content, tool_plan: 'I will look.', ...calling('{"at":"here"}') },
        { finish_reason: 'TOOL_CALL' },
      ),
    );
    expect(answer).toEqual({
      id: 'answer-1',
      model: '',
      created: null,
      choices: [
        {
          index: 0,
          parts: [
            thought('Hm.'),
            text('Well.'),
            thought('I will look.'),
            { type: 'tool-call', id: 'look_1', name: 'look', input: '{"at":"here"}', isCustom: false },
          ],
          finish: 'tool-calls',
          nativeFinish: 'TOOL_CALL',
        },
      ],
      usage: {
        inputTokens: 503,
        outputTokens: 12,
        cacheReadTokens: 448,
        cacheWriteTokens: 0,
        reasoningTokens: 4,
        estimated: false,
      },
      extra: { 'cohere-chat': { billed_units: { input_tokens: 8, output_tokens: 3 } } },
    });
  });

  it.each<[string, unknown, string]>([
    ['the word null', 'null', '{}'],
    ['nothing', '', '{}'],
    ['no member at all', undefined, '{}'],
    ['an object', { at: 'here' }, '{"at":"here"}'],
    ['JSON', '{ "at": 1 }', '{ "at": 1 }'],
  ])('wire 37: arguments that are %s', (_, made, input) => {
    expect(partsOf(calling(made))).toMatchObject([{ input }]);
  });

  it('gives the client’s own name of a tool back, and a fresh id where there is none', () => {
    const tool_calls = [
      { type: 'function', function: { name: 'ewtn_web_002dsearch', arguments: '{}' } },
      { id: '', function: { name: 'look' } },
      { function: {} },
      null,
    ];
    expect(partsOf({ tool_calls })).toMatchObject([
      { id: 'made_1', name: 'web-search' },
      { id: 'made_2', name: 'look', input: '{}' },
    ]);
  });

  it.each<[unknown, string, string | null]>([
    ['COMPLETE', 'stop', 'COMPLETE'],
    ['STOP_SEQUENCE', 'stop', 'STOP_SEQUENCE'],
    ['MAX_TOKENS', 'length', 'MAX_TOKENS'],
    ['TOOL_CALL', 'tool-calls', 'TOOL_CALL'],
    ['SOMETHING_NEW', 'stop', 'SOMETHING_NEW'],
    [null, 'stop', null],
  ])('traps D14: ends with %s as %s', (finish_reason, finish, nativeFinish) => {
    expect(decode(bodyOf({}, { finish_reason }))?.choices).toMatchObject([{ finish, nativeFinish }]);
  });

  it('traps C8: ends with calls if it holds one', () => {
    expect(decode(bodyOf(calling('{}')))?.choices[0]?.finish).toBe('tool-calls');
    expect(decode(bodyOf(calling('{}'), { finish_reason: 'MAX_TOKENS' }))?.choices[0]?.finish).toBe('length');
  });

  it.each([
    ['no object', 'Sorry'],
    ['an error', { id: 'x', message: 'invalid request' }],
    ['a list', []],
    ['one that broke off', bodyOf({ content: [{ type: 'text', text: 'So f' }] }, { finish_reason: 'ERROR' })],
    ['one that took too long', bodyOf({}, { finish_reason: 'TIMEOUT' })],
  ])('is none if the body is %s', (_, body) => {
    expect(decode(body)).toBeNull();
  });

  it('never throws, whatever the members hold', () => {
    const odd = {
      content: [null, 1, { type: 'text' }, { type: 'text', text: 5 }],
      tool_calls: 'x',
      citations: 7,
    };
    expect(decode(bodyOf(odd, { usage: 'much', logprobs: 3, finish_reason: 9, id: null }))).toEqual({
      id: 'made_1',
      model: '',
      created: null,
      choices: [{ index: 0, parts: [], finish: 'stop', nativeFinish: null }],
      usage: null,
    });
  });

  it('has log probabilities in OpenAI’s shape, one for each text', () => {
    const logprobs = [
      { text: 'Hé', token_ids: [1], logprobs: [-0.5] },
      { text: ' you', token_ids: [2, 3], logprobs: [-0.25, -0.5] },
      { token_ids: [4] },
    ];
    expect(decode(bodyOf({}, { logprobs }))?.choices[0]?.logprobs).toEqual([
      { token: 'Hé', logprob: -0.5, bytes: [72, 195, 169], top_logprobs: [] },
      { token: ' you', logprob: -0.75, bytes: [32, 121, 111, 117], top_logprobs: [] },
    ]);
  });
});

describe('usage', () => {
  const usageOf = (usage: unknown) => decode(bodyOf({}, { usage }))?.usage;

  it('wire 60: is what the model processed, not what is billed', () => {
    expect(usageOf(USAGE)).toMatchObject({ inputTokens: 503, outputTokens: 12 });
  });

  it('wire 60: is what is billed where there is nothing else; cached tokens may be more', () => {
    const usage = { billed_units: { input_tokens: 2, output_tokens: 1 }, cached_tokens: 9 };
    expect(usageOf(usage)).toMatchObject({ inputTokens: 2, outputTokens: 1, cacheReadTokens: 9 });
  });

  it.each([
    [null],
    [{}],
    [{ tokens: { input_tokens: 3 } }],
    [{ tokens: { input_tokens: -1, output_tokens: 'x' } }],
  ])('is none if it is %j', (usage) => {
    expect(usageOf(usage)).toBeNull();
  });
});

describe('citations', () => {
  const document = (id: string, fields: JsonObject) => ({
    type: 'document',
    id,
    document: { id, ...fields },
  });
  const cite = (said: string, ...citations: JsonObject[]) => {
    const parts = partsOf({ content: [{ type: 'text', text: said }], citations });
    const [part] = (parts ?? []) as readonly TextPart[]; // there is no other
    return part?.citations;
  };

  it('name their source, the place in the text, and keep Cohere’s own words', () => {
    const source = document('doc:0', { title: 'Facts', url: 'https://example.com', text: 'Ruby is red.' });
    const native = {
      start: 0,
      end: 4,
      text: 'Ruby',
      sources: [source],
      type: 'TEXT_CONTENT',
      content_index: 0,
    };
    expect(cite('Ruby it is.', native)).toEqual([
      {
        url: 'https://example.com',
        title: 'Facts',
        citedText: 'Ruby is red.',
        span: { start: 0, end: 4 },
        native: { dialect: 'cohere-chat', value: native },
      },
    ]);
  });

  it('are one for each source, so that none is lost', () => {
    const output = { type: 'tool', id: 'look_1:0', tool_output: { content: 'Ruby' } };
    const sources = [document('doc:0', { snippet: 'Red.' }), output];
    const citations = cite('Ruby', { start: 0, end: 4, text: 'Ruby', sources });
    expect(citations).toMatchObject([
      { title: 'doc:0', citedText: 'Red.', native: { value: { sources: [sources[0]] } } },
      { title: 'look_1:0', citedText: 'Ruby', native: { value: { sources: [output] } } },
    ]);
  });

  it('count in UTF-16 code units, whatever Cohere counts in', () => {
    expect(cite('🔎🔎 Ruby', { start: 3, end: 7, text: 'Ruby', sources: [] })).toMatchObject([
      { span: { start: 5, end: 9 } },
    ]);
    expect(cite('🔎🔎 Ruby', { start: 5, end: 9, text: 'Ruby', sources: [] })).toMatchObject([
      { span: { start: 5, end: 9 } },
    ]);
    expect(cite('éé Ruby', { start: 5, end: 9, text: 'Ruby', sources: [] })).toMatchObject([
      { span: { start: 3, end: 7 } },
    ]);
  });

  it('have no place if theirs is not in the text', () => {
    for (const citation of [{ start: 5, end: 90 }, { start: 0, end: 3, text: 'Red' }, { start: 'x' }, {}]) {
      expect(cite('Ruby', citation)).toMatchObject([{ span: null, url: null, title: null }]);
    }
  });

  it('stand at the text that they are of; plans and thinking have none', () => {
    const content = [
      { type: 'thinking', thinking: 'Ruby?' },
      { type: 'text', text: 'Ruby.' },
      { type: 'text', text: 'Red.' },
    ];
    const at = (fields: JsonObject): JsonObject => ({ sources: [], ...fields });
    const citations = [
      at({ content_index: 2, text: 'Red.', start: 0, end: 4 }),
      at({ text: 'Ruby.', start: 0, end: 5 }),
      at({ content_index: 0, type: 'THINKING_CONTENT' }),
      at({ type: 'PLAN' }),
    ];
    expect(partsOf({ content, citations })).toEqual([
      thought('Ruby?'),
      expect.objectContaining({
        text: 'Ruby.',
        citations: [expect.objectContaining({ span: { start: 0, end: 5 } })],
      }),
      expect.objectContaining({
        text: 'Red.',
        citations: [expect.objectContaining({ span: { start: 0, end: 4 } })],
      }),
    ]);
  });
});

describe('errors', () => {
  const read = (body: unknown) => createCodec().readError(body, new Headers());
  const nothing = { message: null, type: null, param: null, code: null };

  it.each<[unknown, object | null]>([
    [
      { id: 'x', message: 'no such model' },
      { ...nothing, message: 'no such model' },
    ],
    [
      { error_type: 'TOO_MANY_TOKENS', message: 'too long' },
      { ...nothing, message: 'too long', type: 'TOO_MANY_TOKENS' },
    ],
    [{ error: { message: 'wrapped', code: 'c' } }, { ...nothing, message: 'wrapped', code: 'c' }],
    [{ error: 'a sentence' }, { ...nothing, message: 'a sentence' }],
    [{ detail: 'not found' }, { ...nothing, message: 'not found' }],
    [bodyOf({}, { finish_reason: 'ERROR' }), { ...nothing, code: 'ERROR' }],
    [
      bodyOf({}, { finish_reason: 'TIMEOUT', error: 'too slow' }),
      { ...nothing, code: 'TIMEOUT', message: 'too slow' },
    ],
    [bodyOf({}), null],
    [{ data: 'secret' }, null],
    ['<html>', null],
    [null, null],
    [[], null],
  ])('wire 75: %j', (body, expected) => {
    expect(read(body)).toEqual(expected);
  });
});
