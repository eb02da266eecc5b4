/** What the tests of the chat codec share. */
import type {
  CanonicalEvent,
  CanonicalRequest,
  Citation,
  JsonObject,
  ReasoningPart,
  Signer,
} from '../../../../src/dialects/canonical.ts';
import type { DecodeOptions } from '../../../../src/dialects/codec.ts';
import { createChatCodec } from '../../../../src/dialects/openai-chat/codec.ts';
import { decodeStream as decodeAt, encodeStream as encodeAll } from '../../../support/codec-streams.ts';

export const NOW = 1_700_000_000;

/** A codec whose made-up ids count. */
export function countingCodec() {
  let count = 0;
  const next = (prefix: string) => () => {
    count += 1;
    return `${prefix}${count}`;
  };
  return createChatCodec({ answer: next('chatcmpl-made-'), call: next('call_made_'), now: () => NOW });
}

export const requestOf = (fields: Record<string, unknown> = {}): CanonicalRequest =>
  countingCodec().decodeRequest({ messages: [{ role: 'user', content: 'hi' }], ...fields });

/** Without a signature, nobody has signed it. */
export const thought = (text: string, signature?: string, signer: Signer = 'other'): ReasoningPart => ({
  type: 'reasoning',
  text,
  signature: signature ?? null,
  redacted: null,
  signer,
});
export const hidden = (redacted: string, signer: Signer = 'other'): ReasoningPart => ({
  ...thought(''),
  redacted,
  signer,
});

/** As it is read from OpenAI's `url_citation`. */
export function cited(url_citation: JsonObject, span: Citation['span'] = null): Citation {
  const { url = null, title = null } = url_citation as { url?: string; title?: string }; // the tests' own
  const value = { type: 'url_citation', url_citation };
  return { url, title, citedText: null, span, native: { dialect: 'openai-chat', value } };
}

/** Chunks with one choice, of these deltas and then this finish reason. */
export function chunksOf(deltas: readonly unknown[], finish: string | null = 'stop'): unknown[] {
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 5, model: 'gpt' };
  const told = deltas.map((delta) => ({ ...base, choices: [{ index: 0, delta, finish_reason: null }] }));
  if (finish === null) return told;
  return [...told, { ...base, choices: [{ index: 0, delta: {}, finish_reason: finish }] }];
}

export const toSse = (chunks: readonly unknown[]): Uint8Array =>
  new TextEncoder().encode(
    chunks.map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join(''),
  );

export const decodeStream = (bytes: Uint8Array, size = 0, options: DecodeOptions = {}): CanonicalEvent[] =>
  decodeAt(countingCodec(), bytes, size, options);

/** What an encoder wrote for these events: the JSON of each, `[DONE]` as it is. */
export function encodeStream(events: readonly CanonicalEvent[], request = requestOf({ stream: true })) {
  const bytes = encodeAll(countingCodec().createStreamEncoder(request), events);
  const text = new TextDecoder().decode(bytes);
  const data = text.split('\n\n').slice(0, -1);
  return {
    bytes,
    told: data.map((line) => (line === 'data: [DONE]' ? '[DONE]' : JSON.parse(line.slice(6)))),
  };
}
