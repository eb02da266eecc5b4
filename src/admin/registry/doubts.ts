/**
 * Writes to KV whose end nobody saw: they were given up, or refused, or an earlier life of the object had begun them. Each
 * may still happen, after a newer one. So a name in doubt is written once more when that can no longer be.
 */

/** How long a write that was given up is reckoned with. */
export const DOUBT_MS = 60_000;

/** `now` in milliseconds since the Unix epoch. */
export function doubt(sql: SqlStorage, name: string, now: number): void {
  sql.exec('INSERT OR REPLACE INTO doubts VALUES (?, ?)', name, now + DOUBT_MS);
}

/** At the start of a life of the object: whatever waits may be half written. */
export function doubtAllThatWaits(sql: SqlStorage, now: number): void {
  sql.exec('INSERT OR REPLACE INTO doubts SELECT name, ? FROM outbox', now + DOUBT_MS);
}

/** Until when a name has to be written again; `null`: it need not. What is over is forgotten. */
export function doubtUntil(sql: SqlStorage, name: string, now: number): number | null {
  const [row] = sql.exec<{ until: number }>('SELECT until FROM doubts WHERE name = ?', name);
  if (row === undefined) return null;
  if (row.until > now) return row.until;
  sql.exec('DELETE FROM doubts WHERE name = ?', name);
  return null;
}
