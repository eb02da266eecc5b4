/** Limits of a provider's own credentials: one that has nothing left hands over to the next. */
import { LimitExceeded, ProviderError } from '../../errors.ts';
import type { Ask, Grant } from '../../limits/leases/limit-desk.ts';
import { ledgerName, type Scope } from '../../limits/scope.ts';
import { isLimited, toScopeLimits } from '../../limits/scope-limits.ts';
import type { Credential } from '../../providers/provider.ts';
import type { Exchange, Target } from '../exchange.ts';
import { AttemptFailed } from '../provider-failure.ts';
import type { Services } from '../services.ts';
import type { Snapshot } from '../snapshot.ts';
import { usualFor } from './scopes-of.ts';

/** By credential id. */
export type CredentialScopes = ReadonlyMap<string, Scope>;

export function createCredentialScopes({ document, providers }: Snapshot): CredentialScopes {
  const scopes = new Map<string, Scope>();
  for (const provider of providers.values()) {
    const fields = document.providers[provider.id]?.limits;
    const limits = fields === undefined ? null : toScopeLimits(fields);
    if (limits === null || !isLimited(limits)) continue;
    for (const { id } of provider.credentials) {
      scopes.set(id, {
        kind: 'credential',
        ledger: ledgerName('credential', id),
        name: id,
        limits,
        onUnavailable: document.limits.on_unavailable ?? usualFor(limits),
        isRecorded: false,
      });
    }
  }
  return scopes;
}

/** Of all credentials that a request may be sent with at these targets. */
export function credentialScopesOf(
  targets: readonly Target[],
  { credentialScopes }: Services,
): readonly Scope[] {
  if (credentialScopes.size === 0) return [];
  const scopes: Scope[] = [];
  for (const { credentials } of targets) {
    for (const { id } of credentials) {
      const scope = credentialScopes.get(id);
      if (scope !== undefined) scopes.push(scope);
    }
  }
  return scopes;
}

/** `null` where nothing limits the credential. Rejects with `AttemptFailed`, and `GatewayUnavailable`. */
export function takeOfCredential(
  ask: Ask,
  target: Target,
  credential: Credential,
  { services, context }: Exchange,
): null | Promise<Grant> {
  const scope = services.credentialScopes.get(credential.id);
  return scope === undefined ? null : take({ ...ask, scopes: [scope] }, target, services, context.waitUntil);
}

async function take(
  ask: Ask,
  { provider }: Target,
  services: Services,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<Grant> {
  try {
    return await services.limitDesk.reserve(ask, { waitUntil });
  } catch (error) {
    if (!(error instanceof LimitExceeded)) throw error;
    const message = `The gateway's own limit for its credential at "${provider.id}" is used up.`;
    const fields = { message, type: 'rate_limit_error', param: null, code: error.code };
    throw new AttemptFailed({
      error: new ProviderError(429, fields, error.retryAfterMs),
      remedy: 'next-credential',
      isCredentialRefused: false,
      isRateLimited: false,
      retryAfterMs: error.retryAfterMs,
    });
  }
}
