/** Stage 5: from the model's name to the targets that will be asked, in order. */
import { DEFAULT_TIMEOUTS, type ModelEntry } from '../config/schema.ts';
import { ModelNotAllowed, ModelNotFound, ProviderCredentialRejected } from '../errors.ts';
import { mayReach, mayUseModel, type Principal } from '../keys/principal.ts';
import type { Credential } from '../providers/provider.ts';
import { resolveModel } from '../routing/model-index.ts';
import { orderTargets, type PlannedTarget } from '../routing/order-targets.ts';
import { type Plan, type Target, targetName } from './exchange.ts';
import type { Services } from './services.ts';

/** Some vendors have the model in the path, where this would lead elsewhere. */
const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/;

/** Throws `ModelNotFound`, `ModelNotAllowed`, and `ProviderCredentialRejected` where no target has a credential. */
export function route(model: string, principal: Principal, services: Services, random: () => number): Plan {
  const { snapshot } = services;
  const resolved = resolveModel(model, snapshot, (target) => mayUseModel(principal, target));
  if (resolved.kind === 'alias') {
    if (!mayUseModel(principal, resolved.name)) throw new ModelNotAllowed(model);
    const planned = orderTargets(resolved.entry, snapshot, random);
    return toPlan(model, resolved.name, planned, resolved.entry, principal, services);
  }
  if (!mayUseModel(principal, `${resolved.provider}/${resolved.model}`)) throw new ModelNotAllowed(model);
  if (DOT_SEGMENT.test(resolved.model)) throw new ModelNotFound(model);
  const planned = [{ ...resolved, reason: 'named by the request' }];
  return toPlan(model, null, planned, undefined, principal, services);
}

/** For further models that the body names: whichever target gets it, they have to be granted there. Throws `ModelNotAllowed`. */
export function checkAlsoNamed(names: readonly string[], { targets }: Plan, principal: Principal): void {
  for (const name of names) {
    const isGranted = targets.every(({ provider }) => {
      const target = `${provider.id}/${name}`;
      return mayUseModel(principal, target) && mayReach(principal, target);
    });
    if (!isGranted) throw new ModelNotAllowed(name);
  }
}

function toPlan(
  model: string,
  alias: string | null,
  planned: readonly PlannedTarget[],
  entry: ModelEntry | undefined,
  principal: Principal,
  services: Services,
): Plan {
  const reachable = planned
    .map((target) => toTarget(target, services))
    .filter((target) => target !== undefined);
  // A provider whose secret is not set has nothing to ask with: that is the operator's to mend.
  if (reachable.length === 0) throw new ProviderCredentialRejected(planned[0]?.provider ?? model);
  const targets = reachable.filter((target) => mayReach(principal, targetName(target)));
  if (targets.length === 0) throw new ModelNotAllowed(model);
  return {
    alias,
    targets,
    timeouts: entry?.timeouts ?? DEFAULT_TIMEOUTS,
    retries: entry?.retries ?? 1,
    isMetered: principal.isMetered && (entry?.metering ?? true),
    waitingRoom: entry?.waiting_room ?? null,
  };
}

function toTarget({ provider: id, model, reason }: PlannedTarget, services: Services): Target | undefined {
  const provider = services.snapshot.providers.get(id);
  if (provider === undefined) return undefined;
  return { provider, model, reason, credentials: refusedLast(provider.credentials, services) };
}

/** A credential that was refused a moment ago is asked when no other is left. */
function refusedLast(credentials: readonly Credential[], services: Services): readonly Credential[] {
  if (credentials.length === 1) return credentials;
  const isRefused = ({ id }: Credential) => services.refusedCredentials.get(id) === true;
  return [...credentials.filter((one) => !isRefused(one)), ...credentials.filter(isRefused)];
}
