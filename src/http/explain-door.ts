/**
 * `POST /v1/explain`: where a request would go, and why, without sending it. Costs nothing, and is never limited.
 */
import type { Context } from 'hono';
import { admit } from '../gateway/admit.ts';
import { Departure } from '../gateway/client-left.ts';
import { readWish, wishedHeaders } from '../gateway/explain/wish.ts';
import { explain } from '../gateway/explain.ts';
import { checkRoute } from '../gateway/identify.ts';
import { Settlement } from '../gateway/settle.ts';
import type { HttpEnv } from './bindings.ts';
import { enterDoor } from './enter-door.ts';
import { findRoute } from './explained-route.ts';
import { toExchange } from './to-exchange.ts';

export const EXPLAIN_ROUTE = '/v1/explain';

/** Whoever asks pays nothing, and the body is translated for each target. */
const MAX_BYTES = 1024 * 1024;

export async function explainDoor(c: Context<HttpEnv>): Promise<Response> {
  const { services, principal } = await enterDoor(c, EXPLAIN_ROUTE);
  const { context } = c.env;
  const { raw } = c.req;
  const departure = new Departure(context.signal);
  const maxBytes = Math.min(services.snapshot.document.max_body_bytes, MAX_BYTES);
  const { body } = admit({ headers: raw.headers, incoming: raw, services, departure }, maxBytes);
  try {
    const wish = readWish(await body.readAll());
    const { route, inPath } = findRoute(wish.route);
    checkRoute(principal, route.name);
    // Of the request that is only thought of: it never ends, so nothing of it is logged or counted.
    const settlement = new Settlement(context, route.name, null);
    const headers = wishedHeaders(raw.headers, wish);
    const exchange = toExchange(c, { settlement, route, inPath, headers });
    const explanation = await explain(exchange, principal, wish.body);
    c.var.settlement?.finish('complete', null);
    return Response.json(explanation, { headers: { 'cache-control': 'no-store' } });
  } finally {
    body.release();
  }
}
