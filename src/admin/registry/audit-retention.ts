/**
 * How long the audit trail remembers: `admin.audit_retention_days` of the active document. Without it, and while the
 * document of the variable counts, which the Registry does not know, for ever.
 */
import { isRecord } from '../../is-record.ts';
import type { Actor } from '../actor.ts';
import { appendAudit, type ChainPoint, writePoint } from './audit-chain.ts';
import { activeConfig } from './copies.ts';

export const PRUNE_ACTION = 'audit.prune';

/** What the entry of a pruning is about. */
export const pruneTarget = ({ seq }: Pick<ChainPoint, 'seq'>): string => `audit:${seq}`;

const DAY_MS = 86_400_000;
/** In one go; the rest goes with the next. */
const MAX_PRUNED = 20_000;

/** In one transaction. `now` in milliseconds since the Unix epoch. */
export function pruneAudit(sql: SqlStorage, now: number): void {
  const days = retentionDays(activeConfig(sql).text);
  if (days === null) return;
  const due = findDue(sql, now - days * DAY_MS);
  if (due === null) return;
  const { last, entries } = due;
  sql.exec('DELETE FROM audit WHERE seq <= ?', last.seq);
  writePoint(sql, 'audit_pruned', last);
  appendAudit(sql, {
    at: now,
    actor: REGISTRY,
    action: PRUNE_ACTION,
    target: pruneTarget(last),
    project: null,
    before: null,
    after: { entries, up_to_seq: last.seq, up_to_hash: last.hash, retention_days: days },
  });
}

const REGISTRY: Actor = {
  subject: 'registry',
  issuer: null,
  role: 'owner',
  projects: null,
  ip: null,
  country: null,
  requestId: 'housekeeping',
};

/**
 * The old end's entries from before `cutoff`. Those about pruning wait until others are due with them: else each pruning
 * would bring about another one, for ever.
 */
function findDue(sql: SqlStorage, cutoff: number): { last: ChainPoint; entries: number } | null {
  let last: ChainPoint | null = null;
  let entries = 0;
  let isWorthIt = false;
  const oldest = sql.exec<{ seq: number; at: number; action: string; hash: string }>(
    'SELECT seq, at, action, hash FROM audit ORDER BY seq LIMIT ?',
    MAX_PRUNED,
  );
  for (const { seq, at, action, hash } of oldest) {
    if (at >= cutoff) break;
    last = { seq, hash };
    entries += 1;
    isWorthIt ||= action !== PRUNE_ACTION;
  }
  return last !== null && isWorthIt ? { last, entries } : null;
}

/** `null`: for ever. The document was checked when it came; a mistake here would delete what nobody can bring back. */
function retentionDays(document: string | null): number | null {
  try {
    const value: unknown = JSON.parse(document ?? 'null');
    const days = isRecord(value) && isRecord(value.admin) ? value.admin.audit_retention_days : null;
    return typeof days === 'number' && Number.isInteger(days) && days >= 1 ? days : null;
  } catch {
    return null;
  }
}
