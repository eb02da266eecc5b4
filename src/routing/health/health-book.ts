/**
 * What one isolate knows of its targets' health, by region. It outlives configurations: how a target is doing does not depend
 * on the document that names it.
 */
import type { Region } from '../region-of.ts';
import { type HealthReport, RegionBook } from './region-book.ts';
import type { RegionHealth } from './region-health.ts';
import type { RegionPicture } from './vantage-protocol.ts';

export class HealthBook {
  readonly #now: () => number;
  readonly #regions = new Map<Region, RegionBook>();

  constructor({ now }: { now: () => number }) {
    this.#now = now;
  }

  in(region: Region): RegionHealth {
    return this.#book(region);
  }

  /** A circuit opened or closed or a cooldown began there, and the region's Vantage was not told. */
  isUrgent(region: Region): boolean {
    return this.#regions.get(region)?.isUrgent ?? false;
  }

  /** What was learnt since the last one; `null`: there is nothing to tell. */
  takeReport(region: Region, now: number): HealthReport | null {
    return this.#regions.get(region)?.takeReport(now) ?? null;
  }

  /** It could not be delivered: it is told with the next one. */
  putBack(region: Region, report: HealthReport, now: number): void {
    this.#regions.get(region)?.putBack(report, now);
  }

  /** Takes the region's picture for what is known; what was not told yet stays on top. */
  absorb(region: Region, picture: Pick<RegionPicture, 'targets'>, now: number): void {
    this.#book(region).absorb(picture, now);
  }

  #book(region: Region): RegionBook {
    const known = this.#regions.get(region);
    if (known !== undefined) return known;
    const book = new RegionBook(region, this.#now);
    this.#regions.set(region, book);
    return book;
  }
}
