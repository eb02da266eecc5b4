/** An answer that can be delivered, and the ways in which its body comes. */
import type { CacheEntry } from '../cache/entry.ts';
import type { FrameReader } from '../cache/flight/flight-client.ts';
import type { FlightHead } from '../cache/flight/frames.ts';
import type { CanonicalAnswer, CanonicalEvent, CanonicalRequest } from '../dialects/canonical.ts';
import type { DoorCodec } from '../dialects/codec.ts';
import type { Usage } from '../usage/usage.ts';
import type { TranslatedEvents } from './translated-events.ts';
import type { UpstreamCall } from './upstream-call.ts';
import type { ReadEvent, UpstreamEvents } from './upstream-events.ts';

export type AnswerBody =
  /** All of it is here. */
  | {
      readonly kind: 'whole';
      readonly bytes: Uint8Array;
      readonly usage: Usage | null;
      /** Default: JSON. */
      readonly contentType?: string;
      /** What `bytes` were written from, where they were written here. */
      readonly canonical?: CanonicalAnswer;
    }
  /** Events; `backlog` was read already. `stripsUsage`: usage events are there only because we asked. */
  | {
      readonly kind: 'events';
      readonly call: UpstreamCall;
      readonly backlog: readonly ReadEvent[];
      readonly events: UpstreamEvents;
      readonly stripsUsage: boolean;
    }
  /** Events of another wire form, to be written in the door's; `backlog` was read already. */
  | {
      readonly kind: 'translated';
      readonly call: UpstreamCall;
      readonly backlog: readonly CanonicalEvent[];
      readonly events: TranslatedEvents;
      readonly door: DoorCodec;
      readonly canonical: CanonicalRequest;
      /** What the client calls the model, for vendors that do not say who answered. */
      readonly clientModel: string;
      /** All of the request, where another target may be asked to go on with a text that breaks off; else `null`. */
      readonly asked: CanonicalRequest | null;
    }
  /** A whole completion, told as the events that the client waits for. */
  | {
      readonly kind: 'told';
      readonly events: readonly Uint8Array[];
      readonly usage: Usage | null;
      /** The answer as the door would have given it whole; `canonical`: what it was written from. */
      readonly whole?: Uint8Array;
      readonly canonical?: CanonicalAnswer;
      /** Milliseconds from the first to the last event; absent: at once. */
      readonly overMs?: number;
    }
  /** Bytes that pass through as they come; `first` was read already. */
  | {
      readonly kind: 'bytes';
      readonly call: UpstreamCall;
      readonly first: readonly Uint8Array[];
      readonly reader: ReadableStreamDefaultReader<Uint8Array>;
      readonly isJson: boolean;
    }
  /** A stream that another object relays; its first frame was read already. */
  | {
      readonly kind: 'followed';
      readonly frames: FrameReader;
      readonly head: FlightHead;
      /** For a form of its own: what writes the events. */
      readonly translated: { readonly door: DoorCodec; readonly canonical: CanonicalRequest } | null;
      /** The whole answer as events, where it comes in one piece. */
      readonly tell: (entry: CacheEntry) => readonly Uint8Array[] | null;
    }
  /** Handed over without being touched. */
  | { readonly kind: 'native'; readonly body: ReadableStream<Uint8Array> | null };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Headers that whoever runs the request has told. */
  readonly told?: Readonly<Record<string, string>>;
  readonly body: AnswerBody;
}
