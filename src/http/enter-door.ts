/** The first steps at doors that answer by themselves: the log line is opened, and whoever asks is known. */
import type { Context } from 'hono';
import { identify } from '../gateway/identify.ts';
import type { Services } from '../gateway/services.ts';
import type { Principal } from '../keys/principal.ts';
import type { HttpEnv } from './bindings.ts';
import { openSettlement } from './logged.ts';
import { readIdentity } from './request-facts.ts';

/** `route` is its public name. Rejects as `identify` does. */
export async function enterDoor(
  c: Context<HttpEnv>,
  route: string,
): Promise<{ services: Services; principal: Principal }> {
  const settlement = openSettlement(c, route);
  const services = c.env.services();
  const principal = await identify(readIdentity(c.req.raw), route, services, c.env.context);
  settlement.principal = principal;
  return { services, principal };
}
