import type { Content, GenerateContentConfig, GenerationConfig } from '@google/genai';
import { describe, expect, it } from 'vitest';
import type { CanonicalRequest } from '../../../../src/dialects/canonical.ts';
import { gemini } from '../../../../src/dialects/gemini/codec.ts';
import { assistant, call, encode, refused, request, result, text, user } from './support.ts';

const configOf = (fields: Partial<CanonicalRequest>, model?: string): unknown =>
  encode(fields, model).body.generationConfig;

describe('the call', () => {
  it('has model and method in its path, the slash of a model name percent-encoded', () => {
    expect(gemini.path({ model: 'gemini-3-pro', wantsStream: false })).toBe(
      '/models/gemini-3-pro:generateContent',
    );
    expect(gemini.path({ model: 'a/b', wantsStream: true })).toBe(
      '/models/a%2Fb:streamGenerateContent?alt=sse',
    );
    expect(gemini.counting?.path({ model: 'm', wantsStream: false })).toBe('/models/m:countTokens');
  });

  it('has equal bytes for equal requests (traps D19)', () => {
    const fields = {
      turns: [user('A'), assistant(call('a', '{"x":1}', 's')), result('a', '{"y":2}')],
      topK: 3,
    };
    expect(JSON.stringify(encode(fields).body)).toBe(JSON.stringify(encode(structuredClone(fields)).body));
  });

  it('is a request as the SDK types it', () => {
    const { body, dropped } = encode({
      turns: [{ role: 'system', parts: [text('Be brief')] }, user('Hi')],
      tools: [
        { kind: 'function', name: 'f', description: 'F', parameters: { type: 'object' }, strict: null },
      ],
      toolChoice: { kind: 'named', name: 'f' },
      maxOutputTokens: 10,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      choices: 2,
      seed: 7,
      stop: ['END'],
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      logprobs: { top: 3 },
      reasoning: { isEnabled: true, effort: 'low', budgetTokens: null },
      serviceTier: 'default',
    });
    const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }] satisfies Content[];
    const generationConfig = {
      maxOutputTokens: 10,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      candidateCount: 2,
      stopSequences: ['END'],
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      responseLogprobs: true,
      logprobs: 3,
    } satisfies GenerationConfig;
    const beside = {
      systemInstruction: { parts: [{ text: 'Be brief' }] },
      tools: [
        {
          functionDeclarations: [
            { name: 'f', description: 'F', parametersJsonSchema: { type: 'object', properties: {} } },
          ],
        },
      ],
    } satisfies GenerateContentConfig;
    expect(body).toEqual({
      contents,
      ...beside,
      // Enums of the SDK have these words as values.
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
      generationConfig: {
        ...generationConfig,
        thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true },
      },
      serviceTier: 'standard',
    });
    expect(dropped).toEqual([]);
  });
});

describe('tools', () => {
  const tool = { kind: 'function', name: 'f', description: null, parameters: null, strict: null } as const;
  it('gathers functions in one tool, with the vendor’s own tools beside it', () => {
    const search = { kind: 'server', dialect: 'gemini', value: { googleSearch: {} } } as const;
    expect(encode({ tools: [tool, search, { ...tool, name: 'g' }] }).body.tools).toEqual([
      { functionDeclarations: [{ name: 'f' }, { name: 'g' }] },
      { googleSearch: {} },
    ]);
  });

  it('refuses tools that it cannot run', () => {
    expect(
      refused(() => encode({ tools: [{ kind: 'custom', name: 'c', description: null, format: null }] })),
    ).toBe('tools[0].type');
    expect(refused(() => encode({ tools: [{ kind: 'server', dialect: 'openai-chat', value: {} }] }))).toBe(
      'tools[0].type',
    );
    expect(refused(() => encode({ toolChoice: { kind: 'required' } }))).toBe('tool_choice');
  });

  it.each([
    [{ kind: 'auto' }, { mode: 'AUTO' }],
    [{ kind: 'none' }, { mode: 'NONE' }],
    [{ kind: 'required' }, { mode: 'ANY' }],
    [
      { kind: 'named', name: 'f' },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
    [
      { kind: 'allowed', mode: 'required', names: ['f'] },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
    [
      { kind: 'allowed', mode: 'auto', names: ['f'] },
      { mode: 'VALIDATED', allowedFunctionNames: ['f'] },
    ],
  ] as const)('traps D5: says the choice %j', (toolChoice, functionCallingConfig) => {
    for (const parallelToolCalls of [true, false, null]) {
      const { body, dropped } = encode({ tools: [tool], toolChoice, parallelToolCalls });
      expect(body.toolConfig).toEqual({ functionCallingConfig });
      expect(dropped).toEqual(parallelToolCalls === false ? ['parallel_tool_calls'] : []);
    }
  });
});

describe('thinking', () => {
  const reasoning = (fields: object): Partial<CanonicalRequest> => ({
    reasoning: { isEnabled: true, effort: null, budgetTokens: null, ...fields },
  });
  it.each([
    [{ effort: 'minimal' }, 'gemini-3-pro-preview', { thinkingLevel: 'LOW' }],
    [{ effort: 'medium' }, 'gemini-3-pro-preview', { thinkingLevel: 'HIGH' }],
    [{ effort: 'medium' }, 'gemini-3.1-pro-preview', { thinkingLevel: 'MEDIUM' }],
    [{ effort: 'minimal' }, 'gemini-3-flash-preview', { thinkingLevel: 'MINIMAL' }],
    [{ effort: 'xhigh' }, 'gemini-flash-latest', { thinkingLevel: 'HIGH' }],
    [{ budgetTokens: 2000 }, 'gemini-4-argon', { thinkingLevel: 'LOW' }],
    [{ effort: 'low' }, 'gemini-2.5-flash', { thinkingBudget: 1024 }],
    [{ effort: 'max' }, 'gemini-2.5-pro', { thinkingBudget: 32_768 }],
    [{ budgetTokens: 5000 }, 'gemini-2.5-flash', { thinkingBudget: 5000 }],
    [{}, 'gemini-2.5-flash', { thinkingBudget: -1 }],
    [{}, 'gemini-3-flash-preview', {}],
  ])('%j at %s', (fields, model, amount) => {
    expect(configOf(reasoning(fields), model)).toEqual({
      thinkingConfig: { ...amount, includeThoughts: true },
    });
  });

  it('is shown unless the client could have asked for it and did not', () => {
    for (const summary of [null, 'none', 'omitted']) {
      expect(configOf(reasoning({ effort: 'low', summary }))).toEqual({
        thinkingConfig: { thinkingLevel: 'LOW' },
      });
    }
  });

  it.each([
    ['gemini-2.5-flash', { thinkingBudget: 0 }, []],
    ['gemini-2.5-pro', { thinkingBudget: 128 }, ['reasoning_effort']],
    ['gemini-3-flash-preview', { thinkingLevel: 'MINIMAL' }, ['reasoning_effort']],
  ])('is turned off at %s as far as it goes', (model, thinkingConfig, names) => {
    const { body, dropped } = encode(reasoning({ isEnabled: false }), model);
    expect(body.generationConfig).toEqual({ thinkingConfig });
    expect(dropped).toEqual(names);
  });

  it('is named where the model has none', () => {
    const { body, dropped } = encode(reasoning({ effort: 'low' }), 'gemini-2.0-flash');
    expect(body.generationConfig).toBeUndefined();
    expect(dropped).toEqual(['reasoning_effort']);
    expect(encode(reasoning({ isEnabled: false }), 'gemma-3-27b-it').dropped).toEqual([]);
  });
});

describe('other fields', () => {
  it('traps D8: asks for JSON natively', () => {
    const schema = { type: 'object', properties: { a: { const: 'x' } }, required: ['a', 'b'] };
    expect(configOf({ responseFormat: { kind: 'json' } })).toEqual({ responseMimeType: 'application/json' });
    expect(
      configOf({ responseFormat: { kind: 'schema', name: 'n', description: 'D', schema, strict: true } }),
    ).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: {
        type: 'object',
        properties: { a: { enum: ['x'], type: 'string' } },
        required: ['a'],
        description: 'D',
      },
    });
  });

  it('takes five stop sequences, and no more', () => {
    expect(refused(() => encode({ stop: ['1', '2', '3', '4', '5', '6'] }))).toBe('stop');
    expect(encode({ stop: ['', '1'] })).toMatchObject({ dropped: ['stop'], body: { generationConfig: {} } });
  });

  it('writes fields of its own form again', () => {
    const own = { safetySettings: [{ category: 'C' }], cachedContent: 'cachedContents/1' };
    const generationConfig = { responseModalities: ['AUDIO'], thinkingConfig: { other: 1 } };
    expect(encode({ extra: { gemini: { ...own, generationConfig } } }).body).toMatchObject({
      ...own,
      generationConfig,
    });
  });

  it('asks for images where the client does', () => {
    expect(configOf({ extra: { 'openai-chat': { modalities: ['text', 'image'] } } })).toEqual({
      responseModalities: ['TEXT', 'IMAGE'],
    });
  });

  it('names what it leaves out, and nothing that asks for nothing', () => {
    const { dropped } = encode({
      user: 'u',
      metadata: { a: 'b' },
      seed: 2 ** 40,
      serviceTier: 'scale',
      extra: { 'openai-chat': { logit_bias: { 1: 2 }, store: false, verbosity: 'low' } },
    });
    expect(dropped).toEqual(['seed', 'service_tier', 'user', 'metadata.a', 'logit_bias', 'verbosity']);
    expect(
      encode({ user: '', serviceTier: 'auto', presencePenalty: 0, parallelToolCalls: true }).dropped,
    ).toEqual([]);
  });

  it('counts tokens of the whole request', () => {
    const { counting } = gemini;
    expect(counting?.encodeRequest(request(), { model: 'm' }).body).toEqual({
      generateContentRequest: { model: 'models/m', contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
    });
    expect([{ totalTokens: 5 }, {}, null, { error: {} }].map((body) => counting?.decodeAnswer(body))).toEqual(
      [5, null, null, null],
    );
  });
});
