/** `/admin/v1/usage`: what keys and projects used and spent, from their Ledgers. */
import type { Context } from 'hono';
import { parseDocument } from '../../config/parse-document.ts';
import { InvalidRequest } from '../../errors.ts';
import type { DayRange } from '../usage-desk.ts';
import type { AdminApp } from './admin-app.ts';
import type { AdminEnv } from './admin-env.ts';
import { readActive } from './config-documents.ts';
import { defineRoute, json } from './define-route.ts';
import { toRows } from './usage-rows.ts';
import { MAX_LEDGERS, usagePageSchema, usageQuery } from './usage-schemas.ts';
import { type ListWish, listSubjects } from './usage-subjects.ts';

const DESCRIPTION =
  `A page is made from up to ${MAX_LEDGERS} keys or projects. With \`by=model\` and \`by=day\` it is their sum: add up what ` +
  'the pages tell of the same model or day. Keys and projects come with what is left of their limits. Users of a ' +
  'project’s own issuers count in their project, and are not listed.';

export function registerUsageRoutes(app: AdminApp): void {
  const get = defineRoute('getUsage', {
    method: 'get',
    path: '/usage',
    tags: ['usage'],
    description: DESCRIPTION,
    request: { query: usageQuery() },
    responses: { 200: { description: 'What was used in these days.', ...json(usagePageSchema()) } },
  });
  app.openapi(get, async (c) => {
    const { by, from, to, project, key_id, limit, cursor } = c.req.valid('query');
    const days = toRange(from, to, c.env.context.now());
    const wish: ListWish = {
      of: by === 'key' ? 'keys' : 'projects',
      project: project ?? null,
      keyId: key_id ?? null,
      limit: Math.min(limit, MAX_LEDGERS),
      cursor: cursor ?? null,
    };
    const { rows, next } = await readUsage(c, wish, days, by);
    return c.json({ by, ...days, data: rows, has_more: next !== null, next_cursor: next }, 200);
  });
}

async function readUsage(
  c: Context<AdminEnv>,
  wish: ListWish,
  days: DayRange,
  by: Parameters<typeof toRows>[1],
) {
  const { registry, usage } = c.env.services;
  const parsed = parseDocument((await readActive(c)).text);
  const document = parsed.ok ? parsed.document : parsed.rest;
  const { subjects, next } = await listSubjects(wish, { document, registry, actor: c.var.actor });
  await usage.flush(
    subjects.map(({ subject }) => subject),
    c.env.context,
  );
  const read = await Promise.all(
    subjects.map(async (listed) => ({ ...listed, usage: await usage.read(listed.subject, days) })),
  );
  return { rows: toRows(read, by), next };
}

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 7;
/** A quarter. */
const MAX_DAYS = 92;

/** Throws `InvalidRequest` for days that are too many, or in the wrong order. */
function toRange(first: string | undefined, last: string | undefined, now: number): DayRange {
  const to = last ?? toDay(now);
  const from = first ?? toDay(Date.parse(to) - (DEFAULT_DAYS - 1) * DAY_MS);
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days < 1) throw new InvalidRequest('`from` is after `to`.', 'from');
  if (days > MAX_DAYS) throw new InvalidRequest(`These are more than ${MAX_DAYS} days.`, 'from');
  return { from, to };
}

const toDay = (at: number): string => new Date(at).toISOString().slice(0, 10);
