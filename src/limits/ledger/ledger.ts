/**
 * The Ledger of a scope: a Durable Object that holds its Book, keeps the record of it, and wakes when something is due.
 * What a call changed is written, with the alerts that it caused, in one transaction before the call is answered; in the
 * steady state that is one row. A Ledger that was evicted takes its record up again, and no lease notices.
 */
import { DurableObject } from 'cloudflare:workers';
import type { AlertNote } from '../alerts/alert.ts';
import { AlertOutbox } from '../alerts/outbox.ts';
import type {
  AlertRouting,
  LedgerAnswer,
  LedgerCall,
  LedgerUsage,
  Refusal,
  UsageQuestion,
} from '../ledger-protocol.ts';
import type { WaitAnswer, Waiter, WaitingCall } from '../waiting/waiter.ts';
import { WaitingRoom } from '../waiting/waiting-room.ts';
import type { Step } from './book.ts';
import { LedgerStore, type Verification } from './ledger-store.ts';
import { migrate, readNote, writeNote } from './migrations.ts';

/** Variables and secrets, which the addresses of alerts may name. */
export type LedgerEnv = Readonly<Record<string, unknown>>;

/** Who is told, as the last call said it: leases also end while nobody calls. */
const ROUTING_NOTE = 'alerts';
/** While a receiver of alerts hangs, alarms find the one before still running. */
const SHORTEST_ALARM_MS = 1000;
/** An alarm that should have rung so long ago was lost. */
const LOST_ALARM_MS = 60_000;

export abstract class LedgerObject extends DurableObject<LedgerEnv> {
  /** Why nothing may be sent there, in words that hold no secret; `undefined` if it may. */
  protected abstract readonly refuseUrl: (url: string, allowInsecure: boolean) => string | undefined;
  /** Milliseconds since the Unix epoch. Tests put their own here; nothing else does. */
  now: () => number = Date.now;
  #store: LedgerStore;
  readonly #outbox: AlertOutbox;
  readonly #room: WaitingRoom;
  #routing: string | null;
  #alarmAt: number | null = null;

  constructor(state: DurableObjectState, env: LedgerEnv) {
    super(state, env);
    const { sql } = state.storage;
    migrate(state.storage);
    this.#store = new LedgerStore(sql);
    this.#routing = readNote(sql, ROUTING_NOTE);
    this.#outbox = new AlertOutbox({
      sql,
      variable: (name) => textOf(env[name]),
      fetch: (url, init) => fetch(url, init),
      now: () => this.now(),
      random: Math.random,
      newId: () => crypto.randomUUID(),
      refuseUrl: (url, allowInsecure) => this.refuseUrl(url, allowInsecure),
      log: (line) => console.log(JSON.stringify(line)),
    });
    this.#room = new WaitingRoom({
      ledger: {
        call: (call, now, heldBack) => this.#run(call, now, heldBack),
        refusalOf: (draw, now) => this.#store.book.refusalOf(draw, now),
      },
      now: () => this.now(),
      startTimer,
    });
    state.blockConcurrencyWhile(async () => {
      this.#alarmAt = await state.storage.getAlarm();
    });
  }

  /** As `LimitStore.call`. */
  async call(call: LedgerCall): Promise<LedgerAnswer> {
    return this.#room.call(call);
  }

  /** As `WaitingStore.wait`. */
  async wait(call: WaitingCall, waiter: Waiter): Promise<WaitAnswer> {
    return this.#room.wait(call, waiter);
  }

  /** As `WaitingStore.leave`. */
  async leave(waiterId: string): Promise<void> {
    this.#room.leave(waiterId);
  }

  /** As `LimitStore.usage`. */
  async usage(question: UsageQuestion): Promise<LedgerUsage> {
    this.#expire();
    const { book, days } = this.#store;
    return {
      ...book.usage(question, this.now()),
      days: question.days === null ? [] : days.read(question.days),
    };
  }

  /** As `AlertStore.note`. */
  async note(note: AlertNote): Promise<void> {
    this.ctx.storage.transactionSync(() => this.#outbox.note(note));
    this.#wakeAt(this.#outbox.nextAt());
  }

  /** As `AlertStore.forgetAlert`. */
  async forgetAlert(id: string): Promise<void> {
    this.#outbox.forget(id);
  }

  /** Computes every counter again from the record, and tells what differs: for tests and operators. */
  async verify(): Promise<Verification> {
    this.#expire();
    return this.#store.verify(this.now());
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    this.#expire();
    await this.#outbox.deliver();
    const due = this.#outbox.nextAt();
    if (due !== null) this.#wakeAt(Math.max(due, this.now() + SHORTEST_ALARM_MS));
    this.#wakeForLeases();
  }

  /** Every call runs through here, waiting or not. */
  #run(call: LedgerCall, now: number, heldBack: Refusal | null): LedgerAnswer {
    const routing = call.limits.budgets.length === 0 ? null : JSON.stringify(call.alerts);
    return this.#keep(() => this.#store.book.call(call, now, heldBack), routing).answer;
  }

  #expire(): void {
    this.#keep(() => this.#store.book.expire(this.now()), null);
  }

  /** `routing`: who is told from now on; `null`: as before. */
  #keep<Made extends Step>(make: () => Made, routing: string | null): Made {
    try {
      const made = make();
      const isRerouted = routing !== null && routing !== this.#routing;
      if (made.entry === null && !isRerouted) return made;
      this.ctx.storage.transactionSync(() => {
        if (isRerouted) writeNote(this.ctx.storage.sql, ROUTING_NOTE, routing);
        if (made.entry !== null) this.#store.append(made.entry);
        const told = JSON.parse(routing ?? this.#routing ?? 'null') as AlertRouting | null; // as it was written here
        for (const crossing of made.crossings) this.#outbox.add(crossing, told);
      });
      this.#routing = routing ?? this.#routing;
      if (made.crossings.length > 0) this.#wakeAt(this.#outbox.nextAt());
      this.#wakeForLeases();
      return made;
    } catch (error) {
      // The Book may be ahead of its record: what was not written did not happen.
      this.#store = new LedgerStore(this.ctx.storage.sql);
      throw error;
    }
  }

  /** Only money that is lost has to be booked although nobody calls: it may cross a threshold. */
  #wakeForLeases(): void {
    const { book } = this.#store;
    if (book.held.nanoUsd > 0) this.#wakeAt(book.nextEnd);
  }

  /** An alarm costs a row: none is set unless it rings earlier than what is set. */
  #wakeAt(at: number | null): void {
    const set = this.#alarmAt;
    if (at === null || (set !== null && set <= at && set > this.now() - LOST_ALARM_MS)) return;
    this.#alarmAt = at;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(at));
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function startTimer(delayMs: number, ring: () => void): () => void {
  const timer = setTimeout(ring, delayMs);
  return () => clearTimeout(timer);
}
