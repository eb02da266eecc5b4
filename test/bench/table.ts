/** The rows as text, and as the file that a later run can be compared with. */
import { type Goal, meetsGoal, type Row } from './row.ts';

const HEADINGS = ['figure', 'unit', 'bare', 'gateway', 'ratio', 'goal', ''];

export function toTable(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(toCells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isText = (column: number) => column < 2 || column === HEADINGS.length - 1;
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const toCells = (row: Row): string[] => [
  row.name,
  row.unit,
  number(row.bare),
  number(row.gateway),
  row.goal?.of === 'difference' ? `${signed(row.difference ?? 0)}` : `${row.ratio.toFixed(2)}×`,
  row.goal === null ? '' : goalText(row.goal),
  VERDICTS[String(meetsGoal(row))] ?? '',
];

const VERDICTS: Readonly<Record<string, string>> = { true: 'ok', false: 'misses' };

function goalText(goal: Goal): string {
  if (goal.of === 'figure') return `≤ ${number(goal.atMost)}`;
  if (goal.of === 'difference') return `≤ ${signed(goal.atMost)}`;
  return 'atMost' in goal ? `≤ ${goal.atMost}×` : `≥ ${goal.atLeast}×`;
}

const number = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2));
const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(1)}`;
