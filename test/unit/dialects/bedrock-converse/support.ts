/** Small requests, answers and streams for the tests of Bedrock's codec, and a writer of AWS event stream frames. */
import { concat } from '../../../../src/bytes.ts';
import { bedrockConverse } from '../../../../src/dialects/bedrock-converse/codec.ts';
import type {
  CanonicalEvent,
  CanonicalRequest,
  JsonObject,
  Turn,
} from '../../../../src/dialects/canonical.ts';
import { requestWith, text, tool } from '../../../support/canonical.ts';
import { decodeStream as decodeAt } from '../../../support/codec-streams.ts';
import { refusedField } from '../../../support/refused-field.ts';

export {
  assistant,
  call,
  requestWith as request,
  result,
  text,
  thought,
  user,
} from '../../../support/canonical.ts';

export const CLAUDE = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
export const NOVA = 'us.amazon.nova-2-lite-v1:0';
export const GPT = 'us.openai.gpt-5.6-sol';

export const system = (value: string): Turn => ({ role: 'system', parts: [text(value)] });
export const TOOL = tool('look', {
  description: 'Looks',
  parameters: { type: 'object', properties: { at: { type: 'string' } } },
});

export const encode = (fields: Partial<CanonicalRequest> = {}, model = CLAUDE) =>
  bedrockConverse.encodeRequest(requestWith(fields), { model });

/** The field that a refusal names. */
export const refusalOf = (fields: Partial<CanonicalRequest>, model = CLAUDE): string | null =>
  refusedField(() => encode(fields, model));

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

/** Everything that a body says, arriving in pieces of `size` bytes (0: at once). */
export const decodeStream = (body: Uint8Array, size = 0): CanonicalEvent[] =>
  decodeAt(bedrockConverse, body, size, { contentType: 'application/vnd.amazon.eventstream' });
