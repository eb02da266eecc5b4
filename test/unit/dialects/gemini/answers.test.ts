import type { GenerateContentResponse } from '@google/genai';
import { describe, expect, it } from 'vitest';
import { gemini } from '../../../../src/dialects/gemini/codec.ts';
import { FINISH_REASONS } from '../../../../src/dialects/gemini/finish-reasons.ts';
import { candidate, decode, partsOf } from './support.ts';

const CALL = { functionCall: { name: 'f', args: { a: 1 } } };
const finishOf = (finishReason: unknown, parts: object[] = []): unknown => {
  const [choice] = decode(candidate(parts as Record<string, unknown>[], { finishReason })).choices;
  return [choice?.finish, choice?.nativeFinish];
};

describe('answers of Gemini', () => {
  it('decode as the SDK types them', () => {
    const body = {
      responseId: 'r',
      modelVersion: 'gemini-3.5-flash',
      createTime: '2026-11-20T10:00:00.5Z',
      candidates: [
        {
          index: 0,
          content: {
            role: 'model',
            parts: [
              { text: 'Hm', thought: true, thoughtSignature: 's1' },
              { text: 'Hello ' },
              { text: 'there', thoughtSignature: 's2' },
              { functionCall: { id: 'c', name: 'f', args: { a: 1 } }, thoughtSignature: 's3' },
            ],
          },
        },
      ],
      usageMetadata: {
        promptTokenCount: 10,
        candidatesTokenCount: 5,
        thoughtsTokenCount: 7,
        cachedContentTokenCount: 4,
        totalTokenCount: 22,
      },
    } satisfies Partial<GenerateContentResponse>;
    const usageMetadata = { ...body.usageMetadata, serviceTier: 'standard' };
    expect(decode({ ...body, usageMetadata })).toEqual({
      id: 'r',
      model: 'gemini-3.5-flash',
      created: 1_795_168_800,
      choices: [
        {
          index: 0,
          parts: [
            { type: 'reasoning', text: 'Hm', signature: 's1', redacted: null, signer: 'google' },
            { type: 'text', text: 'Hello there', signature: { signer: 'google', value: 's2' } },
            {
              type: 'tool-call',
              id: 'c',
              name: 'f',
              input: '{"a":1}',
              isCustom: false,
              signature: { signer: 'google', value: 's3' },
            },
          ],
          finish: 'tool-calls',
          nativeFinish: null,
        },
      ],
      usage: {
        inputTokens: 10,
        outputTokens: 12,
        cacheReadTokens: 4,
        cacheWriteTokens: 0,
        reasoningTokens: 7,
        estimated: false,
      },
      serviceTier: 'default',
    });
  });

  it('wire 33: calls without ids get ones that differ, between turns too', () => {
    const ids = (responseId: string): unknown[] =>
      partsOf({ ...candidate([CALL, CALL]), responseId }).map((part) =>
        part.type === 'tool-call' ? part.id : null,
      );
    const all = [...ids('turn-1'), ...ids('turn-2'), ...ids(''), ...ids('')];
    expect(new Set(all).size).toBe(8);
    expect(ids('turn-1')).toEqual(ids('turn-1'));
    for (const id of [...all, ...ids('x'.repeat(200))]) expect(id).toMatch(/^[\w-]{1,40}$/);
  });

  it('wire 35: a call without arguments has an empty object', () => {
    expect(partsOf(candidate([{ functionCall: { name: 'f' } }]))).toMatchObject([{ input: '{}' }]);
  });

  it('media becomes typed parts, and what only this form understands stays as it is', () => {
    const code = { executableCode: { language: 'PYTHON', code: '1' }, thoughtSignature: 's' };
    const draft = { inlineData: { mimeType: 'image/png', data: 'AA==' }, thought: true };
    expect(
      partsOf(
        candidate([
          { inlineData: { mimeType: 'image/png', data: 'AA==' }, thoughtSignature: 's' },
          { inlineData: { mimeType: 'audio/L16;rate=24000', data: 'AA==' } },
          code,
          draft,
          {},
        ]),
      ),
    ).toEqual([
      {
        type: 'image',
        source: { kind: 'inline', mediaType: 'image/png', data: 'AA==' },
        extra: { gemini: { thoughtSignature: 's' } },
      },
      {
        type: 'audio',
        data: 'AA==',
        format: 'pcm16',
        extra: { gemini: { mimeType: 'audio/L16;rate=24000' } },
      },
      { type: 'opaque', dialect: 'gemini', value: code },
      { type: 'opaque', dialect: 'gemini', value: draft },
    ]);
  });

  it.each(Object.entries(FINISH_REASONS))('traps D14: %s ends as %s', (word, reason) => {
    expect(finishOf(word)).toEqual([reason, word]);
  });

  it('traps C8: calls behind STOP are tool calls, behind other endings they are not', () => {
    expect(finishOf('STOP', [CALL])).toEqual(['tool-calls', 'STOP']);
    expect(finishOf('MAX_TOKENS', [CALL])).toEqual(['length', 'MAX_TOKENS']);
    expect(finishOf('SAFETY', [CALL])).toEqual(['content-filter', 'SAFETY']);
    expect(finishOf('UNEXPECTED_TOOL_CALL', [CALL])).toEqual(['tool-calls', 'UNEXPECTED_TOOL_CALL']);
  });

  it('wire 9: enums as integers, unknown ones a plain stop', () => {
    expect(finishOf(2)).toEqual(['length', 'MAX_TOKENS']);
    expect(finishOf(9)).toEqual(['content-filter', 'MALFORMED_FUNCTION_CALL']);
    expect(finishOf(99)).toEqual(['stop', '99']);
    expect(finishOf('NEW_REASON')).toEqual(['stop', 'NEW_REASON']);
  });

  it('wire 21: a blocked prompt is an answer that was filtered', () => {
    const body = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, responseId: 'r' };
    expect(decode(body).choices).toEqual([
      { index: 0, parts: [], finish: 'content-filter', nativeFinish: 'PROHIBITED_CONTENT' },
    ]);
  });

  it.each([
    null,
    'text',
    [],
    {},
    { candidates: null },
    { candidates: [] },
    { usageMetadata: {} },
    { error: { code: 500 } },
    [{ error: { code: 500 } }],
  ])('%j is no answer', (body) => {
    expect(gemini.decodeAnswer(body)).toBeNull();
  });

  it('nulls and wrong types everywhere never throw', () => {
    const strange = [null, 1, 'x', [], {}, true];
    for (const value of strange) {
      const parts = [
        value,
        { text: value },
        { functionCall: value },
        { inlineData: value },
        { thoughtSignature: value },
      ];
      const body = {
        candidates: [
          {
            content: { parts },
            finishReason: value,
            index: value,
            logprobsResult: { chosenCandidates: [value], topCandidates: value },
            groundingMetadata: {
              groundingChunks: [value],
              groundingSupports: [value, { groundingChunkIndices: [0] }],
            },
            citationMetadata: { citations: [value] },
          },
          { content: value },
          value,
        ],
        usageMetadata: value,
        promptFeedback: value,
        responseId: value,
        modelVersion: value,
        createTime: value,
      };
      expect(gemini.decodeAnswer(body)?.choices.length).toBeGreaterThan(0);
    }
  });

  it('grounding becomes citations at the place in the text, counted in UTF-16', () => {
    const said = 'Grüße 🙂. Ruby 4 is out.';
    const before = new TextEncoder().encode('Grüße 🙂. ').length;
    const segment = { startIndex: before, endIndex: before + 14, text: 'Ruby 4 is out.' };
    const chunk = { web: { uri: 'https://a.example', title: 'A' } };
    const groundingMetadata = {
      groundingChunks: [chunk, { retrievedContext: { uri: 'gs://b', title: 'B', text: 'Source' } }],
      groundingSupports: [
        { segment, groundingChunkIndices: [0, 1, 7] },
        { segment: { startIndex: 0, endIndex: 3, text: 'is nowhere' }, groundingChunkIndices: [0] },
      ],
    };
    const [part] = partsOf(candidate([{ text: said }], { groundingMetadata }));
    const span = { start: said.indexOf('Ruby'), end: said.length };
    expect(part).toMatchObject({
      citations: [
        { url: 'https://a.example', title: 'A', citedText: null, span },
        { url: 'gs://b', title: 'B', citedText: 'Source', span },
        { url: 'https://a.example', span: null },
      ],
    });
    expect(decode(candidate([{ text: said }], { groundingMetadata })).extra?.gemini).toEqual({
      candidates: [{ index: 0, groundingMetadata }],
    });
  });

  it('quotations become citations', () => {
    const citations = [{ startIndex: 2, endIndex: 4, uri: 'https://a.example', license: 'MIT' }];
    expect(partsOf(candidate([{ text: 'abcdef' }], { citationMetadata: { citations } }))).toMatchObject([
      { citations: [{ url: 'https://a.example', title: null, span: { start: 2, end: 4 } }] },
    ]);
  });

  it('log probabilities become OpenAI’s entries', () => {
    const logprobsResult = {
      chosenCandidates: [{ token: 'é', logProbability: -0.5 }, { token: '!' }],
      topCandidates: [{ candidates: [{ token: 'é', logProbability: -0.5 }] }],
    };
    const body = candidate([{ text: 'é!' }], { logprobsResult });
    const top = { token: 'é', logprob: -0.5, bytes: [195, 169] };
    expect(decode(body).choices[0]?.logprobs).toEqual([
      { ...top, top_logprobs: [top] },
      { token: '!', logprob: 0, bytes: [33], top_logprobs: [] },
    ]);
  });
});

describe('usage of Gemini (wire 56, traps G14)', () => {
  it.each([
    ['nothing', undefined, null],
    ['the traffic type alone', { trafficType: 'ON_DEMAND' }, null],
    [
      'thoughts without candidates',
      { promptTokenCount: 15, thoughtsTokenCount: 2, totalTokenCount: 17 },
      [15, 2, 2],
    ],
    [
      'tools’ own prompts',
      { promptTokenCount: 13, toolUsePromptTokenCount: 289, candidatesTokenCount: 194, totalTokenCount: 496 },
      [302, 194, 0],
    ],
    [
      'a total that knows more',
      { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 40 },
      [10, 30, 0],
    ],
  ])('is read from %s', (_, usageMetadata, expected) => {
    const { usage } = decode({ ...candidate([]), usageMetadata });
    expect(usage === null ? null : [usage.inputTokens, usage.outputTokens, usage.reasoningTokens]).toEqual(
      expected,
    );
  });

  it('tells audio apart', () => {
    const details = [
      { modality: 'TEXT', tokenCount: 3 },
      { modality: 'AUDIO', tokenCount: 4 },
    ];
    const usageMetadata = {
      promptTokenCount: 7,
      promptTokensDetails: details,
      candidatesTokensDetails: details,
    };
    const { usage } = decode({ ...candidate([]), usageMetadata });
    expect(usage).toMatchObject({ audioInputTokens: 4, audioOutputTokens: 4 });
  });
});
