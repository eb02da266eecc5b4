/** Puts one isolate together: what its requests share, made once from what is bound to the Worker. */
import { createHmac } from 'node:crypto';
import { type AdminDoor, createAdminDoor } from './admin/admin-door.ts';
import type { AdminServices, ConfigDesk } from './admin/api/admin-env.ts';
import { identifyAdmin } from './admin/identity/identify-admin.ts';
import { createKeyForgetting } from './admin/key-forgetting.ts';
import { createRegistryDesk, type RegistryStub } from './admin/registry-desk.ts';
import { createSecretVault } from './admin/secret-vault.ts';
import { CacheDesk } from './cache/cache-desk.ts';
import { createCacheCipher } from './cache/cipher.ts';
import { createKvStore } from './cache/stores/kv-store.ts';
import { createNearStore } from './cache/stores/near-store.ts';
import { createUpstashCacheStore } from './cache/stores/upstash-store.ts';
import { joinConfigParts } from './config/parse-document.ts';
import { connectUpstash } from './connect-upstash.ts';
import { GatewayUnavailable } from './errors.ts';
import { BodyMemory, MAX_BODY_BYTES_IN_FLIGHT } from './gateway/body-memory.ts';
import { cacheSecretsOf, usableCacheSecrets } from './gateway/cache/cache-secrets.ts';
import { ControlPlane } from './gateway/control-plane.ts';
import { Editions, type Variable } from './gateway/editions.ts';
import { createForgetting } from './gateway/forget-cached.ts';
import { Home } from './gateway/home.ts';
import { createLimitKeepings } from './gateway/limits/limit-keeping.ts';
import { createUsageDesk } from './gateway/limits/usage-report.ts';
import { buildSnapshot } from './gateway/snapshot.ts';
import { IsolateCache } from './isolate-cache.ts';
import { JsonWebKeys } from './keys/json-web-keys.ts';
import type { RegistryEdge } from './keys/registry-edge.ts';
import { RemoteTexts, type TextStore } from './keys/remote-texts.ts';
import { refuseBaseUrl } from './providers/base-url.ts';
import { createIsolateHealth } from './routing/health/isolate-health.ts';
import { readRegions, type Vantages } from './routing/health/region-views.ts';
import { LearntOutput } from './usage/learnt-output.ts';

/** What is bound to the Worker. */
export interface IsolateBindings {
  readonly variable: Variable;
  /** A stub for each call, because one that failed once may stay broken. `null`: no Registry is bound. */
  readonly registry: (() => RegistryEdge & RegistryStub) | null;
  readonly copies: (Pick<KVNamespace, 'get'> & TextStore) | null;
  readonly now: () => number;
  readonly log: (line: object) => void;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly newId: () => string;
  /** Ledgers of limits; `null`: none are bound. */
  readonly ledgers: DurableObjectNamespace | null;
  /** Requests that are made once for many; `null`: none are bound. */
  readonly flights: DurableObjectNamespace | null;
  /** A stub for each call. What regions see of their targets; `null`: no Vantages are bound. */
  readonly vantages: Vantages;
  /** Cached answers; `null`: no store is bound. */
  readonly answers: Pick<KVNamespace, 'get' | 'put'> | null;
  /** Of this data centre. Rejects where there is none. */
  readonly nearCache: () => Promise<Cache>;
}

export interface Isolate {
  readonly editions: Editions;
  readonly admin: AdminDoor;
}

export function createIsolate(bindings: IsolateBindings): Isolate {
  const { variable, registry, copies, now, log, randomBytes, newId, ledgers, flights, vantages } = bindings;
  const controlPlane = new ControlPlane(
    { registry: registry === null ? null : toEdge(registry), copies },
    now,
  );
  const registryDesk = createRegistryDesk(registry, () => controlPlane.expire());
  const vault = createSecretVault(variable('MASTER_SECRET'));
  const texts = new RemoteTexts({
    store: copies,
    texts: new IsolateCache({ maxEntries: 50, ttlMs: 600_000, now }),
    attempts: new IsolateCache({ maxEntries: 50, ttlMs: 60_000, now }),
    now,
  });
  const jsonWebKeys = new JsonWebKeys(texts, refuseBaseUrl);
  const editions = new Editions({
    variable,
    state: {
      controlPlane,
      bodies: new BodyMemory(MAX_BODY_BYTES_IN_FLIGHT),
      jsonWebKeys,
      limits: createLimitKeepings({ ledgers, upstash: upstashOf(variable), now, newId }),
      learnt: new LearntOutput(now),
      cacheDesk: createCacheRoom(bindings),
      flights: (name) => flights?.getByName(name) ?? null,
      home: new Home(),
      ...createIsolateHealth({ vantages, isolate: newId(), now, log }),
      forgetCached: createForgetting({ write: createKeyForgetting(registryDesk), controlPlane, now }),
    },
    isKeylessLocal: variable('EDGEWAY_KEYLESS_LOCAL') === 'true',
    now,
    log,
    openSecret: vault.open,
  });
  const services: AdminServices = {
    registry: registryDesk,
    identify: (request, context) => {
      const issuers = async () =>
        (await editions.current(context)).services().snapshot.document.admin?.identity ?? [];
      const sources = { adminToken: variable('ADMIN_TOKEN'), issuers, keySets: jsonWebKeys };
      return identifyAdmin(request, sources, context);
    },
    randomBytes,
    config: createConfigDesk(variable, editions, controlPlane),
    vault,
    usage: createUsageDesk(() => editions.latest.services()),
    regions: (only) => readRegions(vantages, only),
  };
  const door = createAdminDoor(services);
  const admin: AdminDoor = async (request, context) => {
    const response = await door(request, context);
    // What was written is known here before it is acknowledged, whatever becomes of the Registry the moment after.
    await controlPlane.confirm(context.waitUntil);
    return response;
  };
  return { editions, admin };
}

function createCacheRoom({ variable, answers, nearCache, now, log }: IsolateBindings): CacheDesk {
  const upstash = upstashOf(variable);
  return new CacheDesk({
    near: (origin) => createNearStore({ cache: nearCache, origin }),
    kv: answers === null ? null : createKvStore(answers),
    upstash:
      upstash === null
        ? null
        : createUpstashCacheStore({ redis: connectUpstash(upstash), prefix: 'edgeway:cache:' }),
    cipher: createCacheCipher({ ...usableCacheSecrets(cacheSecretsOf(variable)), now }),
    now,
    log,
  });
}

function upstashOf(variable: Variable): { url: string; token: string } | null {
  const url = variable('UPSTASH_REDIS_REST_URL');
  const token = variable('UPSTASH_REDIS_REST_TOKEN');
  return url === undefined || token === undefined ? null : { url, token };
}

/** A fresh stub for each call. */
const toEdge = (stub: () => RegistryEdge): RegistryEdge => ({
  pulse: (since) => stub().pulse(since),
  findKey: (sha256) => stub().findKey(sha256),
  findKeyById: (id) => stub().findKeyById(id),
  readCopy: (name) => stub().readCopy(name),
});

function createConfigDesk(variable: Variable, editions: Editions, controlPlane: ControlPlane): ConfigDesk {
  return {
    variableText: () => joinConfigParts(variable) ?? '{}',
    hasVariable: (name) => variable(name) !== undefined,
    check: async (text, { version, sealed }, change) => {
      const others = Object.entries(sealed).filter(([name]) => name !== change?.name);
      const known = await editions.variablesWith(text, { version, sealed: Object.fromEntries(others) });
      const changed = (name: string) => (name === change?.name ? (change.value ?? undefined) : undefined);
      const { document, warnings } = buildSnapshot((name) => known(name) ?? changed(name));
      return { document, warnings };
    },
    fingerprint: (value) => {
      const [key] = controlPlane.signingKeys;
      if (key === undefined) throw new GatewayUnavailable('The control plane cannot be reached right now.');
      return createHmac('sha256', key.secret).update(`fingerprint ${value}`).digest('hex').slice(0, 12);
    },
  };
}
