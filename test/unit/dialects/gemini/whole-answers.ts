/** Whole answers of Gemini with all kinds of parts. */
import type { JsonObject } from '../../../../src/dialects/canonical.ts';

export const SENTENCE = 'The quick brown fox 🦊 jumps over the lazy dog, and then it sleeps for a while. ';

export const choice = (parts: readonly JsonObject[], fields: JsonObject = {}): JsonObject => ({
  content: { parts, role: 'model' },
  finishReason: 'STOP',
  index: 0,
  ...fields,
});

export const answerOf = (candidates: readonly JsonObject[], fields: JsonObject = {}): JsonObject => ({
  candidates,
  usageMetadata: {
    promptTokenCount: 9,
    candidatesTokenCount: 7,
    totalTokenCount: 49,
    thoughtsTokenCount: 33,
    trafficType: 'ON_DEMAND',
  },
  modelVersion: 'gemini-3.5-flash',
  createTime: '2026-11-20T10:00:00.5Z',
  responseId: 'abc',
  ...fields,
});

export const whole = (...parts: readonly JsonObject[]): JsonObject => answerOf([choice(parts)]);

export const call = (number: number, fields: JsonObject = {}): JsonObject => ({
  functionCall: { name: 'look', args: { at: SENTENCE }, id: `call_${number}` },
  ...fields,
});

const grounded = {
  groundingChunks: [{ web: { uri: 'https://example.com', title: 'Foxes' } }],
  groundingSupports: [{ segment: { startIndex: 0, endIndex: 9 }, groundingChunkIndices: [0] }],
};

export const WHOLE_ANSWERS: readonly (readonly [name: string, body: JsonObject])[] = [
  ['a long text', whole({ text: SENTENCE.repeat(9) })],
  ['an empty text', whole({ text: '' })],
  [
    'a thought and a signed text',
    whole({ text: SENTENCE, thought: true }, { text: SENTENCE, thoughtSignature: 'a' }),
  ],
  ['a signature alone', whole({ text: '', thoughtSignature: 'a' })],
  [
    'texts side by side',
    whole(
      { text: SENTENCE },
      { text: SENTENCE },
      { text: 'short' },
      { text: '', thoughtSignature: 'a' },
      { text: 'signed', thoughtSignature: 'b' },
      { text: 'behind it' },
      { text: 'Hm', thought: true },
      { text: SENTENCE, thought: true, thoughtSignature: 'c' },
    ),
  ],
  [
    'calls side by side',
    whole(call(1, { thoughtSignature: 'a' }), call(2), { functionCall: { name: 'none' } }),
  ],
  [
    'other parts',
    whole(
      { text: 'Look: ' },
      { inlineData: { mimeType: 'image/png', data: 'aGVsbG8=' }, thoughtSignature: 'a' },
      { executableCode: { language: 'PYTHON', code: 'print(1)' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } },
      { text: 'So.', partMetadata: { a: 1 } },
    ),
  ],
  [
    'several candidates',
    answerOf([
      choice([{ text: SENTENCE }]),
      choice([call(1)], { index: 1, avgLogprobs: -0.5 }),
      choice([{ text: 'c' }], { index: 2, finishReason: 'MAX_TOKENS' }),
    ]),
  ],
  [
    'what stands beside the text',
    answerOf(
      [
        choice([{ text: SENTENCE }], {
          groundingMetadata: grounded,
          citationMetadata: { citations: [{ uri: 'https://example.com', startIndex: 0, endIndex: 3 }] },
          safetyRatings: [{ category: 'HARM_CATEGORY_HATE_SPEECH', probability: 'NEGLIGIBLE' }],
          finishMessage: 'Done.',
          logprobsResult: {
            chosenCandidates: [{ token: 'The', logProbability: -0.1 }],
            topCandidates: [{ candidates: [] }],
          },
        }),
      ],
      { promptFeedback: { safetyRatings: [] }, memberOfTomorrow: { a: [1] } },
    ),
  ],
  ['empty content', answerOf([{ content: {}, finishReason: 'SAFETY' }])],
  ['content without parts', answerOf([{ content: { role: 'model' }, finishReason: 'MAX_TOKENS', index: 0 }])],
  ['no content', answerOf([{ finishReason: 'RECITATION' }])],
  ['numbers for words', answerOf([choice([{ text: 'Hi' }], { finishReason: 1 })])],
  [
    'a prompt that was blocked',
    { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 4 }, responseId: 'abc' },
  ],
];
