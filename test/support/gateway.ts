/** A gateway with a configuration of the test's own, on raw workerd. */
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type CacheOptions, type CacheStand, startCacheStand } from './cache-stand.ts';
import { type ControlledProcess, type ControlPlaneOptions, startControlled } from './control-plane.ts';
import { ROOT, startWorkerd, type WorkerdProcess } from './workerd.ts';

export interface TestKey {
  /** What the client sends. */
  readonly key: string;
  /** Its entry in the configuration document. */
  readonly entry: { readonly name: string; readonly sha256: string; readonly [field: string]: unknown };
}

/** A fresh key; `fields` are further fields of its entry. */
export function makeKey(name: string, fields: Record<string, unknown> = {}): TestKey {
  const key = `test-${name}-${randomBytes(16).toString('hex')}`;
  return { key, entry: { name, sha256: createHash('sha256').update(key).digest('hex'), ...fields } };
}

export interface Gateway extends WorkerdProcess {
  /** `fetch` of a path with this gateway's default key; `init.headers` may replace it. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** POSTs JSON with the default key. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  readonly key: string;
  /** What its cached answers lie in. */
  readonly cache: CacheStand;
}

export type ControlledGateway = Gateway & ControlledProcess;

export interface GatewayOptions {
  /** The document, without `keys` (they come with `keys`). */
  readonly config?: Record<string, unknown>;
  /** Further keys beside the default one, which may do everything. */
  readonly keys?: readonly TestKey[];
  /** Secrets and other variables. */
  readonly vars?: Record<string, string>;
  /** What its cached answers lie in; default: KV, and no Cache API. */
  readonly cache?: CacheOptions;
  /** Another module than the built gateway: for tests of this support. */
  readonly modulePath?: string;
}

/** A gateway with a Registry, KV and an administrator. */
export interface ControlledOptions extends GatewayOptions {
  readonly controlPlane: true | ControlPlaneOptions;
}

/** The suites' global set-up has built `dist/index.js`. */
export async function startGateway(options: ControlledOptions): Promise<ControlledGateway>;
export async function startGateway(options?: GatewayOptions): Promise<Gateway>;
export async function startGateway(options: GatewayOptions | ControlledOptions = {}): Promise<Gateway> {
  const main = makeKey('main');
  const keys = [main, ...(options.keys ?? [])].map(({ entry }) => entry);
  const document = JSON.stringify({ ...options.config, keys });
  const vars = { GATEWAY_CONFIG: document, ...options.vars };
  const modulePath = options.modulePath ?? join(ROOT, 'dist/index.js');
  const cache = await startCacheStand(options.cache);
  const starting =
    'controlPlane' in options
      ? startControlled(modulePath, vars, options.controlPlane, cache.ports)
      : startWorkerd(modulePath, vars, { cache: cache.ports });
  const process = await starting.catch(async (error) => {
    await cache.stop();
    throw error;
  });
  const { stop } = process;
  const request = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${main.key}`);
    return fetch(process.url + path, { ...init, headers });
  };
  // Assigned, not spread: after a restart the process has another id and another log.
  return Object.assign(process, {
    key: main.key,
    cache,
    request,
    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    stop: async () => {
      await stop();
      await cache.stop();
    },
  });
}

/** A provider entry that points at a stand-in on loopback. */
export const standIn = (url: string, fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  base_url: `${url}/v1`,
  api_keys: ['sk-upstream-secret-0001'],
  allow_insecure: true,
  ...fields,
});
