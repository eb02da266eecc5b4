/**
 * What the relay needs to know of a wire form to pass answers of that form straight through: reading on the way,
 * never rewriting. The two-way codecs against the canonical form stand beside it, one folder a wire form.
 */
import type { SseEvent } from '../streaming/sse.ts';
import type { Usage } from '../usage/usage.ts';

/**
 * What one event of a stream is to the relay.
 *
 * - `content`: carries output (a non-empty text, refusal, reasoning, audio or tool-call delta).
 * - `usage`: carries only usage, such as a chunk with `choices: []`.
 * - `done`: the form's own end marker (`[DONE]`).
 * - `error`: the provider failed; `StreamObserver.error` holds what it said.
 * - `other`: anything else (preamble, comments, finish reasons).
 */
export type EventMeaning = 'content' | 'usage' | 'done' | 'error' | 'other';

/** Reads one stream on its way to the client. Fresh for each attempt; never throws. */
export interface StreamObserver {
  observe(event: SseEvent): EventMeaning;
  /** The last complete usage seen. */
  readonly usage: Usage | null;
  /** Characters of output seen, for an estimate where no usage comes. */
  readonly outputCharacters: number;
  /** The answer is whole: every choice has its finish reason, or the form's closing event has come. */
  readonly isComplete: boolean;
  /** The payload of the first error event. */
  readonly error: unknown;
  /** The marker that a client of this form waits for at the end; `null` if the form has none. */
  readonly doneMarker: Uint8Array | null;
}

export interface ObserverOptions {
  /** How many choices were asked for. */
  readonly choices: number;
  /** This vendor never sends a finish reason: its end marker has to do. */
  readonly doneIsEnd: boolean;
}

/** How answers of one wire form are looked at on their way through. */
export interface StraightForm {
  createObserver(options: ObserverOptions): StreamObserver;
  /** Usage of a whole answer; `null` unless it is complete enough to bill. */
  readUsage(body: Readonly<Record<string, unknown>>): Usage | null;
  /** Whether a 200 answer is an error all the same. */
  isError(body: Readonly<Record<string, unknown>>): boolean;
}

/** What a provider's error object says, before redaction. `null`: the provider did not say. */
export interface RawErrorFields {
  readonly message: string | null;
  readonly type: string | null;
  readonly param: string | null;
  readonly code: string | null;
}

/** It failed, and the provider did not say why. */
export const NOTHING_SAID: RawErrorFields = { message: null, type: null, param: null, code: null };
