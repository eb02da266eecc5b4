/**
 * A Book and its record in the object's SQL. The record grows by a row for each entry; from time to time the state it
 * leads to is kept as a checkpoint, so that a Ledger that was evicted has few rows to take again. Rows stay for a day
 * after that: from the oldest checkpoint on, everything can be computed anew and compared. Rows that are older are used
 * again for new entries, because a row that is deleted costs as much as one that is written.
 */
import { Book, type Checkpoint } from './book.ts';
import { LEAST_MS, MANY, REMEMBERED_MS } from './recent-calls.ts';
import type { RecordEntry } from './record.ts';
import { UsageDays } from './usage-days.ts';

/** Rows between two checkpoints. */
const CHECKPOINT_ROWS = 256;
const KEPT_MS = 86_400_000;
/** Beyond, older rows go even within the day. */
const MAX_ROWS = 100_000;

interface CheckpointRow extends Record<string, SqlStorageValue> {
  readonly seq: number;
  readonly state: string;
}

/** What is not as the record says. */
export interface Verification {
  readonly isWhole: boolean;
  /** Entries that were taken again. */
  readonly entries: number;
  readonly differences: readonly string[];
}

export class LedgerStore {
  readonly #sql: SqlStorage;
  readonly book: Book;
  readonly days: UsageDays;
  /** Number of the newest entry. */
  #seq: number;
  #checkpointSeq: number;
  /** Number of the oldest entry. */
  #oldest: number;
  /** Rows up to this one are needed no more. */
  #spare: number;

  /** Takes up what the storage holds. */
  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const checkpoint = this.#checkpoint('ORDER BY seq DESC');
    this.book = toBook(checkpoint);
    this.days = new UsageDays(sql);
    this.#checkpointSeq = checkpoint?.seq ?? 0;
    this.#seq = this.#checkpointSeq;
    for (const entry of this.#lately()) this.book.recall(entry);
    for (const { seq, entry } of this.#entriesAfter(this.#checkpointSeq)) {
      this.book.apply(entry);
      this.days.add(entry);
      this.#seq = seq;
    }
    this.#oldest = this.#first() ?? 1;
    this.#spare = this.#base('ASC', this.book.now)?.seq ?? 0;
  }

  /** In one transaction with whatever else the step causes. The Book is where the entry leads already. */
  append(entry: RecordEntry): void {
    this.#seq += 1;
    const text = JSON.stringify(entry);
    if (this.#oldest > this.#spare) this.#sql.exec('INSERT INTO record VALUES (?, ?)', this.#seq, text);
    else {
      this.#sql.exec('UPDATE record SET seq = ?, entry = ? WHERE seq = ?', this.#seq, text, this.#oldest);
      this.#oldest += 1;
    }
    this.days.add(entry);
    if (this.#seq - this.#checkpointSeq >= CHECKPOINT_ROWS) this.#keepCheckpoint(entry.at);
  }

  /** Computes everything again, as far back as the record goes, and compares. `now` as the Book was last asked. */
  verify(now: number): Verification {
    const differences: string[] = [];
    const { first } = this.#sql.exec<{ first: number | null }>('SELECT min(seq) AS first FROM record').one();
    const oldest = first === 1 ? undefined : this.#checkpoint('ORDER BY seq ASC');
    const again = toBook(oldest);
    let last = oldest?.seq ?? 0;
    let entries = 0;
    for (const { seq, entry } of this.#entriesAfter(last)) {
      if (seq !== last + 1) differences.push(`entries between ${last} and ${seq} are missing`);
      again.apply(entry);
      last = seq;
      entries += 1;
    }
    if (last !== this.#seq) differences.push(`the record ends at ${last} instead of ${this.#seq}`);
    again.expire(now);
    differences.push(
      ...differencesOf(this.book.toCheckpoint(), again.toCheckpoint(), 'computed again'),
      ...differencesOf(this.book.toCheckpoint().total, this.days.total(), 'by day'),
    );
    const { total, spending } = this.book.toCheckpoint();
    if (total.nanoUsd !== spending.settled)
      differences.push(`usage is ${total.nanoUsd}, and budgets count ${spending.settled}`);
    return { isWhole: differences.length === 0, entries, differences };
  }

  #keepCheckpoint(at: number): void {
    const state = JSON.stringify(this.book.toCheckpoint());
    this.#sql.exec('INSERT INTO checkpoints VALUES (?, ?, ?)', this.#seq, at, state);
    this.days.flush();
    this.#checkpointSeq = this.#seq;
    const base = this.#base('DESC', at);
    if (base === undefined) return;
    this.#sql.exec('DELETE FROM checkpoints WHERE seq < ?', base.seq);
    this.#spare = base.seq;
  }

  /** The newest or the oldest checkpoint that is old enough for the record to begin there. */
  #base(order: 'ASC' | 'DESC', now: number): { readonly seq: number } | undefined {
    const [base] = this.#sql.exec<{ seq: number }>(
      `SELECT seq FROM checkpoints WHERE at <= ? OR seq <= ? ORDER BY seq ${order} LIMIT 1`,
      now - KEPT_MS,
      this.#seq - MAX_ROWS,
    );
    return base;
  }

  #first(): number | null {
    return this.#sql.exec<{ first: number | null }>('SELECT min(seq) AS first FROM record').one().first;
  }

  /** Entries that the newest checkpoint holds, as far as their calls may come again; oldest first. */
  #lately(): RecordEntry[] {
    const entries: RecordEntry[] = [];
    const query = 'SELECT entry FROM record WHERE seq <= ? ORDER BY seq DESC';
    for (const row of this.#sql.exec<{ entry: string }>(query, this.#checkpointSeq)) {
      const entry = parseEntry(row.entry);
      const age = (entries[0]?.at ?? entry.at) - entry.at;
      if (age > REMEMBERED_MS || (entries.length >= MANY && age > LEAST_MS)) break;
      entries.push(entry);
    }
    return entries.reverse();
  }

  *#entriesAfter(seq: number): Generator<{ readonly seq: number; readonly entry: RecordEntry }> {
    const query = 'SELECT seq, entry FROM record WHERE seq > ? ORDER BY seq';
    for (const row of this.#sql.exec<{ seq: number; entry: string }>(query, seq))
      yield { seq: row.seq, entry: parseEntry(row.entry) };
  }

  #checkpoint(order: string): CheckpointRow | undefined {
    const [row] = this.#sql.exec<CheckpointRow>(`SELECT seq, state FROM checkpoints ${order} LIMIT 1`);
    return row;
  }
}

/** As this class wrote it. */
const parseEntry = (text: string): RecordEntry => JSON.parse(text) as RecordEntry;

const toBook = (row: CheckpointRow | undefined): Book =>
  row === undefined ? Book.empty() : Book.fromCheckpoint(JSON.parse(row.state) as Checkpoint);

function differencesOf<Of extends object>(held: Of, computed: Of, how: string): string[] {
  return (Object.keys(held) as (keyof Of & string)[]).flatMap((name) => {
    const [a, b] = [JSON.stringify(held[name]), JSON.stringify(computed[name])];
    return a === b ? [] : [`${name} is ${a}, and ${how} ${b}`];
  });
}
