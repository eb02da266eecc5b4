/**
 * What a Flight tells a reader, as frames in one byte stream: a type (1 byte), the length of the payload (4 bytes, big
 * endian), the payload: bytes as they are, an entry as it lies in a store, all else as JSON. A reader takes `bytes`
 * where it is served in the very form of the run (same door, same choice of stream), and `events` and `answer` where it
 * has to write the answer in a form of its own.
 *
 * The order: one of `lead`, `expired`, `alone`, `conflict`, and nothing else; or `head`, what it announces, and `end` or
 * `failed`. `failed` may stand alone, where the run fell silent before its head.
 */
import { concat, encodeJson } from '../../bytes.ts';
import type { CanonicalEvent } from '../../dialects/canonical-events.ts';
import type { ErrorWire } from '../../errors.ts';
import { parseExact } from '../../exact-json.ts';
import { isRecord } from '../../is-record.ts';
import type { CacheEntry } from '../entry.ts';
import { decodeEntry, encodeEntry } from '../entry-bytes.ts';

/** How a reader wants to be served: equal texts are served the same bytes. */
export type ReaderForm = string;

export interface FlightHead {
  /** HTTP status of the run's answer; not 2xx with `error`. */
  readonly status: number;
  /** Of the run's answer: `content-type`, `x-edgeway-*` and the like; the leader's has its `x-ratelimit-*` too. */
  readonly headers: Readonly<Record<string, string>>;
  /** Set where the run failed before any content. */
  readonly error: ErrorWire | null;
  /** How this reader is told the rest; with an `error`, `events` means that nothing but `end` follows. */
  readonly told: 'bytes' | 'events';
  /** When the result was complete, for one that stands; `null`: the run is going on, or has just ended. */
  readonly storedAt: number | null;
}

/**
 * - `other-body`: the name was used for another body.
 * - `too-large`: the call is running, and its answer is larger than what can be told a second time.
 * - `other-kind`: the object serves requests of the other kind, which names should have prevented.
 */
export type ConflictReason = 'other-body' | 'too-large' | 'other-kind';

export type FlightFrame =
  /** Nobody runs: this reader is to, with this ticket. Nothing follows. */
  | { readonly type: 'lead'; readonly ticket: string }
  /** The ticket is no longer good, and nothing was called: join again. Nothing follows. */
  | { readonly type: 'expired' }
  /** A cacheable request that cannot be served here: it is to be answered as if there were no Flight. Nothing follows. */
  | { readonly type: 'alone' }
  /** The name cannot be used for this request now. Nothing follows. */
  | { readonly type: 'conflict'; readonly reason: ConflictReason }
  | { readonly type: 'head'; readonly head: FlightHead }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'events'; readonly events: readonly CanonicalEvent[] }
  | { readonly type: 'answer'; readonly entry: CacheEntry }
  /** Whole. */
  | { readonly type: 'end' }
  /** Broken after the head, or silent before it. */
  | { readonly type: 'failed'; readonly error: ErrorWire };

type FrameType = FlightFrame['type'];

/** Results that stand are kept as frames: a number is never given to another type. */
const CODES: Readonly<Record<FrameType, number>> = {
  lead: 1,
  expired: 2,
  alone: 3,
  conflict: 4,
  head: 5,
  bytes: 6,
  events: 7,
  answer: 8,
  end: 9,
  failed: 10,
};
const TYPES = new Map(Object.entries(CODES).map(([type, code]) => [code, type as FrameType]));

/** Of the type and the length. */
export const FRAME_HEADER_BYTES = 5;
/** The largest that is written: an entry with its body and its canonical answer. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;
const NOTHING = new Uint8Array(0);

export function encodeFrame(frame: FlightFrame): Uint8Array {
  const payload = encodePayload(frame);
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  header[0] = CODES[frame.type];
  new DataView(header.buffer).setUint32(1, payload.length);
  return concat([header, payload]);
}

function encodePayload(frame: FlightFrame): Uint8Array {
  switch (frame.type) {
    case 'bytes':
      return frame.bytes;
    case 'answer':
      return encodeEntry(frame.entry);
    case 'events':
      return encodeJson(frame.events);
    case 'expired':
    case 'alone':
    case 'end':
      return NOTHING;
    default: {
      const { type: _, ...fields } = frame;
      return encodeJson(fields);
    }
  }
}

/** Of a frame's first `FRAME_HEADER_BYTES`. Throws for what `encodeFrame` does not write. */
export function decodeFrameHeader(bytes: Uint8Array): { readonly type: FrameType; readonly length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, FRAME_HEADER_BYTES);
  const type = TYPES.get(view.getUint8(0));
  const length = view.getUint32(1);
  if (type === undefined || length > MAX_PAYLOAD_BYTES)
    throw new Error('these bytes are no frame of a Flight');
  return { type, length };
}

/** Throws for a payload that is none of its type's. `bytes` and entries are views of `payload`. */
export function decodeFrame(type: FrameType, payload: Uint8Array): FlightFrame {
  switch (type) {
    case 'bytes':
      return { type, bytes: payload };
    case 'answer': {
      const entry = decodeEntry(payload);
      if (entry === null) throw new Error('a Flight told an answer that is no entry');
      return { type, entry };
    }
    case 'events':
      return { type, events: parsePayload(payload) as readonly CanonicalEvent[] }; // written by `encodeFrame`
    case 'expired':
    case 'alone':
    case 'end':
      return { type };
    default: {
      const fields = parsePayload(payload);
      if (!isRecord(fields)) throw new Error(`a Flight told a ${type} without fields`);
      return { ...fields, type } as unknown as FlightFrame; // written by `encodeFrame`
    }
  }
}

const parsePayload = (payload: Uint8Array): unknown => parseExact(new TextDecoder().decode(payload));
