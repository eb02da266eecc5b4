/**
 * A wire form, as two sides. `DoorCodec`: clients speak it. `UpstreamCodec`: providers speak it. A door uses one, an
 * attempt the other, so any door reaches any upstream.
 */
import type { ErrorWire } from '../errors.ts';
import type { Carried, DialectId } from '../providers/provider-row.ts';
import type { Framer, StreamFrame } from '../streaming/frames.ts';
import type { CanonicalAnswer, CanonicalEvent, CanonicalRequest, JsonObject } from './canonical.ts';
import type { StoredForm } from './stored-form.ts';
import type { RawErrorFields, StraightForm, StreamObserver } from './straight.ts';

export type { Carried } from '../providers/provider-row.ts';

/** What became of a request on its way into a wire form. */
export interface EncodedRequest {
  readonly body: JsonObject;
  /** Fields of the client that this form has no place for, by their names in OpenAI's form or in canonical. */
  readonly dropped: readonly string[];
  /** Headers that go with this body, names in lowercase (a beta that a field needs). */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface EncodeTarget {
  /** The upstream's model id. */
  readonly model: string;
  readonly carries?: readonly Carried[];
  /** Whether a stream may be asked for usage where the form has a wish for it; `false` for vendors that refuse it. */
  readonly asksForUsage?: boolean;
}

export interface DecodeOptions {
  /** This vendor never sends a finish reason: its end marker finishes every choice. */
  readonly doneIsEnd?: boolean;
}

/** Reads one stream; fresh for each. Never throws: what it cannot read it passes over. */
export interface StreamDecoder {
  push(frame: StreamFrame): readonly CanonicalEvent[];
  /** The body has ended: what is still open is closed. An answer that did not finish stays unfinished. */
  end(): readonly CanonicalEvent[];
}

/**
 * Writes one stream; fresh for each. `encode` may give nothing for an event. An `error` event writes nothing: the
 * relay says by `fail` what the client may see of it.
 */
export interface StreamEncoder {
  encode(event: CanonicalEvent): Uint8Array;
  /** After the last event of an answer that is whole. */
  end(): Uint8Array;
  /** In the place of everything that would have come. */
  fail(error: ErrorWire): Uint8Array;
}

/** One call of an upstream, as its address needs it. */
export interface UpstreamOperation {
  /** The upstream's model id. */
  readonly model: string;
  readonly wantsStream: boolean;
}

/** A provider's error body, and how long it asks us to wait where its body says so. */
export interface ReadError extends RawErrorFields {
  readonly retryAfterMs?: number;
}

export interface UpstreamCodec {
  readonly dialect: DialectId;
  /** Below the provider's base URL, percent-encoded, with its query. */
  path(operation: UpstreamOperation): string;
  /** Sent with every call, names in lowercase. */
  readonly headers: Readonly<Record<string, string>>;
  /** What a stream is asked for with, in `accept`. */
  readonly streamType: string;
  /** A stream may come as one JSON array (wire 9): its content type does not tell it from a whole answer. */
  readonly streamsAsJson?: true;
  /** Throws `InvalidRequest` for what this form cannot say and that must not be dropped. */
  encodeRequest(request: CanonicalRequest, target: EncodeTarget): EncodedRequest;
  /** `null` if the body is no answer of this form. */
  decodeAnswer(body: unknown): CanonicalAnswer | null;
  /** `contentType`: of the answer, in lowercase. */
  createFramer(contentType: string): Framer;
  createStreamDecoder(options?: DecodeOptions): StreamDecoder;
  /** An error answer's body and headers; `null` if it is no error object, and then nothing of it may travel on. */
  readError(body: unknown, headers: Headers): ReadError | null;
  /** Token counting, where the vendor has it. */
  readonly counting?: {
    path(operation: UpstreamOperation): string;
    encodeRequest(request: CanonicalRequest, target: EncodeTarget): EncodedRequest;
    decodeAnswer(body: unknown): number | null;
  };
}

export interface DoorCodec {
  readonly dialect: DialectId;
  /** Throws `InvalidRequest` naming the field. */
  decodeRequest(body: JsonObject): CanonicalRequest;
  /** `answer.model`: who answered, by the vendor's word or, where it has none, by the client's. */
  encodeAnswer(answer: CanonicalAnswer, request: CanonicalRequest): JsonObject;
  createStreamEncoder(request: CanonicalRequest): StreamEncoder;
  /** An error as this form's clients expect it: the body of an HTTP answer. */
  encodeError(error: ErrorWire, requestId: string): JsonObject;
  /** The last event of a stream whose bytes were the upstream's; `observer` has read what came before. */
  encodeFailure(error: ErrorWire, observer: StreamObserver | null): Uint8Array;
  /** Sent in long silences of a stream that is ours, between events. */
  readonly keepAlive: Uint8Array;
  /** The same where the events are another's, or none has come: bytes that mean nothing to the form's clients. */
  readonly filler: Uint8Array;
  /**
   * Whether another vendor's proof of thought stands in a request of this form, as `createStreamEncoder` and
   * `encodeAnswer` gave it out. The form's own vendor would refuse it, so such a request does not pass straight.
   */
  holdsForeignProofs(body: JsonObject): boolean;
  /** For targets of the same form, whose bytes pass through. */
  readonly straight: StraightForm;
  /** For answers that are kept. */
  readonly stored: StoredForm;
}

export interface Codec extends UpstreamCodec, DoorCodec {}
