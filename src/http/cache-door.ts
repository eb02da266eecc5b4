/** `DELETE /v1/cache`: a credential has cached answers of its own project forgotten. */
import type { Context } from 'hono';
import { PermissionDenied } from '../errors.ts';
import { forgetCached } from '../gateway/forget-cached.ts';
import { readForgetWish } from '../gateway/forget-wish.ts';
import type { HttpEnv } from './bindings.ts';
import { enterDoor } from './enter-door.ts';
import { readIdentity } from './request-facts.ts';

export const CACHE_ROUTE = '/v1/cache';

export async function cacheDoor(c: Context<HttpEnv>): Promise<Response> {
  const { services, principal } = await enterDoor(c, CACHE_ROUTE);
  // What a browser holds on behalf of one user is not lightly given the cache of all.
  if (principal.endUser !== null && principal.routes === null)
    throw new PermissionDenied(`A credential of an end user needs ${CACHE_ROUTE} among its routes for this.`);
  const { context } = c.env;
  const { raw } = c.req;
  const wish = readForgetWish(new URL(raw.url).searchParams);
  const by = {
    ip: readIdentity(raw).clientAddress,
    country: typeof raw.cf?.country === 'string' ? raw.cf.country : null,
    requestId: context.requestId,
  };
  const work = { forget: services.forgetCached, waitUntil: context.waitUntil };
  const generation = await forgetCached(wish, principal, by, work);
  c.var.settlement?.finish('complete', null);
  return Response.json({ generation }, { headers: { 'cache-control': 'no-store' } });
}
