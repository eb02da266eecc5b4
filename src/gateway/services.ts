/** What the stages share in one isolate: the configuration, and the few named, bounded caches. */
import type { Transport } from '../context.ts';
import { IsolateCache } from '../isolate-cache.ts';
import { DocumentKeys } from '../keys/document-keys.ts';
import type { Principal } from '../keys/principal.ts';
import type { Provider } from '../providers/provider.ts';
import { createSimulator } from '../providers/simulator/simulator.ts';
import { BodyMemory, MAX_BODY_BYTES_IN_FLIGHT } from './body-memory.ts';
import { SealedIds } from './sealed-ids.ts';
import type { Snapshot } from './snapshot.ts';

export interface Services {
  readonly snapshot: Snapshot;
  readonly keys: DocumentKeys;
  /** The local start without keys: requests to a loopback address need none. */
  readonly isKeylessLocal: boolean;
  readonly bodies: BodyMemory;
  /** Credentials that a provider refused lately, by id: asked last. */
  readonly refusedCredentials: IsolateCache<true>;
  /** Providers that refused `stream_options`, by id: not sent for a while. */
  readonly withoutStreamOptions: IsolateCache<true>;
  /** Ids of stored responses, as clients see them. */
  readonly sealedIds: SealedIds;
  /** Access tokens that credentials were traded for, by credential id. */
  readonly accessTokens: IsolateCache<string>;
  readonly simulator: Transport;
}

export function createServices(options: {
  snapshot: Snapshot;
  isKeylessLocal: boolean;
  now: () => number;
}): Services {
  const { snapshot, now } = options;
  const behaviours = snapshot.document.providers.simulator?.simulations ?? {};
  const simulate = createSimulator({ now, behaviours });
  const known = new IsolateCache<Principal>({ maxEntries: 10_000, ttlMs: 30_000, now });
  return {
    snapshot,
    keys: new DocumentKeys(snapshot.document.keys, known),
    isKeylessLocal: options.isKeylessLocal,
    bodies: new BodyMemory(MAX_BODY_BYTES_IN_FLIGHT),
    refusedCredentials: new IsolateCache({ maxEntries: 1000, ttlMs: 30_000, now }),
    withoutStreamOptions: new IsolateCache({ maxEntries: 1000, ttlMs: 600_000, now }),
    sealedIds: new SealedIds(snapshot, new IsolateCache({ maxEntries: 1000, ttlMs: 3_600_000, now })),
    accessTokens: new IsolateCache({ maxEntries: 1000, ttlMs: 3_600_000, now }),
    simulator: (url, init) => simulate(new Request(url, init)),
  };
}

export const transportFor = (provider: Provider, network: Transport, services: Services): Transport =>
  provider.transport === 'simulator' ? services.simulator : network;
