/** What follows when a call has failed. */
import type { AttemptFailure } from '../provider-failure.ts';

export type Step =
  /** The failure stands. */
  | { readonly kind: 'end' }
  | { readonly kind: 'next-credential' }
  | { readonly kind: 'again'; readonly waitMs: number }
  /** `wasAsked`: it was, so its failure tells more than that of a target which could not be. */
  | { readonly kind: 'next-target'; readonly wasAsked: boolean };

export interface Chances {
  readonly hasNextCredential: boolean;
  readonly hasNextTarget: boolean;
  /** Further tries on this target. */
  readonly triesLeft: number;
  /** Before the next try; `null`: too long to be waited out. */
  readonly waitMs: number | null;
  /** Its circuit is open by now, or it asked for a pause. */
  readonly rests: boolean;
}

/** Of a request that can be sent again. `nothing` is decided by the causes (`cause.ts`), where there is a rule. */
export function nextStep({ remedy, isCredentialRefused }: AttemptFailure, chances: Chances): Step {
  const { hasNextCredential, hasNextTarget, triesLeft, waitMs, rests } = chances;
  switch (remedy) {
    case 'nothing':
      return { kind: 'end' };
    case 'other-credential':
      return hasNextCredential ? { kind: 'next-credential' } : { kind: 'end' };
    case 'elsewhere':
      return { kind: 'next-target', wasAsked: false };
    case 'next-credential':
      if (hasNextCredential) return { kind: 'next-credential' };
  }
  const isBetterElsewhere = hasNextTarget && (remedy !== 'again' || rests);
  return isCredentialRefused || triesLeft === 0 || waitMs === null || isBetterElsewhere
    ? { kind: 'next-target', wasAsked: true }
    : { kind: 'again', waitMs };
}
