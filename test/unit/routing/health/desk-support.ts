/** An isolate with a desk: its books, a clock that the test turns, and what it does behind requests. */
import { CredentialBook } from '../../../../src/routing/health/credential-book.ts';
import { HealthBook } from '../../../../src/routing/health/health-book.ts';
import { RetryBudget } from '../../../../src/routing/health/retry-budget.ts';
import { VantageDesk } from '../../../../src/routing/health/vantage-desk.ts';
import type {
  RegionPicture,
  VantageReport,
  VantageStub,
} from '../../../../src/routing/health/vantage-protocol.ts';
import { NOON } from './reports.ts';

export class TestIsolate {
  readonly clock: { now: number };
  readonly health: HealthBook;
  readonly credentials = new CredentialBook();
  readonly budget: RetryBudget;
  readonly desk: VantageDesk;
  readonly lines: object[] = [];
  readonly #pending = new Set<Promise<unknown>>();
  #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  /** `vantage`: `null` where none are bound. */
  constructor(isolate: string, vantage: () => VantageStub | null, clock = { now: NOON }) {
    this.clock = clock;
    const now = () => clock.now;
    this.health = new HealthBook({ now });
    this.budget = new RetryBudget({ now });
    const { health, credentials, budget } = this;
    this.desk = new VantageDesk({
      vantages: vantage,
      health,
      credentials,
      budget,
      isolate,
      now,
      sleep: (ms) =>
        new Promise((wake) => {
          this.#sleepers.push({ until: clock.now + ms, wake });
        }),
      log: (line) => this.lines.push(line),
    });
  }

  /** A request begins; what goes on behind it is not waited for. */
  touch(): void {
    this.desk.touch('weur', (work) => {
      this.#pending.add(work);
      void work.finally(() => this.#pending.delete(work));
    });
  }

  /** Begins a request and waits for what goes on behind it, but for what sleeps. */
  async sync(): Promise<void> {
    this.touch();
    await this.settled();
  }

  /** Everything that does not sleep is done. */
  async settled(): Promise<void> {
    while (this.#pending.size > this.#sleepers.length) await Promise.race(this.#pending);
  }

  /** How much goes on behind requests, what sleeps included. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Time passes, and those wake whose time has come. */
  async pass(ms: number): Promise<void> {
    this.clock.now += ms;
    this.wake();
    await this.settled();
  }

  wake(): void {
    const due = this.#sleepers.filter(({ until }) => until <= this.clock.now);
    this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper));
    for (const { wake } of due) wake();
  }

  /** A stream whose first content comes after `ms`. */
  answered(target: string, ms = 200): void {
    const call = this.health
      .in('weur')
      .of(target)
      .begin('FRA', null, this.clock.now - ms);
    call.answered('stream', ms, this.clock.now);
    call.end('success', this.clock.now);
  }

  of(target: string) {
    return this.health.in('weur').of(target);
  }
}

/** A Vantage that answers as the test says, and remembers what it was told. */
export class ScriptedVantage implements VantageStub {
  readonly told: VantageReport[] = [];
  answer: () => Promise<unknown> = async () => ({ at: NOON, targets: [], credentials: [], aliases: [] });

  async sync(report: VantageReport): Promise<RegionPicture> {
    this.told.push(report);
    return (await this.answer()) as RegionPicture; // or whatever another version says
  }

  view(): Promise<never> {
    return Promise.reject(new Error('nobody asks here'));
  }
}
