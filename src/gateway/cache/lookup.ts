/** What is looked for on behalf of one request, and what was found. */
import type { CacheDesk, CachePlace } from '../../cache/cache-desk.ts';
import type { CacheKey } from '../../cache/cache-key.ts';
import type { CacheEntry, EntryHead, EntrySubjects } from '../../cache/entry.ts';
import type { CanonicalRequest } from '../../dialects/canonical.ts';
import type { AnswerBody } from '../answer.ts';
import type { KeyedBatch } from './embeddings-lookup.ts';
import type { CachePolicy } from './policy.ts';
import type { RunNote } from './run-note.ts';

export interface Lookup {
  readonly key: CacheKey;
  readonly policy: CachePolicy;
  readonly desk: CacheDesk;
  readonly place: CachePlace;
  readonly subjects: EntrySubjects;
  /** How many choices were asked for. */
  readonly choices: number;
  /** The last invalidation that is known. */
  readonly generation: number;
  /** The request's own bound on the age of an answer; `null`: none. */
  readonly maxAgeMs: number | null;
  /** Whether an entry may be given to this caller: not forgotten, not over, not too old, its target within reach. */
  readonly isGood: (head: EntryHead) => boolean;
  /** Whether what is being answered now was asked for after everything that forgets it. */
  readonly mayJoin: (run: RunNote) => boolean;
  /** In the caller's form; `null` if the entry cannot be told so. */
  readonly replay: (entry: CacheEntry) => AnswerBody | null;
  /** The request, for answers in another form; `null` where the door's codec cannot read it. Only while its body is held, but the first call is remembered. */
  readonly canonical: () => CanonicalRequest | null;
  /** Of embeddings. */
  readonly batch: KeyedBatch | null;
  /** Others who ask the same are waited with. */
  readonly isShared: boolean;
}

export interface Found {
  readonly entry: CacheEntry;
  /** In the caller's form. */
  readonly body: AnswerBody;
}
