/** One log line for each call of the admin API: who called what, and how it went. */
import type { MiddlewareHandler } from 'hono';
import type { AdminEnv } from './admin-env.ts';

export const logged: MiddlewareHandler<AdminEnv> = async (c, next) => {
  await next();
  const { context } = c.env;
  const { actor, operation } = c.var as Partial<AdminEnv['Variables']>; // a refused call never got that far
  context.log({
    type: 'admin_request',
    request_id: context.requestId,
    operation: operation ?? null,
    actor: actor?.subject ?? null,
    issuer: actor?.issuer ?? null,
    role: actor?.role ?? null,
    status: c.res.status,
    latency_ms: context.now() - context.arrivedAt,
  });
};
