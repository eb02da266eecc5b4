/** What can be done alike to keys, projects and organisations: read one, change its status, delete it. */
import { z } from '@hono/zod-openapi';
import type { OperationId } from '../operations.ts';
import type { CommandName } from '../registry/commands.ts';
import type { AdminApp } from './admin-app.ts';
import { defineRoute, json } from './define-route.ts';
import { found, unwrap } from './respond.ts';
import { idParam } from './shared-schemas.ts';

export interface Resource {
  /** As in the path and in the names of commands. */
  readonly name: 'keys' | 'projects' | 'organizations';
  /** In words: `key`. */
  readonly noun: string;
  readonly idPrefix: string;
  readonly schema: z.ZodType;
  readonly operations: {
    readonly get: OperationId;
    readonly delete: OperationId;
    /** Each with the command that it is. */
    readonly status: readonly (readonly [OperationId, StatusCommand])[];
  };
}

type StatusCommand = Extract<CommandName, `${string}.${'disable' | 'enable' | 'revoke'}`>;

export function registerResourceRoutes(app: AdminApp, resource: Resource): void {
  registerGet(app, resource);
  for (const [operation, command] of resource.operations.status)
    registerStatus(app, resource, operation, command);
  registerDelete(app, resource);
}

function registerGet(app: AdminApp, { name, noun, idPrefix, schema, operations }: Resource): void {
  const route = defineRoute(operations.get, {
    method: 'get',
    path: `/${name}/{id}`,
    tags: [name],
    request: { params: idParam(idPrefix) },
    responses: { 200: { description: `The ${noun}.`, ...json(schema) } },
  });
  app.openapi(route, async (c) => {
    const outcome = await c.env.services.registry.query(`${name}.get`, c.req.valid('param'), c.var.actor);
    const one = found(outcome, noun);
    return c.json(one, 200, { etag: `"${one.version}"` });
  });
}

function registerStatus(
  app: AdminApp,
  { name, noun, idPrefix, schema }: Resource,
  operation: OperationId,
  command: StatusCommand,
): void {
  const route = defineRoute(operation, {
    method: 'post',
    path: `/${name}/{id}/${command.slice(name.length + 1)}`,
    tags: [name],
    request: { params: idParam(idPrefix) },
    responses: { 200: { description: `The ${noun}.`, ...json(schema) } },
  });
  app.openapi(route, async (c) => {
    const { registry } = c.env.services;
    const changed = unwrap(await registry.write(command, c.req.valid('param'), c.var.actor));
    return c.json(changed, 200);
  });
}

function registerDelete(app: AdminApp, { name, idPrefix, operations }: Resource): void {
  const route = defineRoute(operations.delete, {
    method: 'delete',
    path: `/${name}/{id}`,
    tags: [name],
    request: { params: idParam(idPrefix) },
    responses: {
      200: { description: 'It is gone.', ...json(z.object({ id: z.string(), deleted: z.literal(true) })) },
    },
  });
  app.openapi(route, async (c) => {
    const { registry } = c.env.services;
    const { id } = unwrap(await registry.write(`${name}.delete`, c.req.valid('param'), c.var.actor));
    return c.json({ id, deleted: true as const }, 200);
  });
}
