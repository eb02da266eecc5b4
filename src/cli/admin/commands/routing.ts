/** `routing health`: what regions see of their targets. */
import { isRecord } from '../../../is-record.ts';
import type { Command } from '../command.ts';
import { CommandFailed } from '../failures.ts';
import { type Column, toCell } from '../table.ts';
import { requireRecord } from './show.ts';

type Row = Readonly<Record<string, unknown>>;

const COLUMNS: readonly Column[] = [
  { title: 'REGION', isWhole: true },
  { title: 'TARGET' },
  { title: 'CIRCUIT', isWhole: true },
  { title: 'FIRST TOKEN MS', isWhole: true },
  { title: 'TOTAL MS', isWhole: true },
  { title: 'OK', isWhole: true },
  { title: 'FAILED', isWhole: true },
  { title: 'SLOW', isWhole: true },
  { title: 'IN FLIGHT', isWhole: true },
  { title: 'COLOS' },
];

const HEALTH: Command = {
  name: 'routing health',
  summary: 'tells what each region sees of its targets, or one of them',
  positionals: [],
  options: [{ name: 'region', kind: 'text', value: 'REGION' }],
  async run({ options, output, connect }) {
    const query = { region: options.text('region') };
    const { body } = await connect().send({ method: 'GET', path: '/routing/health', query });
    const regions = listOf(requireRecord(body).data);
    output.show(body, () => output.table(COLUMNS, regions.flatMap(toRows)));
    for (const { region, error } of regions)
      if (error !== undefined) output.remark(`${toCell(region)}: ${toCell(error)}`);
    if (regions.length === 0) output.remark('No region has seen anything yet.');
  },
};

function listOf(value: unknown): readonly Row[] {
  if (!Array.isArray(value)) throw new CommandFailed('the answer has no list. Is the address right?');
  return value.filter(isRecord);
}

const toRows = ({ region, targets }: Row): string[][] =>
  targets === undefined
    ? []
    : listOf(targets).map((target) => [
        toCell(region),
        toCell(target.target),
        toCircuit(target),
        toLatency(target.first_token_ms),
        toLatency(target.total_ms),
        toCell(target.successes),
        toCell(target.failures),
        toCell(target.slow),
        toCell(target.in_flight),
        listOf(target.colos)
          .map(({ colo }) => toCell(colo))
          .join(', '),
      ]);

/** `open until …`, `cooling until …`, else `closed`. */
function toCircuit({ circuit, open_until, cooling_until }: Row): string {
  if (circuit === 'open') return `open until ${toCell(open_until)}`;
  return typeof cooling_until === 'string' ? `cooling until ${toCell(cooling_until)}` : toCell(circuit);
}

/** `210, p95 480`. */
const toLatency = (value: unknown): string =>
  isRecord(value) ? `${toCell(value.p50)}, p95 ${toCell(value.p95)}` : '';

export const ROUTING_COMMANDS: readonly Command[] = [HEALTH];
