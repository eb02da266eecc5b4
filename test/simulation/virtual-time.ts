/** A clock that goes from event to event: an hour of it takes as long as what happens in it. */

interface Event {
  readonly at: number;
  /** Events of one moment come in the order in which they were planned. */
  readonly order: number;
  run: (() => void) | null;
}

/** Longer chains of promises than this go on with the next event, which changes when they do, and nothing else. */
const TURNS = 24;

export class VirtualTime {
  #now: number;
  #order = 0;
  /** A binary heap: the next event comes first. */
  readonly #events: Event[] = [];

  constructor(startsAt: number) {
    this.#now = startsAt;
  }

  readonly now = (): number => this.#now;

  /** Runs once, `ms` from now, in whole milliseconds. Comes back with what `cancel` takes. */
  after(ms: number, run: () => void): Event {
    this.#order += 1;
    const event = { at: this.#now + Math.max(0, Math.ceil(ms)), order: this.#order, run };
    this.#push(event);
    return event;
  }

  cancel(event: Event): void {
    event.run = null;
  }

  /** Goes on until `until`, or until nothing is planned any more. */
  async run(until = Number.POSITIVE_INFINITY): Promise<void> {
    await settle();
    for (;;) {
      const next = this.#events[0];
      if (next === undefined || next.at > until) break;
      this.#pop();
      const { run } = next;
      if (run === null) continue;
      this.#now = next.at;
      run();
      await settle();
    }
    if (until !== Number.POSITIVE_INFINITY) this.#now = Math.max(this.#now, until);
  }

  #push(event: Event): void {
    const events = this.#events;
    let index = events.length;
    events.push(event);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const other = events[above] as Event; // above an index that exists
      if (!isBefore(event, other)) break;
      events[index] = other;
      index = above;
    }
    events[index] = event;
  }

  #pop(): void {
    const events = this.#events;
    const last = events.pop();
    if (last === undefined || events.length === 0) return;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= events.length) break;
      const right = events[below + 1];
      if (right !== undefined && isBefore(right, events[below] as Event)) below += 1;
      const other = events[below] as Event; // its index was looked at
      if (!isBefore(other, last)) break;
      events[index] = other;
      index = below;
    }
    events[index] = last;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Lets promises that are settled go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await null;
}
