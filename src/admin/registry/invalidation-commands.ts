/**
 * Forgetting cached answers. Each invalidation gets a number, larger than all before it, and stands for as long as an
 * entry may live that it forgets. There is a bound on how many stand: what is too much becomes one that forgets all that
 * they did, and more.
 */
import { MAX_TTL_SECONDS } from '../../config/schema-cache.ts';
import type { InvalidationTarget } from '../../keys/invalidations-copy.ts';
import {
  EVERYBODY,
  type InvalidationResource,
  type InvalidationRow,
  ownersText,
  toInvalidationResource,
} from './invalidation-rows.ts';
import { Refusal, type Transaction } from './transaction.ts';

/** Every isolate reads them all, each time that there is one more. */
export const MAX_INVALIDATIONS = 10_000;
/** Of one project, or of whomever else an invalidation is for. */
export const MAX_OF_OWNERS = 1000;

const DAY_MS = 86_400_000;
/** An entry is fresh for as long as it may be, then stale for as long; a day is for the answer to come and the edges to hear. */
export const STANDING_MS = 2 * MAX_TTL_SECONDS * 1000 + DAY_MS;

export const invalidationCommands = {
  'cache.forget': forget,
};

function forget(transaction: Transaction, target: InvalidationTarget): InvalidationResource {
  requireOwners(transaction, target);
  const { sql, now } = transaction;
  pruneInvalidations(sql, now);
  const owners = ownersText(target);
  if (target.kind === 'all') removeCovered(sql, owners);
  // In the time's own order: so a number is larger than all before it also where the storage was restored, or is new.
  const seq = Math.max(now, largestNumber(sql) + 1);
  const after = toInvalidationResource(insert(transaction, { ...target, owners, seq }));
  if (countOf(sql, owners) > MAX_OF_OWNERS) fold(transaction, owners);
  while (countAll(sql) > MAX_INVALIDATIONS) foldMost(transaction);
  transaction.copyChanged('cache');
  transaction.audit({
    action: 'cache.forget',
    target: String(seq),
    project: target.project,
    before: null,
    after,
  });
  return after;
}

/** Whoever has projects of their own forgets what is of those. */
function requireOwners(transaction: Transaction, { project }: InvalidationTarget): void {
  if (project !== null) transaction.requireProject(project, 'There is no such project.');
  else if (transaction.actor.projects !== null)
    throw new Refusal(
      'permission_denied',
      'Only entries of your own projects are yours to forget: name one.',
    );
}

/** What a newer one for all of these owners forgets too. */
function removeCovered(sql: SqlStorage, owners: string): void {
  if (owners === EVERYBODY) sql.exec('DELETE FROM invalidations');
  else removeOf(sql, owners);
}

const removeOf = (sql: SqlStorage, owners: string) =>
  sql.exec('DELETE FROM invalidations WHERE owners = ?', owners);

interface NewRow extends InvalidationTarget {
  readonly seq: number;
  readonly owners: string;
}

/** In the place of an older one for the same. */
function insert({ sql, now, actor }: Transaction, row: NewRow): InvalidationRow {
  return sql
    .exec<InvalidationRow>(
      'INSERT OR REPLACE INTO invalidations VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *',
      row.seq,
      row.owners,
      row.project,
      row.kind,
      row.value ?? '',
      actor.subject,
      now,
    )
    .one();
}

/** All of these owners become one for all of theirs, with the largest of their numbers. */
function fold(transaction: Transaction, owners: string): void {
  const { seq, project } = transaction.sql
    .exec<InvalidationRow>('SELECT * FROM invalidations WHERE owners = ? ORDER BY seq DESC LIMIT 1', owners)
    .one();
  removeOf(transaction.sql, owners);
  insert(transaction, { seq, owners, project, kind: 'all', value: null });
}

/** Those of whoever has most are folded; where nobody has more than one, everybody's. */
function foldMost(transaction: Transaction): void {
  const { sql } = transaction;
  const { owners, count } = sql
    .exec<{ owners: string; count: number }>(
      'SELECT owners, count(*) AS count FROM invalidations GROUP BY owners ORDER BY count DESC LIMIT 1',
    )
    .one();
  if (count > 1) fold(transaction, owners);
  else foldAll(transaction);
}

function foldAll(transaction: Transaction): void {
  const seq = largestNumber(transaction.sql);
  removeCovered(transaction.sql, EVERYBODY);
  insert(transaction, { seq, owners: EVERYBODY, project: null, kind: 'all', value: null });
}

const largestNumber = (sql: SqlStorage): number =>
  sql.exec<{ seq: number | null }>('SELECT max(seq) AS seq FROM invalidations').one().seq ?? 0;

const countOf = (sql: SqlStorage, owners: string): number =>
  sql.exec<{ count: number }>('SELECT count(*) AS count FROM invalidations WHERE owners = ?', owners).one()
    .count;

const countAll = (sql: SqlStorage): number =>
  sql.exec<{ count: number }>('SELECT count(*) AS count FROM invalidations').one().count;

/** Takes away what has nothing left to forget. Edges that still know it forget nothing more by it. */
export function pruneInvalidations(sql: SqlStorage, now: number): void {
  sql.exec('DELETE FROM invalidations WHERE at < ?', now - STANDING_MS);
}
