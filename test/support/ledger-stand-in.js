/**
 * A gateway in miniature, with which the suites prove the front of the Ledgers: Ledgers that keep a sum each, and routes
 * that call the one of `?name=`. They answer `{value}` or, with status 500, `{error}`.
 */
import { DurableObject } from 'cloudflare:workers';

/** Bound wherever a gateway is served; nothing is asked of these here. */
export class Flight extends DurableObject {}
export class Vantage extends DurableObject {}

export class Registry extends DurableObject {}

export class Ledger extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS additions (amount INTEGER NOT NULL)');
  }

  increment(by) {
    this.ctx.storage.sql.exec('INSERT INTO additions VALUES (?)', by);
    return this.read();
  }

  read() {
    return this.ctx.storage.sql.exec('SELECT coalesce(sum(amount), 0) AS total FROM additions').one().total;
  }
}

const ROUTES = {
  '/healthz': () => 'ok',
  '/increment': (ledger) => ledger.increment(1),
  '/read': (ledger) => ledger.read(),
};

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    try {
      const ledger = env.LEDGER.getByName(searchParams.get('name') ?? 'none');
      return Response.json({ value: await ROUTES[pathname](ledger) });
    } catch (error) {
      const { message, overloaded, retryable, durableObjectReset } = error;
      return Response.json(
        { error: { message, overloaded, retryable, durableObjectReset } },
        { status: 500 },
      );
    }
  },
};
