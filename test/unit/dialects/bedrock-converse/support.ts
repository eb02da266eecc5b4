/** Small requests, answers and streams for the tests of Bedrock's codec, and a writer of AWS event stream frames. */
import { bedrockConverse } from '../../../../src/dialects/bedrock-converse/codec.ts';
import type {
  CanonicalEvent,
  CanonicalRequest,
  JsonObject,
  Part,
  Turn,
} from '../../../../src/dialects/canonical.ts';
import { InvalidRequest } from '../../../../src/errors.ts';

export const CLAUDE = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
export const NOVA = 'us.amazon.nova-2-lite-v1:0';
export const GPT = 'us.openai.gpt-5.6-sol';

export const text = (value: string): Part => ({ type: 'text', text: value });
export const user = (...parts: (string | Part)[]): Turn => ({
  role: 'user',
  parts: parts.map((part) => (typeof part === 'string' ? text(part) : part)),
});
export const system = (value: string): Turn => ({ role: 'system', parts: [text(value)] });
export const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts });
export const call = (id: string, input = '{}', name = 'look'): Part => ({
  type: 'tool-call',
  id,
  name,
  input,
  isCustom: false,
});
export const result = (callId: string, value = 'found', isError = false): Turn => ({
  role: 'tool',
  parts: [{ type: 'tool-result', callId, name: null, content: [{ type: 'text', text: value }], isError }],
});
export const thought = (value: string, signature: string | null): Part => ({
  type: 'reasoning',
  text: value,
  signature,
  redacted: null,
  signer: signature === null ? 'other' : 'anthropic',
});
export const TOOL: CanonicalRequest['tools'][number] = {
  kind: 'function',
  name: 'look',
  description: 'Looks',
  parameters: { type: 'object', properties: { at: { type: 'string' } } },
  strict: null,
};

export function request(fields: Partial<CanonicalRequest> = {}): CanonicalRequest {
  return {
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
  };
}

export const encode = (fields: Partial<CanonicalRequest> = {}, model = CLAUDE) =>
  bedrockConverse.encodeRequest(request(fields), { model });

/** The field that a refusal names. */
export function refusalOf(fields: Partial<CanonicalRequest>, model = CLAUDE): string | null {
  try {
    encode(fields, model);
  } catch (error) {
    if (error instanceof InvalidRequest) return error.param;
    throw error;
  }
  throw new Error('it was not refused');
}

export const answerOf = (content: readonly unknown[], fields: JsonObject = {}): JsonObject => ({
  output: { message: { role: 'assistant', content } },
  stopReason: 'end_turn',
  usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
  ...fields,
});

export type Header = readonly [name: string, type: number, value: Uint8Array];

export const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value);

export function headerOf(name: string, value: string): Header {
  const bytes = bytesOf(value);
  return [name, 7, Uint8Array.of(bytes.length >> 8, bytes.length & 0xff, ...bytes)];
}

export function frameOf(headers: readonly Header[], payload: string): Uint8Array {
  const encoded = headers.flatMap(([name, type, value]) => [name.length, ...bytesOf(name), type, ...value]);
  const body = bytesOf(payload);
  const frame = new Uint8Array(16 + encoded.length + body.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, frame.length);
  view.setUint32(4, encoded.length);
  view.setUint32(8, crcOf(frame.subarray(0, 8)));
  frame.set(encoded, 12);
  frame.set(body, 12 + encoded.length);
  view.setUint32(frame.length - 4, crcOf(frame.subarray(0, -4)));
  return frame;
}

/** A bit at a time: nothing in common with the table of the code under test. */
export function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit += 1) {
      const differs = ((crc ^ (byte >> bit)) & 1) === 1;
      crc = (differs ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1) >>> 0;
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Padded as Bedrock does. */
export const eventFrame = (name: string, payload: JsonObject): Uint8Array =>
  frameOf(
    [
      headerOf(':event-type', name),
      headerOf(':content-type', 'application/json'),
      headerOf(':message-type', 'event'),
    ],
    JSON.stringify({ ...payload, p: 'abcdefgh' }),
  );

export const exceptionFrame = (name: string, payload: JsonObject): Uint8Array =>
  frameOf(
    [headerOf(':exception-type', name), headerOf(':message-type', 'exception')],
    JSON.stringify(payload),
  );

export type Step = readonly [name: string, payload: JsonObject];

export const streamOf = (...steps: readonly Step[]): Uint8Array =>
  concat(steps.map(([name, payload]) => eventFrame(name, payload)));

/** `messageStart`, the deltas, `messageStop`. */
export const messageOf = (...steps: readonly Step[]): Uint8Array =>
  streamOf(['messageStart', { role: 'assistant' }], ...steps, ['messageStop', { stopReason: 'end_turn' }]);

export const start = (contentBlockIndex: number, content: JsonObject): Step => [
  'contentBlockStart',
  { contentBlockIndex, start: content },
];
export const delta = (contentBlockIndex: number, content: JsonObject): Step => [
  'contentBlockDelta',
  { contentBlockIndex, delta: content },
];
export const stop = (contentBlockIndex: number): Step => ['contentBlockStop', { contentBlockIndex }];

export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

export function decodeStream(body: Uint8Array, size = 0): CanonicalEvent[] {
  const framer = bedrockConverse.createFramer('application/vnd.amazon.eventstream');
  const decoder = bedrockConverse.createStreamDecoder();
  const events: CanonicalEvent[] = [];
  const step = size === 0 ? Math.max(body.length, 1) : size;
  for (let at = 0; at < body.length; at += step) {
    for (const frame of framer.push(body.slice(at, at + step))) events.push(...decoder.push(frame));
  }
  for (const frame of framer.end()) events.push(...decoder.push(frame));
  return [...events, ...decoder.end()];
}
