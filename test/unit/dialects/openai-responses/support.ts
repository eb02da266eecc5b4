/** What the tests of the Responses codec share. */
import type {
  CanonicalAnswer,
  CanonicalEvent,
  CanonicalRequest,
  JsonObject,
  Part,
} from '../../../../src/dialects/canonical.ts';
import type { Codec } from '../../../../src/dialects/codec.ts';
import { createResponsesCodec } from '../../../../src/dialects/openai-responses/codec.ts';

export const NOW = 1_700_000_000;

/** A codec whose clock stands still, and whose made-up ids count. */
export function countingCodec(): Codec {
  let count = 0;
  const next = (prefix: string) => {
    count += 1;
    return `${prefix}_${count}`;
  };
  return createResponsesCodec({
    answer: () => next('resp'),
    item: next,
    call: () => next('call'),
    now: () => NOW,
  });
}

export const decode = (fields: JsonObject = {}): CanonicalRequest =>
  countingCodec().decodeRequest({ model: 'some-model', input: 'Hi', ...fields });

export const REQUEST = decode();

export const requestWith = (fields: Partial<CanonicalRequest>): CanonicalRequest => ({
  ...REQUEST,
  ...fields,
});

/** The body and the drops of a canonical request. */
export const encode = (fields: Partial<CanonicalRequest>, carries: readonly 'reasoning_content'[] = []) =>
  countingCodec().encodeRequest(requestWith(fields), { model: 'gpt-5', carries });

export const text = (value: string): Part => ({ type: 'text', text: value });

export const USAGE = {
  inputTokens: 30,
  outputTokens: 9,
  cacheReadTokens: 10,
  cacheWriteTokens: 5,
  reasoningTokens: 4,
  estimated: false,
};

export const answerOf = (
  parts: readonly Part[],
  choice: Partial<CanonicalAnswer['choices'][number]> = {},
): CanonicalAnswer => ({
  id: 'chatcmpl-1',
  model: 'some-model',
  created: 5,
  choices: [{ index: 0, parts, finish: 'stop', nativeFinish: 'stop', ...choice }],
  usage: USAGE,
});

/** Decodes a body cut into pieces of `size` bytes (0: one piece). */
export function decodeStream(body: string | Uint8Array, size = 0, codec = countingCodec()): CanonicalEvent[] {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const framer = codec.createFramer('text/event-stream');
  const decoder = codec.createStreamDecoder();
  const events: CanonicalEvent[] = [];
  const step = size === 0 ? Math.max(bytes.length, 1) : size;
  for (let at = 0; at < bytes.length; at += step) {
    for (const frame of framer.push(bytes.slice(at, at + step))) events.push(...decoder.push(frame));
  }
  for (const frame of framer.end()) events.push(...decoder.push(frame));
  return [...events, ...decoder.end()];
}

/** The stream's bytes as text. */
export const sse = (...events: JsonObject[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

/** What the encoder writes for these events, as text. */
export function writeStream(
  events: readonly CanonicalEvent[],
  request: CanonicalRequest = REQUEST,
  codec = countingCodec(),
): string {
  const encoder = codec.createStreamEncoder(request);
  const pieces = [...events.map((event) => encoder.encode(event)), encoder.end()];
  return pieces.map((piece) => new TextDecoder().decode(piece)).join('');
}

/** The events in what was written; their two names must be one. */
export function readEvents(written: string): JsonObject[] {
  return written
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const [name, data] = block.split('\n');
      const event = JSON.parse(String(data).replace(/^data: /, ''));
      if (name !== `event: ${event.type}`) throw new Error(`"${name}" names another event than ${data}`);
      return event;
    });
}

/** Their types, repeated ones once. */
export const typesOf = (events: readonly JsonObject[]): string[] =>
  events.map(({ type }) => String(type)).filter((type, index, all) => type !== all[index - 1]);
