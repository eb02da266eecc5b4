/**
 * Whether the audit trail is whole: a changed, missing or misplaced entry breaks the chain, a missing end is not where
 * the noted head is, and what is missing at its beginning has to be what retention says that it took.
 *
 * What this cannot see is a storage that was rewritten from end to end, notes included: keep a head elsewhere and
 * compare.
 */
import { type AuditRow, type ChainPoint, GENESIS, hashOfEntry, readPoint } from './audit-chain.ts';
import { PRUNE_ACTION, pruneTarget } from './audit-retention.ts';
import type { Reader } from './transaction.ts';

export interface VerificationInput {
  /** `reached` of the slice before; `null`: from the beginning. */
  readonly after: ChainPoint | null;
  /** Entries of one slice: the object does nothing else meanwhile. */
  readonly limit: number;
}

export interface VerificationSlice {
  /** In this slice. */
  readonly entries: number;
  readonly firstSeq: number | null;
  /** Up to here the chain holds. */
  readonly reached: ChainPoint;
  /** Number of the first entry that is not what or where it should be. */
  readonly brokenAt: number | null;
  readonly isLast: boolean;
}

export function verifyAudit({ sql }: Reader, { after, limit }: VerificationInput): VerificationSlice {
  const pruned = readPoint(sql, 'audit_pruned') ?? GENESIS;
  // Retention may have come by since the slice before.
  const start = after !== null && after.seq >= pruned.seq ? after : pruned;
  let reached = start;
  let entries = 0;
  const end = (brokenAt: number | null, isLast: boolean): VerificationSlice => ({
    entries,
    firstSeq: entries === 0 ? null : start.seq + 1,
    reached,
    brokenAt,
    isLast,
  });
  const rows = sql.exec<StoredRow>(
    'SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?',
    start.seq,
    limit,
  );
  for (const row of rows) {
    if (!isNext(row, reached)) return end(reached.seq + 1, true);
    reached = { seq: row.seq, hash: row.hash };
    entries += 1;
  }
  if (entries === limit) return end(null, false);
  return end(brokenBeginning(sql, pruned) ?? brokenEnd(sql, reached), true);
}

type StoredRow = AuditRow & Record<string, SqlStorageValue>;

const isNext = (row: AuditRow, last: ChainPoint): boolean =>
  row.seq === last.seq + 1 && row.previous_hash === last.hash && row.hash === hashOfEntry(row);

/** What retention took it has noted in the chain, and nothing of it is left. */
function brokenBeginning(sql: SqlStorage, pruned: ChainPoint): number | null {
  const [left] = sql.exec<{ seq: number }>(
    'SELECT seq FROM audit WHERE seq <= ? ORDER BY seq LIMIT 1',
    pruned.seq,
  );
  if (left !== undefined) return left.seq;
  if (pruned.seq === GENESIS.seq) return null;
  const [noted] = sql.exec(
    'SELECT 1 FROM audit WHERE target = ? AND action = ?',
    pruneTarget(pruned),
    PRUNE_ACTION,
  );
  return noted === undefined ? pruned.seq : null;
}

function brokenEnd(sql: SqlStorage, last: ChainPoint): number | null {
  const head = readPoint(sql, 'audit_head');
  if (head === null) return last.seq === GENESIS.seq ? null : last.seq;
  if (head.seq === last.seq) return head.hash === last.hash ? null : last.seq;
  return Math.min(head.seq, last.seq) + 1;
}
