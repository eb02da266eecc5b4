/** What the admin API takes and shows of the audit trail. */
import { z } from '@hono/zod-openapi';
import type { AuditFilter } from '../registry/audit-queries.ts';
import { pageQuery } from './shared-schemas.ts';

const filterText = (maxCharacters = 200) => z.string().min(1).max(maxCharacters).optional();

const filterTime = () =>
  z.iso.datetime({ offset: true, error: 'is not an ISO 8601 date and time with a time zone' }).optional();

const filterFields = () => ({
  actor: filterText(),
  issuer: filterText(2048).openapi({
    description: '`iss` of who vouches for the actor: the same name of another issuer is somebody else.',
  }),
  action: filterText().openapi({
    description: 'The whole action, or its beginning with a dot at the end: `key.`',
  }),
  target: filterText().openapi({ description: 'Id of what was touched.' }),
  project: filterText(),
  since: filterTime().openapi({ description: 'From this moment on.' }),
  until: filterTime().openapi({ description: 'Before this moment.' }),
});

export const exportAuditQuery = () => z.strictObject(filterFields());

export const listAuditQuery = () => z.strictObject({ ...pageQuery(), ...filterFields() });

type FilterQuery = z.output<ReturnType<typeof exportAuditQuery>>;

export const toAuditFilter = ({
  actor,
  issuer,
  action,
  target,
  project,
  since,
  until,
}: FilterQuery): AuditFilter => ({
  actor: actor ?? null,
  issuer: issuer ?? null,
  action: action ?? null,
  target: target ?? null,
  project: project ?? null,
  since: since === undefined ? null : Date.parse(since),
  until: until === undefined ? null : Date.parse(until),
});

export function auditEntrySchema() {
  const state = (when: string) =>
    z.unknown().openapi({ description: `The thing as the API shows it, ${when}; \`null\`: there was none.` });
  return z
    .object({
      seq: z.int().openapi({ description: 'Counts from 1, without a gap.' }),
      at: z.iso.datetime(),
      actor: z.string().openapi({ description: '`registry` for what the Registry does by itself.' }),
      issuer: z.string().nullable().openapi({
        description: '`iss` of who vouches for the actor; `null` for `admin-token` and `registry`.',
      }),
      role: z.string(),
      action: z.string().openapi({ example: 'key.create' }),
      target: z.string(),
      project: z.string().nullable(),
      before: state('before'),
      after: state('after'),
      ip: z.string().nullable(),
      country: z.string().nullable(),
      request_id: z.string(),
      previous_hash: z.string().openapi({ description: '`hash` of the entry before.' }),
      hash: z.string().openapi({
        description:
          'SHA-256 in hex of `previous_hash`, a line feed, and the JSON array `[seq, at in milliseconds, actor, issuer, ' +
          'role, action, target, project, before, after, ip, country, request_id]`, with `before` and `after` as JSON text.',
      }),
    })
    .openapi('AuditEntry');
}

export const auditVerdictSchema = () =>
  z
    .object({
      valid: z.boolean(),
      entries: z.int().openapi({ description: 'That were checked.' }),
      first_seq: z
        .int()
        .nullable()
        .openapi({ description: 'Greater than 1 when retention has taken older entries.' }),
      last_seq: z.int().nullable(),
      head: z.string().nullable().openapi({
        description: '`hash` of the last entry. Kept elsewhere, it proves that all up to here is as it was.',
      }),
      broken_at: z
        .int()
        .nullable()
        .openapi({ description: 'Number of the first entry that is not what or where it should be.' }),
    })
    .openapi('AuditVerdict');
