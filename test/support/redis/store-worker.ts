/** A Worker that is nothing but limits in Redis: one store for all requests of its isolate. `POST /{ledger}` with a call. */
import { connectUpstash } from '../../../src/connect-upstash.ts';
import type { LedgerCall } from '../../../src/limits/ledger-protocol.ts';
import { createUpstashStore } from '../../../src/limits/upstash/upstash-store.ts';

interface Env {
  readonly UPSTASH_REDIS_REST_URL: string;
  readonly UPSTASH_REDIS_REST_TOKEN: string;
}

const stores = new Map<string, ReturnType<typeof createUpstashStore>>();

function storeOf({ UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token }: Env) {
  const known = stores.get(url);
  if (known !== undefined) return known;
  const timeoutMs = 30_000;
  const redis = connectUpstash({ url, token, timeoutMs });
  const made = createUpstashStore({ redis, now: Date.now, prefix: 'worker:', timeoutMs });
  stores.set(url, made);
  return made;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === '/healthz') return new Response('ok');
    const ledger = decodeURIComponent(pathname.slice(1));
    const store = storeOf(env);
    try {
      if (request.method === 'GET')
        return Response.json(await store.usage(ledger, { limits: null, days: null }));
      return Response.json(await store.call(ledger, (await request.json()) as LedgerCall));
    } catch (error) {
      return Response.json({ error: String(error) }, { status: 503 });
    }
  },
};
