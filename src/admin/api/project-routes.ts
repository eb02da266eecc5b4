/** `/admin/v1/projects`. */

import type { Context } from 'hono';
import type { ProjectIssuer } from '../../config/identity-issuers.ts';
import { InvalidConfig, InvalidRequest } from '../../errors.ts';
import type { AdminApp } from './admin-app.ts';
import type { AdminEnv } from './admin-env.ts';
import { readActive } from './config-documents.ts';
import { defineRoute, json, jsonBody } from './define-route.ts';
import { registerResourceRoutes } from './resource-routes.ts';
import { readIdempotency, readIfMatch, unwrap } from './respond.ts';
import { idempotencyHeader, idParam, ifMatchHeader, pageOf } from './shared-schemas.ts';
import {
  createProjectSchema,
  listProjectsQuery,
  projectResourceSchema,
  updateProjectSchema,
} from './tenant-schemas.ts';

const TAGS = ['projects'];

export function registerProjectRoutes(app: AdminApp): void {
  const project = projectResourceSchema();
  const params = idParam('proj');
  const ok = { 200: { description: 'The project.', ...json(project) } };

  const create = defineRoute('createProject', {
    method: 'post',
    path: '/projects',
    tags: TAGS,
    request: { headers: idempotencyHeader(), body: jsonBody(createProjectSchema()) },
    responses: { 201: { description: 'The project.', ...json(project) } },
  });
  app.openapi(create, async (c) => {
    const body = c.req.valid('json');
    const { name, organization = null, ...fields } = body;
    const { registry } = c.env.services;
    await checkIssuers(c, fields.issuers ?? []);
    const idempotency = await readIdempotency(c, body);
    const made = unwrap(
      await registry.write('projects.create', { name, organization, fields }, c.var.actor, idempotency),
    );
    return c.json(made, 201);
  });

  const list = defineRoute('listProjects', {
    method: 'get',
    path: '/projects',
    tags: TAGS,
    request: { query: listProjectsQuery() },
    responses: { 200: { description: 'Projects, the newest first.', ...json(pageOf(project)) } },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor, organization, status, search } = c.req.valid('query');
    const input = {
      limit,
      cursor: cursor ?? null,
      organization: organization ?? null,
      status: status ?? null,
      search: search ?? null,
    };
    return c.json(unwrap(await c.env.services.registry.query('projects.list', input, c.var.actor)), 200);
  });

  const update = defineRoute('updateProject', {
    method: 'patch',
    path: '/projects/{id}',
    tags: TAGS,
    request: { params, headers: ifMatchHeader(), body: jsonBody(updateProjectSchema()) },
    responses: ok,
  });
  app.openapi(update, async (c) => {
    const { name: _, organization, ...fields } = c.req.valid('json');
    const { registry } = c.env.services;
    await checkIssuers(c, fields.issuers ?? []);
    const input = {
      id: c.req.valid('param').id,
      ifVersion: readIfMatch(c),
      ...(organization === undefined ? {} : { organization }),
      fields,
    };
    const changed = unwrap(await registry.write('projects.update', input, c.var.actor));
    return c.json(changed, 200, { etag: `"${changed.version}"` });
  });

  registerResourceRoutes(app, {
    name: 'projects',
    noun: 'project',
    idPrefix: 'proj',
    schema: project,
    operations: {
      get: 'getProject',
      delete: 'deleteProject',
      status: [
        ['disableProject', 'projects.disable'],
        ['enableProject', 'projects.enable'],
      ],
    },
  });
}

/**
 * As a start would check them in the document, beside its section `admin`: from where their keys may be fetched is one
 * rule for both (traps H1), and so is that no token opens the admin API and a project.
 */
async function checkIssuers(c: Context<AdminEnv>, issuers: readonly ProjectIssuer[]): Promise<void> {
  if (issuers.length === 0) return;
  const { admin } = (await readActive(c)).document ?? {};
  const text = JSON.stringify({ admin, projects: { [CHECKED]: { issuers } } });
  try {
    await c.env.services.config.check(text, { version: 0, sealed: {} });
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    const mistake = error.mistakes.find(({ path }) => path.startsWith(PLACE));
    if (mistake !== undefined) throw new InvalidRequest(mistake.message, mistake.path.slice(PLACE.length));
  }
}

/** Stands for the project in the document that is checked. */
const CHECKED = 'project';
const PLACE = `projects.${CHECKED}.`;
