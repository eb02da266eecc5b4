/** `/admin/v1/me`: what the gateway makes of a credential, for the one who holds it. */
import { z } from '@hono/zod-openapi';
import { ROLES } from '../actor.ts';
import type { AdminApp } from './admin-app.ts';
import { defineRoute, json } from './define-route.ts';

export function registerMeRoutes(app: AdminApp): void {
  const me = z
    .object({
      subject: z.string().openapi({ description: 'As it stands in the audit trail.' }),
      issuer: z.string().nullable().openapi({ description: '`iss` of the token; `null` for `ADMIN_TOKEN`.' }),
      role: z.enum(ROLES),
      projects: z
        .array(z.string())
        .nullable()
        .openapi({ description: 'Names of the projects that may be seen and touched; `null`: all.' }),
    })
    .openapi('Me');
  const get = defineRoute('getMe', {
    method: 'get',
    path: '/me',
    tags: ['identity'],
    responses: { 200: { description: 'Name, role and reach.', ...json(me) } },
  });
  app.openapi(get, (c) => {
    const { subject, issuer, role, projects } = c.var.actor;
    return c.json({ subject, issuer, role, projects: projects === null ? null : [...projects] }, 200, {
      'cache-control': 'no-store',
    });
  });
}
