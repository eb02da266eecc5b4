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
import { InvalidRequest } from '../../../../src/errors.ts';

export const GEMINI_2 = 'gemini-2.5-flash';
export const GEMINI_3 = 'gemini-3.5-flash';

export const text = (said: string): Part => ({ type: 'text', text: said });
export const user = (said: string): Turn => ({ role: 'user', parts: [text(said)] });
export const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts });
export const call = (id: string, input = '{}', signature?: string): Part => ({
  type: 'tool-call',
  id,
  name: `do_${id}`,
  input,
  isCustom: false,
  ...(signature === undefined ? {} : { signature: { signer: 'google', value: signature } }),
});
export const result = (callId: string, said: string, isError = false): Turn => ({
  role: 'tool',
  parts: [
    {
      type: 'tool-result',
      callId,
      name: null,
      content: said === '' ? [] : [{ type: 'text', text: said }],
      isError,
    },
  ],
});

export const request = (fields: Partial<CanonicalRequest> = {}): CanonicalRequest => ({
  turns: [user('Hi')],
  tools: [],
  toolChoice: null,
  parallelToolCalls: null,
  maxOutputTokens: null,
  temperature: null,
  topP: null,
  topK: null,
  frequencyPenalty: null,
  presencePenalty: null,
  seed: null,
  stop: [],
  choices: null,
  logprobs: null,
  responseFormat: null,
  reasoning: null,
  serviceTier: null,
  metadata: null,
  user: null,
  wantsStream: false,
  wantsUsage: false,
  extra: {},
  ...fields,
});

export const encode = (fields: Partial<CanonicalRequest>, model = GEMINI_3): EncodedRequest =>
  gemini.encodeRequest(request(fields), { model });

/** The field that a refusal names. */
export function refused(attempt: () => unknown): string | null {
  try {
    attempt();
  } catch (error) {
    if (error instanceof InvalidRequest) return error.param;
    throw error;
  }
  throw new Error('it was not refused');
}

/** Wants to see thinking. */
export const CLIENT = gemini.decodeRequest({
  contents: [{ parts: [{ text: 'Hi' }] }],
  generationConfig: { thinkingConfig: { includeThoughts: true } },
});

export function decodeBytes(bytes: Uint8Array, size = 0): CanonicalEvent[] {
  const framer = gemini.createFramer('text/event-stream');
  const decoder = gemini.createStreamDecoder();
  const events: CanonicalEvent[] = [];
  const step = size === 0 ? Math.max(bytes.length, 1) : size;
  for (let at = 0; at < bytes.length; at += step) {
    for (const frame of framer.push(bytes.slice(at, at + step))) events.push(...decoder.push(frame));
  }
  for (const frame of framer.end()) events.push(...decoder.push(frame));
  return [...events, ...decoder.end()];
}

export const toSse = (chunks: readonly unknown[]): Uint8Array =>
  new TextEncoder().encode(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join(''));

export const decodeChunks = (...chunks: unknown[]): CanonicalEvent[] => decodeBytes(toSse(chunks));

export function encodeEvents(events: readonly CanonicalEvent[], client = CLIENT): Uint8Array {
  const encoder = gemini.createStreamEncoder(client);
  const pieces = [...events.map((event) => encoder.encode(event)), encoder.end()];
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}

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
