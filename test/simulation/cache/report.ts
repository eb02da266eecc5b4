/**
 * What a day comes to, as a table: one line for each tenant. `known`: of all questions; `of ideal`: of those that a cache
 * without faults would know; `memory/near/KV`: where requests that were known were found. A million: of requests.
 */
import type { TenantDay } from './day.ts';

/** US dollars for a million keys, beyond what is included. https://developers.cloudflare.com/kv/platform/pricing/ */
const KV_WRITE = 5;
const KV_READ = 0.5;

const HEADINGS = [
  'tenant',
  'requests',
  'questions',
  'cacheable',
  'known',
  'of ideal',
  'memory/near/KV',
  'cost without',
  'saved',
  'writes/million',
  'reads/million',
  'KV $/million',
  'saved $/million',
  'KV of saved',
];

export function toTable(days: readonly TenantDay[]): string {
  const lines = [HEADINGS, ...days.map(toCells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

function toCells(day: TenantDay): string[] {
  const { tenant, requests, questions, cacheable, known, ideal, wouldCost, cost, kv } = day;
  const perMillion = 1e6 / requests;
  const kvDollars = (kv.writes * KV_WRITE + kv.reads * KV_READ) / 1e6;
  const savedDollars = (wouldCost - cost) / 1e9;
  return [
    tenant,
    String(requests),
    String(questions),
    percent(cacheable / questions),
    percent(known / questions),
    percent(known / ideal),
    [day.inMemory, day.nearBy, day.hits - day.inMemory - day.nearBy].join('/'),
    dollars(wouldCost / 1e9),
    `${dollars(savedDollars)} (${percent((wouldCost - cost) / wouldCost)})`,
    (kv.writes * perMillion).toFixed(0),
    (kv.reads * perMillion).toFixed(0),
    (kvDollars * perMillion).toFixed(2),
    (savedDollars * perMillion).toFixed(2),
    percent(kvDollars / savedDollars),
  ];
}

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
const dollars = (amount: number): string => `$${amount.toFixed(2)}`;
