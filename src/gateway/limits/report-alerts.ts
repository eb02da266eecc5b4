/** What is told of keys and credentials to those whom `alerts` in the document names. Costs nothing where nobody is. */
import type { RequestContext } from '../../context.ts';
import type { Principal } from '../../keys/principal.ts';
import type { ExhaustionData } from '../../limits/alerts/alert.ts';
import { ledgerName } from '../../limits/scope.ts';
import type { Services } from '../services.ts';
import { keyLedger } from './scopes-of.ts';

/** A key was used that may be about to expire; a token's end is no news. */
export function reportUsedKey(principal: Principal, services: Services, context: RequestContext): void {
  const { alerts } = services.snapshot.document;
  const key = keyOf(principal);
  if (alerts === undefined || alerts.webhooks.length === 0 || key === null || key.expiresAt === null) return;
  const { keyName, keyId, project, expiresAt, ledgerId } = key;
  services.alerts.keyUsed(
    { identity: ledgerId, keyId, name: keyName, project, expiresAt, ledger: keyLedger(ledgerId) },
    {
      withinDays: alerts.key_expires_within_days,
      routing: { scope: `key "${keyName}"`, webhooks: alerts.webhooks },
    },
    context,
  );
}

/** The key that a credential came from. */
function keyOf(principal: Principal): Principal | null {
  for (let one: Principal | null = principal; one !== null; one = one.within)
    if (one.token === null) return one;
  return null;
}

export function reportRefusedCredential(
  failure: ExhaustionData,
  services: Services,
  context: RequestContext,
): void {
  const { webhooks = [] } = services.snapshot.document.alerts ?? {};
  if (webhooks.length === 0) return;
  const { credential } = failure;
  const routing = { scope: `credential "${credential}"`, webhooks };
  const ledger = ledgerName('credential', credential);
  services.alerts.credentialFailed({ ...failure, ledger }, routing, context);
}
