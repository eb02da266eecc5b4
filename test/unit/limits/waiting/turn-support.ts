/** Isolates with real desks, and Ledgers (a Book and a waiting room each) at a distance, all in a time of their own. */
import { type Ask, type Grant, LimitDesk } from '../../../../src/limits/leases/limit-desk.ts';
import { Book } from '../../../../src/limits/ledger/book.ts';
import type { LedgerAnswer, LedgerCall, LimitStore } from '../../../../src/limits/ledger-protocol.ts';
import type { Scope, ScopeKind } from '../../../../src/limits/scope.ts';
import { type LimitFields, toScopeLimits } from '../../../../src/limits/scope-limits.ts';
import { NO_UNITS, type Units } from '../../../../src/limits/units.ts';
import { waitForTurn } from '../../../../src/limits/waiting/wait-for-turn.ts';
import type {
  Priority,
  WaitAnswer,
  Waiter,
  WaitingCall,
  WaitingStore,
} from '../../../../src/limits/waiting/waiter.ts';
import { WaitingRoom } from '../../../../src/limits/waiting/waiting-room.ts';
import { START } from './room-support.ts';
import { VirtualTime } from './virtual-time.ts';

/** To a Ledger, and back. */
const WAY_MS = 5;

class TestLedger {
  book: Book;
  room: WaitingRoom;
  readonly #time: VirtualTime;
  #waiting = new Set<(reason: Error) => void>();

  constructor(time: VirtualTime) {
    this.#time = time;
    this.book = Book.empty(time.now);
    this.room = this.#open();
  }

  /** As the platform does it: what waits rejects, and what is in the record is there again. */
  evict(): void {
    this.book = Book.fromCheckpoint(this.book.toCheckpoint());
    this.room = this.#open();
    for (const reject of this.#waiting) reject(new Error('the object was evicted'));
    this.#waiting.clear();
  }

  wait(call: WaitingCall, waiter: Waiter): Promise<WaitAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      this.room.wait(call, waiter).then((answer) => {
        // After an eviction there is nobody to whom the old room could answer.
        if (this.#waiting.delete(reject)) resolve(answer);
      }, reject);
    });
  }

  #open(): WaitingRoom {
    const { book } = this;
    return new WaitingRoom({
      ledger: {
        call: (call, now, heldBack) => book.call(call, now, heldBack).answer,
        refusalOf: (draw, now) => book.refusalOf(draw, now),
      },
      now: () => this.#time.now,
      startTimer: this.#time.startTimer,
    });
  }
}

export class Ledgers implements Pick<LimitStore, 'call'>, WaitingStore {
  readonly time = new VirtualTime(START);
  /** Calls that waited, by Ledger. */
  readonly waits: string[] = [];
  /** Ledgers that answer nobody. */
  readonly unreachable = new Set<string>();
  readonly #ledgers = new Map<string, TestLedger>();

  of(ledger: string): TestLedger {
    const known = this.#ledgers.get(ledger) ?? new TestLedger(this.time);
    this.#ledgers.set(ledger, known);
    return known;
  }

  async call(ledger: string, call: LedgerCall): Promise<LedgerAnswer> {
    await this.#go(ledger);
    const answer = this.of(ledger).room.call(call);
    await this.#go(ledger);
    return answer;
  }

  async wait(ledger: string, call: WaitingCall, waiter: Waiter): Promise<WaitAnswer> {
    this.waits.push(ledger);
    await this.#go(ledger);
    const answer = await this.of(ledger).wait(call, waiter);
    await this.#go(ledger);
    return answer;
  }

  async leave(ledger: string, waiterId: string): Promise<void> {
    await this.#go(ledger);
    this.of(ledger).room.leave(waiterId);
  }

  /** Units that some lease holds, and requests that wait, anywhere. */
  get open(): { readonly held: Units; readonly waiters: number }[] {
    return [...this.#ledgers.values()].map(({ book, room }) => ({ held: book.held, waiters: room.waiters }));
  }

  async #go(ledger: string): Promise<void> {
    await new Promise<void>((resolve) => void this.time.startTimer(WAY_MS, resolve));
    if (this.unreachable.has(ledger)) throw new Error('the network is down');
  }
}

export interface RequestOptions {
  readonly scopes: readonly Scope[];
  readonly units?: Units;
  readonly priority?: Priority;
  readonly key?: string;
  readonly maxWaitSeconds?: number;
  readonly maxWaiters?: number;
}

/** How a request ended, and when, milliseconds since `START`. */
export interface Result {
  readonly id: string;
  readonly grant: Grant | null;
  readonly error: unknown;
  readonly atMs: number;
}

export class Isolate {
  readonly results: Result[] = [];
  readonly desk: LimitDesk;
  readonly #ledgers: Ledgers;

  /** `keeps`: the store can keep calls. */
  constructor(ledgers: Ledgers, name: string, keeps = true) {
    let ids = 0;
    const { time } = ledgers;
    this.#ledgers = ledgers;
    this.desk = new LimitDesk({
      store: keeps ? ledgers : { call: (ledger, call) => ledgers.call(ledger, call) },
      now: () => time.now,
      newId: () => `${name} ${++ids}`,
      timers: {
        set: (run, ms) => time.startTimer(ms, run),
        clear: (stop) => (stop as () => void)(), // what `set` gave
      },
    });
  }

  get granted(): string[] {
    return this.results.filter(({ grant }) => grant !== null).map(({ id }) => id);
  }

  /** Runs in the background; what comes of it is in `results`. */
  start(id: string, options: RequestOptions): AbortController {
    const { scopes, units = ONE_REQUEST, priority = 'default', key = 'key' } = options;
    const { maxWaitSeconds = 60, maxWaiters = 1000 } = options;
    const controller = new AbortController();
    const ask: Ask = { requestId: id, scopes, units, isBounded: true, alerts: null };
    const end = (grant: Grant | null, error: unknown) =>
      this.results.push({ id, grant, error, atMs: this.#ledgers.time.now - START });
    waitForTurn({
      desk: this.desk,
      ask,
      work: WORK,
      room: { maxWaitSeconds, maxWaiters },
      priority,
      key,
      random: () => 0,
      signal: controller.signal,
    }).then(
      (grant) => end(grant, null),
      (error: unknown) => end(null, error),
    );
    return controller;
  }
}

/** Nothing is cut off here. */
export const WORK = { waitUntil: (work: Promise<unknown>) => void work.catch(() => undefined) };

export const ONE_REQUEST: Units = { ...NO_UNITS, requests: 1, slots: 1 };

export function scope(kind: ScopeKind, name: string, fields: LimitFields, more: Partial<Scope> = {}): Scope {
  const limits = toScopeLimits(fields);
  return {
    kind,
    name,
    ledger: `${kind}:${name}`,
    limits,
    onUnavailable: 'closed',
    isRecorded: true,
    ...more,
  };
}
