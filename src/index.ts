/** Worker entry: the only reader of `env`. */
import { createApp } from './app.ts';
import type { RequestContext } from './context.ts';
import { createServices, type Services } from './gateway/services.ts';
import { buildSnapshot } from './gateway/snapshot.ts';

/** Text variables and secrets; everything else of the configuration stands in the document. */
type Env = Readonly<Record<string, unknown>>;

interface Instance {
  readonly app: ReturnType<typeof createApp>;
  /** Throws `InvalidConfig`. */
  readonly services: () => Services;
}

/**
 * One instance for each `env`, that is for each version of variables and secrets: bounded by the number of those in
 * one isolate (one), and gone with them.
 */
const instances = new WeakMap<Env, Instance>();

export default {
  async fetch(request: Request, env: Env, execution: ExecutionContext): Promise<Response> {
    const context = createContext(request, execution);
    const { app, services } = instanceFor(env, context);
    const answered = Promise.resolve(app.fetch(request, { context, services }));
    // Without this a client that leaves takes the whole invocation along, settlement and clean-up included.
    context.waitUntil(answered.catch(() => undefined));
    const response = await answered;
    response.headers.set('x-request-id', context.requestId);
    return response;
  },
};

function createContext(request: Request, execution: ExecutionContext): RequestContext {
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

function instanceFor(env: Env, context: RequestContext): Instance {
  const known = instances.get(env);
  if (known !== undefined) return known;
  const instance = createInstance(env, context);
  instances.set(env, instance);
  return instance;
}

/** A refused document is refused again for every request, without being read again. */
function createInstance(env: Env, { log, now }: RequestContext): Instance {
  const variable = (name: string) => (typeof env[name] === 'string' ? env[name] : undefined);
  try {
    const snapshot = buildSnapshot(variable);
    for (const warning of snapshot.warnings) log({ type: 'config_warning', warning });
    const isKeylessLocal = variable('EDGEWAY_KEYLESS_LOCAL') === 'true';
    const services = createServices({ snapshot, isKeylessLocal, now });
    return { app: createApp(snapshot.document.cors?.origins ?? []), services: () => services };
  } catch (error) {
    const refuse = () => {
      throw error;
    };
    return { app: createApp([]), services: refuse };
  }
}

const writeLine = (line: object): void => console.log(JSON.stringify(line));
