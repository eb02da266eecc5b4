/** The pulse: what changed since an isolate last asked. */
import { type Pulse, type PulseCursor, RECENT_MS } from '../../keys/registry-edge.ts';
import { copyVersion } from './copies.ts';
import { readKeyCopy } from './key-rows.ts';
import { keysWithLateCopies } from './late-copies.ts';

/** More changes than this are not told one by one. */
export const MAX_CHANGES = 500;

export interface FeedFacts {
  readonly epoch: string;
  readonly signingKeys: Pulse['signingKeys'];
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

export function readPulse(sql: SqlStorage, since: PulseCursor | null, facts: FeedFacts): Pulse {
  // One by one they are looked up; asked for together, SQLite reads the whole table.
  const [bounds] = sql.exec<{ newest: number | null; oldest: number | null }>(
    'SELECT (SELECT max(seq) FROM changes) AS newest, (SELECT min(seq) FROM changes) AS oldest',
  );
  const newest = bounds?.newest ?? 0;
  // Storage that was restored to an earlier time counts on from there: what is ahead of it knows nothing.
  const known = since !== null && since.epoch === facts.epoch && since.seq <= newest ? since.seq : null;
  const changed = changedKeys(sql, known === null ? ['at > ?', facts.now - RECENT_MS] : ['seq > ?', known]);
  const isCutOff = known !== null && bounds?.oldest != null && bounds.oldest > known + 1;
  // What is new beyond that is no loss: edges ask for a key that they do not know.
  const isOverflown = changed[MAX_CHANGES]?.has_older === 1 || isCutOff;
  const late = keysWithLateCopies(sql, facts.now, MAX_CHANGES + 1);
  const hasStaleCopies = late.length > MAX_CHANGES;
  const told = new Set([
    ...(isOverflown ? [] : changed.slice(0, MAX_CHANGES)).map(({ key_id }) => key_id),
    ...(hasStaleCopies ? [] : late),
  ]);
  return {
    cursor: { epoch: facts.epoch, seq: newest },
    keys: [...told].map((id) => readKeyCopy(sql, id)).filter((copy) => copy !== null),
    isOverflown,
    hasStaleCopies,
    versions: {
      tenants: copyVersion(sql, 'tenants'),
      config: copyVersion(sql, 'config'),
      secrets: copyVersion(sql, 'secrets'),
      cache: copyVersion(sql, 'cache'),
    },
    hasKeys: [...sql.exec(`SELECT 1 FROM keys WHERE status <> 'deleted' LIMIT 1`)].length > 0,
    signingKeys: facts.signingKeys,
  };
}

/** Those first of which older copies may be about. One more than is told. */
function changedKeys(sql: SqlStorage, [since, value]: readonly [string, number]) {
  return [
    ...sql.exec<{ key_id: string; has_older: number }>(
      `SELECT DISTINCT key_id, coalesce(version, 2) > 1 AS has_older FROM changes LEFT JOIN keys ON id = key_id
       WHERE changes.${since} ORDER BY has_older DESC LIMIT ?`,
      value,
      MAX_CHANGES + 1,
    ),
  ];
}

/** Takes away changes that every copy has caught up with. The newest stays: it keeps the count. */
export function pruneChanges(sql: SqlStorage, now: number): void {
  sql.exec('DELETE FROM changes WHERE at < ? AND seq < (SELECT max(seq) FROM changes)', now - 2 * RECENT_MS);
}
