/** What Redis holds of a Ledger, as the checkpoint of a Book: whoever reads asks the same code as a Ledger of the platform. */

import type { Checkpoint } from '../ledger/book.ts';
import type { BucketState } from '../ledger/bucket.ts';
import { NO_USAGE } from '../ledger/usage-sums.ts';
import type { UsageDay, UsageSum } from '../ledger-protocol.ts';
import { RATE_FIELDS, type RateField, type ScopeLimits, UNLIMITED } from '../scope-limits.ts';

/** As `readScript` returns it: the time, and hashes as flat lists of fields and values. */
export type StoredLedger = readonly [now: string, ...hashes: (readonly string[])[]];

type Hash = ReadonlyMap<string, string>;

export interface LedgerState {
  /** By Redis' clock, milliseconds since the Unix epoch. */
  readonly now: number;
  readonly checkpoint: Checkpoint;
  /** In no order. */
  readonly days: readonly UsageDay[];
}

export function toLedgerState([time, ...flat]: StoredLedger): LedgerState {
  const [book = EMPTY, leases = EMPTY, lost = EMPTY, spent = EMPTY, record = EMPTY] = flat.map(toHash);
  const [now = 0, , settled = 0, lostMoney = 0] = numbersOf(book.get('scalars'));
  const limits = book.get('limits');
  return {
    now: Number(time),
    checkpoint: {
      now,
      limits: limits === undefined ? UNLIMITED : (JSON.parse(limits) as ScopeLimits),
      buckets: bucketsOf(book),
      leases: { live: leasesOf(leases), ended: leasesOf(lost) },
      spending: { slices: slicesOf(spent), settled, lost: lostMoney },
      told: toldOf(book),
      total: record.has('total') ? toSum(numbersOf(record.get('total'))) : NO_USAGE,
    },
    days: [...record].flatMap(([field, sum]) => toDay(field, sum)),
  };
}

const EMPTY: Hash = new Map();

function toHash(flat: readonly string[]): Hash {
  const hash = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) hash.set(flat[i] ?? '', flat[i + 1] ?? '');
  return hash;
}

const numbersOf = (joined = ''): readonly number[] => (joined === '' ? [] : joined.split('|').map(Number));

function bucketsOf(book: Hash): Partial<Record<RateField, BucketState>> {
  const buckets: Partial<Record<RateField, BucketState>> = {};
  for (const field of RATE_FIELDS) {
    const [limit, periodMs, burst, whole, fraction, at] = numbersOf(book.get(`bucket:${field}`));
    if (limit === undefined || periodMs === undefined || burst === undefined) continue;
    if (whole === undefined || fraction === undefined || at === undefined) continue;
    buckets[field] = { rate: { limit, periodMs, burst }, whole, fraction, at };
  }
  return buckets;
}

/** In the order of their times. */
function leasesOf(hash: Hash): Checkpoint['leases']['live'] {
  return [...hash]
    .map(([id, joined]) => {
      const [at = 0, requests = 0, tokens = 0, nanoUsd = 0, slots = 0] = numbersOf(joined);
      return [id, at, { requests, tokens, nanoUsd, slots }] as const;
    })
    .sort(([, a], [, b]) => a - b);
}

function slicesOf(spent: Hash): Checkpoint['spending']['slices'] {
  return [...spent]
    .map(([index, joined]) => {
      const [settled = 0, lost = 0] = numbersOf(joined);
      return [Number(index), settled, lost] as const;
    })
    .sort(([a], [b]) => a - b);
}

function toldOf(book: Hash): Checkpoint['told'] {
  const told: Record<string, Checkpoint['told'][string]> = {};
  for (const [field, joined] of book) {
    if (!field.startsWith('told:')) continue;
    const [softWindow = 0, soft = -1, hardWindow = 0, hard = -1] = numbersOf(joined);
    told[field.slice('told:'.length)] = {
      soft: soft < 0 ? null : { window: softWindow, nanoUsd: soft },
      hard: hard < 0 ? null : { window: hardWindow, nanoUsd: hard },
    };
  }
  return told;
}

function toDay(field: string, joined: string): UsageDay[] {
  const [, day, model] = /^(\d+)\|(.*)$/s.exec(field) ?? [];
  if (day === undefined || model === undefined) return [];
  const date = new Date(Number(day) * 86_400_000).toISOString().slice(0, 10);
  return [{ day: date, model, ...toSum(numbersOf(joined)) }];
}

function toSum(numbers: readonly number[]): UsageSum {
  const [requests = 0, inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0] =
    numbers;
  const [reasoningTokens = 0, nanoUsd = 0, estimatedRequests = 0, unpricedRequests = 0] = numbers.slice(5);
  return {
    requests,
    inputTokens,
    outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens,
    nanoUsd,
    estimatedRequests,
    unpricedRequests,
  };
}
