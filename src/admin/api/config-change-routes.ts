/**
 * `/admin/v1/config`, to change: to a new document, to one of old, to the one before. What was checked and compared is
 * what is written: the Registry refuses if another version is active by then, or other secrets are kept, and then all
 * of it is done again.
 */
import type { Context } from 'hono';
import { toPath } from '../../config/parse-document.ts';
import { restoreDocument } from '../../config/redacted-document.ts';
import { Conflict, InvalidRequest, RequestTooLarge } from '../../errors.ts';
import type { ConfigOutcome } from '../registry/config-commands.ts';
import type { AdminApp } from './admin-app.ts';
import type { AdminEnv } from './admin-env.ts';
import {
  type Base,
  type NumberedDocument,
  parseObject,
  readMatchedBase,
  readVersion,
  toDocument,
  versionTag,
} from './config-documents.ts';
import { isSameDocument, type Review, refuseMistakes, reviewChange, toNote } from './config-review.ts';
import { configResultSchema, documentSchema, putConfigQuery, versionParam } from './config-schemas.ts';
import { defineRoute, json, jsonBody } from './define-route.ts';
import { unwrap, whileOutdated } from './respond.ts';
import { ifMatchHeader } from './shared-schemas.ts';

/** In UTF-8: a row of the Registry's storage holds 2 MB. */
export const MAX_DOCUMENT_BYTES = 1_900_000;
/** No field of the schema comes near; deeper ones would only exhaust the stack. */
const MAX_DEPTH = 64;

const TAGS = ['configuration'];

export function registerConfigChangeRoutes(app: AdminApp): void {
  const headers = ifMatchHeader();
  const responses = {
    200: {
      description: 'What was done, or would be; `ETag` is the version that counts now.',
      ...json(configResultSchema()),
    },
  };

  const put = defineRoute('putConfig', {
    method: 'put',
    path: '/config',
    tags: TAGS,
    description:
      'Takes the whole document, which replaces the active one. One that says the same makes no new version.',
    request: { headers, query: putConfigQuery(), body: jsonBody(documentSchema()) },
    responses,
  });
  app.openapi(put, (c) =>
    whileOutdated(async () => {
      const { dry_run: dryRun, activate } = c.req.valid('query');
      const base = await readMatchedBase(c);
      const { active } = base;
      const next = await readBody(c, active);
      const review = await reviewChange(reviewer(c), base, next);
      const isDry = dryRun !== 'false';
      if (isDry || isSameDocument(active, next)) {
        const done = isDry ? { version: null, active: false } : { version: active.version, active: true };
        return c.json({ ...done, ...review }, 200, { etag: versionTag(active.version) });
      }
      const isActivated = activate === 'true';
      const input = { text: next.text, isActivated, ...based(base, review) };
      const made = unwrap(await c.env.services.registry.write('config.put', input, c.var.actor));
      return c.json(toResult(made, review), 200, { etag: versionTag(made.active) });
    }),
  );

  const activate = defineRoute('activateConfigVersion', {
    method: 'post',
    path: '/config/versions/{version}/activate',
    tags: TAGS,
    description:
      'Checks the document again first: the catalogue or the secrets may have changed since it was stored.',
    request: { headers, params: versionParam() },
    responses,
  });
  app.openapi(activate, (c) =>
    whileOutdated(async () => {
      const base = await readMatchedBase(c);
      const next = await readVersion(c, c.req.valid('param').version);
      const review = await reviewChange(reviewer(c), base, next);
      const input = { version: next.version, ...based(base, review) };
      const made = unwrap(await c.env.services.registry.write('config.activate', input, c.var.actor));
      return c.json(toResult(made, review), 200, { etag: versionTag(made.active) });
    }),
  );

  const rollBack = defineRoute('rollBackConfig', {
    method: 'post',
    path: '/config/rollback',
    tags: TAGS,
    description:
      'Undoes the last activation that is not undone yet. Repeated, it goes further back, down to version 0. Checks the document again first.',
    request: { headers },
    responses,
  });
  app.openapi(rollBack, (c) => {
    const { registry, config } = c.env.services;
    let undone: number | null = null;
    return whileOutdated(async () => {
      const base = await readMatchedBase(c);
      undone ??= base.active.version;
      // Two who press the button at once mean one step back.
      if (undone !== base.active.version) throw new Conflict('Somebody else rolled it back at this moment.');
      const before = unwrap(await registry.query('config.before', undefined, c.var.actor));
      if (before === null) throw new Conflict('No configuration was active before this one.');
      const next = toDocument(before, config);
      const review = await reviewChange(reviewer(c), base, next);
      const input = { version: next.version, ...based(base, review) };
      const made = unwrap(await registry.write('config.rollback', input, c.var.actor));
      return c.json(toResult(made, review), 200, { etag: versionTag(made.active) });
    });
  });
}

const reviewer = (c: Context<AdminEnv>) => ({ actor: c.var.actor, config: c.env.services.config });

const based = (
  { active, secrets, ifVersion }: Base & { readonly ifVersion: number | null },
  { diff }: Review,
) => ({
  base: active.version,
  baseSecrets: secrets.version,
  ifVersion,
  diff: toNote(diff),
});

const toResult = ({ version, active }: ConfigOutcome, review: Review) => ({
  version,
  active: version === active,
  ...review,
});

/**
 * The document as it was written, with the secrets that it shows redacted. What the schema's check made of the body is not
 * used: it would store what nobody wrote.
 */
async function readBody(
  c: Context<AdminEnv>,
  active: NumberedDocument,
): Promise<Pick<NumberedDocument, 'document' | 'text'>> {
  const body = parseObject(await c.req.text());
  if (body === null) throw new InvalidRequest('The body is no JSON object.', null);
  const deepest = Object.keys(body).find((name) => isDeeperThan(body[name], MAX_DEPTH - 1));
  if (deepest !== undefined)
    throw refuseMistakes([
      { path: toPath([deepest]), message: `is nested deeper than a document may be (${MAX_DEPTH} levels)` },
    ]);
  const { document, mistakes } = restoreDocument(
    body,
    active.document ?? {},
    c.env.services.config.fingerprint,
  );
  if (mistakes.length > 0) throw refuseMistakes(mistakes);
  const text = JSON.stringify(document);
  if (new TextEncoder().encode(text).length > MAX_DOCUMENT_BYTES)
    throw new RequestTooLarge(MAX_DOCUMENT_BYTES);
  return { text, document: document as Record<string, unknown> }; // of an object it makes one
}

const isDeeperThan = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1)));
