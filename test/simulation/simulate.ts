/**
 * One run: 300 isolates in 12 regions ask for what requests need, by the real `LimitDesk`, of the real `Book`, over a
 * network that delays, loses, repeats and reorders. Isolates crash and come back, requests are killed. A referee who
 * knows nothing of leases judges what was let in.
 */
import { LimitExceeded } from '../../src/errors.ts';
import { type Grant, LimitDesk, type SettledPart } from '../../src/limits/leases/limit-desk.ts';
import { ledgerName, type Scope } from '../../src/limits/scope.ts';
import { RATE_FIELDS, type RateField, unitOf } from '../../src/limits/scope-limits.ts';
import { isNothing, NO_UNITS, type Units } from '../../src/limits/units.ts';
import { type Seeded, seeded } from '../support/seeded.ts';
import { Network } from './network.ts';
import { BucketReferee, LevelReferee, lesser } from './referee.ts';
import { contextCall, contextTimers, RequestContext } from './request-context.ts';
import { NANO_USD_PER_TOKEN, type Scenario } from './scenario.ts';
import { VirtualTime } from './virtual-time.ts';

export interface Result {
  readonly name: string;
  readonly asked: number;
  readonly admitted: number;
  readonly refused: number;
  readonly unavailable: number;
  readonly calls: number;
  /** Requests let in, of those that asked or that the tightest request limit allowed; `null` without one. */
  readonly utilisation: number | null;
  /** Waits of requests that were let in: the mean, milliseconds. */
  readonly meanWaitMs: number;
  /** Requests that were let in without any wait. */
  readonly immediate: number;
}

const STARTS_AT = Date.UTC(2026, 10, 21, 12);
const REGIONS = 12;
/** No request runs longer. */
const MAX_MS = 30_000;

interface Isolate {
  desk: LimitDesk;
  readonly latencyMs: number;
  readonly running: Set<Running>;
}

interface Running {
  readonly context: RequestContext;
  /** Of slots, for those that run. */
  release: () => void;
}

export async function simulate(scenario: Scenario): Promise<Result> {
  return new Simulation(scenario).run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #random: Seeded;
  readonly #time = new VirtualTime(STARTS_AT);
  readonly #network: Network;
  readonly #scopes: readonly Scope[];
  readonly #isolates: Isolate[] = [];
  readonly #judges: readonly ScopeJudge[];
  readonly #counts = { asked: 0, admitted: 0, refused: 0, unavailable: 0, immediate: 0, waitMs: 0 };
  /** While requests came. */
  #admittedInTime = 0;
  #isCalm = false;
  #waiting = 0;
  #ids = 0;
  /** Of requests that were neither killed nor cut off by a crash. */
  #settled = { requests: 0, nanoUsd: 0 };
  #cutOff = 0;
  #failure: unknown = null;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#random = seeded(scenario.seed);
    this.#network = new Network(this.#time, this.#random);
    const kinds = ['key', 'project'] as const;
    this.#scopes = scenario.limits.map((limits, index) => ({
      kind: kinds[index] ?? 'key',
      ledger: ledgerName(kinds[index] ?? 'key', 'simulated'),
      name: 'simulated',
      limits,
      onUnavailable: scenario.onUnavailable,
      isRecorded: true,
    }));
    this.#judges = this.#scopes.map((scope) => new ScopeJudge(scope, STARTS_AT));
    const regions = this.#random.list(REGIONS, () => this.#random.between(5, 300) / 2);
    for (let index = 0; index < scenario.isolates; index += 1)
      this.#isolates.push(this.#newIsolate(regions[index % REGIONS] ?? 1));
  }

  async run(): Promise<Result> {
    this.#planRequests();
    this.#planCrashes();
    const { lengthMs, durationMs } = this.#scenario;
    await this.#time.run(STARTS_AT + lengthMs);
    this.#isCalm = true; // from now on nothing is lost, so that everything is told
    await this.#time.run(STARTS_AT + lengthMs + durationMs[1] + 5000);
    if (this.#failure !== null) throw this.#failure;
    this.#checkThatNobodyHangs();
    const { calls } = this.#network;
    // By then the grants of killed requests have expired, and the leases of dead isolates ended. Nobody asks for it.
    await this.#time.run(this.#time.now() + MAX_MS + 120_000);
    this.#checkBooks();
    const { asked, admitted, refused, unavailable, immediate, waitMs } = this.#counts;
    return {
      name: this.#scenario.name,
      asked,
      admitted,
      refused,
      unavailable,
      calls,
      utilisation: this.#utilisation(),
      meanWaitMs: admitted === 0 ? 0 : waitMs / admitted,
      immediate,
    };
  }

  #newIsolate(latencyMs: number): Isolate {
    const { loss, repeats, rejections } = this.#scenario;
    const random = this.#random;
    const rough = {
      latencyMs: () => latencyMs * (0.7 + 0.8 * random.next() ** 3),
      loss,
      repeats,
      rejections,
    };
    const calm = { ...rough, loss: 0, repeats: 0, rejections: 0 };
    const call = this.#network.from(() => (this.#isCalm ? calm : rough));
    return { desk: this.#newDesk(call), latencyMs, running: new Set() };
  }

  #newDesk(call: ReturnType<Network['from']>): LimitDesk {
    return new LimitDesk({
      store: { call: contextCall(call) },
      now: this.#time.now,
      newId: () => {
        this.#ids += 1;
        return `id-${this.#ids}`;
      },
      timers: contextTimers(this.#time),
    });
  }

  #planRequests(): void {
    const { rate, lengthMs, isBursty } = this.#scenario;
    const random = this.#random;
    const pick = this.#picker();
    for (let at = 0; ; ) {
      at += (-Math.log(1 - random.next()) * 1000) / rate;
      if (at >= lengthMs) return;
      const comesAt = isBursty ? Math.floor(at / 4000) * 4000 + random.between(0, 200) : at;
      const isolate = pick();
      // Whole milliseconds, as the platform's clock tells.
      this.#time.after(Math.floor(comesAt), () => this.#begin(isolate));
    }
  }

  /** Isolates by how busy they are. */
  #picker(): () => Isolate {
    const { skew } = this.#scenario;
    const weights = this.#isolates.map((_, index) => {
      if (skew === 'even') return 1;
      return skew === 'zipf' ? 1 / (index + 1) : index === 0 ? this.#isolates.length : 0.5;
    });
    const sums: number[] = [];
    for (const weight of weights) sums.push((sums.at(-1) ?? 0) + weight);
    const all = sums.at(-1) ?? 0;
    return () => {
      const at = this.#random.next() * all;
      let low = 0;
      let high = sums.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((sums[middle] ?? 0) > at) high = middle;
        else low = middle + 1;
      }
      return this.#isolates[low] as Isolate; // within the list
    };
  }

  #planCrashes(): void {
    const { crashes, lengthMs, isolates } = this.#scenario;
    const count = Math.round(crashes * isolates * (lengthMs / 1000));
    for (let crash = 0; crash < count; crash += 1)
      this.#time.after(this.#random.between(0, lengthMs), () =>
        this.#crash(this.#random.between(0, isolates - 1)),
      );
  }

  /** All that was in memory is gone, and so are the requests. A fresh isolate takes its place. */
  #crash(index: number): void {
    const isolate = this.#isolates[index];
    if (isolate === undefined) return;
    for (const running of isolate.running) {
      running.context.kill();
      running.release();
      this.#cutOff += 1;
    }
    isolate.running.clear();
    isolate.desk = this.#newIsolate(isolate.latencyMs).desk;
    // The old desk is reached by no request any more; its timers belong to those that were killed.
  }

  #begin(isolate: Isolate): void {
    const context = new RequestContext();
    const running: Running = { context, release: () => undefined };
    isolate.running.add(running);
    void context
      .run(() => this.#request(isolate, running))
      .catch((error: unknown) => {
        this.#failure ??= error;
      });
  }

  async #request(isolate: Isolate, running: Running): Promise<void> {
    const { reservedTokens, usedPart, durationMs, kills } = this.#scenario;
    const random = this.#random;
    const time = this.#time;
    const tokens = random.between(...reservedTokens);
    const units = { requests: 1, tokens, nanoUsd: tokens * NANO_USD_PER_TOKEN, slots: 1 };
    const part = usedPart[0] + random.next() * (usedPart[1] - usedPart[0]);
    const lastsMs = durationMs[0] + Math.floor(random.next() ** 2 * (durationMs[1] - durationMs[0]));
    const killedAfterMs = random.chance(kills) ? random.next() * lastsMs * 1.2 : null;
    if (killedAfterMs !== null) time.after(killedAfterMs, () => this.#kill(isolate, running));
    const requestId = `request-${this.#counts.asked}`;
    this.#counts.asked += 1;
    const cameAt = time.now();
    const grant = await this.#reserve(isolate, running, { requestId, units });
    if (grant === null) {
      isolate.running.delete(running);
      return;
    }
    const now = time.now();
    this.#counts.admitted += 1;
    if (now - STARTS_AT < this.#scenario.lengthMs) this.#admittedInTime += 1;
    this.#counts.waitMs += now - cameAt;
    if (now === cameAt) this.#counts.immediate += 1;
    const used = { ...NO_UNITS, tokens: Math.round(tokens * part), requests: 1 };
    const cost = { ...used, nanoUsd: used.tokens * NANO_USD_PER_TOKEN };
    for (const judge of this.#judges)
      judge.admit(killedAfterMs === null ? lesser(units, { ...cost, slots: 1 }) : units, now);
    running.release = () => {
      for (const judge of this.#judges) judge.end();
    };
    for (let leftMs = lastsMs; leftMs > 0; leftMs -= 10_000) {
      await this.#sleep(Math.min(leftMs, 10_000));
      grant.touch();
    }
    running.release();
    isolate.running.delete(running);
    this.#settled.requests += 1;
    this.#settled.nanoUsd += cost.nanoUsd;
    grant.settle([toPart(cost)]);
  }

  async #reserve(
    isolate: Isolate,
    running: Running,
    { requestId, units }: { requestId: string; units: Units },
  ): Promise<Grant | null> {
    this.#waiting += 1;
    running.release = () => {
      this.#waiting -= 1;
    };
    try {
      const ask = { requestId, scopes: this.#scopes, units, isBounded: true, alerts: null, maxMs: MAX_MS };
      const grant = isolate.desk.reserve(ask, running.context.work);
      return grant instanceof Promise ? await grant : grant;
    } catch (error) {
      if (error instanceof LimitExceeded) this.#counts.refused += 1;
      else this.#counts.unavailable += 1;
      return null;
    } finally {
      running.release();
      running.release = () => undefined;
    }
  }

  #sleep(ms: number): Promise<void> {
    const { set } = contextTimers(this.#time);
    return new Promise((resolve) => {
      set(resolve, ms);
    });
  }

  #kill(isolate: Isolate, running: Running): void {
    if (!isolate.running.delete(running)) return;
    running.context.kill();
    running.release();
    this.#cutOff += 1;
  }

  #checkThatNobodyHangs(): void {
    if (this.#waiting > 0) throw new Error(`${this.#waiting} requests wait for ever`);
  }

  /** Afterwards nothing is held, and what is recorded is what was settled; of those cut off, some or none. */
  #checkBooks(): void {
    for (const { ledger, limits } of this.#scopes) {
      const book = this.#network.bookOf(ledger);
      const { held, total, budgets } = book.usage({ limits }, this.#time.now());
      if (!isNothing(held)) throw new Error(`${ledger} still holds ${JSON.stringify(held)}`);
      const lost = budgets.find(({ estimatedNanoUsd }) => estimatedNanoUsd !== 0);
      if (lost !== undefined && this.#cutOff === 0)
        throw new Error(
          `${ledger}: ${lost.estimatedNanoUsd} of ${lost.id} were lost, though nobody was cut off`,
        );
      const { requests, nanoUsd } = this.#settled;
      const isExact = total.requests === requests && total.nanoUsd === nanoUsd;
      const isPossible = total.requests <= requests + this.#cutOff;
      if (this.#cutOff === 0 ? !isExact : !isPossible)
        throw new Error(
          `${ledger} recorded ${total.requests} requests and ${total.nanoUsd}, where ${requests} and ${nanoUsd} were settled and ${this.#cutOff} cut off`,
        );
    }
  }

  #utilisation(): number | null {
    const { lengthMs } = this.#scenario;
    const possible = this.#scopes.flatMap(({ limits: { rates } }) => {
      const rate = rates.requests_per_minute;
      return rate === null ? [] : [rate.burst + (lengthMs / rate.periodMs) * rate.limit];
    });
    if (possible.length === 0) return null;
    return this.#admittedInTime / Math.min(this.#counts.asked, ...possible);
  }
}

/** Judges one scope. */
class ScopeJudge {
  readonly #buckets: readonly { readonly field: RateField; readonly referee: BucketReferee }[];
  readonly #slots: LevelReferee | null;
  readonly #budgets: readonly LevelReferee[];

  constructor({ ledger, limits }: Scope, now: number) {
    this.#buckets = RATE_FIELDS.flatMap((field) => {
      const rate = limits.rates[field];
      return rate === null ? [] : [{ field, referee: new BucketReferee(`${ledger} ${field}`, rate, now) }];
    });
    const { concurrency, budgets } = limits;
    this.#slots = concurrency === null ? null : new LevelReferee(`${ledger} concurrency`, concurrency);
    this.#budgets = budgets.map(({ id, nanoUsd }) => new LevelReferee(`${ledger} budget ${id}`, nanoUsd));
  }

  /** `units`: what was reserved and will be used, which nothing gives back. */
  admit(units: Units, now: number): void {
    for (const { field, referee } of this.#buckets) referee.admit(units[unitOf(field)], now);
    for (const budget of this.#budgets) budget.change(units.nanoUsd);
    this.#slots?.change(1);
  }

  end(): void {
    this.#slots?.change(-1);
  }
}

const toPart = (used: Units): SettledPart => ({
  used,
  consumption: {
    model: 'simulated/model',
    inputTokens: used.tokens,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    isEstimated: false,
    isUnpriced: false,
  },
});
