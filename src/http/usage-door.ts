/** `GET /v1/usage`: what a key used and spent, and how much of its limits is left. Costs nothing, and is never limited. */
import type { Context } from 'hono';
import { InvalidRequest } from '../errors.ts';
import { reportUsage } from '../gateway/limits/usage-report.ts';
import type { HttpEnv } from './bindings.ts';
import { enterDoor } from './enter-door.ts';

export const USAGE_ROUTE = '/v1/usage';

const DEFAULT_DAYS = 7;
const MAX_DAYS = 90;

export async function usageDoor(c: Context<HttpEnv>): Promise<Response> {
  const { services, principal } = await enterDoor(c, USAGE_ROUTE);
  const days = readDays(c.req.query('days'));
  const report = await reportUsage(principal, days, services, c.env.context);
  c.var.settlement?.finish('complete', null);
  return Response.json(report, { headers: { 'cache-control': 'no-store' } });
}

function readDays(text: string | undefined): number {
  if (text === undefined) return DEFAULT_DAYS;
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > MAX_DAYS)
    throw new InvalidRequest(`\`days\` is a whole number from 1 to ${MAX_DAYS}.`, 'days');
  return days;
}
