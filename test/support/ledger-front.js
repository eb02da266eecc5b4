/**
 * Stands between the gateway and its Ledgers: a class of the same name whose every method asks the test what is to
 * happen to this Ledger, and goes on to the real object of the same name if that is to be. Calls that are under way at
 * the same time may arrive in another order.
 */
import { DurableObject } from 'cloudflare:workers';

/** What the runtime asks every class for; none is a method that a caller names. */
const HANDLERS = new Set([
  'alarm',
  'connect',
  'fetch',
  'scheduled',
  'self',
  'tail',
  'tailStream',
  'test',
  'trace',
  'webSocketClose',
  'webSocketError',
  'webSocketMessage',
]);

export class Ledger extends DurableObject {}

// The runtime looks a method up on the prototype, so this one has them all: a list would have to follow the Ledger's.
Object.setPrototypeOf(
  Ledger.prototype,
  new Proxy(DurableObject.prototype, {
    get(target, name, receiver) {
      if (typeof name === 'symbol' || HANDLERS.has(name) || name in target)
        return Reflect.get(target, name, receiver);
      return function (...inputs) {
        return forward(this, name, inputs);
      };
    },
  }),
);

async function forward({ ctx, env }, name, inputs) {
  const ledger = encodeURIComponent(ctx.id.name);
  const verdict = await env.CONTROL.fetch(`http://control/${name}?ledger=${ledger}`, { method: 'POST' });
  const mode = await verdict.text();
  if (mode === 'down') throw new Error('the Ledger is unreachable');
  // As the platform marks them: `overloaded` must not be tried again, `retryable` may be.
  if (mode === 'overloaded')
    throw Object.assign(new Error('Durable Object is overloaded. Too many requests queued.'), {
      overloaded: true,
      retryable: true,
    });
  if (mode === 'reset') ctx.abort('the Ledger was reset');
  const answer = await env.REAL.get(env.REAL.idFromName(ctx.id.name))[name](...inputs);
  if (mode === 'lose-answers') throw new Error('the answer of the Ledger was lost');
  return answer;
}

export default { fetch: () => new Response(null, { status: 404 }) };
