/** Pages of a list, newest first: a cursor is where the page before ended, so that what is new meanwhile shifts nothing. */
import { type Reader, Refusal } from './transaction.ts';

export interface PageInput {
  /** 1 to 1000. */
  readonly limit: number;
  /** `next_cursor` of the page before. */
  readonly cursor: string | null;
}

export interface Page<Item> {
  readonly data: Item[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

/** A condition with the values for its question marks. */
export type Condition = readonly [sql: string, ...values: SqlStorageValue[]];

/** How much of its rows one answer holds: what goes from one isolate to another may not be larger than 32 MiB. */
const MAX_PAGE_CHARACTERS = 4 * 1024 * 1024;

/**
 * Rows of `table` that meet all `conditions`, by falling `seq`. A page is shorter than it might be if its rows are long.
 * Throws a `Refusal` for a cursor that we did not make.
 */
export function readPage<Row extends Record<string, SqlStorageValue> & { seq: number }, Item>(
  { sql }: Reader,
  table: string,
  conditions: readonly Condition[],
  { limit, cursor }: PageInput,
  toItem: (row: Row) => Item,
): Page<Item> {
  const all: Condition[] = [...conditions];
  if (cursor !== null) all.push(['seq < ?', parseCursor(cursor)]);
  const where = all.length === 0 ? '' : ` WHERE ${all.map(([text]) => `(${text})`).join(' AND ')}`;
  const values = all.flatMap(([, ...rest]) => rest);
  const data: Item[] = [];
  let characters = 0;
  let lastSeq = 0;
  for (const row of sql.exec<Row>(`SELECT * FROM ${table}${where} ORDER BY seq DESC`, ...values)) {
    if (data.length === limit || characters >= MAX_PAGE_CHARACTERS)
      return { data, has_more: true, next_cursor: `c${lastSeq.toString(36)}` };
    data.push(toItem(row));
    characters += lengthOf(row);
    lastSeq = row.seq;
  }
  return { data, has_more: false, next_cursor: null };
}

const lengthOf = (row: Readonly<Record<string, SqlStorageValue>>): number =>
  Object.values(row).reduce((sum: number, value) => sum + (typeof value === 'string' ? value.length : 0), 0);

function parseCursor(cursor: string): number {
  if (!/^c[0-9a-z]{1,10}$/.test(cursor))
    throw new Refusal('invalid_request', 'This is no cursor of ours.', 'cursor');
  return Number.parseInt(cursor.slice(1), 36);
}

/** Rows of the actor's own projects; every list of theirs has this condition. */
export function inOwnProjects({ actor }: Reader): Condition[] {
  if (actor.projects === null) return [];
  if (actor.projects.length === 0) return [['0']];
  return [['project IN (SELECT value FROM json_each(?))', JSON.stringify(actor.projects)]];
}

/** Rows that have the text somewhere in one of the columns. SQLite knows upper and lower case of ASCII letters only. */
export function contains(columns: readonly string[], text: string): Condition {
  const conditions = columns.map((column) => `instr(lower(${column}), lower(?)) > 0`);
  return [conditions.join(' OR '), ...columns.map(() => text)];
}
