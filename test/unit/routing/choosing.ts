/** Routing as it is asked for one request: a document's aliases, what is known of the request, and real books of health. */
import { configSchema } from '../../../src/config/schema.ts';
import { BREAKER_DEFAULTS } from '../../../src/config/schema-routing.ts';
import type { RoutingIndex } from '../../../src/routing/alias-rules.ts';
import type { Candidate, Candidates } from '../../../src/routing/candidate.ts';
import { chooseTargets } from '../../../src/routing/choose-targets.ts';
import { compileCondition } from '../../../src/routing/conditions/compile.ts';
import { HealthBook } from '../../../src/routing/health/health-book.ts';
import type { HealthCall, TargetHealth } from '../../../src/routing/health/region-health.ts';
import { NOWHERE } from '../../../src/routing/place.ts';
import { EMPTY_SHAPE, type RequestShape } from '../../../src/routing/request-shape.ts';
import type { RoutingQuestion } from '../../../src/routing/routing-question.ts';
import { seeded } from '../../support/seeded.ts';
import { entryOf } from './support.ts';

const SCHEMA = configSchema();

export const NOW = 1_800_000_000_000;

/** A target of the provider `p`. */
export const target = (model: string, more: object = {}) => ({ provider: 'p', model, ...more });

export const FRANKFURT = { continent: 'EU', country: 'DE', colo: 'FRA' };
export const DALLAS = { continent: 'NA', country: 'US', colo: 'DFW' };

export function routingIndexOf(
  models: Record<string, object>,
  windows: [string, number][] = [],
): RoutingIndex {
  const document = SCHEMA.parse({ models });
  const conditions = Object.values(document.models).flatMap(({ targets }) =>
    targets.flatMap(({ when }) => {
      if (when === undefined) return [];
      const compiled = compileCondition(when, { headers: ['x-plan'] });
      if ('mistake' in compiled) throw new Error(compiled.mistake);
      return [[when, compiled.condition] as const];
    }),
  );
  return {
    aliases: new Map(Object.entries(document.models)),
    providers: new Map(),
    conditions: new Map(conditions),
    windows: new Map(windows),
  };
}

export interface Asked extends Partial<Omit<RoutingQuestion, 'shape'>> {
  readonly shape?: Partial<RequestShape>;
}

/** A region whose targets were never asked. */
export const newHealth = () => new HealthBook({ now: () => NOW }).in('weur');

export function questionOf({ shape, ...asked }: Asked = {}): RoutingQuestion {
  return {
    place: NOWHERE,
    now: NOW,
    random: seeded(1).next,
    keyId: 'key-1',
    endUser: null,
    project: 'default',
    metadata: {},
    header: () => null,
    wantsStream: true,
    shape: () => ({ ...EMPTY_SHAPE, ...shape }),
    costAt: () => null,
    health: newHealth(),
    blockedAt: () => null,
    ...asked,
  };
}

export const choose = (index: RoutingIndex, asked: Asked = {}, alias = 'a'): Candidates =>
  chooseTargets(alias, entryOf(index, alias), index, questionOf(asked));

/** Models in the order in which they are asked. */
export const order = (index: RoutingIndex, asked: Asked = {}, alias = 'a'): string[] =>
  choose(index, asked, alias)
    .all.filter(({ standing }) => standing !== 'no')
    .map(({ model }) => model);

export const reasonOf = ({ all }: Candidates, model: string): string | undefined =>
  all.find((candidate: Candidate) => candidate.model === model)?.reason;

/** `count` answers, each after `ms`, of which the last one ended `agoMs` ago. */
export function answered(
  health: TargetHealth,
  { ms, count = 20, agoMs = 0, kind = 'stream' }: AnsweredOptions,
): void {
  for (let call = 0; call < count; call += 1) {
    const made = health.begin('FRA', null, NOW - agoMs);
    made.answered(kind, ms, NOW - agoMs);
    made.end('success', NOW - agoMs);
  }
}

interface AnsweredOptions {
  readonly ms: number;
  readonly count?: number;
  readonly agoMs?: number;
  readonly kind?: 'stream' | 'whole';
}

/** `count` calls that failed `agoMs` ago, under a breaker with its default settings. */
export function failed(health: TargetHealth, count: number, agoMs = 0): void {
  for (let call = 0; call < count; call += 1)
    health.begin('FRA', BREAKER_DEFAULTS, NOW - agoMs).end('failure', NOW - agoMs);
}

export const underWay = (health: TargetHealth, count: number): HealthCall[] =>
  Array.from({ length: count }, () => health.begin('FRA', null, NOW));

/**
 * Whether counts fit shares (which need not sum to 1): chi-square below the bound that chance stays under 999,999 times in a
 * million. With a seed the answer is the same at every run.
 */
export function fits(counts: ReadonlyMap<string, number>, shares: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(shares);
  const sum = names.reduce((all, name) => all + (shares[name] ?? 0), 0);
  const drawn = [...counts.values()].reduce((all, count) => all + count, 0);
  if ([...counts.keys()].some((name) => !names.includes(name))) return false;
  const chiSquare = names.reduce((all, name) => {
    const expected = (drawn * (shares[name] ?? 0)) / sum;
    return all + ((counts.get(name) ?? 0) - expected) ** 2 / expected;
  }, 0);
  return chiSquare < (BOUNDS[names.length - 2] ?? 0);
}

/** For 1, 2, … degrees of freedom. */
const BOUNDS = [23.9, 27.6, 30.7, 33.4, 35.9, 38.3];

/** How often each model came first. */
export function firstOf(rounds: number, chosen: (round: number) => readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    const first = chosen(round)[0] ?? '';
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  return counts;
}
