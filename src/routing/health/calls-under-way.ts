/** Calls to one target that are under way, here and elsewhere in the region. */

/** No call lasts longer. Those whose requests the platform ended without a word are forgotten in this time or twice that. */
const LONGEST_CALL_MS = 1_800_000;
/** What was told of others counts for so long. */
const HEARSAY_MS = 10_000;

/** Calls that began within the same while. */
export interface CallGroup {
  count: number;
}

export class CallsUnderWay {
  #group: CallGroup = { count: 0 };
  #earlier: CallGroup = { count: 0 };
  #groupSince = 0;
  #others = 0;
  #heardAt = 0;

  /** The group is to be handed to `end`, once. */
  begin(now: number): CallGroup {
    this.#forget(now);
    this.#group.count += 1;
    return this.#group;
  }

  end(group: CallGroup): void {
    group.count -= 1;
  }

  /** Of this isolate. */
  own(now: number): number {
    this.#forget(now);
    return this.#group.count + this.#earlier.count;
  }

  all(now: number): number {
    const isRecent = now - this.#heardAt < HEARSAY_MS;
    return this.own(now) + (isRecent ? this.#others : 0);
  }

  hear(others: number, now: number): void {
    this.#others = others;
    this.#heardAt = now;
  }

  #forget(now: number): void {
    const age = now - this.#groupSince;
    if (age < LONGEST_CALL_MS) return;
    this.#earlier = age < 2 * LONGEST_CALL_MS ? this.#group : { count: 0 };
    this.#group = { count: 0 };
    this.#groupSince = now;
  }
}
