/**
 * `npm run rehearse:hedge`: two providers whose first token is sometimes very late, asked through an alias that hedges and
 * through one that does not. Prints what hedging gains and what it costs; ends with status 1 if that is not worth it.
 */
import { parseArgs } from 'node:util';
import { percentile } from '../../bench/statistics.ts';
import { type Gateway, standIn, startGateway } from '../../support/gateway.ts';
import { seeded } from '../../support/seeded.ts';
import { buildGateway } from '../../support/workerd.ts';
import { type Ask, runTraffic, type Sample } from '../live-traffic.ts';
import {
  LATE_MS,
  LATE_SHARE,
  MEDIAN_MS,
  PRICE,
  QUESTION,
  startTailedProvider,
  type TailedProvider,
} from './provider.ts';

const WARM_UP_SECONDS = 5;
/** Of the p99 without hedging. */
const MOST_P99 = 0.5;
/** The p95 is left behind by one request of twenty, and a loser costs at most a call. */
const MOST_EXTRA = 0.1;

/** `null`: no hedging; `{}`: after the measured p95. */
const WAYS: Readonly<Record<string, object | null>> = {
  'no hedging': null,
  'after the p95': {},
  'after 100 ms': { delay_ms: 100 },
};

interface Told {
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly calls: number;
  /** By the gateway's log, in nano-dollars a request. */
  readonly logged: number;
  /** By the providers' own count. */
  readonly billed: number;
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '40' },
    rate: { type: 'string', default: '30' },
    'no-build': { type: 'boolean', default: false },
  },
});

const aliasOf = (name: string): string => name.replaceAll(' ', '-');

function documentOf(providers: readonly TailedProvider[]): Record<string, unknown> {
  const named = providers.map((provider, index) => [`provider-${index}`, standIn(provider.url)] as const);
  const targetsFor = (name: string) => named.map(([provider]) => ({ provider, model: aliasOf(name) }));
  return {
    providers: Object.fromEntries(named),
    models: Object.fromEntries(
      Object.entries(WAYS).map(([name, hedge]) => [
        aliasOf(name),
        {
          targets: targetsFor(name),
          breaker: { enabled: false },
          ...(hedge === null ? {} : { hedge: { enabled: true, ...hedge } }),
        },
      ]),
    ),
    prices: { '*': PRICE },
  };
}

async function rehearse(gateway: Gateway, providers: readonly TailedProvider[]): Promise<readonly Told[]> {
  const ask: Ask = (body) => gateway.post('/v1/chat/completions', body);
  const perSecond = Number(values.rate);
  const runAll = (seconds: number) =>
    Promise.all(
      Object.keys(WAYS).map((name) =>
        runTraffic({ ask, model: aliasOf(name), perSecond, seconds, streams: 'all', question: QUESTION }),
      ),
    );
  await runAll(WARM_UP_SECONDS);
  for (const provider of providers) provider.forget();
  const before = gateway.lines.length;
  const samples = await runAll(Number(values.seconds));
  const lines = gateway.lines.slice(before).filter(({ type }) => type === 'request');
  return Object.keys(WAYS).map((name, index) => {
    const own = samples[index] ?? [];
    const costs = lines
      .filter(({ alias }) => alias === aliasOf(name))
      .map(({ cost_usd }) => Number(cost_usd));
    const counted = providers.map((provider) => provider.counted.get(aliasOf(name)));
    return {
      name,
      samples: own,
      calls: sum(counted.map((one) => one?.calls ?? 0)),
      logged: (sum(costs) * 1e9) / own.length,
      billed: sum(counted.map((one) => one?.nanoUsd ?? 0)) / own.length,
    };
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
const at = ({ samples }: Told, share: number): number =>
  percentile(
    samples.map(({ ms }) => ms),
    share,
  );

function rowOf(told: Told, plain: Told): readonly string[] {
  return [
    told.name,
    String(told.samples.length),
    String(told.samples.filter(({ failure }) => failure !== null).length),
    ...[0.5, 0.95, 0.99].map((share) => `${at(told, share).toFixed(0)} ms`),
    percent(told.calls / told.samples.length - 1),
    percent(told.logged / plain.logged - 1),
    percent(told.billed / plain.billed - 1),
  ];
}

const HEADINGS = [
  '',
  'requests',
  'failed',
  'p50',
  'p95',
  'p99',
  'extra calls',
  'extra spend',
  'by the providers',
];

function print(rows: readonly (readonly string[])[]): void {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) console.log(row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  '));
}

const startedAt = performance.now();
if (!values['no-build']) buildGateway();
const providers = [await startTailedProvider(seeded(1)), await startTailedProvider(seeded(2))];
const gateway = await startGateway({ config: documentOf(providers) });
const told = await rehearse(gateway, providers).finally(async () => {
  await gateway.stop();
  for (const provider of providers) await provider.stop();
});
const [plain, ...hedged] = told;
if (plain === undefined) throw new Error('nothing was asked');
console.log(
  `to the first token: ${percent(1 - LATE_SHARE)} around ${MEDIAN_MS} ms, ${percent(LATE_SHARE)} at ${LATE_MS} ms\n`,
);
print([HEADINGS, ...told.map((one) => rowOf(one, plain))]);
const failed = hedged.filter(
  (one) =>
    at(one, 0.99) > at(plain, 0.99) * MOST_P99 ||
    one.logged > plain.logged * (1 + MOST_EXTRA) ||
    one.samples.some(({ failure }) => failure !== null),
);
for (const { name } of failed) console.log(`misses: hedging ${name} is not worth it`);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.log(`\n${hedged.length} rehearsals, ${failed.length} failed, ${seconds} s`);
if (failed.length > 0) process.exitCode = 1;
