/** A request of the gateway's own, made of a client's: settled by itself, and gone on with when the client has left. */
import { Departure } from './client-left.ts';
import type { Exchange } from './exchange.ts';
import { Settlement } from './settle.ts';

/** `what` it is made for stands behind the client's request id. Nobody leaves, because nobody waits. */
export function behindTheBack(exchange: Exchange, what: 'refresh' | 'shadow'): Exchange {
  const { context: own, settlement: told, route } = exchange;
  const { signal } = new AbortController();
  const requestId = `${own.requestId}-${what}`;
  const context = { ...own, requestId, signal, arrivedAt: own.now() };
  const settlement = new Settlement(context, route.name, null);
  const { principal, alias, plan, metadata, inputCharacters } = told;
  Object.assign(settlement, { principal, alias, plan, metadata, inputCharacters });
  return { ...exchange, context, settlement, departure: new Departure(signal), flight: null };
}
