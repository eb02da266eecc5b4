import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, Tool, ToolChoice, Turn } from '../../../../src/dialects/canonical.ts';
import { createCodec, encode, MODEL, refusalOf, text, tool, user } from './support.ts';

const SCHEMA = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] };

describe('the whole body', () => {
  it('has everything in its place', () => {
    const { body, dropped, headers } = encode({
      turns: [{ role: 'developer', parts: [text('Be brief.')] }, user(text('Where is it?'))],
      tools: [tool('look', { description: 'Looks.' })],
      toolChoice: { kind: 'auto' },
      maxOutputTokens: 200,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      frequencyPenalty: 0.25,
      presencePenalty: 0.5,
      stop: ['END'],
      logprobs: { top: 3 },
      reasoning: { isEnabled: true, effort: 'low', budgetTokens: null },
      responseFormat: { kind: 'json' },
      wantsStream: true,
      extra: { 'openai-chat': { keep_alive: '10m', min_p: 0.1, options: { num_ctx: 8192, temperature: 2 } } },
    });
    expect(body).toEqual({
      model: MODEL,
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
      format: 'json',
      options: {
        num_predict: 200,
        temperature: 0.5,
        top_p: 0.9,
        top_k: 40,
        seed: 7,
        frequency_penalty: 0.25,
        presence_penalty: 0.5,
        stop: ['END'],
        min_p: 0.1,
        num_ctx: 8192,
      },
      think: 'low',
      logprobs: true,
      top_logprobs: 3,
      keep_alive: '10m',
      stream: true,
    });
    expect(dropped).toEqual([]);
    expect(headers).toBeUndefined();
  });

  it('always says whether it wants a stream: left out, Ollama gives one', () => {
    const small = { model: MODEL, messages: [{ role: 'user', content: 'Hi' }] };
    expect(encode().body).toEqual({ ...small, stream: false });
    expect(encode({ wantsStream: true }).body).toEqual({ ...small, stream: true });
  });

  it('is the same bytes for equal requests (D19)', () => {
    const bytes = (extra: CanonicalRequest['extra']): string =>
      JSON.stringify(encode({ extra, seed: 1 }).body);
    const forwards = bytes({ 'openai-chat': { keep_alive: 1, shift: true, min_p: 0.1, num_ctx: 5 } });
    const backwards = bytes({ 'openai-chat': { num_ctx: 5, min_p: 0.1, shift: true, keep_alive: 1 } });
    expect(forwards).toBe(backwards);
  });

  it('goes to /api/chat of the bare host, and asks for lines', () => {
    const codec = createCodec();
    expect(codec.path({ model: MODEL, wantsStream: true })).toBe('/api/chat');
    expect(codec.streamType).toBe('application/x-ndjson');
    expect(codec.dialect).toBe('ollama-chat');
    expect(codec.headers).toEqual({});
  });

  it('refuses what would be another answer', () => {
    expect(refusalOf({ choices: 2 })).toBe('n');
    expect(refusalOf({ maxOutputTokens: 0 })).toBe('max_tokens');
    expect(refusalOf({ extra: { 'openai-chat': { modalities: ['audio'] } } })).toBe('modalities');
  });
});

describe('format', () => {
  it.each<[string, CanonicalRequest['responseFormat'], unknown]>([
    ['nothing', null, undefined],
    ['text', { kind: 'text' }, undefined],
    ['JSON', { kind: 'json' }, 'json'],
    ['a schema', { kind: 'schema', name: 'x', description: null, schema: SCHEMA, strict: true }, SCHEMA],
    [
      'a described schema',
      { kind: 'schema', name: 'x', description: 'A person.', schema: SCHEMA, strict: null },
      { ...SCHEMA, description: 'A person.' },
    ],
  ])('traps D8: of %s', (_, responseFormat, format) => {
    const { body, dropped } = encode({ responseFormat });
    expect(body.format).toEqual(format);
    expect(dropped).toEqual([]);
  });
});

describe('think', () => {
  const asked = { isEnabled: true, effort: null, budgetTokens: null };

  it.each<[string, CanonicalRequest['reasoning'], unknown, string[]]>([
    ['asked for', asked, true, []],
    ['switched off', { ...asked, isEnabled: false, effort: 'none' }, false, []],
    ['minimal', { ...asked, effort: 'minimal' }, 'low', []],
    ['low', { ...asked, effort: 'low' }, 'low', []],
    ['medium', { ...asked, effort: 'medium' }, 'medium', []],
    ['high', { ...asked, effort: 'high' }, 'high', []],
    ['xhigh', { ...asked, effort: 'xhigh' }, 'high', []],
    ['max', { ...asked, effort: 'max' }, 'max', []],
    ['a word that nobody knows', { ...asked, effort: 'wild' }, true, ['reasoning_effort']],
    ['a budget', { ...asked, budgetTokens: 500 }, true, ['thinking.budget_tokens']],
    [
      'an effort, if it thinks at all',
      { ...asked, isEnabled: null, effort: 'high' },
      undefined,
      ['reasoning_effort'],
    ],
    ['asking for nothing', { ...asked, isEnabled: null }, undefined, []],
    ['nothing said', null, undefined, []],
  ])('%s', (_, reasoning, think, names) => {
    const { body, dropped } = encode({ reasoning });
    expect(body.think).toEqual(think);
    expect(dropped).toEqual(names);
  });

  it.each(['gpt-oss:20b', 'ollama/gpt-oss:120b-cloud'])(
    '%s always thinks: an effort alone is good',
    (model) => {
      const { body, dropped } = encode({ reasoning: { ...asked, isEnabled: null, effort: 'high' } }, model);
      expect(body.think).toBe('high');
      expect(dropped).toEqual([]);
    },
  );
});

describe('tools', () => {
  const TOOLS = [tool('one'), tool('two')];
  const names = (toolChoice: ToolChoice | null) => {
    // What `encodeTools` writes: functions with names.
    const tools = encode({ tools: TOOLS, toolChoice }).body.tools as
      | readonly { function: { name: string } }[]
      | undefined;
    return tools?.map((one) => one.function.name);
  };

  it.each<[string, ToolChoice | null, string[] | undefined]>([
    ['without a choice', null, ['one', 'two']],
    ['with auto', { kind: 'auto' }, ['one', 'two']],
    ['with none, which Ollama has no word for', { kind: 'none' }, undefined],
    ['with some allowed', { kind: 'allowed', mode: 'auto', names: ['two'] }, ['two']],
  ])('traps D5: %s', (_, choice, expected) => {
    expect(names(choice)).toEqual(expected);
  });

  it.each<[string, ToolChoice]>([
    ['required', { kind: 'required' }],
    ['a named one', { kind: 'named', name: 'one' }],
    ['one of some', { kind: 'allowed', mode: 'required', names: ['one'] }],
  ])('traps D5: a forced choice is refused: %s', (_, toolChoice) => {
    expect(refusalOf({ tools: TOOLS, toolChoice })).toBe('tool_choice');
  });

  it('always have parameters, and are never strict', () => {
    const { body, dropped } = encode({ tools: [tool('a.b-c', { strict: true, parameters: null })] });
    expect(body.tools).toEqual([
      { type: 'function', function: { name: 'a.b-c', parameters: { type: 'object', properties: {} } } },
    ]);
    expect(dropped).toEqual(['tools.strict']);
  });

  it('that Ollama has none of are refused by their place', () => {
    const custom: Tool = { kind: 'custom', name: 'x', description: null, format: null };
    const server: Tool = { kind: 'server', dialect: 'gemini', value: { googleSearch: {} } };
    expect(refusalOf({ tools: [tool('a'), custom] })).toBe('tools[1].type');
    expect(refusalOf({ tools: [server] })).toBe('tools[0].type');
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
      extra: { 'openai-chat': { store: false, logit_bias: { 1: 2 } } },
    });
    expect(dropped).toEqual([
      'messages.odd',
      'parallel_tool_calls',
      'service_tier',
      'metadata.team',
      'user',
      'logit_bias',
    ]);
  });

  it('are not listed for values that ask for nothing', () => {
    const { dropped } = encode({
      parallelToolCalls: true,
      serviceTier: 'auto',
      choices: 1,
      logprobs: { top: 0 },
      frequencyPenalty: 0,
      user: '',
      extra: { 'openai-chat': { store: false, modalities: ['text'], thinking: { type: 'enabled' } } },
    });
    expect(dropped).toEqual([]);
  });

  it('of its own go out as they came', () => {
    const { body, dropped } = encode({ extra: { 'ollama-chat': { template: 'x' } } });
    expect(body).toEqual({ ...encode().body, template: 'x' });
    expect(dropped).toEqual([]);
  });
});
