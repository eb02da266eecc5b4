/** What the stages share in one isolate: the configuration, and the few named, bounded caches. */
import type { CacheDesk } from '../cache/cache-desk.ts';
import type { FlightStub } from '../cache/flight/flight-client.ts';
import { followInvalidations, type Invalidations } from '../cache/invalidations.ts';
import type { Transport } from '../context.ts';
import { IsolateCache } from '../isolate-cache.ts';
import { Credentials } from '../keys/credentials.ts';
import { DocumentKeys } from '../keys/document-keys.ts';
import type { TenantsCopy } from '../keys/edge-copies.ts';
import type { JsonWebKeys } from '../keys/json-web-keys.ts';
import { NarrowTokens } from '../keys/narrow-tokens.ts';
import { ProjectTokens } from '../keys/project-tokens.ts';
import type { AlertDesk } from '../limits/alerts/alert-desk.ts';
import type { LimitDesk } from '../limits/leases/limit-desk.ts';
import type { Provider } from '../providers/provider.ts';
import { createSimulator } from '../providers/simulator/simulator.ts';
import type { IsolateHealth } from '../routing/health/isolate-health.ts';
import type { LearntOutput } from '../usage/learnt-output.ts';
import { PriceBook } from '../usage/prices.ts';
import type { BodyMemory } from './body-memory.ts';
import { PolicyVersions } from './cache/policy-version.ts';
import type { ControlPlane } from './control-plane.ts';
import type { ForgetCached } from './forget-cached.ts';
import type { Home } from './home.ts';
import { type CredentialScopes, createCredentialScopes } from './limits/credential-limits.ts';
import type { LimitKeeping, LimitKeepings } from './limits/limit-keeping.ts';
import { ScopeBook } from './limits/scopes-of.ts';
import { SealedIds } from './sealed-ids.ts';
import type { Snapshot } from './snapshot.ts';

export interface Services extends IsolateHealth {
  readonly snapshot: Snapshot;
  readonly credentials: Credentials;
  readonly narrowTokens: NarrowTokens;
  /** As far as is known, there is nobody who could have a credential. */
  readonly hasNoKeys: () => boolean;
  /** The local start without keys in the document: requests to a loopback address need none. */
  readonly isKeylessLocal: boolean;
  readonly bodies: BodyMemory;
  /** Rate limits that followed one another, by credential and model. */
  readonly rateLimited: IsolateCache<{ readonly count: number; readonly at: number }>;
  /** Providers that refused `stream_options`, by id: not sent for a while. */
  readonly withoutStreamOptions: IsolateCache<true>;
  /** Ids of stored responses, as clients see them. */
  readonly sealedIds: SealedIds;
  /** Access tokens that credentials were traded for, by credential id. */
  readonly accessTokens: IsolateCache<string>;
  readonly simulator: Transport;
  /** What this isolate holds of everybody's limits. */
  readonly limitDesk: LimitDesk;
  /** Where limits are kept. */
  readonly limitStore: LimitKeeping['store'];
  readonly alerts: AlertDesk;
  readonly scopeBook: ScopeBook;
  readonly prices: PriceBook;
  /** What answers turned out to use, by key and model. */
  readonly learnt: LearntOutput;
  readonly credentialScopes: CredentialScopes;
  /** Projects and organisations that the Registry knows, with their limits. */
  readonly tenants: () => TenantsCopy;
  readonly cacheDesk: CacheDesk;
  /** Entries that this isolate fetches anew, by the hash of their key. */
  readonly refreshing: IsolateCache<true>;
  readonly policyVersions: PolicyVersions;
  /** By name; `null`: none are bound. */
  readonly flights: (name: string) => FlightStub | null;
  /** What is to be forgotten of the cache, as it is known now. */
  readonly invalidations: () => Invalidations;
  readonly forgetCached: ForgetCached;
  /** Where this isolate runs. */
  readonly home: Home;
}

/** What outlives a change of the configuration. */
export interface IsolateState extends IsolateHealth {
  readonly controlPlane: ControlPlane;
  readonly bodies: BodyMemory;
  readonly jsonWebKeys: JsonWebKeys;
  readonly limits: LimitKeepings;
  readonly learnt: LearntOutput;
  readonly forgetCached: ForgetCached;
  readonly cacheDesk: CacheDesk;
  readonly flights: Services['flights'];
  readonly home: Home;
}

export function createServices(options: {
  snapshot: Snapshot;
  state: IsolateState;
  isKeylessLocal: boolean;
  now: () => number;
}): Services {
  const { snapshot, state, now } = options;
  const { document } = snapshot;
  const { controlPlane } = state;
  const behaviours = document.providers.simulator?.simulations ?? {};
  const simulate = createSimulator({ now, behaviours });
  const documentKeys = new DocumentKeys(
    document.keys,
    new IsolateCache({ maxEntries: 10_000, ttlMs: 30_000, now }),
  );
  const keyRing = controlPlane.keys;
  const narrowTokens = new NarrowTokens({
    documentKeys,
    keyRing,
    signingKeys: () => (controlPlane.hasRegistry ? controlPlane.signingKeys : null),
    now,
  });
  const projectTokens = new ProjectTokens({
    fromDocument: issuersOf(document),
    fromRegistry: () => controlPlane.copies.tenants.issuers,
    jsonWebKeys: state.jsonWebKeys,
    now,
  });
  const tenants = () => controlPlane.copies.tenants;
  const limits = state.limits.of(document.limits.store);
  return {
    snapshot,
    credentials: new Credentials({ documentKeys, keyRing, narrowTokens, projectTokens, tenants }),
    narrowTokens,
    hasNoKeys: () => documentKeys.isEmpty && !controlPlane.hasKeys && !projectTokens.hasIssuers,
    isKeylessLocal: options.isKeylessLocal && documentKeys.isEmpty,
    bodies: state.bodies,
    rateLimited: new IsolateCache({ maxEntries: 1000, ttlMs: 120_000, now }),
    withoutStreamOptions: new IsolateCache({ maxEntries: 1000, ttlMs: 600_000, now }),
    sealedIds: new SealedIds(
      snapshot,
      new IsolateCache({ maxEntries: 1000, ttlMs: 3_600_000, now }),
      () => controlPlane.ownSecret ?? document.keys.map(({ sha256 }) => sha256).join('\n'),
    ),
    accessTokens: new IsolateCache({ maxEntries: 1000, ttlMs: 3_600_000, now }),
    simulator: (url, init) => simulate(new Request(url, init)),
    limitDesk: limits.desk,
    limitStore: limits.store,
    alerts: state.limits.alerts,
    scopeBook: new ScopeBook(document),
    prices: new PriceBook(document.prices ?? {}, document.limits.price_ceiling ?? null, now),
    learnt: state.learnt,
    cacheDesk: state.cacheDesk,
    refreshing: new IsolateCache({ maxEntries: 1000, ttlMs: 30_000, now }),
    flights: state.flights,
    policyVersions: new PolicyVersions(
      snapshot,
      new IsolateCache({ maxEntries: 1000, ttlMs: 3_600_000, now }),
    ),
    credentialScopes: createCredentialScopes(snapshot),
    tenants,
    invalidations: followInvalidations(() => controlPlane.copies.cache),
    forgetCached: state.forgetCached,
    home: state.home,
    healthBook: state.healthBook,
    credentialBook: state.credentialBook,
    retryBudget: state.retryBudget,
    vantageDesk: state.vantageDesk,
  };
}

const issuersOf = ({ projects }: Snapshot['document']): Readonly<Record<string, readonly unknown[]>> =>
  Object.fromEntries(Object.entries(projects ?? {}).map(([name, { issuers }]) => [name, issuers ?? []]));

export const transportFor = (provider: Provider, network: Transport, services: Services): Transport =>
  provider.transport === 'simulator' ? services.simulator : network;
