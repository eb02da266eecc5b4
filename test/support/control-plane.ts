/** What stands around a gateway with a control plane: storage that outlives the process, KV, a front, two isolates. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CachePorts } from './cache-stand.ts';
import { type FlightFront, startFlightFront } from './flight-front.ts';
import { type KvStore, startKvStore } from './kv-store.ts';
import { type LedgerFront, startLedgerFront } from './ledger-front.ts';
import { type RegistryFront, startRegistryFront } from './registry-front.ts';
import { startVantageFront, type VantageFront } from './vantage-front.ts';
import { freePort, startWorkerd, type WorkerdProcess } from './workerd.ts';

/** The administrator's token of a gateway of the suites. */
export const ADMIN_TOKEN = 'test-admin-token-0123456789abcdef0123456789abcdef';

export interface ControlPlaneOptions {
  /** Default: `ADMIN_TOKEN`. `null`: the secret is not set, and `admin` sends `ADMIN_TOKEN` all the same. */
  readonly adminToken?: string | null;
  /** Where the Registry's storage lies; default: a fresh directory that goes with the gateway. */
  readonly directory?: string;
  /** One that is not stopped with the gateway; default: an empty one of its own. */
  readonly kv?: KvStore;
  /** Puts a front before the Registry, so that it can be made unreachable. */
  readonly front?: boolean;
  /** Puts a front before the Ledgers. */
  readonly ledgerFront?: boolean;
  /** Puts a front before the Flights. */
  readonly flightFront?: boolean;
  /** Puts a front before the Vantages. */
  readonly vantageFront?: boolean;
  /** Binds no Vantages. */
  readonly withoutVantages?: boolean;
  /** Serves a second isolate too: the gateway as another data centre runs it. */
  readonly secondIsolate?: boolean;
}

export interface ControlledProcess extends WorkerdProcess {
  readonly kv: KvStore;
  /** Throws without `front: true`. */
  readonly registry: RegistryFront;
  /** Throws without `ledgerFront: true`. */
  readonly ledgers: LedgerFront;
  /** Throws without `flightFront: true`. */
  readonly flights: FlightFront;
  /** Throws without `vantageFront: true`. */
  readonly vantages: VantageFront;
  /** Base URL of the second isolate; throws without `secondIsolate: true`. */
  readonly elsewhere: string;
  /** Asks below `/admin/v1` as the administrator; `headers` may replace the credential. A text is sent as it is. */
  admin(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  /** Kills the process at once, whatever it is doing, and starts it again: same URLs, storage and KV, another log. */
  restart(): Promise<void>;
}

export async function startControlled(
  modulePath: string,
  vars: Record<string, string>,
  options: true | ControlPlaneOptions,
  cache: CachePorts,
): Promise<ControlledProcess> {
  const wishes = options === true ? {} : options;
  const directory = wishes.directory ?? mkdtempSync(join(tmpdir(), 'edgeway-registry-'));
  const kv = wishes.kv ?? (await startKvStore());
  const registry = wishes.front === true ? await startRegistryFront() : undefined;
  const ledgers = wishes.ledgerFront === true ? await startLedgerFront() : undefined;
  const flights = wishes.flightFront === true ? await startFlightFront() : undefined;
  const vantages = wishes.vantageFront === true ? await startVantageFront() : undefined;
  const port = await freePort();
  const elsewherePort = wishes.secondIsolate === true ? await freePort() : undefined;
  const { adminToken = ADMIN_TOKEN } = wishes;
  const texts = { ...vars, ...(adminToken === null ? {} : { ADMIN_TOKEN: adminToken }) };
  const start = () =>
    startWorkerd(modulePath, texts, {
      state: {
        directory,
        kv,
        ...(registry === undefined ? {} : { registry }),
        ...(ledgers === undefined ? {} : { ledgers }),
        ...(flights === undefined ? {} : { flights }),
        ...(wishes.withoutVantages === true
          ? { vantages: null }
          : vantages === undefined
            ? {}
            : { vantages }),
      },
      cache,
      port,
      ...(elsewherePort === undefined ? {} : { elsewherePort }),
    });
  const stopAround = async () => {
    await registry?.stop();
    await ledgers?.stop();
    await flights?.stop();
    await vantages?.stop();
    if (wishes.kv === undefined) await kv.stop();
    if (wishes.directory === undefined) rmSync(directory, { recursive: true, force: true });
  };
  let current = await start().catch(async (error) => {
    await stopAround();
    throw error;
  });
  const { url } = current;
  return {
    url,
    kv,
    get pid() {
      return current.pid;
    },
    get lines() {
      return current.lines;
    },
    get registry() {
      return registry ?? missing('front');
    },
    get ledgers() {
      return ledgers ?? missing('ledgerFront');
    },
    get flights() {
      return flights ?? missing('flightFront');
    },
    get vantages() {
      return vantages ?? missing('vantageFront');
    },
    get elsewhere() {
      return elsewherePort === undefined ? missing('secondIsolate') : `http://127.0.0.1:${elsewherePort}`;
    },
    output: () => current.output(),
    lineOf: (requestId) => current.lineOf(requestId),
    admin: (method, path, body, headers) =>
      fetch(`${url}/admin/v1${path}`, adminRequest(adminToken ?? ADMIN_TOKEN, method, body, headers)),
    restart: async () => {
      await current.stop();
      current = await start();
    },
    stop: async () => {
      await current.stop();
      await stopAround();
    },
  };
}

/** What `admin` sends, for a gateway at another URL. */
export function adminRequest(
  token: string,
  method: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): RequestInit {
  return {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}

function missing(option: string): never {
  throw new Error(`start the gateway with ${option}: true`);
}
