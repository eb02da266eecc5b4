import { describe, expect, it } from 'vitest';
import { decodeCountRequest, gemini } from '../../../../src/dialects/gemini/codec.ts';
import { refused } from './support.ts';

describe('requests at the door', () => {
  const turnsOf = (...contents: unknown[]) => gemini.decodeRequest({ contents }).turns;

  it('wire 22, traps D13: join the pieces of a stream that the client sends back as they came', () => {
    const thought = (text: string, thoughtSignature?: string) => ({ text, thought: true, thoughtSignature });
    const parts = [
      thought('Let '),
      thought('me see.', 'proof'),
      thought('More.', 'other'),
      { text: 'He' },
      { text: 'llo' },
      { text: ' ' },
      { text: '', thoughtSignature: 'last' },
      { text: 'Anew' },
    ];
    const [turn] = turnsOf({ role: 'model', parts });
    const reasoning = { type: 'reasoning', redacted: null, signer: 'google' };
    expect(turn?.parts).toEqual([
      { ...reasoning, text: 'Let me see.', signature: 'proof' },
      { ...reasoning, text: 'More.', signature: 'other' },
      { type: 'text', text: 'Hello ', signature: { signer: 'google', value: 'last' } },
      { type: 'text', text: 'Anew' },
    ]);
  });

  it('keep the texts of a user apart', () => {
    const [turn] = turnsOf({ role: 'user', parts: [{ text: 'a' }, { text: 'b' }] });
    expect(turn?.parts).toHaveLength(2);
  });

  it('are taken in camelCase and in snake_case', () => {
    const camel = gemini.decodeRequest({
      systemInstruction: { parts: [{ text: 'Be brief' }] },
      contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }] }],
      tools: [
        {
          functionDeclarations: [
            {
              name: 'f',
              parameters: { type: 'OBJECT', properties: { user_id: { type: 'STRING', nullable: true } } },
            },
          ],
        },
        { googleSearch: {} },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
      generationConfig: {
        maxOutputTokens: 5,
        topP: 0.5,
        stopSequences: ['a'],
        thinkingConfig: { thinkingBudget: 0 },
      },
      safetySettings: [{ category: 'C' }],
    });
    const snake = gemini.decodeRequest({
      system_instruction: { parts: [{ text: 'Be brief' }] },
      contents: [{ role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: 'AA==' } }] }],
      tools: [
        {
          function_declarations: [
            {
              name: 'f',
              parameters: { type: 'OBJECT', properties: { user_id: { type: 'STRING', nullable: true } } },
            },
          ],
        },
        { google_search: {} },
      ],
      tool_config: { function_calling_config: { mode: 'ANY', allowed_function_names: ['f'] } },
      generation_config: {
        max_output_tokens: 5,
        top_p: 0.5,
        stop_sequences: ['a'],
        thinking_config: { thinking_budget: 0 },
      },
      safety_settings: [{ category: 'C' }],
    });
    expect(snake).toEqual(camel);
    expect(camel).toMatchObject({
      turns: [{ role: 'system' }, { role: 'user', parts: [{ type: 'image' }] }],
      tools: [
        {
          kind: 'function',
          parameters: { type: 'object', properties: { user_id: { type: ['string', 'null'] } } },
        },
        { kind: 'server', value: { googleSearch: {} } },
      ],
      toolChoice: { kind: 'named', name: 'f' },
      maxOutputTokens: 5,
      reasoning: { isEnabled: false },
      extra: { gemini: { safetySettings: [{ category: 'C' }] } },
    });
  });

  it('give calls and results without ids the same ones, by name and order', () => {
    const call = (name: string): unknown => ({ functionCall: { name, args: {} } });
    const response = (name: string, said: unknown): unknown => ({
      functionResponse: { name, response: { output: said } },
    });
    const turns = turnsOf(
      { role: 'user', parts: [{ text: 'Hi' }] },
      { role: 'model', parts: [call('f'), call('g'), call('f')] },
      {
        role: 'user',
        parts: [response('g', '2'), response('f', '1'), response('f', { a: 3 }), { text: 'So?' }],
      },
    );
    const ids = turns.map(({ parts }) =>
      parts.map((part) =>
        part.type === 'tool-call' ? part.id : part.type === 'tool-result' ? part.callId : null,
      ),
    );
    const [first, second, third] = ids[1] ?? [];
    expect(new Set([first, second, third]).size).toBe(3);
    expect(ids.slice(2)).toEqual([[second, first, third], [null]]);
    expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user']);
    expect(turns[2]?.parts).toMatchObject([
      { content: [{ text: '2' }] },
      { content: [{ text: '1' }] },
      { content: [{ text: '{"a":3}' }] },
    ]);
  });

  it('keep ids that the door gave out', () => {
    const turns = turnsOf(
      { role: 'model', parts: [{ functionCall: { id: 'toolu_1', name: 'f', args: { a: 1 } } }] },
      {
        role: 'function',
        parts: [{ functionResponse: { id: 'toolu_1', name: 'f', response: { error: 'no' } } }],
      },
    );
    expect(turns).toMatchObject([
      { parts: [{ id: 'toolu_1', input: '{"a":1}' }] },
      { role: 'tool', parts: [{ callId: 'toolu_1', name: 'f', isError: true, content: [{ text: 'no' }] }] },
    ]);
  });

  it.each([
    [{}, 'contents'],
    [{ contents: [] }, 'contents'],
    [{ contents: [{ role: 'system', parts: [] }] }, 'contents[0].role'],
    [{ contents: [{ parts: [{ functionCall: { name: 'f' } }] }] }, 'contents[0].parts[0].functionCall'],
    [
      { contents: [{ role: 'model', parts: [{ functionCall: {} }] }] },
      'contents[0].parts[0].functionCall.name',
    ],
    [
      { contents: [{ parts: [{ inlineData: { data: 'AA==' } }] }] },
      'contents[0].parts[0].inlineData.mimeType',
    ],
    [{ contents: [{ parts: 'Hi' }] }, 'contents[0].parts'],
    [{ generationConfig: { maxOutputTokens: 0 } }, 'generationConfig.maxOutputTokens'],
    [{ generationConfig: { temperature: 3 } }, 'generationConfig.temperature'],
    [
      { generationConfig: { thinkingConfig: { thinkingBudget: 5, thinkingLevel: 'LOW' } } },
      'generationConfig.thinkingConfig.thinkingBudget',
    ],
    [{ toolConfig: { functionCallingConfig: { mode: 'SOME' } } }, 'toolConfig.functionCallingConfig.mode'],
    [{ tools: [{ functionDeclarations: [{}] }] }, 'tools[0].functionDeclarations[0].name'],
  ])('are refused by the field at fault: %j', (body, param) => {
    const contents = { contents: [{ parts: [{ text: 'Hi' }] }] };
    const whole = 'contents' in body || Object.keys(body).length === 0 ? body : { ...contents, ...body };
    expect(refused(() => gemini.decodeRequest(whole))).toBe(param);
  });

  it('for counting come bare or wrapped', () => {
    const contents = [{ parts: [{ text: 'Hi' }] }];
    const wrapped = { generate_content_request: { model: 'models/m', contents } };
    expect(decodeCountRequest(wrapped)).toEqual(decodeCountRequest({ contents }));
    expect(refused(() => decodeCountRequest({}))).toBe('contents');
  });
});
