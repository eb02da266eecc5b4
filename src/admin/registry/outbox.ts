/** KV names whose values are out of date, each until its value was written. */
import { COPY_NAMES, copyName } from '../../keys/edge-copies.ts';

/** The value has changed: whoever writes it takes what is true then. */
export function publish(sql: SqlStorage, name: string, now: number): void {
  sql.exec(
    `INSERT INTO outbox VALUES (?, 1, 0, ?)
     ON CONFLICT (name) DO UPDATE SET generation = generation + 1, attempts = 0, next_at = excluded.next_at`,
    name,
    now,
  );
}

/** The value was found missing or wrong. What waits to be written anyway stays as it is. */
export function publishAgain(sql: SqlStorage, name: string, now: number): void {
  sql.exec('INSERT OR IGNORE INTO outbox VALUES (?, 1, 0, ?)', name, now);
}

/** All copies that are one for the whole gateway. */
export function publishCopies(sql: SqlStorage, now: number): void {
  for (const name of COPY_NAMES) publishAgain(sql, copyName(name), now);
}
