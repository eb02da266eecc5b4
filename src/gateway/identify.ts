/** Stage 1, before the body is read: whose key is it, and may it be used here? */
import type { RequestContext } from '../context.ts';
import { InvalidApiKey, PermissionDenied } from '../errors.ts';
import { isExpired, mayComeFrom, mayUseRoute, type Principal } from '../keys/principal.ts';
import type { Services } from './services.ts';

/** Who asks when a developer starts the gateway locally without any key. */
const LOCAL_PRINCIPAL: Principal = {
  keyName: 'local',
  keyId: null,
  token: null,
  project: 'default',
  organization: null,
  endUser: null,
  models: null,
  deniedModels: [],
  routes: null,
  ipRanges: null,
  expiresAt: null,
  limits: {},
  waitingRoom: null,
  ledgerId: 'local',
  isMetered: true,
  logsContent: false,
  within: null,
};

export interface Identity {
  /** The client's key as it was sent; `null` if none was, or if it stood where no key may stand. */
  readonly token: string | null;
  readonly clientAddress: string | null;
  /** The request came to a loopback address of this machine. Only asked where that counts. */
  readonly isLoopback: () => boolean;
}

/** `route` is its public name. Rejects with `InvalidApiKey`, `PermissionDenied` and `GatewayUnavailable`. */
export async function identify(
  identity: Identity,
  route: string,
  services: Services,
  context: RequestContext,
): Promise<Principal> {
  const { token } = identity;
  if (services.isKeylessLocal && !isMintedHere(token) && identity.isLoopback()) return LOCAL_PRINCIPAL;
  const principal = token === null ? undefined : await services.credentials.find(token, context);
  if (principal === undefined || isExpired(principal, context.now())) throw new InvalidApiKey();
  if (!mayComeFrom(principal, identity.clientAddress))
    throw new PermissionDenied('This API key may not be used from this address.');
  checkRoute(principal, route);
  return principal;
}

/** Throws `PermissionDenied`. */
export function checkRoute(principal: Principal, route: string): void {
  if (!mayUseRoute(principal, route))
    throw new PermissionDenied(`This API key may not use the route ${route}.`);
}

/** Whoever sends a key of ours, or a token of one, wants to be known by it: in a local start too. */
const isMintedHere = (token: string | null): boolean => token !== null && /^ewt?-/.test(token);
