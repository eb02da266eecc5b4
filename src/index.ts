/** Worker entry: the only reader of `env`, and where the Durable Object classes are exported. */
import type { RegistryStub } from './admin/registry-desk.ts';
import { createApp } from './app.ts';
import { FlightObject } from './cache/flight/flight.ts';
import type { FlightRun } from './cache/flight/flight-run.ts';
import type { RequestContext } from './context.ts';
import type { Edition } from './gateway/editions.ts';
import { createIsolate, type Isolate } from './isolate.ts';
import type { RegistryEdge } from './keys/registry-edge.ts';
import { LedgerObject } from './limits/ledger/ledger.ts';
import { refuseBaseUrl } from './providers/base-url.ts';
import { VantageObject } from './routing/health/vantage.ts';
import type { VantageStub } from './routing/health/vantage-protocol.ts';
import type { Region } from './routing/region-of.ts';

export { Registry } from './admin/registry/registry.ts';

/** What a Ledger may not send alerts to is what the gateway never calls. */
export class Ledger extends LedgerObject {
  protected override readonly refuseUrl = refuseBaseUrl;
}

/** What the isolates of a region see of their targets. */
export class Vantage extends VantageObject {}

/** Runs a request once for all who wait for the same, as the Worker itself would. */
export class Flight extends FlightObject {
  protected override answer(request: Request, run: FlightRun): Promise<Response> {
    const { requestId, arrivedAt, signal } = run;
    const context = { ...createContext(request, this.ctx), requestId, arrivedAt, signal };
    return answer(request, this.env as Env, context, run); // one Worker, one environment
  }
}

/** Text variables and secrets, and the bindings that `wrangler.toml` names; each may be missing. */
type Env = Readonly<Record<string, unknown>> & {
  readonly REGISTRY?: DurableObjectNamespace;
  readonly EDGE_COPIES?: KVNamespace;
  readonly LEDGER?: DurableObjectNamespace;
  readonly FLIGHT?: DurableObjectNamespace;
  readonly VANTAGE?: DurableObjectNamespace;
  readonly CACHE?: KVNamespace;
};

/**
 * One for each `env`, that is for each version of variables and secrets: bounded by the number of those in one isolate
 * (one), and gone with them.
 */
const isolates = new WeakMap<Env, Isolate>();
/** The route tables of editions, which bring their origins along: one for each, gone with it. */
const apps = new WeakMap<Edition, ReturnType<typeof createApp>>();

export default {
  async fetch(request: Request, env: Env, execution: ExecutionContext): Promise<Response> {
    const context = createContext(request, execution);
    const answered = answer(request, env, context, null);
    // Without this a client that leaves takes the whole invocation along, settlement and clean-up included.
    context.waitUntil(answered.catch(() => undefined));
    const response = await answered;
    response.headers.set('x-request-id', context.requestId);
    return response;
  },
};

/**
 * Health and the page at the root are ours alone, whatever the Registry does. The path itself: whoever could put this
 * elsewhere into a URL would be served without asking the Registry.
 */
const PUBLIC_URL = /^[a-z]+:\/\/[^/?#]*\/(?:healthz)?(?:[?#]|$)/;

async function answer(
  request: Request,
  env: Env,
  context: RequestContext,
  flight: FlightRun | null,
): Promise<Response> {
  const isolate = isolateFor(env, context);
  const { editions } = isolate;
  const current = PUBLIC_URL.test(request.url) ? editions.latest : editions.current(context);
  const edition = current instanceof Promise ? await current : current;
  const { services } = edition;
  return appFor(edition).fetch(request, { context, services, admin: isolate.admin, flight });
}

function appFor(edition: Edition): ReturnType<typeof createApp> {
  const known = apps.get(edition);
  if (known !== undefined) return known;
  const app = createApp(edition.origins);
  apps.set(edition, app);
  return app;
}

function isolateFor(env: Env, { log, now }: RequestContext): Isolate {
  const known = isolates.get(env);
  if (known !== undefined) return known;
  const { REGISTRY, EDGE_COPIES, LEDGER, FLIGHT, VANTAGE, CACHE } = env;
  const isolate = createIsolate({
    variable: (name) => (typeof env[name] === 'string' ? env[name] : undefined),
    // The object's methods are those of `Registry`; RPC's own types lose what they take and give.
    registry: REGISTRY === undefined ? null : () => REGISTRY.getByName('registry') as unknown as RegistryRpc,
    copies: EDGE_COPIES ?? null,
    ledgers: LEDGER ?? null,
    flights: FLIGHT ?? null,
    vantages: (region) => (VANTAGE === undefined ? null : vantageOf(VANTAGE, region)),
    answers: CACHE ?? null,
    nearCache: () => caches.open('edgeway'),
    newId: () => crypto.randomUUID(),
    now,
    log,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
  isolates.set(env, isolate);
  return isolate;
}

type RegistryRpc = RegistryEdge & RegistryStub;

/** Lives in its region from the first call on. RPC's own types lose what its methods take and give. */
const vantageOf = (namespace: DurableObjectNamespace, region: Region): VantageStub =>
  namespace.getByName(`vantage:${region}`, { locationHint: region }) as unknown as VantageStub;

function createContext(request: Request, execution: Pick<ExecutionContext, 'waitUntil'>): RequestContext {
  return {
    requestId: `req_${crypto.randomUUID().replaceAll('-', '')}`,
    fetch: (url, init) => fetch(url, init),
    now: Date.now,
    random: Math.random,
    signal: request.signal,
    waitUntil: (work) => execution.waitUntil(work),
    log: writeLine,
    arrivedAt: Date.now(),
  };
}

const writeLine = (line: object): void => console.log(JSON.stringify(line));
