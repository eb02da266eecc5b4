/** Stage 1, before the body is read: whose key is it, and may it be used here? */
import { InvalidApiKey, PermissionDenied } from '../errors.ts';
import { isInRanges } from '../ip-range.ts';
import { mayUseRoute, type Principal } from '../keys/principal.ts';
import type { Services } from './services.ts';

/** Longer tokens are nobody's, and would fill the cache of known ones. */
const MAX_TOKEN_LENGTH = 512;
const MIN_TOKEN_LENGTH = 16;

/** Who asks when a developer starts the gateway locally without any key. */
const LOCAL_PRINCIPAL: Principal = {
  keyName: 'local',
  project: 'default',
  organization: null,
  models: null,
  deniedModels: [],
  routes: null,
  ipRanges: null,
  expiresAt: null,
  isMetered: true,
};

export interface Identity {
  readonly token: string | null;
  readonly clientAddress: string | null;
  readonly isLoopback: boolean;
  /** Public name of the route. */
  readonly route: string;
}

/** Throws `InvalidApiKey` and `PermissionDenied`. */
export async function identify(identity: Identity, services: Services, now: number): Promise<Principal> {
  if (services.isKeylessLocal && identity.isLoopback && services.keys.isEmpty) return LOCAL_PRINCIPAL;
  const { token } = identity;
  if (token === null || token.length < MIN_TOKEN_LENGTH || token.length > MAX_TOKEN_LENGTH)
    throw new InvalidApiKey();
  const principal = await services.keys.find(token);
  if (principal === undefined) throw new InvalidApiKey();
  if (principal.expiresAt !== null && now >= principal.expiresAt) throw new InvalidApiKey();
  if (principal.ipRanges !== null && !isInRanges(identity.clientAddress ?? '', principal.ipRanges))
    throw new PermissionDenied('This API key may not be used from this address.');
  if (!mayUseRoute(principal, identity.route))
    throw new PermissionDenied(`This API key may not use the route ${identity.route}.`);
  return principal;
}
