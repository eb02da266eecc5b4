/**
 * Stands between the gateway and its Flights: a class of the same name that asks the test what is to happen to each
 * request, and hands it to the real object of the same name if that is to be.
 */
import { DurableObject } from 'cloudflare:workers';

export class Flight extends DurableObject {
  async fetch(request) {
    const { ctx, env } = this;
    const verdict = await env.CONTROL.fetch('http://control/', { method: 'POST' });
    const mode = await verdict.text();
    if (mode === 'down') throw new Error('the Flight is unreachable');
    if (mode === 'overloaded')
      throw Object.assign(new Error('Durable Object is overloaded. Too many requests queued.'), {
        overloaded: true,
        retryable: true,
      });
    if (mode === 'reset') ctx.abort('the Flight was reset');
    const response = await env.REAL.get(env.REAL.idFromName(ctx.id.name)).fetch(request);
    if (mode === 'garbage' || mode === 'lose-answers') await response.body?.cancel();
    if (mode === 'garbage') return new Response('<html>Bad Gateway</html>');
    if (mode === 'lose-answers') throw new Error('the answer of the Flight was lost');
    return mode === 'break-off' ? new Response(brokenOff(response.body)) : response;
  }
}

/** What comes first, and then the end that a stream has when its object goes. */
function brokenOff(body) {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { value } = await reader.read();
      controller.enqueue(value);
      await reader.cancel();
      controller.error(new Error('the Flight went'));
    },
  });
}

export default { fetch: () => new Response(null, { status: 404 }) };
