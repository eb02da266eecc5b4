/** A request as the gateway takes it, from what came over HTTP. */
import type { Context } from 'hono';
import { Departure } from '../gateway/client-left.ts';
import type { Exchange } from '../gateway/exchange.ts';
import type { Place } from '../routing/place.ts';
import type { HttpEnv } from './bindings.ts';
import { readIdentity } from './request-facts.ts';
import { placeOf } from './request-place.ts';

/** `headers`: those that count for what is asked. Throws `InvalidConfig`. */
export function toExchange(
  c: Context<HttpEnv>,
  asked: Pick<Exchange, 'settlement' | 'route' | 'inPath' | 'headers'>,
): Exchange {
  const { context, services: loadServices, flight } = c.env;
  const services = loadServices();
  const request = c.req.raw;
  const own = readIdentity(request);
  const identity = flight === null ? own : { ...own, clientAddress: flight.clientAddress };
  const { token } = identity;
  let place: Place | null = null;
  return {
    ...asked,
    context,
    services,
    identity,
    incoming: request,
    departure: new Departure(context.signal),
    flight,
    url: request.url,
    get place() {
      const mayBeTold = services.snapshot.document.testing?.region_header === true;
      place ??= placeOf({ headers: asked.headers, cf: request.cf }, mayBeTold);
      return place;
    },
    redact: (text, also = []) => services.snapshot.redact(text, token === null ? also : [token, ...also]),
  };
}
