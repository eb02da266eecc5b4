/**
 * What was used by UTC day and model. Sums gather in memory and go to their table with each checkpoint of the Book: until
 * then the record holds them, and after an eviction they are summed again from there.
 */
import type { UsageDay, UsageSum } from '../ledger-protocol.ts';
import type { RecordEntry } from './record.ts';
import { addUsage, NO_USAGE, usageOf } from './usage-sums.ts';

/** Distinct models of one day; clients may name any. Further ones are summed as `other`. */
const MAX_MODELS = 200;
const OTHER_MODELS = 'other';
const MAX_MODEL_CHARACTERS = 200;

/** Columns in the order of the table, after `day` and `model`. */
const COLUMNS = {
  requests: 'requests',
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  cacheReadTokens: 'cache_read_tokens',
  cacheWriteTokens: 'cache_write_tokens',
  reasoningTokens: 'reasoning_tokens',
  nanoUsd: 'nano_usd',
  estimatedRequests: 'estimated_requests',
  unpricedRequests: 'unpriced_requests',
} as const satisfies Record<keyof UsageSum, string>;
const FIELDS = Object.keys(COLUMNS) as (keyof UsageSum)[];
const NAMES = Object.values(COLUMNS);

const UPSERT = `INSERT INTO usage_days VALUES (?, ?, ${NAMES.map(() => '?').join(', ')})
  ON CONFLICT (day, model) DO UPDATE SET ${NAMES.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`;
const SELECTED = FIELDS.map((field) => `${COLUMNS[field]} AS ${field}`).join(', ');

type DayRow = UsageDay & Record<string, SqlStorageValue>;

export class UsageDays {
  readonly #sql: SqlStorage;
  /** Not in the table yet: by day, by model. */
  #pending = new Map<string, Map<string, UsageSum>>();
  /** Of the latest day. */
  #models: { readonly day: string; readonly names: Set<string> } = { day: '', names: new Set() };

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** An entry that the table does not hold. */
  add({ at, settled = [] }: RecordEntry): void {
    if (settled.length === 0) return;
    const day = dayOf(at);
    const models = this.#pending.get(day) ?? new Map<string, UsageSum>();
    this.#pending.set(day, models);
    for (const request of settled) {
      const model = this.#nameOf(day, request.consumption.model);
      models.set(model, addUsage(models.get(model) ?? NO_USAGE, usageOf(request)));
    }
  }

  /** In the transaction of the checkpoint. */
  flush(): void {
    for (const [day, models] of this.#pending)
      for (const [model, sum] of models)
        this.#sql.exec(UPSERT, day, model, ...FIELDS.map((field) => sum[field]));
    this.#pending = new Map();
  }

  /** First and last day, both inclusive. Ascending, by model within a day. */
  read({ from, to }: { readonly from: string; readonly to: string }): UsageDay[] {
    const days = new Map<string, UsageDay>();
    const query = `SELECT day, model, ${SELECTED} FROM usage_days WHERE day BETWEEN ? AND ?`;
    for (const row of this.#sql.exec<DayRow>(query, from, to)) days.set(`${row.day} ${row.model}`, row);
    for (const [day, models] of this.#pending) {
      if (day < from || day > to) continue;
      for (const [model, sum] of models) {
        const key = `${day} ${model}`;
        days.set(key, { day, model, ...addUsage(days.get(key) ?? NO_USAGE, sum) });
      }
    }
    return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, day]) => day);
  }

  /** Of all days. */
  total(): UsageSum {
    const sums = FIELDS.map((field) => `coalesce(sum(${COLUMNS[field]}), 0) AS ${field}`).join(', ');
    const stored = this.#sql
      .exec<UsageSum & Record<string, SqlStorageValue>>(`SELECT ${sums} FROM usage_days`)
      .one();
    return [...this.#pending.values()].flatMap((models) => [...models.values()]).reduce(addUsage, stored);
  }

  #nameOf(day: string, model: string): string {
    if (this.#models.day !== day) this.#models = { day, names: new Set(this.#modelsOf(day)) };
    const { names } = this.#models;
    const name = model.slice(0, MAX_MODEL_CHARACTERS);
    if (names.has(name)) return name;
    if (names.size >= MAX_MODELS) return OTHER_MODELS;
    names.add(name);
    return name;
  }

  *#modelsOf(day: string): Generator<string> {
    for (const { model } of this.#sql.exec<{ model: string }>(
      'SELECT model FROM usage_days WHERE day = ?',
      day,
    ))
      yield model;
  }
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
