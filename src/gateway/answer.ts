/** An answer that can be delivered, and the ways in which its body comes. */
import type { CanonicalEvent, CanonicalRequest } from '../dialects/canonical.ts';
import type { DoorCodec } from '../dialects/codec.ts';
import type { Usage } from '../usage/usage.ts';
import type { TranslatedEvents } from './translated-events.ts';
import type { UpstreamCall } from './upstream-call.ts';
import type { ReadEvent, UpstreamEvents } from './upstream-events.ts';

export type AnswerBody =
  /** All of it is here. */
  | { readonly kind: 'whole'; readonly bytes: Uint8Array; readonly usage: Usage | null }
  /** Events; `backlog` was read already. `stripsUsage`: usage events are there only because we asked. */
  | {
      readonly kind: 'events';
      readonly backlog: readonly ReadEvent[];
      readonly events: UpstreamEvents;
      readonly stripsUsage: boolean;
    }
  /** Events of another wire form, to be written in the door's; `backlog` was read already. */
  | {
      readonly kind: 'translated';
      readonly backlog: readonly CanonicalEvent[];
      readonly events: TranslatedEvents;
      readonly door: DoorCodec;
      readonly canonical: CanonicalRequest;
      /** What the client calls the model, for vendors that do not say who answered. */
      readonly clientModel: string;
    }
  /** A whole completion, told as the events that the client waits for. */
  | { readonly kind: 'told'; readonly events: readonly Uint8Array[]; readonly usage: Usage | null }
  /** Bytes that pass through as they come; `first` was read already. */
  | {
      readonly kind: 'bytes';
      readonly first: readonly Uint8Array[];
      readonly reader: ReadableStreamDefaultReader<Uint8Array>;
      readonly isJson: boolean;
    }
  /** Handed over without being touched. */
  | { readonly kind: 'native'; readonly body: ReadableStream<Uint8Array> | null };

export interface Answer {
  readonly call: UpstreamCall;
  readonly status: number;
  readonly headers: Headers;
  readonly body: AnswerBody;
}
