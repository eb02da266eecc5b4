/**
 * Brings KV up to date with the outbox. A change and its line in the outbox are one transaction, so nothing that was
 * acknowledged can be forgotten; a write that fails stays in the outbox and is tried again, later each time.
 */
import { withTimeout } from '../../with-timeout.ts';
import { copyValue } from './copies.ts';
import { doubt, doubtUntil } from './doubts.ts';
import { LATE_MS, tellAgain } from './late-copies.ts';
import { publish } from './outbox.ts';

/** The slice of KV that publishing needs. */
export type CopyStore = Pick<KVNamespace, 'put' | 'delete'>;

/** Writes at once. No two are for the same name, of which KV takes one a second. */
const PARALLEL_WRITES = 6;
const MAX_REMEMBERED = 10_000;
const WRITE_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

interface OutboxRow extends Record<string, SqlStorageValue> {
  readonly name: string;
  readonly generation: number;
  readonly attempts: number;
  readonly next_at: number;
}

export class Publisher {
  readonly #sql: SqlStorage;
  readonly #store: CopyStore | null;
  readonly #now: () => number;
  readonly #timeoutMs: number;
  /** When names were written, in this life of the object: a bounded memory, the oldest go first. */
  readonly #writtenAt = new Map<string, number>();
  #isRunning = false;

  /** `store` is `null` where no KV namespace is bound: then nothing is published, and edges ask the Registry. */
  constructor(sql: SqlStorage, store: CopyStore | null, now: () => number, timeoutMs = WRITE_TIMEOUT_MS) {
    this.#sql = sql;
    this.#store = store;
    this.#now = now;
    this.#timeoutMs = timeoutMs;
  }

  /** Publishes all that is due. One run at a time, so that an older value never overtakes a newer one. */
  async run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let due = this.#due(); due.length > 0; due = this.#due()) {
        const endings = await Promise.all(
          due.map(({ name }) => this.#write(name, copyValue(this.#sql, name))),
        );
        // Together, because each turn of the object is one commit.
        for (const [index, row] of due.entries()) this.#note(row, endings[index] === true);
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** As far as is remembered; `since` in milliseconds since the Unix epoch. */
  wroteSince(name: string, since: number): boolean {
    return (this.#writtenAt.get(name) ?? 0) > since;
  }

  /** When there is something to do again; `null`: nothing is left. Milliseconds since the Unix epoch. */
  nextAt(): number | null {
    return this.#sql.exec<{ at: number | null }>('SELECT min(next_at) AS at FROM outbox').one().at;
  }

  #due(): OutboxRow[] {
    return [
      ...this.#sql.exec<OutboxRow>(
        'SELECT name, generation, attempts, next_at FROM outbox WHERE next_at <= ? ORDER BY next_at LIMIT ?',
        this.#now(),
        PARALLEL_WRITES,
      ),
    ];
  }

  #note({ name, generation, attempts, next_at }: OutboxRow, isWritten: boolean): void {
    const now = this.#now();
    if (!isWritten) {
      doubt(this.#sql, name, now);
      const waitMs = Math.min(FIRST_RETRY_MS * 2 ** attempts, LONGEST_RETRY_MS);
      const sql = 'UPDATE outbox SET attempts = attempts + 1, next_at = ? WHERE name = ?';
      this.#sql.exec(sql, now + waitMs, name);
      return;
    }
    this.#remember(name);
    if (attempts > 0 || now - next_at > LATE_MS) tellAgain(this.#sql, name, now);
    const until = doubtUntil(this.#sql, name, now);
    // What changed while it was written has another generation, and stays as it is.
    if (until === null)
      this.#sql.exec('DELETE FROM outbox WHERE name = ? AND generation = ?', name, generation);
    else {
      const sql = 'UPDATE outbox SET attempts = 0, next_at = ? WHERE name = ? AND generation = ?';
      this.#sql.exec(sql, until, name, generation);
    }
  }

  #remember(name: string): void {
    this.#writtenAt.delete(name);
    this.#writtenAt.set(name, this.#now());
    if (this.#writtenAt.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#writtenAt.keys();
    if (oldest !== undefined) this.#writtenAt.delete(oldest);
  }

  async #write(name: string, value: string | null): Promise<boolean> {
    const store = this.#store;
    if (store === null) return true;
    const work = value === null ? store.delete(name) : store.put(name, value);
    try {
      await withTimeout(work, this.#timeoutMs);
      return true;
    } catch {
      // One that was given up and happens after all may have put an old value over a newer one.
      work.then(
        () => this.#writeAgain(name),
        () => undefined,
      );
      return false;
    }
  }

  #writeAgain(name: string): void {
    publish(this.#sql, name, this.#now());
    void this.run();
  }
}
