/** `/admin/v1/config`, to read. Documents are shown without their secrets. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AdminApp } from './admin-app.ts';
import type { AdminEnv } from './admin-env.ts';
import { type NumberedDocument, readActive, readVersion, toShown, versionTag } from './config-documents.ts';
import { compare } from './config-review.ts';
import {
  configDiffSchema,
  configVersionSchema,
  diffQuery,
  documentSchema,
  ifNoneMatchHeader,
  versionParam,
} from './config-schemas.ts';
import { defineRoute, json } from './define-route.ts';
import { unwrap } from './respond.ts';
import { pageOf, pageQuery } from './shared-schemas.ts';

const TAGS = ['configuration'];

export function registerConfigRoutes(app: AdminApp): void {
  const document = {
    200: { description: 'The document; `ETag` is its version.', ...json(documentSchema()) },
    304: { description: 'The client holds it.' },
  };

  const get = defineRoute('getConfig', {
    method: 'get',
    path: '/config',
    tags: TAGS,
    request: { headers: ifNoneMatchHeader() },
    responses: document,
  });
  app.openapi(get, async (c) => showDocument(c, await readActive(c)));

  const list = defineRoute('listConfigVersions', {
    method: 'get',
    path: '/config/versions',
    tags: TAGS,
    request: { query: z.strictObject(pageQuery()) },
    responses: {
      200: { description: 'Versions, the newest first.', ...json(pageOf(configVersionSchema())) },
    },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const input = { limit, cursor: cursor ?? null };
    return c.json(unwrap(await c.env.services.registry.query('config.list', input, c.var.actor)), 200);
  });

  const getVersion = defineRoute('getConfigVersion', {
    method: 'get',
    path: '/config/versions/{version}',
    tags: TAGS,
    request: { params: versionParam(), headers: ifNoneMatchHeader() },
    responses: document,
  });
  app.openapi(getVersion, async (c) => showDocument(c, await readVersion(c, c.req.valid('param').version)));

  const diff = defineRoute('diffConfig', {
    method: 'get',
    path: '/config/diff',
    tags: TAGS,
    request: { query: diffQuery() },
    responses: { 200: { description: 'What changed.', ...json(configDiffSchema()) } },
  });
  app.openapi(diff, async (c) => {
    const query = c.req.valid('query');
    const to = await readVersion(c, query.to ?? (await readActive(c)).version);
    const from = await readVersion(c, query.from ?? to.parent);
    const changes = compare(c.env.services.config, from, to);
    return c.json({ from: from.version, to: to.version, diff: changes }, 200);
  });
}

function showDocument(c: Context<AdminEnv>, numbered: NumberedDocument) {
  const { version } = numbered;
  const headers = {
    etag: versionTag(version),
    'x-edgeway-config-version': String(version),
    'cache-control': 'private, no-cache',
  };
  if (isHeld(c.req.header('if-none-match'), version)) return c.body(null, 304, headers);
  return c.json(toShown(numbered, c.env.services.config), 200, headers);
}

/** Version 0 is whatever the variable says by now, so nobody is told that he holds it. */
function isHeld(header: string | undefined, version: number): boolean {
  if (header === undefined || version === 0) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(versionTag(version)) || tags.includes('*');
}
