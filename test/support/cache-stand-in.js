/**
 * A gateway in miniature, with which the suites prove what stands around the cache: routes that call KV, the Cache API
 * and a Flight that keeps a sum. They read `?name=`, `?value=` and `?seconds=`, and answer `{value}` or, with status
 * 500, `{error}`.
 */
import { DurableObject } from 'cloudflare:workers';

/** Bound wherever a gateway is served; nothing is asked of these here. */
export class Ledger extends DurableObject {}
export class Registry extends DurableObject {}
export class Vantage extends DurableObject {}

export class Flight extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS additions (amount INTEGER NOT NULL)');
  }

  increment() {
    this.ctx.storage.sql.exec('INSERT INTO additions VALUES (1)');
    return this.ctx.storage.sql.exec('SELECT sum(amount) AS total FROM additions').one().total;
  }
}

const url = (query) => `https://edgeway.example/${encodeURIComponent(query.get('name'))}`;
const toText = (bytes) => (bytes === null ? null : new TextDecoder().decode(bytes));
const toBytes = (query) => new TextEncoder().encode(query.get('value'));

const ROUTES = {
  '/healthz': () => 'ok',
  '/flight': (env, query) => env.FLIGHT.getByName(query.get('name')).increment(),
  '/kv/get': async (env, query) => toText(await env.CACHE.get(query.get('name'), 'arrayBuffer')),
  '/kv/bulk': async (env, query) =>
    Object.fromEntries(await env.CACHE.get(query.get('name').split(','), query.get('type') ?? 'text')),
  '/kv/put': (env, query) =>
    env.CACHE.put(query.get('name'), toBytes(query), { expirationTtl: Number(query.get('seconds')) }),
  '/kv/put-until': (env, query) =>
    env.CACHE.put(query.get('name'), toBytes(query), { expiration: Number(query.get('seconds')) }),
  '/kv/put-many-bytes': (env, query) =>
    env.CACHE.put(query.get('name'), new Uint8Array(Number(query.get('value'))), { expirationTtl: 60 }),
  '/near/match': async (_, query) => {
    const found = await caches.default.match(url(query));
    if (found === undefined) return null;
    return { text: toText(await found.arrayBuffer()), type: found.headers.get('content-type') };
  },
  '/near/put': (_, query) => {
    const headers = { 'cache-control': query.get('control'), 'content-type': 'application/octet-stream' };
    return caches.default.put(url(query), new Response(toBytes(query), { headers }));
  },
  '/near/delete': (_, query) => caches.default.delete(url(query)),
};

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    try {
      const value = await ROUTES[pathname](env, searchParams);
      return Response.json({ value: value ?? null });
    } catch ({ name, message }) {
      return Response.json({ error: { name, message } }, { status: 500 });
    }
  },
};
