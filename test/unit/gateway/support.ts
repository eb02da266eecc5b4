/** What the stages are given, made by hand: a clock that a test turns, and a log that it reads. */

import { CacheDesk } from '../../../src/cache/cache-desk.ts';
import { createCacheCipher } from '../../../src/cache/cipher.ts';
import { createNearStore } from '../../../src/cache/stores/near-store.ts';
import type { RequestContext } from '../../../src/context.ts';
import { ROUTES } from '../../../src/dialects/routes.ts';
import { BodyMemory, MAX_BODY_BYTES_IN_FLIGHT } from '../../../src/gateway/body-memory.ts';
import { Departure } from '../../../src/gateway/client-left.ts';
import { ControlPlane } from '../../../src/gateway/control-plane.ts';
import type { Exchange } from '../../../src/gateway/exchange.ts';
import { Home } from '../../../src/gateway/home.ts';
import { createLimitKeepings } from '../../../src/gateway/limits/limit-keeping.ts';
import { createServices, type IsolateState, type Services } from '../../../src/gateway/services.ts';
import { Settlement } from '../../../src/gateway/settle.ts';
import { buildSnapshot } from '../../../src/gateway/snapshot.ts';
import { IsolateCache } from '../../../src/isolate-cache.ts';
import { JsonWebKeys } from '../../../src/keys/json-web-keys.ts';
import type { Principal } from '../../../src/keys/principal.ts';
import { type Attempt, RemoteTexts } from '../../../src/keys/remote-texts.ts';
import { refuseBaseUrl } from '../../../src/providers/base-url.ts';
import { plainCredential } from '../../../src/providers/credentials/credential.ts';
import { createIsolateHealth } from '../../../src/routing/health/isolate-health.ts';
import { NOWHERE } from '../../../src/routing/place.ts';
import { LearntOutput } from '../../../src/usage/learnt-output.ts';
import { providerWith } from '../../support/provider.ts';

export type LogLine = Record<string, unknown>;

export interface TestContext {
  readonly context: RequestContext;
  readonly lines: LogLine[];
  readonly clock: { now: number };
}

export function createContext(): TestContext {
  const lines: LogLine[] = [];
  const clock = { now: 1_000_000 };
  const context: RequestContext = {
    requestId: 'req_test',
    fetch: () => Promise.reject(new Error('no network here')),
    now: () => clock.now,
    random: () => 0,
    signal: new AbortController().signal,
    waitUntil: () => undefined,
    log: (line) => lines.push({ ...line }),
    arrivedAt: clock.now,
  };
  return { context, lines, clock };
}

export function createTestServices(
  document: object,
  options: { secrets?: Record<string, string>; isKeylessLocal?: boolean } = {},
): Services {
  const variables: Record<string, string> = { ...options.secrets, GATEWAY_CONFIG: JSON.stringify(document) };
  return createServices({
    snapshot: buildSnapshot((name) => variables[name]),
    isKeylessLocal: options.isKeylessLocal ?? false,
    state: createTestState(),
    now: () => 0,
  });
}

/** An isolate to which no control plane is bound. */
export function createTestState(): IsolateState {
  const now = () => 0;
  const texts = new IsolateCache<string>({ maxEntries: 10, ttlMs: 1000, now });
  const attempts = new IsolateCache<Attempt>({ maxEntries: 10, ttlMs: 1000, now });
  return {
    controlPlane: new ControlPlane({ registry: null, copies: null }, now),
    bodies: new BodyMemory(MAX_BODY_BYTES_IN_FLIGHT),
    jsonWebKeys: new JsonWebKeys(new RemoteTexts({ store: null, texts, attempts, now }), refuseBaseUrl),
    limits: createLimitKeepings({ ledgers: null, upstash: null, now, newId: () => crypto.randomUUID() }),
    learnt: new LearntOutput(now),
    forgetCached: () => Promise.reject(new Error('no Registry is bound here')),
    cacheDesk: new CacheDesk({
      near: (origin) => createNearStore({ cache: () => caches.open('test'), origin }),
      kv: null,
      upstash: null,
      cipher: createCacheCipher({ key: undefined, previous: undefined, now }),
      now,
      log: () => undefined,
    }),
    flights: () => null,
    home: new Home(),
    ...createIsolateHealth({ vantages: () => null, isolate: 'test', now, log: () => undefined }),
  };
}

export const EVERYTHING: Principal = {
  keyName: 'a',
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
  ledgerId: 'ledger-of-a',
  isMetered: true,
  logsContent: false,
  within: null,
};

export const PROVIDER = providerWith({
  credentials: [plainCredential('acme#1', 'sk-acme-0123')],
});

/** A request for chat completions from nowhere in particular, of which only what routing looks at is there. */
export function testExchange(services: Services): Exchange {
  const { context } = createContext();
  const { signal } = new AbortController();
  const [route] = ROUTES;
  if (route === undefined) throw new Error('there are no routes');
  return {
    context,
    services,
    settlement: new Settlement(context, route.name, null),
    route,
    inPath: null,
    identity: { token: null, clientAddress: null, isLoopback: () => true },
    headers: new Headers(),
    incoming: new Request('https://gateway.example/v1/chat/completions', { method: 'POST', body: '{}' }),
    departure: new Departure(signal),
    flight: null,
    place: NOWHERE,
    url: 'https://gateway.example/v1/chat/completions',
    redact: (text) => text,
  };
}
