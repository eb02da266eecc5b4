/** `/admin/v1/routing/health`: what each region sees of its targets. */
import type { AdminApp } from './admin-app.ts';
import { defineRoute, json } from './define-route.ts';
import { routingHealthQuery, routingHealthSchema, toRoutingHealth } from './routing-schemas.ts';

const DESCRIPTION =
  'Every region that has seen something, or one of them. Regions are those of Cloudflare’s location hints. What an isolate ' +
  'sees is told to its region within seconds. A region that does not answer within two seconds stands in the list with `error`.';

export function registerRoutingRoutes(app: AdminApp): void {
  const get = defineRoute('getRoutingHealth', {
    method: 'get',
    path: '/routing/health',
    tags: ['routing'],
    description: DESCRIPTION,
    request: { query: routingHealthQuery() },
    responses: { 200: { description: 'What regions see.', ...json(routingHealthSchema()) } },
  });
  app.openapi(get, async (c) => {
    const { region } = c.req.valid('query');
    return c.json(toRoutingHealth(await c.env.services.regions(region)), 200);
  });
}
