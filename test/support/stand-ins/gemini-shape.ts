/** Requests of `models/{model}:generateContent` as closed sets of members: nothing else may stand in them. Source: https://ai.google.dev/api/generate-content */
import {
  anything,
  type Check,
  closed,
  flag,
  integer,
  list,
  matches,
  number,
  oneOf,
  Refusal,
  record,
  someText,
  text,
  union,
} from './closed.ts';

const NAME = matches(/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/);
/** A field of type bytes. */
const BYTES: Check = (value, path) => {
  text(value, path);
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(String(value)) || String(value).replace(/=+$/, '').length % 4 === 1) {
    throw new Refusal(path, 'Invalid value (TYPE_BYTES), Base64 decoding failed');
  }
};
const part = union(
  {
    text,
    inlineData: closed({ 'mimeType!': someText, 'data!': BYTES }),
    fileData: closed({ mimeType: someText, 'fileUri!': someText }),
    functionCall: closed({ id: text, 'name!': NAME, args: record }),
    functionResponse: closed({
      id: text,
      'name!': NAME,
      'response!': record,
      parts: list(closed({ 'inlineData!': closed({ 'mimeType!': someText, 'data!': BYTES }) })),
    }),
  },
  { thought: flag, thoughtSignature: BYTES, mediaResolution: record },
);
const declaration = closed({
  'name!': NAME,
  description: text,
  parameters: record,
  parametersJsonSchema: anything,
  response: record,
  responseJsonSchema: anything,
});
export const BODY = closed({
  'contents!': list(closed({ 'role!': oneOf('user', 'model'), 'parts!': list(part, 1) }), 1),
  systemInstruction: closed({ role: text, 'parts!': list(closed({ 'text!': someText }), 1) }),
  tools: list(closed({ 'functionDeclarations!': list(declaration, 1) })),
  toolConfig: closed({
    functionCallingConfig: closed({
      mode: oneOf('AUTO', 'ANY', 'NONE', 'VALIDATED'),
      allowedFunctionNames: list(NAME),
    }),
  }),
  safetySettings: list(record),
  cachedContent: text,
  serviceTier: text,
  generationConfig: closed({
    stopSequences: list(someText, 0, 5),
    responseMimeType: oneOf('text/plain', 'application/json', 'text/x.enum'),
    responseSchema: record,
    responseJsonSchema: anything,
    responseModalities: list(oneOf('TEXT', 'IMAGE', 'AUDIO')),
    candidateCount: integer(1, 8),
    maxOutputTokens: integer(1),
    temperature: number(0, 2),
    topP: number(0, 1),
    topK: integer(1),
    seed: integer(-(2 ** 31), 2 ** 31 - 1),
    presencePenalty: number(-2, 2),
    frequencyPenalty: number(-2, 2),
    responseLogprobs: flag,
    logprobs: integer(0, 20),
    thinkingConfig: closed({
      includeThoughts: flag,
      thinkingBudget: integer(-1),
      thinkingLevel: oneOf('minimal', 'low', 'medium', 'high', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH'),
    }),
    mediaResolution: text,
  }),
});
