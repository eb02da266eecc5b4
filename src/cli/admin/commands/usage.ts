/** `usage`: what was used and spent. */
import { isRecord } from '../../../is-record.ts';
import { formatUsd, NANO_USD_PER_USD } from '../../../limits/units.ts';
import { readPage } from '../api-answers.ts';
import { type ApiClient, pathTo, type Query } from '../api-client.ts';
import type { Call, Command } from '../command.ts';
import { CommandFailed } from '../failures.ts';
import { type Column, toCell } from '../table.ts';
import { requireRecord } from './show.ts';

type Row = Readonly<Record<string, unknown>>;

/** What rows of each kind begin with. */
const SUBJECTS: Readonly<Record<string, readonly [title: string, member: string][]>> = {
  key: [
    ['KEY ID', 'key_id'],
    ['KEY', 'key'],
    ['PROJECT', 'project'],
  ],
  project: [['PROJECT', 'project']],
  model: [['MODEL', 'model']],
  day: [['DAY', 'day']],
};

const COUNTS: readonly (readonly [title: string, member: string])[] = [
  ['REQUESTS', 'requests'],
  ['INPUT', 'input_tokens'],
  ['OUTPUT', 'output_tokens'],
  ['USD', 'cost_usd'],
  ['ESTIMATED', 'estimated_requests'],
  ['UNPRICED', 'unpriced_requests'],
];

/** Members of a row that are added up where pages tell of the same model or day. */
const SUMMED = [
  'requests',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'cost_usd',
  'estimated_requests',
  'unpriced_requests',
];

const FILTERS = ['from', 'to', 'project'] as const;

const USAGE: Command = {
  name: 'usage',
  summary: 'tells what was used and spent, by project or else by key, model or day',
  positionals: [],
  options: [
    { name: 'by', kind: 'text', value: 'key|project|model|day' },
    { name: 'from', kind: 'text', value: 'DAY' },
    { name: 'to', kind: 'text', value: 'DAY' },
    { name: 'project', kind: 'text', value: 'PROJECT' },
    { name: 'key', kind: 'text', value: 'ID' },
  ],
  async run(call) {
    const { options, output, connect } = call;
    const by = options.text('by') ?? 'project';
    const filters = Object.fromEntries(FILTERS.map((name) => [name, options.text(name)]));
    const { rows, from, to } = await readAll(connect(), { by, ...filters, key_id: options.text('key') });
    const merged = by === 'model' || by === 'day' ? mergeRows(rows, by) : rows;
    output.show({ by, from, to, data: merged }, () => tell(call, by, merged));
    output.remark(`From ${toCell(from)} to ${toCell(to)}, days of UTC.`);
  },
};

/** All pages: what they tell of a model or a day is the whole only together. */
async function readAll(client: ApiClient, query: Query) {
  const rows: Row[] = [];
  let cursor: string | undefined;
  for (;;) {
    const { body } = await client.send({ method: 'GET', path: pathTo('usage'), query: { ...query, cursor } });
    const { data, next } = readPage(body);
    rows.push(...data);
    const { from, to } = requireRecord(body);
    if (next === null) return { rows, from, to };
    // Else a gateway that is out of order would keep us here for ever.
    if (next === cursor) throw new CommandFailed('the list does not come to an end');
    cursor = next;
  }
}

function mergeRows(rows: readonly Row[], by: string): Row[] {
  const merged = new Map<unknown, Row>();
  for (const row of rows) {
    const known = merged.get(row[by]);
    merged.set(row[by], known === undefined ? row : addRows(known, row));
  }
  return [...merged.values()].toSorted((one, other) => (toCell(one[by]) < toCell(other[by]) ? -1 : 1));
}

/** Money in whole billionths, so that nothing is lost between the pages. */
const addRows = (one: Row, other: Row): Row => ({
  ...one,
  ...Object.fromEntries(
    SUMMED.map((name) => [
      name,
      name === 'cost_usd'
        ? (toNano(one[name]) + toNano(other[name])) / NANO_USD_PER_USD
        : Number(one[name]) + Number(other[name]),
    ]),
  ),
});

function tell({ output }: Call, by: string, rows: readonly Row[]): void {
  const subjects = SUBJECTS[by] ?? [];
  const hasBudgets = rows.some(({ budgets }) => Array.isArray(budgets) && budgets.length > 0);
  const columns: Column[] = [
    ...subjects.map(([title, member]) => ({ title, isWhole: member === 'key_id' || member === 'day' })),
    ...COUNTS.map(([title]) => ({ title, isWhole: true })),
    ...(hasBudgets ? [{ title: 'BUDGETS' }] : []),
  ];
  const cells = rows.map((row) => [
    ...subjects.map(([, member]) => toCell(row[member])),
    ...COUNTS.map(([, member]) =>
      member === 'cost_usd' ? formatUsd(toNano(row[member])) : toCell(row[member]),
    ),
    ...(hasBudgets ? [toBudgets(row.budgets)] : []),
  ]);
  output.table(columns, cells);
}

/** `1.25 of 5 (month)`. */
function toBudgets(budgets: unknown): string {
  const list: readonly unknown[] = Array.isArray(budgets) ? budgets : [];
  return list
    .filter(isRecord)
    .map(({ usd, spent_usd, window, rolling }) => {
      const name = rolling === true ? `rolling ${toCell(window)}` : toCell(window);
      return `${formatUsd(toNano(spent_usd))} of ${formatUsd(toNano(usd))} (${name})`;
    })
    .join(', ');
}

const toNano = (usd: unknown): number => Math.round(Number(usd) * NANO_USD_PER_USD);

export const USAGE_COMMANDS: readonly Command[] = [USAGE];
