/** Whether units can be drawn, how many beyond the need, and what is told of what is left. Changes nothing. */
import type { BucketRoom, Draw, Refusal, Room } from '../ledger-protocol.ts';
import { limitedUnits, RATE_FIELDS, type RateField, type ScopeLimits, unitOf } from '../scope-limits.ts';
import { NO_UNITS, type Units } from '../units.ts';
import type { Bucket } from './bucket.ts';
import { type Budgets, waitOf } from './budgets.ts';
import { isScarce, type Supply, sliceBeyondNeed } from './slices.ts';

/** What decides. Buckets are refilled to `now`. */
export interface Desk {
  readonly now: number;
  readonly limits: ScopeLimits;
  readonly buckets: Readonly<Partial<Record<RateField, Bucket>>>;
  readonly budgets: Budgets;
  readonly held: Units;
  /** When a draw was refused last. */
  readonly refusedAt: number;
}

export interface Decision {
  readonly drawn: Units;
  readonly refusal: Refusal | null;
}

/** Best guess until a slot is free: requests end at any time. */
const SLOT_MS = 1000;
/** So long after a refusal, isolates are asked to keep nothing that they do not need. */
const REFUSED_LATELY_MS = 3000;

/** All that is needed or nothing, and of what is wanted beyond it what others can spare. Units without a limit are not given. */
export function decide(desk: Desk, { need, want }: Draw): Decision {
  const limited = limitedUnits(desk.limits);
  const only = (units: Units): Units => ({
    requests: limited.requests ? units.requests : 0,
    tokens: limited.tokens ? units.tokens : 0,
    nanoUsd: limited.nanoUsd ? units.nanoUsd : 0,
    slots: limited.slots ? units.slots : 0,
  });
  const needed = only(need);
  const refusal = refuse(desk, needed);
  if (refusal !== null) return { drawn: NO_UNITS, refusal };
  const wanted = only(want);
  const give = (unit: keyof Units) => {
    const beyond = wanted[unit] - needed[unit];
    return needed[unit] + (beyond > 0 ? sliceBeyondNeed(beyond, suppliesOf(desk, unit, needed[unit])) : 0);
  };
  const drawn = {
    requests: give('requests'),
    tokens: give('tokens'),
    nanoUsd: give('nanoUsd'),
    slots: give('slots'),
  };
  return { drawn, refusal: null };
}

/** Little is left of something, or somebody was refused a moment ago. */
export function tightness(desk: Desk): boolean {
  if (desk.now - desk.refusedAt < REFUSED_LATELY_MS) return true;
  return UNITS.some((unit) => suppliesOf(desk, unit, 0).some(isScarce));
}

export function roomOf({ rates }: ScopeLimits, buckets: Desk['buckets']): Room {
  const of = (field: RateField): BucketRoom | null => {
    const bucket = buckets[field];
    if (rates[field] === null || bucket === undefined) return null;
    const { limit, burst } = bucket.rate;
    return { limit, remaining: Math.max(0, bucket.level), resetMs: bucket.msUntil(burst) };
  };
  return { requests: of('requests_per_minute'), tokens: of('tokens_per_minute') };
}

const UNITS = ['requests', 'tokens', 'nanoUsd', 'slots'] as const;

/** Of the limits that cannot meet the need, the one that will be ready last. */
function refuse(desk: Desk, need: Units): Refusal | null {
  let tightest: Refusal | null = null;
  for (const refusal of refusals(desk, need))
    if (tightest === null || waitOf(refusal) > waitOf(tightest)) tightest = refusal;
  return tightest;
}

function* refusals({ limits, buckets, budgets, held, now }: Desk, need: Units): Generator<Refusal> {
  for (const field of RATE_FIELDS) {
    const bucket = buckets[field];
    const needed = need[unitOf(field)];
    if (limits.rates[field] === null || bucket === undefined || needed <= 0 || bucket.level >= needed)
      continue;
    const { limit, burst } = bucket.rate;
    yield {
      field,
      limit,
      remaining: Math.max(0, bucket.level),
      needed,
      retryAfterMs: needed > burst ? null : bucket.msUntil(needed),
    };
  }
  const { concurrency } = limits;
  if (concurrency !== null && need.slots > 0 && held.slots + need.slots > concurrency)
    yield {
      field: 'concurrency',
      limit: concurrency,
      remaining: Math.max(0, concurrency - held.slots),
      needed: need.slots,
      retryAfterMs: need.slots > concurrency ? null : SLOT_MS,
    };
  const shortage = budgets.shortage(need.nanoUsd, held.nanoUsd, now);
  if (shortage !== null)
    yield {
      field: 'budgets',
      limit: shortage.budget.nanoUsd,
      remaining: shortage.remaining,
      needed: need.nanoUsd,
      retryAfterMs: shortage.retryAfterMs,
      window: shortage.budget.window,
    };
}

/** What each limit of a unit leaves, with `taken` taken off. */
function suppliesOf(
  { limits, buckets, budgets, held, now }: Desk,
  unit: keyof Units,
  taken: number,
): Supply[] {
  if (unit === 'nanoUsd')
    return budgets
      .supplies(held.nanoUsd, now)
      .map(({ capacity, left }) => ({ unit: 'money', capacity, left: left - taken }));
  if (unit === 'slots') {
    const { concurrency } = limits;
    return concurrency === null
      ? []
      : [{ unit: 'slots', capacity: concurrency, left: concurrency - held.slots - taken }];
  }
  return RATE_FIELDS.flatMap((field): Supply[] => {
    const bucket = buckets[field];
    if (unitOf(field) !== unit || limits.rates[field] === null || bucket === undefined) return [];
    return [{ unit: 'rate', capacity: bucket.rate.burst, left: bucket.level - taken }];
  });
}
