/** Results of runs that are over, kept as the very frames that later readers are told. */
import type { FrameSource } from './frame-log.ts';
import type { FlightKind } from './messages.ts';

export interface KeptAbout {
  readonly kind: FlightKind;
  readonly fingerprint: string | null;
  /** Milliseconds since the Unix epoch: when the run was complete, and until when the result counts. */
  readonly storedAt: number;
  readonly expiresAt: number;
  /** The last invalidation that was known when the run was asked for. */
  readonly generation: number;
}

export interface KeptResult {
  readonly about: KeptAbout;
  /** From the first frame to the last. */
  open(): FrameSource;
}

/** One result at a time. */
export interface KeptResults {
  /** `null`: none. One that has expired may still be told of. */
  current(): KeptResult | null;
  /** In place of the one before. Throws if it cannot be kept; then there is none. */
  keep(about: KeptAbout, frames: Iterable<Uint8Array>): void;
  clear(): void;
}

/** Until a cached answer can be read from the store everywhere, in milliseconds. */
export const STANDING_MS = 90_000;
/** Cached answers that are larger do not stand. */
export const MAX_STANDING_BYTES = 8 * 1024 * 1024;
/** How long an `Idempotency-Key` counts. */
export const IDEMPOTENCY_MS = 86_400_000;
