/**
 * Stands between the gateway and its Vantages: a class of the same name that asks the test what is to happen to each
 * call, and goes on to the real object of the same name if that is to be.
 */
import { DurableObject } from 'cloudflare:workers';

export class Vantage extends DurableObject {
  sync(report) {
    return this.#forward('sync', report);
  }

  view() {
    return this.#forward('view');
  }

  async #forward(method, ...inputs) {
    const { ctx, env } = this;
    const verdict = await env.CONTROL.fetch(`http://control/${method}?vantage=${ctx.id.name}`, {
      method: 'POST',
    });
    const mode = await verdict.text();
    if (mode === 'down') throw new Error('the Vantage is unreachable');
    if (mode === 'reset') ctx.abort('the Vantage was reset');
    const answer = await env.REAL.get(env.REAL.idFromName(ctx.id.name))[method](...inputs);
    if (mode === 'lose-answers') throw new Error('the answer of the Vantage was lost');
    return mode === 'garbage'
      ? { at: 'never', targets: [null, { target: 7 }, { target: 'a/b', openUntil: NaN }] }
      : answer;
  }
}

export default { fetch: () => new Response(null, { status: 404 }) };
