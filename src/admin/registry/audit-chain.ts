/**
 * The audit trail's chain: every entry's hash covers its content and the hash before it, so that nobody can change or
 * take out one entry without changing all that follow. Entries are written here, and taken away by `audit-retention.ts`
 * from the old end; nothing else touches them.
 */
import { createHash } from 'node:crypto';
import { isRecord } from '../../is-record.ts';
import type { Actor } from '../actor.ts';
import { readNote, writeNote } from './notes.ts';
import type { AuditNote } from './transaction.ts';

/** `previous_hash` of the first entry. */
export const GENESIS_HASH = '0'.repeat(64);

/** What an entry says; `before` and `after` are JSON text. */
export interface AuditContent {
  readonly seq: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly actor: string;
  /** `iss` of who vouches for the actor; `null` for `admin-token` and `registry`. */
  readonly issuer: string | null;
  readonly role: string;
  readonly action: string;
  readonly target: string;
  readonly project: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly ip: string | null;
  readonly country: string | null;
  readonly request_id: string;
  readonly previous_hash: string;
}

/** An entry as it is stored. */
export type AuditRow = AuditContent & { readonly hash: string };

/**
 * SHA-256 in hex of `previous_hash`, a line feed, and the JSON array below: whoever has an export can do it again.
 * Hashing is synchronous here, because a transaction of the object may not wait.
 */
export function hashOfEntry(row: AuditContent): string {
  const { seq, at, actor, issuer, role, action, target, project, before, after, ip, country } = row;
  const who = [actor, issuer, role];
  const content = [seq, at, ...who, action, target, project, before, after, ip, country, row.request_id];
  return createHash('sha256')
    .update(row.previous_hash)
    .update('\n')
    .update(JSON.stringify(content))
    .digest('hex');
}

/** A place in the chain: an entry's number, and its hash. */
export interface ChainPoint {
  readonly seq: number;
  readonly hash: string;
}

/** Where a chain begins of which nothing was taken away. */
export const GENESIS: ChainPoint = { seq: 0, hash: GENESIS_HASH };

/**
 * Places that are noted beside the chain. `audit_head`: the newest entry, so that the end cannot be cut off unseen.
 * `audit_pruned`: the newest one that retention took away; the chain goes on behind it.
 */
type PointName = 'audit_head' | 'audit_pruned';

/** Writes the next entry, behind the last one that was ever written, whether that is still there or not. */
export function appendAudit(sql: SqlStorage, note: AuditNote & { at: number; actor: Actor }): void {
  const last = readPoint(sql, 'audit_head') ?? newestEntry(sql) ?? GENESIS;
  const row = {
    seq: last.seq + 1,
    at: note.at,
    actor: note.actor.subject,
    issuer: note.actor.issuer,
    role: note.actor.role,
    action: note.action,
    target: note.target,
    project: note.project,
    before: toText(note.before),
    after: toText(note.after),
    ip: note.actor.ip,
    country: note.actor.country,
    request_id: note.actor.requestId,
    previous_hash: last.hash,
  };
  const values = { ...row, hash: hashOfEntry(row) };
  const names = Object.keys(values);
  sql.exec(
    `INSERT INTO audit (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    ...Object.values(values),
  );
  writePoint(sql, 'audit_head', values);
}

/** `null` if there is none, or what is noted is none. */
export function readPoint(sql: SqlStorage, name: PointName): ChainPoint | null {
  try {
    const point: unknown = JSON.parse(readNote(sql, name) ?? 'null');
    if (!isRecord(point) || typeof point.seq !== 'number' || typeof point.hash !== 'string') return null;
    return { seq: point.seq, hash: point.hash };
  } catch {
    return null;
  }
}

export const writePoint = (sql: SqlStorage, name: PointName, { seq, hash }: ChainPoint): void =>
  writeNote(sql, name, JSON.stringify({ seq, hash }));

function newestEntry(sql: SqlStorage): ChainPoint | undefined {
  const [row] = sql.exec<{ seq: number; hash: string }>(
    'SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1',
  );
  return row;
}

/** Far from what one row may hold (2 MB), and more than any thing has that is no whole document. */
const MAX_TEXT_CHARACTERS = 64 * 1024;

/** JSON. What is too long to keep can still be proven: its hash stands in for it. */
function toText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = JSON.stringify(value);
  if (text.length <= MAX_TEXT_CHARACTERS) return text;
  const sha256 = createHash('sha256').update(text).digest('hex');
  return JSON.stringify({ omitted: 'too long to be kept', characters: text.length, sha256 });
}
