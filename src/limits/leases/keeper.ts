/**
 * Sees to it that what an isolate has to tell its Ledgers is told within a second, that leases of running requests live
 * on, and that what nobody needs comes back. It runs on the time of one request, and may be killed with it: then it is
 * overdue, and the next keeper takes its leases over.
 */
import type { DeskWork } from './ask.ts';
import type { LedgerTalk } from './ledger-talk.ts';
import type { ScopeLease } from './scope-lease.ts';
import { CALL_MS } from './timers.ts';

const TICK_MS = 1000;
const LEAST_PAUSE_MS = 100;
/** The platform ends work that goes on longer than 30 s after its request; another keeper comes after this one. */
const LONGEST_MS = 25_000;
/** Kept by nobody if nothing was seen of the keeper for so long. */
const OVERDUE_MS = TICK_MS + 2 * CALL_MS + 500;
/** So many orphans are taken over at a time. */
const MOST_ORPHANS = 50;

export class Keepers {
  readonly #talk: LedgerTalk;
  /** Leases that have something to keep, in the order in which they were looked at. */
  readonly #kept = new Set<ScopeLease>();
  /** Called about once a second while anything is kept; comes back with leases that have something to tell. */
  readonly #onTick: (now: number) => readonly ScopeLease[];

  constructor(talk: LedgerTalk, onTick: (now: number) => readonly ScopeLease[]) {
    this.#talk = talk;
    this.#onTick = onTick;
  }

  /** From now on, and until nothing is left to keep. */
  keep(leases: readonly ScopeLease[], work: DeskWork): void {
    const now = this.#talk.now();
    const mine = leases.filter((lease) => !isKept(lease, now));
    if (mine.length === 0) return;
    const until = now + LONGEST_MS;
    for (const lease of mine) this.#adopt(lease, until, now);
    work.waitUntil(this.#run(new Set(mine), until));
  }

  async #run(mine: Set<ScopeLease>, until: number): Promise<void> {
    let now = this.#talk.now();
    while (mine.size > 0 && now < until) {
      // From tick to tick, however long the Ledgers took.
      await this.#talk.sleep(Math.max(LEAST_PAUSE_MS, now + TICK_MS - this.#talk.now()));
      now = this.#talk.now();
      for (const lease of this.#onTick(now)) mine.add(lease);
      this.#takeOver(mine, now);
      for (const lease of mine) this.#adopt(lease, until, now);
      await Promise.all([...mine].map((lease) => this.#talk.tick(lease)));
      for (const lease of mine) if (lease.isEmpty) this.#release(lease, mine);
    }
    const left = [...mine].filter((lease) => lease.keptTo <= this.#talk.now());
    for (const lease of left) lease.keptUntil = Number.NEGATIVE_INFINITY;
    // There may be no other keeper for long, however hopeless it was until now.
    await Promise.all(left.map((lease) => this.#talk.tellAll(lease)));
  }

  #adopt(lease: ScopeLease, until: number, now: number): void {
    lease.keptUntil = now + OVERDUE_MS;
    lease.keptTo = Math.max(lease.keptTo, until);
    this.#kept.delete(lease);
    this.#kept.add(lease);
  }

  #release(lease: ScopeLease, mine: Set<ScopeLease>): void {
    lease.keptUntil = Number.NEGATIVE_INFINITY;
    mine.delete(lease);
    this.#kept.delete(lease);
  }

  /** Those that were looked at least lately come first. */
  #takeOver(mine: Set<ScopeLease>, now: number): void {
    let count = 0;
    for (const lease of this.#kept) {
      if (count === MOST_ORPHANS || lease.keptUntil >= now) return;
      count += 1;
      mine.add(lease);
    }
  }
}

/** By somebody who was seen lately, and who will be there to tell what is known now. */
const isKept = ({ keptUntil, keptTo }: ScopeLease, now: number): boolean =>
  keptUntil >= now && keptTo >= now + 2 * TICK_MS;
