/** `POST /v1/keys/token`: a key mints a token for part of what it may do itself, for a browser, a job, a run of CI. */
import type { Context } from 'hono';
import { admit } from '../gateway/admit.ts';
import { Departure } from '../gateway/client-left.ts';
import { mintToken } from '../gateway/mint-token.ts';
import type { HttpEnv } from './bindings.ts';
import { enterDoor } from './enter-door.ts';

export const TOKEN_ROUTE = '/v1/keys/token';
/** Claims that are longer than this fit into no token. */
const MAX_BODY_BYTES = 64 * 1024;

export async function tokenDoor(c: Context<HttpEnv>): Promise<Response> {
  const { services, principal } = await enterDoor(c, TOKEN_ROUTE);
  const { context } = c.env;
  const { raw } = c.req;
  const departure = new Departure(context.signal);
  const { body } = admit({ headers: raw.headers, incoming: raw, services, departure }, MAX_BODY_BYTES);
  try {
    const minted = await mintToken(await body.readAll(), principal, services, context);
    c.var.settlement?.finish('complete', null);
    return Response.json(minted, { status: 201, headers: { 'cache-control': 'no-store' } });
  } finally {
    body.release();
  }
}
