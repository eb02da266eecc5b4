/** `/admin/v1/requests`: asking, deciding, and taking the key that was approved. */
import { z } from '@hono/zod-openapi';
import type { AdminApp } from './admin-app.ts';
import { defineRoute, json, jsonBody } from './define-route.ts';
import { makeSecret } from './key-routes.ts';
import { keyResourceSchema } from './key-schemas.ts';
import {
  createRequestSchema,
  decisionSchema,
  listRequestsQuery,
  requestResourceSchema,
  toCreateRequest,
} from './request-schemas.ts';
import { found, readIdempotency, unwrap } from './respond.ts';
import { idempotencyHeader, idParam, pageOf } from './shared-schemas.ts';

const TAGS = ['requests'];

export function registerRequestRoutes(app: AdminApp): void {
  const request = requestResourceSchema();
  const params = idParam('req');
  const ok = { 200: { description: 'The request.', ...json(request) } };

  const create = defineRoute('createRequest', {
    method: 'post',
    path: '/requests',
    tags: TAGS,
    request: { headers: idempotencyHeader(), body: jsonBody(createRequestSchema()) },
    responses: { 201: { description: 'The request.', ...json(request) } },
  });
  app.openapi(create, async (c) => {
    const body = c.req.valid('json');
    const outcome = await c.env.services.registry.write(
      'requests.create',
      toCreateRequest(body),
      c.var.actor,
      await readIdempotency(c, body),
    );
    return c.json(unwrap(outcome), 201);
  });

  const list = defineRoute('listRequests', {
    method: 'get',
    path: '/requests',
    tags: TAGS,
    request: { query: listRequestsQuery() },
    responses: { 200: { description: 'Requests, the newest first.', ...json(pageOf(request)) } },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor, status, kind, project } = c.req.valid('query');
    const input = {
      limit,
      cursor: cursor ?? null,
      status: status ?? null,
      kind: kind ?? null,
      project: project ?? null,
    };
    return c.json(unwrap(await c.env.services.registry.query('requests.list', input, c.var.actor)), 200);
  });

  const get = defineRoute('getRequest', {
    method: 'get',
    path: '/requests/{id}',
    tags: TAGS,
    request: { params },
    responses: ok,
  });
  app.openapi(get, async (c) => {
    const outcome = await c.env.services.registry.query('requests.get', c.req.valid('param'), c.var.actor);
    return c.json(found(outcome, 'request'), 200);
  });

  for (const [operation, action] of DECISIONS) {
    const route = defineRoute(operation, {
      method: 'post',
      path: `/requests/{id}/${action}`,
      tags: TAGS,
      request: { params, body: jsonBody(decisionSchema()) },
      responses: ok,
    });
    app.openapi(route, async (c) => {
      const { registry } = c.env.services;
      const input = { id: c.req.valid('param').id, note: c.req.valid('json').note ?? null };
      const decided = unwrap(await registry.write(`requests.${action}`, input, c.var.actor));
      return c.json(decided, 200);
    });
  }

  const claimedKey = keyResourceSchema()
    .extend({ key: z.string().openapi({ description: 'Shown this once.' }) })
    .openapi('ClaimedKey');
  const claim = defineRoute('claimRequest', {
    method: 'post',
    path: '/requests/{id}/claim',
    tags: TAGS,
    request: { params },
    responses: { 201: { description: 'The key, with its secret.', ...json(claimedKey) } },
  });
  app.openapi(claim, async (c) => {
    const { services } = c.env;
    const { secret, text } = await makeSecret(services);
    const input = { id: c.req.valid('param').id, secret };
    const key = unwrap(await services.registry.write('requests.claim', input, c.var.actor));
    return c.json({ ...key, key: text }, 201, { 'cache-control': 'no-store' });
  });
}

const DECISIONS = [
  ['approveRequest', 'approve'],
  ['refuseRequest', 'refuse'],
] as const;
