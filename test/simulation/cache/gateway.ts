/** The whole gateway in Node, with a clock, stores and providers of the simulation: one isolate of it. */
import './json-modules.ts';
import { createHash } from 'node:crypto';
import type { KvPlace } from './kv-model.ts';
import type { NearModel } from './near-model.ts';

/** What of `src/isolate.ts` and `src/app.ts` is used here. Their own types are of Workers, which Node has not. */
interface GatewayModules {
  createIsolate(bindings: object): {
    readonly admin: unknown;
    readonly editions: { current(context: object): Promise<Edition> | Edition };
  };
  createApp(origins: unknown): { fetch(request: Request, bindings: object): Promise<Response> };
}

interface Edition {
  readonly services: unknown;
  readonly origins: unknown;
}

const { createIsolate, createApp } = {
  ...(await import(new URL('../../../src/isolate.ts', import.meta.url).href)),
  ...(await import(new URL('../../../src/app.ts', import.meta.url).href)),
} as GatewayModules;

export interface World {
  /** The configuration document, without keys. */
  readonly document: object;
  /** Keys of clients, by the project that they belong to. */
  readonly keys: Readonly<Record<string, string>>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly random: () => number;
  readonly provider: (url: string, body: string) => Response;
}

export interface Stores {
  readonly kv: KvPlace;
  readonly near: NearModel;
}

export interface Told {
  readonly headers: Headers;
  readonly text: string;
}

const ORIGIN = 'https://gateway.example';

export class SimulatedIsolate {
  readonly #world: World;
  readonly #stores: Stores;
  readonly #isolate: ReturnType<GatewayModules['createIsolate']>;
  #app: ReturnType<GatewayModules['createApp']> | null = null;

  constructor(world: World, stores: Stores) {
    const { document, keys, now } = world;
    const entries = Object.entries(keys).map(([project, key]) => ({
      name: project,
      project,
      sha256: createHash('sha256').update(key).digest('hex'),
    }));
    const config = JSON.stringify({ ...document, keys: entries });
    this.#world = world;
    this.#stores = stores;
    this.#isolate = createIsolate({
      variable: (name: string) => (name === 'GATEWAY_CONFIG' ? config : undefined),
      registry: null,
      copies: null,
      ledgers: null,
      flights: null,
      vantages: () => null,
      answers: stores.kv,
      nearCache: async () => stores.near,
      newId: () => 'simulated',
      randomBytes: (length: number) => new Uint8Array(length),
      now,
      log: failOnProblems,
    });
  }

  /** Rejects unless the answer is a 200. When it resolves, what is kept of it is kept. */
  async ask(project: string, path: string, body: object): Promise<Told> {
    const { keys, now, random, provider } = this.#world;
    const request = new Request(ORIGIN + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys[project]}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const context = {
      requestId: 'req_simulated',
      fetch: async (url: string, init: RequestInit) =>
        provider(url, Buffer.from(init.body as Uint8Array).toString('utf8')), // the gateway sends bytes
      now,
      random,
      signal: request.signal,
      waitUntil: () => undefined,
      log: failOnProblems,
      arrivedAt: now(),
    };
    const { admin, editions } = this.#isolate;
    const edition = await editions.current(context);
    this.#app ??= createApp(edition.origins);
    const { services } = edition;
    const response = await this.#app.fetch(request, { context, services, admin, flight: null });
    const text = await response.text();
    await this.#settle();
    if (response.status !== 200) throw new Error(`${project} was answered ${response.status}: ${text}`);
    return { headers: response.headers, text };
  }

  /** Until the stores have taken what goes on behind an answer. */
  async #settle(): Promise<void> {
    for (let calm = 0; calm < 2; calm += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#stores.near.busy > 0) calm = 0;
    }
  }
}

/** A write that KV refuses is told in the log, and may be. */
function failOnProblems(line: object): void {
  const { type } = line as { readonly type?: string }; // as all lines of the gateway
  if (type !== 'request' && type !== 'cache_write_failed') throw new Error(`logged: ${JSON.stringify(line)}`);
}
