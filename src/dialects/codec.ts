/** One wire form, both ways. A door uses one side, an upstream the other, so any door reaches any upstream. */
import type { ErrorWire } from '../errors.ts';
import type { DialectId } from '../providers/provider-row.ts';
import type { SseEvent } from '../streaming/sse.ts';
import type { CanonicalAnswer, CanonicalEvent, CanonicalRequest, JsonObject } from './canonical.ts';

/** What became of a request on its way into a wire form. */
export interface EncodedRequest {
  readonly body: JsonObject;
  /** Fields of the client that this form has no place for, by their names in the client's form or in canonical. */
  readonly dropped: readonly string[];
}

export interface EncodeTarget {
  /** The upstream's model id. */
  readonly model: string;
}

/** Reads one stream; fresh for each. Never throws: what it cannot read it passes over. */
export interface StreamDecoder {
  push(event: SseEvent): readonly CanonicalEvent[];
  /** The body has ended: what is still open is closed. An answer that did not finish stays unfinished. */
  end(): readonly CanonicalEvent[];
}

/** Writes one stream; fresh for each. */
export interface StreamEncoder {
  encode(event: CanonicalEvent): Uint8Array;
  /** After the last event of an answer that is whole. */
  end(): Uint8Array;
  /** In the place of everything that would have come. */
  fail(error: ErrorWire): Uint8Array;
}

export interface Codec {
  readonly dialect: DialectId;
  /** Throws `InvalidRequest` naming the field. */
  decodeRequest(body: JsonObject): CanonicalRequest;
  /** Throws `InvalidRequest` for what this form cannot say and that must not be dropped. */
  encodeRequest(request: CanonicalRequest, target: EncodeTarget): EncodedRequest;
  /** `null` if the body is no answer of this form. */
  decodeAnswer(body: unknown): CanonicalAnswer | null;
  /** `model` is what the client called it. */
  encodeAnswer(answer: CanonicalAnswer, request: CanonicalRequest): JsonObject;
  createStreamDecoder(): StreamDecoder;
  createStreamEncoder(request: CanonicalRequest): StreamEncoder;
}
