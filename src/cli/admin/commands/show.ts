/** What the commands of all groups share: lists, single records, and secrets that are shown once. */
import { isRecord } from '../../../is-record.ts';
import type { OptionRule } from '../arguments.ts';
import type { Call } from '../command.ts';
import { CommandFailed } from '../failures.ts';
import { type Column, toCell } from '../table.ts';

/** A column and the member of an entry that stands in it. */
export interface Shown extends Column {
  readonly member: string;
}

export const LIMIT: OptionRule = { name: 'limit', kind: 'number', value: 'N' };
const DEFAULT_LIMIT = 1000;

/** Walks a list and shows it. `query` are the filters. */
export async function showList(
  { connect, options, output }: Call,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  columns: readonly Shown[],
): Promise<void> {
  const limit = options.number('limit') ?? DEFAULT_LIMIT;
  const { items, hasMore } = await connect().list(path, query, limit);
  output.show(items, () =>
    output.table(
      columns,
      items.map((item) => columns.map(({ member }) => toCell(item[member]))),
    ),
  );
  if (hasMore) output.remark(`There are more than ${limit}: --limit N shows up to N.`);
}

/** The record of an answer, or `CommandFailed`. */
export function requireRecord(body: unknown): Record<string, unknown> {
  if (!isRecord(body)) throw new CommandFailed('the answer is no record. Is the address right?');
  return body;
}

export function showRecord({ output }: Call, body: unknown): void {
  const record = requireRecord(body);
  output.show(record, () => output.fields(record));
}

/** A record with a key that is shown this once. `null` stands in the answer to a repeated request. */
export function showMinted(call: Call, body: unknown): void {
  const { id, key, ...rest } = requireRecord(body);
  call.output.show(body, () => call.output.fields({ id, ...rest, key }));
  if (typeof key === 'string') call.output.remark('The key is shown this once. Only its hash is kept.');
  else if (key === null)
    call.output.remark(
      `The key was made, but the answer that held it was lost on its way: keys rotate ${toCell(id)} makes another.`,
    );
}
