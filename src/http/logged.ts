/** Starts the settlement of a request: from here on exactly one log line is written for it. */
import type { Context } from 'hono';
import { Settlement } from '../gateway/settle.ts';
import type { HttpEnv } from './bindings.ts';
import { readTraceId } from './request-facts.ts';

export function openSettlement(c: Context<HttpEnv>, route: string): Settlement {
  const settlement = new Settlement(c.env.context, route, readTraceId(c.req.raw.headers));
  const { flight } = c.env;
  if (flight !== null) settlement.onSettled = ({ ending }, error) => flight.settled(ending, error);
  c.set('settlement', settlement);
  return settlement;
}
