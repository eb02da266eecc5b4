/** Whose limits count for a request. */
import type { ScopeLimits } from './scope-limits.ts';

export type ScopeKind =
  | 'key'
  | 'token'
  | 'project'
  | 'organization'
  | 'end_user'
  | 'credential'
  | 'shadow'
  | 'hedge';

export interface Scope {
  readonly kind: ScopeKind;
  /** The name of its Ledger: unlike that of any other scope, and the same everywhere. */
  readonly ledger: string;
  /** What people know it by. */
  readonly name: string;
  readonly limits: ScopeLimits;
  /** What happens while its Ledger cannot be reached: the request goes on, or is refused. */
  readonly onUnavailable: 'open' | 'closed';
  /** What requests used is told to its Ledger even where nothing is limited, for those who read it. */
  readonly isRecorded: boolean;
}

/** Names may hold anything; a Ledger's name is at most this long. */
const MAX_NAME = 400;

/** `{kind}:{name}`. */
export const ledgerName = (kind: ScopeKind, name: string): string => `${kind}:${name}`.slice(0, MAX_NAME);
