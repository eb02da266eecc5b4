/**
 * One way to declare a route of the admin API: its roles come from the table of operations and are enforced by the
 * route's own middleware, so that what the docs say is what happens.
 */
import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { PermissionDenied } from '../../errors.ts';
import type { Role } from '../actor.ts';
import { OPERATIONS, type OperationId } from '../operations.ts';
import type { AdminEnv } from './admin-env.ts';

type Declared = Pick<RouteConfig, 'method' | 'path' | 'tags' | 'request' | 'responses' | 'description'>;

/** `config.path` is written with `{braces}`, below `/admin/v1`. */
export function defineRoute<const Config extends Declared>(operationId: OperationId, config: Config) {
  const { summary, roles } = OPERATIONS[operationId];
  return createRoute({
    ...config,
    operationId,
    summary,
    'x-roles': roles,
    security: [{ admin: [] }, { access: [] }],
    middleware: [requireRole(operationId, roles)],
    responses: {
      ...config.responses,
      default: { description: 'Refused or failed.', ...json(errorSchema()) },
    },
  });
}

function requireRole(operationId: OperationId, roles: readonly Role[]): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    c.set('operation', operationId);
    const { role } = c.var.actor;
    if (!roles.includes(role))
      throw new PermissionDenied(
        `The role ${role} may not do this (${operationId}); it takes ${roles.join(' or ')}.`,
      );
    await next();
  };
}

/** The `content` of a JSON body. */
export const json = <Schema extends z.ZodType>(schema: Schema) => ({
  content: { 'application/json': { schema } },
});

/** A request body that has to be there: without `required`, one of another content type would go unchecked. */
export const jsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  ...json(schema),
  required: true as const,
});

export function errorSchema() {
  return z
    .object({
      error: z.object({
        message: z.string(),
        type: z.string(),
        param: z.string().nullable(),
        code: z.string().nullable(),
      }),
    })
    .openapi('Error');
}
