/** Forgetting cached answers on behalf of a credential: those of its own project, and of nobody else's. */
import { GatewayUnavailable, LimitExceeded, PermissionDenied } from '../errors.ts';
import { IsolateCache } from '../isolate-cache.ts';
import { AskingRate } from '../keys/asking-rate.ts';
import { ALL_FORGOTTEN, type InvalidationTarget } from '../keys/invalidations-copy.ts';
import type { Principal } from '../keys/principal.ts';
import type { ControlPlane } from './control-plane.ts';
import type { ForgetWish } from './forget-wish.ts';

/** Who wants it, as the audit trail tells it. */
export interface Forgetter {
  /** Its key's id, or what its use is counted under. */
  readonly subject: string;
  readonly ip: string | null;
  /** ISO 3166-1 alpha-2 code. */
  readonly country: string | null;
  readonly requestId: string;
}

/**
 * Resolves to the invalidation's number, once it counts in this isolate. Rejects with `GatewayUnavailable`, and with
 * `LimitExceeded` for a project that wants too much at once.
 */
export type ForgetCached = (
  target: InvalidationTarget,
  by: Forgetter,
  waitUntil: (work: Promise<unknown>) => void,
) => Promise<number>;

/** Rejects with `PermissionDenied` for another project, and as `ForgetCached`. */
export async function forgetCached(
  { kind, value }: ForgetWish,
  { project, organization, keyId, ledgerId }: Principal,
  by: Omit<Forgetter, 'subject'>,
  work: { readonly forget: ForgetCached; readonly waitUntil: (work: Promise<unknown>) => void },
): Promise<number> {
  if (kind === 'project' && value !== project)
    throw new PermissionDenied('This API key may forget the cached answers of its own project only.');
  const what = kind === 'project' ? { kind: 'all' as const, value: null } : { kind, value };
  const subject = keyId ?? ledgerId;
  return work.forget({ project, organization, ...what }, { subject, ...by }, work.waitUntil);
}

export interface ForgettingParts {
  /** Into the Registry. Rejects with `GatewayUnavailable`. */
  readonly write: (target: InvalidationTarget, by: Forgetter) => Promise<number>;
  readonly controlPlane: Pick<ControlPlane, 'confirm' | 'copies'>;
  readonly now: () => number;
}

/** Of one project in one isolate, in the long run and at once: each is a change that every isolate has to hear of. */
const RATE = { perSecond: 5, burst: 50 };

export function createForgetting({ write, controlPlane, now }: ForgettingParts): ForgetCached {
  const rates = new IsolateCache<AskingRate>({ maxEntries: 1000, ttlMs: 60_000, now });
  const takeTurn = (project: string | null): void => {
    const name = JSON.stringify(project);
    const rate = rates.get(name) ?? new AskingRate(RATE, now);
    rates.set(name, rate);
    if (!rate.take()) throw tooMuch(project);
  };
  return async (target, by, waitUntil) => {
    takeTurn(target.project);
    const generation = await write(target, by);
    await controlPlane.confirm(waitUntil);
    const { cache } = controlPlane.copies;
    // Whoever is told that it is forgotten meets it nowhere: not here either, should the Registry be silent by now.
    if (cache !== ALL_FORGOTTEN && cache.generation < generation)
      throw new GatewayUnavailable('It is forgotten, but not everywhere yet. Ask again to be sure.');
    return generation;
  };
}

const tooMuch = (project: string | null): LimitExceeded =>
  new LimitExceeded({
    code: 'request_limit_exceeded',
    message: 'Too much is to be forgotten at once. A tag or a namespace forgets many answers in one request.',
    scope: `project ${JSON.stringify(project)}`,
    param: 'cache',
    retryAfterMs: 1000,
  });
