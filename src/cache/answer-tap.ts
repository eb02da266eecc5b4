/** Who listens to an answer beside the client that it is for. */
import type { CanonicalEvent } from '../dialects/canonical-events.ts';
import type { ErrorWire } from '../errors.ts';
import type { CacheEntry } from './entry.ts';

export interface AnswerTap {
  /** Steps of a chat answer, as they come. */
  events(batch: readonly CanonicalEvent[]): void;
  /** The answer is whole. `mayBeKept`: by the rules of what is cached; those who wait for it get it either way. */
  finished(entry: CacheEntry, mayBeKept: boolean): void;
  /** It broke; what came before it may have been content. */
  failed(error: ErrorWire): void;
}
