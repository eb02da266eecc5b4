/** `/admin/v1/organizations`. */
import type { AdminApp } from './admin-app.ts';
import { defineRoute, json, jsonBody } from './define-route.ts';
import { registerResourceRoutes } from './resource-routes.ts';
import { readIdempotency, readIfMatch, unwrap } from './respond.ts';
import { idempotencyHeader, idParam, ifMatchHeader, pageOf } from './shared-schemas.ts';
import {
  createOrganizationSchema,
  listOrganizationsQuery,
  organizationResourceSchema,
  updateOrganizationSchema,
} from './tenant-schemas.ts';

const TAGS = ['organizations'];

export function registerOrganizationRoutes(app: AdminApp): void {
  const organization = organizationResourceSchema();
  const params = idParam('org');
  const ok = { 200: { description: 'The organisation.', ...json(organization) } };

  const create = defineRoute('createOrganization', {
    method: 'post',
    path: '/organizations',
    tags: TAGS,
    request: { headers: idempotencyHeader(), body: jsonBody(createOrganizationSchema()) },
    responses: { 201: { description: 'The organisation.', ...json(organization) } },
  });
  app.openapi(create, async (c) => {
    const body = c.req.valid('json');
    const { name, ...fields } = body;
    const { registry } = c.env.services;
    const idempotency = await readIdempotency(c, body);
    const made = unwrap(
      await registry.write('organizations.create', { name, fields }, c.var.actor, idempotency),
    );
    return c.json(made, 201);
  });

  const list = defineRoute('listOrganizations', {
    method: 'get',
    path: '/organizations',
    tags: TAGS,
    request: { query: listOrganizationsQuery() },
    responses: { 200: { description: 'Organisations, the newest first.', ...json(pageOf(organization)) } },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor, status, search } = c.req.valid('query');
    const input = { limit, cursor: cursor ?? null, status: status ?? null, search: search ?? null };
    return c.json(unwrap(await c.env.services.registry.query('organizations.list', input, c.var.actor)), 200);
  });

  const update = defineRoute('updateOrganization', {
    method: 'patch',
    path: '/organizations/{id}',
    tags: TAGS,
    request: { params, headers: ifMatchHeader(), body: jsonBody(updateOrganizationSchema()) },
    responses: ok,
  });
  app.openapi(update, async (c) => {
    const { name: _, ...fields } = c.req.valid('json');
    const input = { id: c.req.valid('param').id, ifVersion: readIfMatch(c), fields };
    const changed = unwrap(await c.env.services.registry.write('organizations.update', input, c.var.actor));
    return c.json(changed, 200, { etag: `"${changed.version}"` });
  });

  registerResourceRoutes(app, {
    name: 'organizations',
    noun: 'organisation',
    idPrefix: 'org',
    schema: organization,
    operations: {
      get: 'getOrganization',
      delete: 'deleteOrganization',
      status: [
        ['disableOrganization', 'organizations.disable'],
        ['enableOrganization', 'organizations.enable'],
      ],
    },
  });
}
