/** Short ways to say requests and answers in the tests of Gemini's form. */
import type {
  CanonicalAnswer,
  CanonicalEvent,
  CanonicalRequest,
  JsonObject,
  Part,
  Turn,
} from '../../../../src/dialects/canonical.ts';
import type { EncodedRequest } from '../../../../src/dialects/codec.ts';
import { gemini } from '../../../../src/dialects/gemini/codec.ts';
import { requestWith, result as toolResult } from '../../../support/canonical.ts';
import { decodeStream, encodeStream } from '../../../support/codec-streams.ts';

export { assistant, requestWith as request, text, user } from '../../../support/canonical.ts';
export { refusedField as refused } from '../../../support/refused-field.ts';

export const GEMINI_2 = 'gemini-2.5-flash';
export const GEMINI_3 = 'gemini-3.5-flash';

export const call = (id: string, input = '{}', signature?: string): Part => ({
  type: 'tool-call',
  id,
  name: `do_${id}`,
  input,
  isCustom: false,
  ...(signature === undefined ? {} : { signature: { signer: 'google', value: signature } }),
});
/** A function that says nothing has no content. */
export const result = (callId: string, said: string, isError = false): Turn =>
  toolResult(callId, said === '' ? [] : said, isError);

export const encode = (fields: Partial<CanonicalRequest>, model = GEMINI_3): EncodedRequest =>
  gemini.encodeRequest(requestWith(fields), { model });

/** Wants to see thinking. */
export const CLIENT = gemini.decodeRequest({
  contents: [{ parts: [{ text: 'Hi' }] }],
  generationConfig: { thinkingConfig: { includeThoughts: true } },
});

export const decodeBytes = (bytes: Uint8Array, size = 0): CanonicalEvent[] =>
  decodeStream(gemini, bytes, size);

export const toSse = (chunks: readonly unknown[]): Uint8Array =>
  new TextEncoder().encode(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join(''));

export const decodeChunks = (...chunks: unknown[]): CanonicalEvent[] => decodeBytes(toSse(chunks));

export const encodeEvents = (events: readonly CanonicalEvent[], client = CLIENT): Uint8Array =>
  encodeStream(gemini.createStreamEncoder(client), events);

/** A chunk, or a whole response, of one candidate. */
export const candidate = (parts: readonly JsonObject[], beside: JsonObject = {}): JsonObject => ({
  candidates: [{ content: { parts, role: 'model' }, index: 0, ...beside }],
  modelVersion: GEMINI_3,
  responseId: 'abc',
});

export const decode = (body: unknown): CanonicalAnswer => {
  const answer = gemini.decodeAnswer(body);
  if (answer === null) throw new Error('it is no answer');
  return answer;
};
export const partsOf = (body: unknown): readonly Part[] => decode(body).choices[0]?.parts ?? [];
