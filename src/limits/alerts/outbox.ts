/**
 * Alerts of one Ledger, from the crossing to the webhook. A crossing and its messages are written in the transaction
 * that caused it, so that it is told once and not forgotten; what cannot be delivered is tried again, later each time,
 * for a day.
 *
 * What it promises the receiver: at least once, the same id each time. The addresses stand in the object's storage as
 * configured: a `$NAME` is looked up when a message is sent, so that its value is kept nowhere.
 */

import { isOwnVariable } from '../../own-variables.ts';
import type { AlertRouting } from '../ledger-protocol.ts';
import { type AlertNote, budgetCrossed, type Crossing } from './alert.ts';
import { type AlertEvent, type MessageFormat, messageBody } from './message.ts';
import { messageHeaders } from './signature.ts';

/** The tables: a step of the Ledger's migrations. */
export const ALERT_TABLES = `
  CREATE TABLE alerts_told (id TEXT PRIMARY KEY, silent_until INTEGER) WITHOUT ROWID;
  CREATE TABLE alerts_outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, webhook INTEGER NOT NULL, url TEXT NOT NULL,
    secret TEXT, format TEXT NOT NULL, allow_insecure INTEGER NOT NULL, attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL, drop_at INTEGER NOT NULL);
  CREATE INDEX alerts_outbox_by_time ON alerts_outbox (next_at);`;

export interface AlertOutboxParts {
  readonly sql: SqlStorage;
  /** Reads a text variable or secret of the Worker. */
  readonly variable: (name: string) => string | undefined;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Unlike any other: what a message is known by. */
  readonly newId: () => string;
  /** Why nothing may be sent there, in words that hold no secret; `undefined` if it may. Gets no query. */
  readonly refuseUrl: (url: string, allowInsecure: boolean) => string | undefined;
  readonly log: (line: object) => void;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 3_600_000;
const KEPT_MS = 86_400_000;
/** Messages on their way at once: a Worker has six connections. */
const PARALLEL = 6;
/** Messages of one run: a run has fifty subrequests at the least. What is left is due at once. */
const MAX_PER_RUN = 36;
/** Characters: a scope may be named by a client. */
const MAX_SCOPE = 500;
const REFERENCE = /^\$([A-Za-z_][A-Za-z0-9_]*)$/;

interface OutboxRow extends Record<string, SqlStorageValue> {
  readonly seq: number;
  readonly event: string;
  readonly webhook: number;
  readonly url: string;
  readonly secret: string | null;
  readonly format: string;
  readonly allow_insecure: number;
  readonly attempts: number;
  readonly drop_at: number;
}

/** How an attempt ended: `null` if it was delivered. */
type Failure = { readonly reason: string; readonly retryAfterMs: number } | null;

export class AlertOutbox {
  readonly #parts: AlertOutboxParts;
  readonly #timeoutMs: number;
  /** Variables that were missing, each told to the log once until it was found. */
  readonly #missing = new Set<string>();
  #running: Promise<void> | null = null;

  constructor(parts: AlertOutboxParts) {
    this.#parts = parts;
    this.#timeoutMs = parts.timeoutMs ?? TIMEOUT_MS;
  }

  /** Inside the transaction that books what crossed. `null`: nobody is told. */
  add(crossing: Crossing, routing: AlertRouting | null): void {
    if (routing === null) return;
    this.note({ ...budgetCrossed(crossing, this.#parts.now()), routing });
  }

  /** Inside a transaction. Nothing happens if it was told before, or nobody wants to know. */
  note({ id, silentUntil, type, data, routing }: AlertNote): void {
    const now = this.#parts.now();
    const webhooks = [...routing.webhooks.entries()].filter(
      ([, { events }]) => events?.includes(type) ?? true,
    );
    if (webhooks.length === 0 || !this.#isNews(id, silentUntil, now)) return;
    const scope = routing.scope.slice(0, MAX_SCOPE);
    const created_at = new Date(now).toISOString();
    const event = JSON.stringify({ id: this.#parts.newId(), type, created_at, scope, data });
    for (const [index, { url, secret = null, format, allow_insecure }] of webhooks)
      this.#parts.sql.exec(
        `INSERT INTO alerts_outbox (event, webhook, url, secret, format, allow_insecure, attempts, next_at, drop_at)
         VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)`,
        event,
        index,
        url,
        secret,
        format,
        allow_insecure ? 1 : 0,
        now,
        now + KEPT_MS,
      );
  }

  /** What was told under this id is over: the next time it is news. */
  forget(id: string): void {
    this.#parts.sql.exec('DELETE FROM alerts_told WHERE id = ?', id);
  }

  /** When there is something to send; `null`: nothing is left. Milliseconds since the Unix epoch. */
  nextAt(): number | null {
    return this.#parts.sql.exec<{ at: number | null }>('SELECT min(next_at) AS at FROM alerts_outbox').one()
      .at;
  }

  /** Sends what is due, up to some dozens. Never rejects for what a receiver did. One run at a time. */
  async deliver(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  #isNews(id: string, silentUntil: number | null, now: number): boolean {
    const { sql } = this.#parts;
    sql.exec('DELETE FROM alerts_told WHERE silent_until <= ?', now);
    return sql.exec('INSERT OR IGNORE INTO alerts_told VALUES (?, ?)', id, silentUntil).rowsWritten > 0;
  }

  async #run(): Promise<void> {
    for (let sent = 0; sent < MAX_PER_RUN; ) {
      const due = this.#due();
      if (due.length === 0) return;
      const failures = await Promise.all(due.map((row) => this.#send(row)));
      for (const [index, row] of due.entries()) this.#settle(row, failures[index] ?? null);
      sent += due.length;
    }
  }

  #due(): OutboxRow[] {
    const sql = 'SELECT * FROM alerts_outbox WHERE next_at <= ? ORDER BY next_at, seq LIMIT ?';
    return [...this.#parts.sql.exec<OutboxRow>(sql, this.#parts.now(), PARALLEL)];
  }

  #settle(row: OutboxRow, failure: Failure): void {
    const { sql, log, now } = this.#parts;
    const nextAt = failure === null ? null : now() + this.#waitMs(row.attempts, failure.retryAfterMs);
    if (failure !== null && nextAt !== null && nextAt < row.drop_at) {
      sql.exec(
        'UPDATE alerts_outbox SET attempts = attempts + 1, next_at = ? WHERE seq = ?',
        nextAt,
        row.seq,
      );
      return;
    }
    sql.exec('DELETE FROM alerts_outbox WHERE seq = ?', row.seq);
    if (failure === null) return;
    const { id, type } = JSON.parse(row.event) as AlertEvent; // as `note` wrote it
    const attempts = row.attempts + 1;
    log({
      type: 'alert_dropped',
      alert: id,
      event: type,
      webhook: row.webhook,
      attempts,
      reason: failure.reason,
    });
  }

  /** Twice as long each time, a quarter more or less, so that the alerts of many Ledgers spread out. */
  #waitMs(attempts: number, retryAfterMs: number): number {
    const usual = Math.min(FIRST_RETRY_MS * 2 ** attempts, LONGEST_RETRY_MS);
    return Math.max(Math.round(usual * (0.75 + this.#parts.random() / 2)), retryAfterMs);
  }

  async #send(row: OutboxRow): Promise<Failure> {
    const url = this.#resolve(row.url);
    const secret = row.secret === null ? undefined : this.#resolve(row.secret);
    if (url === null || secret === null) return failed('its variable is not set');
    const refusal = this.#refuse(url, row.allow_insecure === 1);
    if (refusal !== undefined) return failed(`the URL ${refusal}`);
    try {
      return await this.#post(url, secret, row);
    } catch (error) {
      // The message of an error may quote the URL, which is a secret.
      const isLate = error instanceof Error && error.name === 'TimeoutError';
      return failed(isLate ? `no answer within ${this.#timeoutMs} ms` : 'could not be reached');
    }
  }

  async #post(url: string, secret: string | undefined, row: OutboxRow): Promise<Failure> {
    const event = JSON.parse(row.event) as AlertEvent; // as `note` wrote it
    const body = messageBody(event, row.format as MessageFormat);
    const timestamp = Math.floor(this.#parts.now() / 1000);
    const signed = await messageHeaders({ id: event.id, timestamp, body }, secret);
    const response = await this.#parts.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Edgeway', ...signed },
      body,
      redirect: 'manual', // a redirect could lead to where `refuseUrl` would not let it go
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
    await response.body?.cancel().catch(() => undefined);
    return response.ok ? null : failed(`status ${response.status}`, this.#readRetryAfter(response));
  }

  /** `null` if the variable is not there (yet). */
  #resolve(text: string): string | null {
    const name = REFERENCE.exec(text)?.[1];
    if (name === undefined) return text;
    const value = isOwnVariable(name) ? undefined : this.#parts.variable(name);
    if (value !== undefined && value !== '') {
      this.#missing.delete(name);
      return value;
    }
    if (!this.#missing.has(name)) this.#parts.log({ type: 'alert_variable_missing', variable: name });
    this.#missing.add(name);
    return null;
  }

  #refuse(text: string, allowInsecure: boolean): string | undefined {
    if (!URL.canParse(text)) return 'is not a URL';
    const url = new URL(text);
    // Much that takes webhooks knows its callers by a query; nothing else is different from a provider's URL.
    url.search = '';
    return this.#parts.refuseUrl(url.href, allowInsecure);
  }

  /** Seconds or a date; at most as long as we would wait anyway in the end. */
  #readRetryAfter({ headers }: Response): number {
    const text = headers.get('retry-after') ?? '';
    const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - this.#parts.now();
    return Number.isFinite(waitMs) ? Math.min(Math.max(waitMs, 0), LONGEST_RETRY_MS) : 0;
  }
}

const failed = (reason: string, retryAfterMs = 0): Failure => ({ reason, retryAfterMs });
