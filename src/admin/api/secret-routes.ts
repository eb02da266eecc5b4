/**
 * `/admin/v1/secrets`. Values go in and never come out: not in an answer, an error, the audit trail or a log. None is
 * written that would keep the active document from being served.
 */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type ConfigMistake, Conflict, InvalidConfig, InvalidRequest } from '../../errors.ts';
import { isOwnVariable } from '../../own-variables.ts';
import type { AdminApp } from './admin-app.ts';
import type { AdminEnv, SecretChange } from './admin-env.ts';
import { type Base, readBase } from './config-documents.ts';
import { refuseMistakes } from './config-review.ts';
import { defineRoute, json, jsonBody } from './define-route.ts';
import { unwrap, whileOutdated } from './respond.ts';
import { pageOf, pageQuery } from './shared-schemas.ts';

const TAGS = ['secrets'];

export function registerSecretRoutes(app: AdminApp): void {
  const secret = secretSchema();
  const params = z.object({ name: nameSchema() });

  const list = defineRoute('listSecrets', {
    method: 'get',
    path: '/secrets',
    tags: TAGS,
    description:
      'Names only. One whose value was sealed under an earlier `MASTER_SECRET` is listed too, but is as if it were not set until it is put again.',
    request: { query: z.strictObject(pageQuery()) },
    responses: {
      200: { description: 'Names of secrets, the newest first.', ...json(pageOf(secret)) },
    },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const input = { limit, cursor: cursor ?? null };
    return c.json(unwrap(await c.env.services.registry.query('secrets.list', input, c.var.actor)), 200);
  });

  const put = defineRoute('putSecret', {
    method: 'put',
    path: '/secrets/{name}',
    tags: TAGS,
    description: 'The document refers to it as `$NAME`, as to a secret of the Worker.',
    request: { params, body: jsonBody(putSecretSchema()) },
    responses: { 200: { description: 'It is kept.', ...json(putResultSchema()) } },
  });
  app.openapi(put, async (c) => {
    const { registry, vault, config } = c.env.services;
    const { name } = c.req.valid('param');
    if (isOwnVariable(name)) throw new InvalidRequest(`${name} is a name of the gateway's own.`, 'name');
    if (!vault.isOpen)
      throw new Conflict(
        'Secrets cannot be kept here: MASTER_SECRET is not set, or has less than 32 characters.',
      );
    const { value } = c.req.valid('json');
    const sealed = await vault.seal(name, value);
    const kept = await whileOutdated(async () => {
      const base = await readBase(c);
      const problem = await problemWith(c, base, { name, value });
      if (problem !== null)
        throw new InvalidRequest(`The active configuration cannot use this value: ${problem}`, 'value');
      const input = { name, sealed, base: base.active.version };
      return unwrap(await registry.write('secret.put', input, c.var.actor));
    });
    return c.json({ ...kept, warnings: config.hasVariable(name) ? [SHADOWED] : [] }, 200);
  });

  const remove = defineRoute('deleteSecret', {
    method: 'delete',
    path: '/secrets/{name}',
    tags: TAGS,
    request: { params },
    responses: {
      200: { description: 'It is gone.', ...json(z.object({ name: z.string(), deleted: z.literal(true) })) },
    },
  });
  app.openapi(remove, async (c) => {
    const { name } = c.req.valid('param');
    await whileOutdated(async () => {
      const base = await readBase(c);
      const problem = await problemWith(c, base, { name, value: null });
      if (problem !== null)
        throw new Conflict(`The active configuration needs this secret: ${problem}`, 'name');
      const input = { name, base: base.active.version };
      unwrap(await c.env.services.registry.write('secret.delete', input, c.var.actor));
    });
    return c.json({ name, deleted: true as const }, 200);
  });
}

const SHADOWED = 'The Worker has a variable or secret of this name: that one counts, and not this.';

/** What keeps the active document from being served once a secret has changed; `null` if nothing does, or did so already. */
async function problemWith(
  c: Context<AdminEnv>,
  { active: { text }, secrets }: Base,
  change: SecretChange,
): Promise<string | null> {
  const { config } = c.env.services;
  const told = (mistakes: readonly ConfigMistake[]) => refuseMistakes(mistakes).message;
  const before = await mistakesOf(() => config.check(text, secrets));
  const after = await mistakesOf(() => config.check(text, secrets, change));
  return before.length === 0 && after.length > 0 ? told(after) : null;
}

async function mistakesOf(check: () => Promise<unknown>): Promise<readonly ConfigMistake[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (error instanceof InvalidConfig) return error.mistakes;
    throw error;
  }
}

const nameSchema = () =>
  z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,127}$/, 'is no name of a secret: A to Z, 0 to 9 and _')
    .openapi({ example: 'OPENAI_API_KEY' });

const putSecretSchema = () =>
  z
    .strictObject({
      value: z
        .string()
        .min(1)
        .max(16_384)
        .refine((value) => value.isWellFormed(), 'holds half a character')
        .openapi({ format: 'password' }),
    })
    .openapi('PutSecret');

const secretFields = () => ({
  name: z.string(),
  version: z.number().openapi({ description: 'Grows with every new value.' }),
  updated_at: z.string(),
  updated_by: z.string(),
});

const secretSchema = () => z.object(secretFields()).openapi('Secret');

const putResultSchema = () =>
  z
    .object({
      ...secretFields(),
      warnings: z.array(z.string()).openapi({ description: 'Why it has no effect, if it has none.' }),
    })
    .openapi('PutSecretResult');
