/** `/admin/v1/keys`. A key is shown once, in the answer of the call that made it. */
import { z } from '@hono/zod-openapi';
import { createMintedKey, maskKey } from '../../keys/minted-key.ts';
import { sha256Hex } from '../../sha256.ts';
import type { NewSecret } from '../registry/key-commands.ts';
import type { AdminApp } from './admin-app.ts';
import type { AdminServices } from './admin-env.ts';
import { defineRoute, json, jsonBody } from './define-route.ts';
import {
  createKeySchema,
  keyResourceSchema,
  listKeysQuery,
  rotateKeySchema,
  toCreateKey,
  toTime,
  updateKeySchema,
} from './key-schemas.ts';
import { registerResourceRoutes } from './resource-routes.ts';
import { readIdempotency, readIfMatch, unwrap } from './respond.ts';
import { idempotencyHeader, idParam, ifMatchHeader, pageOf } from './shared-schemas.ts';

const TAGS = ['keys'];

export function registerKeyRoutes(app: AdminApp): void {
  const key = keyResourceSchema();
  const mintedKey = key
    .extend({
      key: z.string().nullable().openapi({ description: 'Shown this once; `null` for a repeated create.' }),
    })
    .openapi('MintedKey');
  const params = idParam('key');
  const ok = { 200: { description: 'The key.', ...json(key) } };

  const create = defineRoute('createKey', {
    method: 'post',
    path: '/keys',
    tags: TAGS,
    request: { headers: idempotencyHeader(), body: jsonBody(createKeySchema()) },
    responses: { 201: { description: 'The key, with its secret.', ...json(mintedKey) } },
  });
  app.openapi(create, async (c) => {
    const { services } = c.env;
    const body = c.req.valid('json');
    const { secret, text } = await makeSecret(services);
    const outcome = await services.registry.write(
      'keys.create',
      { ...toCreateKey(body), secret },
      c.var.actor,
      await readIdempotency(c, body),
    );
    const made = unwrap(outcome);
    const isRepeated = outcome.ok && outcome.isRepeated;
    return c.json({ ...made, key: isRepeated ? null : text }, 201, { 'cache-control': 'no-store' });
  });

  const list = defineRoute('listKeys', {
    method: 'get',
    path: '/keys',
    tags: TAGS,
    request: { query: listKeysQuery() },
    responses: { 200: { description: 'Keys, the newest first.', ...json(pageOf(key)) } },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor, project, organization, status, tag, search } = c.req.valid('query');
    const input = {
      limit,
      cursor: cursor ?? null,
      project: project ?? null,
      organization: organization ?? null,
      status: status ?? null,
      tag: tag ?? null,
      search: search ?? null,
    };
    return c.json(unwrap(await c.env.services.registry.query('keys.list', input, c.var.actor)), 200);
  });

  const update = defineRoute('updateKey', {
    method: 'patch',
    path: '/keys/{id}',
    tags: TAGS,
    request: { params, headers: ifMatchHeader(), body: jsonBody(updateKeySchema()) },
    responses: ok,
  });
  app.openapi(update, async (c) => {
    const { name, expires_at, ...fields } = c.req.valid('json');
    const input = {
      id: c.req.valid('param').id,
      ifVersion: readIfMatch(c),
      ...(name === undefined ? {} : { name }),
      ...(expires_at === undefined ? {} : { expiresAt: toTime(expires_at) }),
      fields,
    };
    const changed = unwrap(await c.env.services.registry.write('keys.update', input, c.var.actor));
    return c.json(changed, 200, { etag: `"${changed.version}"` });
  });

  const rotate = defineRoute('rotateKey', {
    method: 'post',
    path: '/keys/{id}/rotate',
    tags: TAGS,
    request: { params, body: jsonBody(rotateKeySchema()) },
    responses: { 200: { description: 'The key, with its new secret.', ...json(mintedKey) } },
  });
  app.openapi(rotate, async (c) => {
    const { services } = c.env;
    const { secret, text } = await makeSecret(services);
    const { overlap_seconds: overlapSeconds } = c.req.valid('json');
    const input = { id: c.req.valid('param').id, secret, overlapSeconds };
    const rotated = unwrap(await services.registry.write('keys.rotate', input, c.var.actor));
    return c.json({ ...rotated, key: text }, 200, { 'cache-control': 'no-store' });
  });

  registerResourceRoutes(app, {
    name: 'keys',
    noun: 'key',
    idPrefix: 'key',
    schema: key,
    operations: {
      get: 'getKey',
      delete: 'deleteKey',
      status: [
        ['disableKey', 'keys.disable'],
        ['enableKey', 'keys.enable'],
        ['revokeKey', 'keys.revoke'],
      ],
    },
  });
}

/** A new key: what the Registry may know of it, and its text, which goes to the client and nowhere else. */
export async function makeSecret({ randomBytes }: Pick<AdminServices, 'randomBytes'>): Promise<{
  readonly secret: NewSecret;
  readonly text: string;
}> {
  const text = createMintedKey(randomBytes);
  return { text, secret: { sha256: await sha256Hex(text), masked: maskKey(text) } };
}
