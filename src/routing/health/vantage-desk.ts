/**
 * All traffic of one isolate with the Vantages: tells what was learnt here and takes the region's picture in return. It runs
 * behind requests, which never wait for it; while a Vantage cannot be reached, the isolate goes on with what it knows.
 */
import { withTimeout } from '../../with-timeout.ts';
import type { Region } from '../region-of.ts';
import type { CredentialBook } from './credential-book.ts';
import type { HealthBook } from './health-book.ts';
import { readPicture } from './read-told.ts';
import type { HealthReport } from './region-book.ts';
import type { Vantages } from './region-views.ts';
import type { RetryBudget } from './retry-budget.ts';
import { CALL_MS, SYNC_MS, VantageLine } from './vantage-line.ts';
import type { RegionPicture, VantageReport } from './vantage-protocol.ts';

const MAX_REASON_CHARACTERS = 300;
/** Until a call that is under way is over. */
const POLL_MS = 200;
const NOTHING: HealthReport = { measured: [], states: [] };

export interface VantageDeskOptions {
  /** A stub for each call, because one that failed once may stay broken. */
  readonly vantages: Vantages;
  readonly health: Pick<HealthBook, 'isUrgent' | 'takeReport' | 'putBack' | 'absorb'>;
  readonly credentials: Pick<CredentialBook, 'isUrgent' | 'takeReport' | 'putBack' | 'absorb'>;
  readonly budget: Pick<RetryBudget, 'takeReport' | 'putBack' | 'absorb'>;
  /** Unlike that of any other isolate. */
  readonly isolate: string;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: (line: object) => void;
}

type WaitUntil = (work: Promise<unknown>) => void;

export class VantageDesk {
  readonly #options: VantageDeskOptions;
  readonly #lines = new Map<Region, VantageLine>();

  constructor(options: VantageDeskOptions) {
    this.#options = options;
  }

  /**
   * A request of that region begins, or is over. Cheap while nothing is due; what is due goes to `waitUntil`. An isolate's first
   * request asks for the picture at once.
   */
  touch(region: Region, waitUntil: WaitUntil): void {
    const line = this.#line(region);
    const now = this.#options.now();
    const isBusy = line.isBusy(now);
    const dueInMs = line.dueAt(this.#isUrgent(region)) - now;
    if (dueInMs <= 0 && !isBusy) {
      waitUntil(this.#sync(region, line));
      return;
    }
    // Else what this request leaves behind would wait for the next one.
    const waitMs = Math.max(dueInMs, isBusy ? POLL_MS : 0);
    if (waitMs <= SYNC_MS && line.mayWaitUntil(now + waitMs, now))
      waitUntil(this.#syncLater(region, line, waitMs));
  }

  #line(region: Region): VantageLine {
    const known = this.#lines.get(region);
    if (known !== undefined) return known;
    const line = new VantageLine();
    this.#lines.set(region, line);
    return line;
  }

  #isUrgent(region: Region): boolean {
    const { health, credentials } = this.#options;
    return credentials.isUrgent || health.isUrgent(region);
  }

  async #syncLater(region: Region, line: VantageLine, ms: number): Promise<void> {
    const { sleep, now } = this.#options;
    await sleep(ms);
    while (line.isBusy(now())) await sleep(POLL_MS);
    if (now() >= line.dueAt(this.#isUrgent(region))) await this.#sync(region, line);
  }

  /** Never rejects. */
  async #sync(region: Region, line: VantageLine): Promise<void> {
    const { vantages, isolate, log } = this.#options;
    line.start(this.#options.now());
    const report = this.#takeReport(region, isolate);
    try {
      const vantage = vantages(region);
      if (vantage === null) return line.succeed();
      const told = await withTimeout(vantage.sync(report), CALL_MS);
      line.succeed();
      this.#absorb(region, readPicture(told, this.#options.now()));
    } catch (error) {
      if (!line.isFailing) log({ type: 'vantage_unreachable', region, reason: toReason(error) });
      line.fail();
      this.#putBack(region, report);
    }
  }

  #takeReport(region: Region, isolate: string): VantageReport {
    const { health, credentials, budget, now } = this.#options;
    return {
      isolate,
      ...(health.takeReport(region, now()) ?? NOTHING),
      credentials: credentials.takeReport(),
      aliases: budget.takeReport(),
    };
  }

  #putBack(region: Region, report: VantageReport): void {
    const { health, credentials, budget, now } = this.#options;
    health.putBack(region, report, now());
    credentials.putBack(report.credentials);
    budget.putBack(report.aliases);
  }

  #absorb(region: Region, picture: RegionPicture): void {
    const { health, credentials, budget, now } = this.#options;
    health.absorb(region, picture, now());
    credentials.absorb(picture.credentials);
    budget.absorb(picture.aliases);
  }
}

const toReason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON_CHARACTERS);
