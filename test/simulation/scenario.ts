/** What one run of the simulation is about, chosen by its seed. */
import { type ScopeLimits, toScopeLimits } from '../../src/limits/scope-limits.ts';
import { type Seeded, seeded } from '../support/seeded.ts';

export type Skew = 'even' | 'zipf' | 'hot';

export interface Scenario {
  readonly seed: number;
  readonly name: string;
  readonly isolates: number;
  /** How long requests come, milliseconds. */
  readonly lengthMs: number;
  /** Requests a second, all isolates together. */
  readonly rate: number;
  readonly skew: Skew;
  /** All requests of a few seconds come at their beginning. */
  readonly isBursty: boolean;
  /** Of the key, and of its project where there is a second scope. */
  readonly limits: readonly ScopeLimits[];
  readonly onUnavailable: 'open' | 'closed';
  /** Reserved for a request: tokens. */
  readonly reservedTokens: readonly [number, number];
  /** What requests really use, as a part of what was reserved. */
  readonly usedPart: readonly [number, number];
  readonly durationMs: readonly [number, number];
  readonly loss: number;
  readonly repeats: number;
  readonly rejections: number;
  /** Messages that take seconds. */
  readonly delays: number;
  /** Isolates that die in a second, of all. */
  readonly crashes: number;
  /** Requests that are killed before they settle. */
  readonly kills: number;
}

export const NANO_USD_PER_TOKEN = 1000;

/** Most runs are short and different; one in a hundred looks at a busy key for longer. */
export function scenarioOf(seed: number): Scenario {
  const random = seeded(seed * 2_654_435_761);
  const at = seed % 100;
  if (at === 1) return busy(seed, random, 'even');
  if (at === 2) return busy(seed, random, 'zipf');
  if (at === 3) return crowded(seed, random, 'even');
  if (at === 4) return crowded(seed, random, 'zipf');
  if (at === 5) return crowded(seed, random, 'hot');
  return anything(seed, random);
}

const CALM = { loss: 0.001, repeats: 0.001, rejections: 0, delays: 0, crashes: 0.0002, kills: 0.001 };

/** A busy key below its limits: what does it cost in calls? */
function busy(seed: number, random: Seeded, skew: Skew): Scenario {
  const rate = 5000;
  return {
    seed,
    name: `busy ${skew}`,
    isolates: 300,
    lengthMs: 18_000,
    rate,
    skew,
    isBursty: false,
    limits: [
      toScopeLimits({ requests_per_minute: rate * 60 * 1.25, tokens_per_minute: rate * 60 * 800 * 1.25 }),
    ],
    onUnavailable: 'closed',
    reservedTokens: [400, 1200],
    usedPart: [0.3, 1],
    durationMs: [200, 3000],
    ...CALM,
    loss: random.next() * 0.002,
  };
}

/** More demand than there is: how much of what there is can be used? */
function crowded(seed: number, random: Seeded, skew: Skew): Scenario {
  const limit = 12_000;
  return {
    seed,
    name: `crowded ${skew}`,
    isolates: 300,
    lengthMs: 40_000,
    rate: (limit / 60) * (1.4 + random.next() * 0.6),
    skew,
    isBursty: false,
    limits: [toScopeLimits({ requests_per_minute: limit, burst_requests: 300 })],
    onUnavailable: 'closed',
    reservedTokens: [400, 1200],
    usedPart: [0.3, 1],
    durationMs: [200, 3000],
    ...CALM,
  };
}

function anything(seed: number, random: Seeded): Scenario {
  const rate = random.pick([2, 20, 60, 120]);
  const lengthMs = 1000 * random.between(10, 25);
  const part = random.pick([0.3, 0.8, 1.5, 3]);
  const tokens = random.between(50, 1000);
  const fields = (tightness: number) => {
    const limit = Math.max(1, Math.round(rate * 60 * part * tightness));
    return {
      ...(random.chance(0.7) ? { requests_per_minute: limit } : {}),
      ...(random.chance(0.5)
        ? { burst_requests: Math.max(1, Math.round(limit / random.between(1, 60))) }
        : {}),
      ...(random.chance(0.5) ? tokenLimit(random, limit * tokens, tokens) : {}),
      ...(random.chance(0.4) ? { concurrency: Math.max(1, Math.round(rate * random.next() * 3)) } : {}),
      ...(random.chance(0.4) ? { budgets: [budget(random, rate * (lengthMs / 1000) * tokens * part)] } : {}),
    };
  };
  const isRough = random.chance(0.6);
  // Where nobody is cut off, every unit and every cent is looked for afterwards.
  const isDeadly = isRough && random.chance(0.5);
  return {
    seed,
    name: 'anything',
    isolates: 300,
    lengthMs,
    rate,
    skew: random.pick(['even', 'zipf', 'hot']),
    isBursty: random.chance(0.3),
    limits: random.chance(0.3)
      ? [toScopeLimits(fields(1)), toScopeLimits(fields(1.3))]
      : [toScopeLimits(fields(1))],
    onUnavailable: 'closed',
    reservedTokens: [1, 2 * tokens],
    usedPart: random.pick([
      [0, 1],
      [0.8, 1],
      [0, 1.5],
    ]),
    durationMs: [50, random.pick([500, 5000, 20_000])],
    loss: isRough ? random.next() * 0.1 : 0,
    repeats: isRough ? random.next() * 0.1 : 0,
    rejections: isRough ? random.next() * 0.05 : 0,
    crashes: isDeadly ? random.next() * 0.01 : 0,
    kills: isDeadly ? random.next() * 0.05 : 0,
    delays: isRough ? random.next() * 0.05 : 0,
  };
}

function tokenLimit(random: Seeded, limit: number, tokens: number) {
  const tokensPerMinute = Math.ceil(limit * random.pick([0.2, 1]));
  return { tokens_per_minute: tokensPerMinute, burst_tokens: 4 * tokens + Math.round(tokensPerMinute / 20) };
}

function budget(random: Seeded, tokens: number) {
  const usd = Math.max(1e-4, (tokens * NANO_USD_PER_TOKEN * (0.2 + random.next())) / 1e9);
  return random.chance(0.5)
    ? { usd, window: 'total' as const }
    : { usd, window: 'day' as const, rolling: true };
}
