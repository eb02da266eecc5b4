/** Streams through codecs as the relay drives them, cut anywhere. Runs in Node and in workerd. */
import { concat } from '../../src/bytes.ts';
import type { CanonicalEvent } from '../../src/dialects/canonical.ts';
import type { DecodeOptions, StreamEncoder, UpstreamCodec } from '../../src/dialects/codec.ts';
import type { EventMeaning, StreamObserver } from '../../src/dialects/straight.ts';
import { SseSplitter } from '../../src/streaming/sse.ts';
import { inPieces } from './seeded.ts';

/** Bytes in a piece; 0 is one piece. */
export const CHUNK_SIZES = [1, 7, 64, 4096, 0] as const;

/** `size` as in `CHUNK_SIZES`. */
const cut = (bytes: Uint8Array, size: number): Uint8Array[] =>
  inPieces(bytes, size === 0 ? bytes.length : size);

export interface Reading extends DecodeOptions {
  /** Default: server-sent events. */
  readonly contentType?: string;
}

/** All that a body says when it arrives in pieces of `size` bytes (0: at once). */
export function decodeStream(
  codec: Pick<UpstreamCodec, 'createFramer' | 'createStreamDecoder'>,
  body: string | Uint8Array,
  size = 0,
  { contentType = 'text/event-stream', ...options }: Reading = {},
): CanonicalEvent[] {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const framer = codec.createFramer(contentType);
  const decoder = codec.createStreamDecoder(options);
  const events: CanonicalEvent[] = [];
  for (const piece of cut(bytes, size)) {
    for (const frame of framer.push(piece)) events.push(...decoder.push(frame));
  }
  for (const frame of framer.end()) events.push(...decoder.push(frame));
  return [...events, ...decoder.end()];
}

/** What an encoder writes for these events, to the end. */
export const encodeStream = (encoder: StreamEncoder, events: readonly CanonicalEvent[]): Uint8Array =>
  concat([...events.map((event) => encoder.encode(event)), encoder.end()]);

/** Shows a stream of server-sent events to an observer; returns what it made of each. */
export function observeStream(observer: StreamObserver, bytes: Uint8Array, size = 0): EventMeaning[] {
  const splitter = new SseSplitter();
  const meanings: EventMeaning[] = [];
  for (const piece of cut(bytes, size)) {
    for (const event of splitter.push(piece)) meanings.push(observer.observe(event));
  }
  const rest = splitter.flush();
  return rest === null ? meanings : [...meanings, observer.observe(rest)];
}
