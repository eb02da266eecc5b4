/** One kept answer. How it lies in a store: `entry-bytes.ts`. */
import type { DoorDialect } from '../dialects/routes.ts';
import type { Usage } from '../usage/usage.ts';

/**
 * - `chat`: an answer that any chat door can give: `body` is that of the door `door`, `canonical` stands for it at others.
 * - `json`: JSON of a route that has one form only.
 * - `bytes`: sound, subtitles: `body` as it came.
 * - `vectors`: embeddings, one for each input of the request, `body` as `dialects/embeddings/stored-answer.ts` writes them.
 */
export type EntryKind = 'chat' | 'json' | 'bytes' | 'vectors';

export interface EntryHead {
  readonly kind: EntryKind;
  /** The form of `body`, for `chat`. */
  readonly door: DoorDialect | null;
  readonly contentType: string;
  /** Who answered: the provider's id, and its own name of the model. */
  readonly provider: string;
  readonly model: string;
  /** What the answer is found by when it is to be forgotten. */
  readonly about: EntrySubjects;
  /** The last invalidation that was known when the answer was asked for; see `invalidations.ts`. */
  readonly generation: number;
  /** Milliseconds since the Unix epoch: when it was complete, until when it is fresh, until when it is kept. */
  readonly storedAt: number;
  readonly freshUntil: number;
  readonly keptUntil: number;
  readonly usage: Usage | null;
  /** Fields of the request that did not reach who answered. */
  readonly dropped: readonly string[];
  /** How it first came, in milliseconds from the call. */
  readonly firstContentMs: number;
  readonly totalMs: number;
}

export interface EntrySubjects {
  readonly project: string;
  readonly organization: string | null;
  /** As the client named it: an alias, or `provider/model`. */
  readonly model: string;
  readonly namespace: string | null;
  readonly tags: readonly string[];
}

export interface CacheEntry {
  readonly head: EntryHead;
  readonly body: Uint8Array;
  /** JSON of a `CanonicalAnswer`, for `chat`; else `null`. */
  readonly canonical: Uint8Array | null;
}

/** Larger ones are not kept. KV takes 25 MiB, of which the head and the seal need a little. */
export const MAX_ENTRY_BYTES = 24 * 1024 * 1024;
