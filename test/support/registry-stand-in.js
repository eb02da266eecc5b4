/**
 * A gateway in miniature, with which the suites prove their own support: a Registry that keeps a sum, and routes that
 * call it and KV. It reads `?name=`, `?value=` and `?by=`, and answers `{value}` or, with status 500, `{error}`.
 */
import { DurableObject } from 'cloudflare:workers';

/** Bound wherever a gateway is served; nothing is asked of these here. */
export class Ledger extends DurableObject {}
export class Flight extends DurableObject {}
export class Vantage extends DurableObject {}

export class Registry extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS additions (amount INTEGER NOT NULL)');
  }

  increment(by) {
    this.ctx.storage.sql.exec('INSERT INTO additions VALUES (?)', by);
    return this.read();
  }

  read() {
    return this.ctx.storage.sql.exec('SELECT coalesce(sum(amount), 0) AS total FROM additions').one().total;
  }

  refuse() {
    throw Object.assign(new TypeError('refused by the object'), { code: 'refused' });
  }
}

/** Of this isolate: what the suites ask for to tell two isolates apart. */
let remembered = 0;

const ROUTES = {
  '/healthz': () => 'ok',
  '/remember': () => {
    remembered += 1;
    return remembered;
  },
  '/registry/increment': (env, query) => registry(env).increment(Number(query.get('by') ?? 1)),
  '/registry/read': (env) => registry(env).read(),
  '/registry/refuse': (env) => registry(env).refuse(),
  '/registry/unknown': (env) => registry(env).unknown(),
  '/kv/get': (env, query) => env.EDGE_COPIES.get(query.get('name')),
  '/kv/get-cached': (env, query) => env.EDGE_COPIES.get(query.get('name'), { cacheTtl: 30 }),
  '/kv/put': (env, query) => env.EDGE_COPIES.put(query.get('name'), query.get('value')),
  '/kv/put-for': (env, query) =>
    env.EDGE_COPIES.put(query.get('name'), query.get('value'), {
      expirationTtl: Number(query.get('seconds')),
    }),
  '/kv/delete': (env, query) => env.EDGE_COPIES.delete(query.get('name')),
  '/kv/list': (env) => env.EDGE_COPIES.list(),
  '/admin/v1/told': async (env, _, request) => ({
    isAdministrator: request.headers.get('authorization') === `Bearer ${env.ADMIN_TOKEN}`,
    method: request.method,
    type: request.headers.get('content-type'),
    body: await request.text(),
  }),
  '/bindings': (env) => Object.keys(env).sort(),
};

const registry = (env) => env.REGISTRY.get(env.REGISTRY.idFromName('registry'));

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    try {
      const value = await ROUTES[pathname](env, searchParams, request);
      return Response.json({ value: value ?? null });
    } catch (error) {
      const { name, message, code, durableObjectReset } = error;
      return Response.json({ error: { name, message, code, durableObjectReset } }, { status: 500 });
    }
  },
};
