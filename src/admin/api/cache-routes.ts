/** `/admin/v1/cache/invalidations`: cached answers are forgotten, everywhere within seconds. */
import type { AdminApp } from './admin-app.ts';
import { forgetCachedSchema, invalidationSchema, listInvalidationsQuery, toTarget } from './cache-schemas.ts';
import { defineRoute, json, jsonBody } from './define-route.ts';
import { unwrap } from './respond.ts';
import { pageOf } from './shared-schemas.ts';

const TAGS = ['cache'];

export function registerCacheRoutes(app: AdminApp): void {
  const invalidation = invalidationSchema();

  const forget = defineRoute('forgetCached', {
    method: 'post',
    path: '/cache/invalidations',
    tags: TAGS,
    description:
      'Developers name one of their projects. The same again takes the place of the one before. Beyond 1,000 of a project, ' +
      'or 10,000 in all, they become one that forgets everything of their project, or of all.',
    request: { body: jsonBody(forgetCachedSchema()) },
    responses: { 201: { description: 'It is forgotten.', ...json(invalidation) } },
  });
  app.openapi(forget, async (c) => {
    const { registry } = c.env.services;
    const target = toTarget(c.req.valid('json'));
    return c.json(unwrap(await registry.write('cache.forget', target, c.var.actor)), 201);
  });

  const list = defineRoute('listInvalidations', {
    method: 'get',
    path: '/cache/invalidations',
    tags: TAGS,
    description: 'Those that still have something to forget. They are gone when no entry can be that old.',
    request: { query: listInvalidationsQuery() },
    responses: { 200: { description: 'Invalidations, the newest first.', ...json(pageOf(invalidation)) } },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor, project, kind } = c.req.valid('query');
    const input = { limit, cursor: cursor ?? null, project: project ?? null, kind: kind ?? null };
    return c.json(unwrap(await c.env.services.registry.query('cache.list', input, c.var.actor)), 200);
  });
}
