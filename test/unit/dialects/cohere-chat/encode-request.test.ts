import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, Turn } from '../../../../src/dialects/canonical.ts';
import {
  createCodec,
  encode,
  MODEL,
  refusalOf,
  request,
  THINKING_MODEL,
  text,
  tool,
  user,
  wire,
} from './support.ts';

const SCHEMA = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] };
const schemaFormat = (description: string | null = null): CanonicalRequest['responseFormat'] => ({
  kind: 'schema',
  name: 'person',
  description,
  schema: SCHEMA,
  strict: true,
});

describe('the whole body', () => {
  it('has everything in its place', () => {
    const { body, dropped, headers } = encode({
      turns: [{ role: 'developer', parts: [text('Be brief.')] }, user(text('Where is it?'))],
      tools: [tool('look', { description: 'Looks.' })],
      toolChoice: { kind: 'required' },
      maxOutputTokens: 200,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      frequencyPenalty: 0.25,
      stop: ['END'],
      logprobs: { top: null },
      wantsStream: true,
      extra: {
        'openai-chat': {
          documents: [{ id: 'doc:0', data: { text: 'It is here.' } }],
          citation_options: { mode: 'FAST' },
          safety_mode: 'CONTEXTUAL',
          priority: 2,
        },
      },
    });
    const expected = wire({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Where is it?' },
      ],
      tools: [
        {
          type: 'function',
          function: {
            name: 'look',
            description: 'Looks.',
            parameters: { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] },
          },
        },
      ],
      toolChoice: 'REQUIRED',
      maxTokens: 200,
      stopSequences: ['END'],
      temperature: 0.5,
      seed: 7,
      frequencyPenalty: 0.25,
      k: 40,
      p: 0.9,
      logprobs: true,
      documents: [{ id: 'doc:0', data: { text: 'It is here.' } }],
      citationOptions: { mode: 'FAST' },
      safetyMode: 'CONTEXTUAL',
      priority: 2,
    });
    expect(body).toEqual({ ...(expected as object), stream: true });
    expect(dropped).toEqual([]);
    expect(headers).toBeUndefined();
  });

  it('is small where nothing is asked for', () => {
    expect(encode().body).toEqual(wire({ messages: [{ role: 'user', content: 'Hi' }] }));
  });

  it('is the same bytes for equal requests, in whatever order the client wrote its extras (D19)', () => {
    const bytes = (extra: CanonicalRequest['extra']): string => JSON.stringify(encode({ extra }).body);
    const forwards = bytes({ 'openai-chat': { safety_mode: 'STRICT', priority: 1, documents: ['x'] } });
    const backwards = bytes({ 'openai-chat': { documents: ['x'], priority: 1, safety_mode: 'STRICT' } });
    expect(forwards).toBe(backwards);
  });

  it('goes to /chat below the base URL, and asks for events', () => {
    const codec = createCodec();
    expect(codec.path({ model: MODEL, wantsStream: true })).toBe('/chat');
    expect(codec.streamType).toBe('text/event-stream');
    expect(codec.dialect).toBe('cohere-chat');
    expect(codec.headers).toEqual({});
  });
});

describe('sampling', () => {
  it.each<[string, Partial<CanonicalRequest>, object, string[]]>([
    ['a temperature above 1', { temperature: 1.5 }, { temperature: 1 }, ['temperature']],
    ['a temperature of 1', { temperature: 1 }, { temperature: 1 }, []],
    ['a temperature of 0', { temperature: 0 }, { temperature: 0 }, []],
    ['top_p of 1', { topP: 1 }, { p: 0.99 }, []],
    ['top_p of 0', { topP: 0 }, { p: 0.01 }, ['top_p']],
    ['top_k of 0, which asks for nothing', { topK: 0 }, {}, []],
    ['top_k above 500', { topK: 1000 }, { k: 500 }, ['top_k']],
    ['a seed below 0', { seed: -1 }, {}, ['seed']],
    ['penalties of 0', { frequencyPenalty: 0, presencePenalty: 0 }, {}, []],
    ['a penalty below 0', { presencePenalty: -1 }, { presence_penalty: 0 }, ['presence_penalty']],
    ['a penalty above 1', { frequencyPenalty: 2 }, { frequency_penalty: 1 }, ['frequency_penalty']],
    [
      'both penalties, of which Cohere takes one',
      { frequencyPenalty: 0.5, presencePenalty: 0.4 },
      { frequency_penalty: 0.5 },
      ['presence_penalty'],
    ],
  ])('%s', (_, fields, expected, names) => {
    const { body, dropped } = encode(fields);
    expect(body).toEqual({ ...encode().body, ...expected });
    expect(dropped).toEqual(names);
  });

  it('refuses what would be another answer', () => {
    expect(refusalOf({ choices: 2 })).toBe('n');
    expect(refusalOf({ maxOutputTokens: 0 })).toBe('max_tokens');
    expect(refusalOf({ stop: ['a', 'b', 'c', 'd', 'e', 'f'] })).toBe('stop');
    expect(refusalOf({ extra: { 'openai-chat': { modalities: ['text', 'audio'] } } })).toBe('modalities');
    expect(encode({ stop: ['a', 'b', 'c', 'd', 'e'] }).body.stop_sequences).toHaveLength(5);
  });
});

describe('response_format', () => {
  it('traps D8: JSON mode is sent', () => {
    expect(encode({ responseFormat: { kind: 'json' } }).body).toEqual(
      wire({ messages: [{ role: 'user', content: 'Hi' }], responseFormat: { type: 'json_object' } }),
    );
    expect(encode({ responseFormat: { kind: 'text' } }).body).toEqual(encode().body);
  });

  it('traps D8: a schema is sent, with its description', () => {
    const format = (described: string | null) =>
      encode({ responseFormat: schemaFormat(described) }).body.response_format;
    expect(format(null)).toEqual({ type: 'json_object', json_schema: SCHEMA });
    expect(format('A person.')).toEqual({
      type: 'json_object',
      json_schema: { ...SCHEMA, description: 'A person.' },
    });
  });

  it('is refused beside tools and beside documents, which Cohere does not take together', () => {
    const responseFormat = { kind: 'json' } as const;
    expect(refusalOf({ responseFormat, tools: [tool('look')] })).toBe('response_format');
    expect(refusalOf({ responseFormat, extra: { 'openai-chat': { documents: ['x'] } } })).toBe(
      'response_format',
    );
  });

  it('stands where no tool may be called: the tools are left out then', () => {
    const { body } = encode({
      responseFormat: { kind: 'json' },
      tools: [tool('look')],
      toolChoice: { kind: 'none' },
    });
    expect(body).toEqual({ ...encode().body, response_format: { type: 'json_object' } });
  });
});

describe('thinking', () => {
  const thinking = (
    reasoning: CanonicalRequest['reasoning'],
    model = THINKING_MODEL,
    maxOutputTokens: number | null = null,
  ) => encode({ reasoning, maxOutputTokens }, model);
  const asked = { isEnabled: true, effort: null, budgetTokens: null };

  it.each<[string, CanonicalRequest['reasoning'], unknown]>([
    ['asked for', asked, { type: 'enabled' }],
    ['with a budget', { ...asked, budgetTokens: 500 }, { type: 'enabled', token_budget: 500 }],
    ['with a low effort', { ...asked, effort: 'low' }, { type: 'enabled', token_budget: 2048 }],
    [
      'with an effort only',
      { ...asked, isEnabled: null, effort: 'high' },
      { type: 'enabled', token_budget: 16_384 },
    ],
    ['with an effort above high', { ...asked, effort: 'xhigh' }, { type: 'enabled' }],
    ['switched off', { ...asked, isEnabled: false, effort: 'none' }, { type: 'disabled' }],
    ['asking for nothing', { ...asked, isEnabled: null }, undefined],
  ])('%s', (_, reasoning, expected) => {
    expect(thinking(reasoning).body.thinking).toEqual(expected);
    expect(thinking(reasoning).dropped).toEqual([]);
  });

  it('keeps its budget below the limit', () => {
    const { body } = thinking({ ...asked, effort: 'high' }, THINKING_MODEL, 1000);
    expect(body.thinking).toEqual({ type: 'enabled', token_budget: 999 });
    expect(thinking({ ...asked, effort: 'high' }, THINKING_MODEL, 1).body.thinking).toEqual({
      type: 'enabled',
      token_budget: 1,
    });
  });

  it.each([MODEL, 'command-r-plus-08-2024', 'command-r7b-12-2024', 'c4ai-aya-expanse-32b', 'command'])(
    '%s never thinks: the wish is listed, its absence needs no word',
    (model) => {
      expect(thinking({ ...asked, effort: 'low' }, model)).toMatchObject({ dropped: ['reasoning_effort'] });
      expect(thinking({ ...asked, effort: 'low' }, model).body).not.toHaveProperty('thinking');
      expect(thinking({ ...asked, isEnabled: false }, model).body).not.toHaveProperty('thinking');
      expect(thinking({ ...asked, isEnabled: false }, model).dropped).toEqual([]);
    },
  );

  it.each(['command-a-plus-05-2026', 'my-own-deployment'])('%s may think', (model) => {
    expect(thinking(asked, model).body.thinking).toEqual({ type: 'enabled' });
  });
});

describe('fields of other forms', () => {
  it('are listed if they ask for anything', () => {
    const turn: Turn = { ...user(text('Hi')), extra: { gemini: { odd: 1 } } };
    const { dropped } = encode({
      turns: [turn],
      metadata: { team: 'x' },
      user: 'u',
      serviceTier: 'flex',
      parallelToolCalls: false,
      logprobs: { top: 3 },
      extra: { 'openai-chat': { store: false, logit_bias: { 1: 2 } } },
    });
    expect(dropped).toEqual([
      'messages.odd',
      'parallel_tool_calls',
      'top_logprobs',
      'service_tier',
      'metadata.team',
      'user',
      'logit_bias',
    ]);
  });

  it('are not listed for values that ask for nothing', () => {
    const { dropped } = encode({
      parallelToolCalls: true,
      serviceTier: 'default',
      choices: 1,
      logprobs: { top: 0 },
      user: '',
      extra: { 'openai-chat': { store: false, modalities: ['text'], thinking: { type: 'enabled' } } },
    });
    expect(dropped).toEqual([]);
  });

  it('of its own go out as they came', () => {
    const { body, dropped } = encode({ extra: { 'cohere-chat': { raw_prompting: true } } });
    expect(body).toEqual({ ...encode().body, raw_prompting: true });
    expect(dropped).toEqual([]);
    expect(request().extra).toEqual({});
  });
});
