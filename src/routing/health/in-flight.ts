/** How many calls are under way, by what isolates told last: one that is silent for ten seconds has none. */

const SILENT_MS = 10_000;
const MAX_ISOLATES = 2000;

interface Isolate {
  readonly at: number;
  /** By target. */
  readonly calls: ReadonlyMap<string, number>;
}

export class InFlight {
  /** Who told last stands last. */
  readonly #isolates = new Map<string, Isolate>();
  readonly #totals = new Map<string, number>();

  tell(isolate: string, calls: ReadonlyMap<string, number>, now: number): void {
    this.#forget(isolate);
    this.expire(now);
    const [oldest] = this.#isolates.keys();
    if (oldest !== undefined && this.#isolates.size >= MAX_ISOLATES) this.#forget(oldest);
    this.#isolates.set(isolate, { at: now, calls });
    for (const [target, count] of calls) this.#add(target, count);
  }

  expire(now: number): void {
    for (const [isolate, { at }] of this.#isolates) {
      if (at > now - SILENT_MS) return;
      this.#forget(isolate);
    }
  }

  get isolates(): number {
    return this.#isolates.size;
  }

  total(target: string): number {
    return this.#totals.get(target) ?? 0;
  }

  /** Without those of `isolate`. */
  others(isolate: string, target: string): number {
    return this.total(target) - (this.#isolates.get(isolate)?.calls.get(target) ?? 0);
  }

  #forget(isolate: string): void {
    for (const [target, count] of this.#isolates.get(isolate)?.calls ?? []) this.#add(target, -count);
    this.#isolates.delete(isolate);
  }

  #add(target: string, count: number): void {
    const total = this.total(target) + count;
    if (total === 0) this.#totals.delete(target);
    else this.#totals.set(target, total);
  }
}
