/** What one isolate knows of the targets in one region, and what of it the region's Vantage was not told yet. */
import type { Region } from '../region-of.ts';
import { forgetIdlest } from './forget-idlest.ts';
import type { RegionHealth, TargetHealth } from './region-health.ts';
import { TargetRecord } from './target-record.ts';
import type { RegionPicture, StateReport, TargetReport, VantageReport } from './vantage-protocol.ts';

const MAX_TARGETS = 500;
/** What was measured longer ago is not told as if it were of now. */
const MAX_UNTOLD_MS = 60_000;

/** What the book of health adds to a report. */
export type HealthReport = Pick<VantageReport, 'measured' | 'states'>;

interface Page {
  readonly record: TargetRecord;
  /** Rises with each use. */
  usedAt: number;
}

export class RegionBook implements RegionHealth {
  readonly region: Region;
  readonly #now: () => number;
  readonly #pages = new Map<string, Page>();
  #uses = 0;
  /** When the first thing was measured that was not told; `null`: there is nothing. */
  #untoldSince: number | null = null;
  #isUrgent = false;

  constructor(region: Region, now: () => number) {
    this.region = region;
    this.#now = now;
  }

  of(target: string): TargetHealth {
    return this.#record(target);
  }

  /** A circuit opened or closed or a cooldown began, and the region does not know. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** `null`: there is nothing to tell. */
  takeReport(now: number): HealthReport | null {
    this.#dropOld(now);
    this.#untoldSince = null;
    this.#isUrgent = false;
    const measured: TargetReport[] = [];
    const states: StateReport[] = [];
    for (const { record } of this.#pages.values()) {
      const report = record.takeReport(now);
      if (report === null) continue;
      measured.push(...report.measured);
      states.push(report.state);
    }
    return states.length === 0 ? null : { measured, states };
  }

  /** It could not be delivered: it is told with the next one. */
  putBack({ measured, states }: HealthReport, now: number): void {
    this.#untoldSince ??= now;
    const byTarget = Map.groupBy(measured, ({ target }) => target);
    for (const state of states)
      this.#pages.get(state.target)?.record.putBack(byTarget.get(state.target) ?? [], state);
  }

  absorb({ targets }: Pick<RegionPicture, 'targets'>, now: number): void {
    for (const picture of targets)
      if (this.#pages.has(picture.target) || this.#pages.size < MAX_TARGETS)
        this.#record(picture.target).hear(picture, now);
  }

  #record(target: string): TargetRecord {
    const page = this.#pages.get(target) ?? this.#open(target);
    this.#uses += 1;
    page.usedAt = this.#uses;
    return page.record;
  }

  #open(target: string): Page {
    if (this.#pages.size >= MAX_TARGETS) forgetIdlest(this.#pages);
    const page = { record: new TargetRecord(target, this.#listener), usedAt: 0 };
    this.#pages.set(target, page);
    return page;
  }

  #dropOld(now: number): void {
    if (this.#untoldSince === null || now - this.#untoldSince <= MAX_UNTOLD_MS) return;
    for (const { record } of this.#pages.values()) record.forgetUntold();
  }

  readonly #listener = {
    measured: (now: number): void => {
      this.#untoldSince ??= now;
    },
    urgent: (): void => {
      this.#isUrgent = true;
    },
    now: (): number => this.#now(),
  };
}
