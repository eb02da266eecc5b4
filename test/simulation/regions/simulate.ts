/**
 * Open-loop traffic of twelve data centres, routed by the gateway's own parts: strategy, books, desks and Vantages, on a
 * clock of its own. An oracle knows every median at every moment, and how much later than its choice the first token is
 * to be expected is the regret.
 */
import { configSchema } from '../../../src/config/schema.ts';
import { chooseTargets } from '../../../src/routing/choose-targets.ts';
import { RegionState } from '../../../src/routing/health/region-state.ts';
import { REGIONS, type Region } from '../../../src/routing/region-of.ts';
import { EMPTY_SHAPE } from '../../../src/routing/request-shape.ts';
import type { RoutingQuestion } from '../../../src/routing/routing-question.ts';
import { type Seeded, seeded } from '../../support/seeded.ts';
import { VirtualTime } from '../virtual-time.ts';
import { createIsolate, type Isolate } from './isolate.ts';
import { COLOS, type Colo } from './places.ts';
import { TARGETS, type TargetName, Weather } from './weather.ts';

/** 2026-11-21. */
const STARTS_AT = 1_795_262_400_000;
const LASTS_MS = 30 * 60_000;
const WARM_UP_MS = 120_000;
const MAX_ISOLATES = 3;

const ALIAS = 'fast';
const { models } = configSchema().parse({
  models: {
    [ALIAS]: {
      strategy: 'latency',
      targets: TARGETS.map((name) => {
        const [provider, model] = name.split('/');
        return { provider, model };
      }),
    },
  },
});
const INDEX = { aliases: new Map(), providers: new Map(), conditions: new Map(), windows: new Map() };

export interface RegionResult {
  readonly region: Region;
  requests: number;
  explored: number;
  /** The target that was asked first was slower than the best by a tenth or more. */
  worse: number;
  /** Nobody answered. */
  failed: number;
  /** Sums over all requests, in milliseconds. */
  expectedMs: number;
  oracleMs: number;
}

export async function simulate(seed: number): Promise<readonly RegionResult[]> {
  const run = new Run(seeded(seed));
  await run.toTheEnd();
  return run.results();
}

class Run {
  readonly #time = new VirtualTime(STARTS_AT);
  readonly #random: Seeded;
  readonly #weather: Weather;
  readonly #vantages = new Map(
    REGIONS.map((region) => [region, new RegionState(region, undefined, STARTS_AT)]),
  );
  readonly #isolates = new Map<string, Isolate[]>();
  readonly #results = new Map<Region, RegionResult>();
  #made = 0;
  #isOver = false;

  constructor(random: Seeded) {
    this.#random = random;
    this.#weather = new Weather(random, STARTS_AT, LASTS_MS);
  }

  async toTheEnd(): Promise<void> {
    for (const colo of COLOS) {
      const { region } = colo;
      const nothing = { requests: 0, explored: 0, worse: 0, failed: 0, expectedMs: 0, oracleMs: 0 };
      this.#results.set(region, { region, ...nothing });
      this.#isolates.set(colo.name, []);
      this.#populate(colo);
      this.#arrive(colo);
    }
    await this.#time.run(STARTS_AT + LASTS_MS);
    this.#isOver = true;
    await this.#time.run();
  }

  results(): readonly RegionResult[] {
    return [...this.#results.values()];
  }

  /** From one to three isolates; each of them goes sooner or later, and others come. */
  #populate(colo: Colo): void {
    const isolates = this.#isolates.get(colo.name) ?? [];
    const wanted = this.#random.between(1, MAX_ISOLATES);
    while (isolates.length < wanted) isolates.push(this.#newIsolate(colo));
    while (isolates.length > wanted) isolates.shift();
    this.#time.after(this.#random.between(30_000, 180_000), () => {
      if (this.#isOver) return;
      isolates.shift();
      this.#populate(colo);
    });
  }

  #newIsolate({ region }: Colo): Isolate {
    const vantage = this.#vantages.get(region);
    if (vantage === undefined) throw new Error(`there is no region ${region}`);
    this.#made += 1;
    return createIsolate(`isolate ${this.#made}`, vantage, this.#time, () => this.#random.between(5, 40));
  }

  #arrive(colo: Colo): void {
    this.#time.after((-1000 * Math.log(1 - this.#random.next())) / colo.rate, () => {
      if (this.#isOver) return;
      this.#request(colo, this.#random.pick(this.#isolates.get(colo.name) ?? []));
      this.#arrive(colo);
    });
  }

  #request(colo: Colo, isolate: Isolate): void {
    const { region } = colo;
    const now = this.#time.now();
    isolate.desk.touch(region, () => undefined);
    const entry = models[ALIAS];
    if (entry === undefined) throw new Error('the alias is missing');
    const { all } = chooseTargets(ALIAS, entry, INDEX, this.#question(colo, isolate));
    const targets = all.map(({ provider, model }) => TARGETS.find((name) => name === `${provider}/${model}`));
    const medianOf = (target: TargetName) => this.#weather.median(region, colo.name, target, now);
    const best = Math.min(...TARGETS.map(medianOf));
    if (now >= STARTS_AT + WARM_UP_MS && best !== Number.POSITIVE_INFINITY) {
      const result = this.#resultOf(region);
      const [first] = targets;
      result.requests += 1;
      result.oracleMs += best;
      if (all[0]?.reason.includes('explored')) result.explored += 1;
      if (first !== undefined && medianOf(first) > 1.1 * best) result.worse += 1;
    }
    this.#attempt(
      {
        colo,
        isolate,
        lostMs: 0,
        isCounted: now >= STARTS_AT + WARM_UP_MS && best !== Number.POSITIVE_INFINITY,
      },
      targets,
    );
  }

  #attempt(request: Request, [target, ...others]: readonly (TargetName | undefined)[]): void {
    const { colo, isolate, isCounted } = request;
    const { region, name } = colo;
    const result = this.#resultOf(region);
    if (target === undefined) {
      if (isCounted) result.failed += 1;
      return;
    }
    const now = this.#time.now();
    const { breaker = null } = models[ALIAS] ?? {};
    const call = isolate.health.in(region).of(target).begin(name, breaker, now);
    const answer = this.#weather.call(region, name, target, now);
    if (answer.kind === 'failed') {
      this.#time.after(answer.ms, () => {
        call.end('failure', this.#time.now());
        this.#attempt({ ...request, lostMs: request.lostMs + answer.ms }, others);
      });
      return;
    }
    if (isCounted) result.expectedMs += request.lostMs + this.#weather.median(region, name, target, now);
    this.#time.after(answer.firstTokenMs, () =>
      call.answered('stream', answer.firstTokenMs, this.#time.now()),
    );
    this.#time.after(answer.totalMs, () => {
      call.end('success', this.#time.now());
      isolate.desk.touch(region, () => undefined);
    });
  }

  #question({ place, region }: Colo, isolate: Isolate): RoutingQuestion {
    return {
      place,
      now: this.#time.now(),
      random: () => this.#random.next(),
      keyId: 'key',
      endUser: null,
      project: 'default',
      metadata: {},
      header: () => null,
      wantsStream: true,
      shape: () => EMPTY_SHAPE,
      costAt: () => null,
      health: isolate.health.in(region),
      blockedAt: () => null,
    };
  }

  #resultOf(region: Region): RegionResult {
    const result = this.#results.get(region);
    if (result === undefined) throw new Error(`there is no region ${region}`);
    return result;
  }
}

interface Request {
  readonly colo: Colo;
  readonly isolate: Isolate;
  /** In attempts that failed. */
  readonly lostMs: number;
  readonly isCounted: boolean;
}
