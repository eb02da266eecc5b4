/** `/admin/v1/audit`: the trail is read here, and nowhere changed. */
import type { Context } from 'hono';
import { Conflict } from '../../errors.ts';
import type { ChainPoint } from '../registry/audit-chain.ts';
import type { VerificationSlice } from '../registry/audit-verification.ts';
import type { AdminApp } from './admin-app.ts';
import type { AdminEnv } from './admin-env.ts';
import { openAuditExport } from './audit-export.ts';
import {
  auditEntrySchema,
  auditVerdictSchema,
  exportAuditQuery,
  listAuditQuery,
  toAuditFilter,
} from './audit-schemas.ts';
import { defineRoute, json } from './define-route.ts';
import { unwrap } from './respond.ts';
import { pageOf } from './shared-schemas.ts';

const TAGS = ['audit'];
const NO_STORE = { 'cache-control': 'no-store' };
/** A `string`, and no literal: else the library's types leave a handler nothing to return. */
const JSON_LINES: string = 'application/x-ndjson';
const EXPORT_SLICE = 1000;
/** The object hashes them in well under a tenth of a second, and does nothing else meanwhile. */
const VERIFY_SLICE = 2000;
/** A request may ask for a thousand things, on the smallest plan. */
const MAX_VERIFY_SLICES = 900;

export function registerAuditRoutes(app: AdminApp): void {
  const entry = auditEntrySchema();

  const list = defineRoute('listAudit', {
    method: 'get',
    path: '/audit',
    tags: TAGS,
    request: { query: listAuditQuery() },
    responses: { 200: { description: 'Entries, the newest first.', ...json(pageOf(entry)) } },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor, ...filter } = c.req.valid('query');
    const input = { ...toAuditFilter(filter), limit, cursor: cursor ?? null };
    const page = unwrap(await c.env.services.registry.query('audit.list', input, c.var.actor));
    return c.json(page, 200, NO_STORE);
  });

  const exportLines = defineRoute('exportAudit', {
    method: 'get',
    path: '/audit/export',
    tags: TAGS,
    request: { query: exportAuditQuery() },
    responses: {
      200: {
        description: 'Entries, the oldest first, each on a line.',
        content: { [JSON_LINES]: { schema: entry } },
      },
    },
  });
  app.openapi(exportLines, async (c) => {
    const { registry } = c.env.services;
    const filter = toAuditFilter(c.req.valid('query'));
    const lines = await openAuditExport(async (after) =>
      unwrap(await registry.query('audit.slice', { ...filter, after, limit: EXPORT_SLICE }, c.var.actor)),
    );
    const headers = {
      ...NO_STORE,
      'content-type': JSON_LINES,
      'content-disposition': 'attachment; filename="audit.jsonl"',
    };
    return new Response(lines, { headers });
  });

  const verify = defineRoute('verifyAudit', {
    method: 'get',
    path: '/audit/verify',
    tags: TAGS,
    description: 'A broken chain answers 200 with `valid: false`.',
    responses: { 200: { description: 'What was found.', ...json(auditVerdictSchema()) } },
  });
  app.openapi(verify, async (c) => c.json(await verifyTrail(c), 200, NO_STORE));
}

/** Slice by slice, so that the Registry has time for others. Throws `Conflict` for a trail that is too long for that. */
async function verifyTrail(c: Context<AdminEnv>) {
  const verify = async (after: ChainPoint | null): Promise<VerificationSlice> =>
    unwrap(await c.env.services.registry.query('audit.verify', { after, limit: VERIFY_SLICE }, c.var.actor));
  let slice = await verify(null);
  const firstSeq = slice.firstSeq;
  let { entries } = slice;
  for (let slices = 1; !slice.isLast; slices += 1) {
    if (slices === MAX_VERIFY_SLICES)
      throw new Conflict(
        'The audit trail is too long to be checked here: check an export, or keep it shorter.',
      );
    slice = await verify(slice.reached);
    entries += slice.entries;
  }
  const { reached, brokenAt } = slice;
  return {
    valid: brokenAt === null,
    entries,
    first_seq: firstSeq,
    last_seq: entries === 0 ? null : reached.seq,
    head: entries === 0 ? null : reached.hash,
    broken_at: brokenAt,
  };
}
