/** All traffic of one isolate with Ledgers: what is sent when, and what becomes of the answer. Never rejects. */
import type { LedgerAnswer, LedgerCall, LimitStore } from '../ledger-protocol.ts';
import { isNothing, NO_UNITS, type Units } from '../units.ts';
import { HOLD_MS, type WaitAnswer, type Waiter, type WaitingStore } from '../waiting/waiter.ts';
import type { Member } from './crowd.ts';
import type { SentCall } from './reports.ts';
import type { ScopeLease } from './scope-lease.ts';
import { CALL_MS, sleep, type Timers, within } from './timers.ts';

/** Of the calls that were lost, so many are sent again at a time. */
const RESENT_AT_ONCE = 4;
/** Where one call does not take all that is to be told. */
const MOST_CALLS = 8;

export class LedgerTalk {
  readonly #store: Pick<LimitStore, 'call'>;
  readonly #now: () => number;
  readonly #timers: Timers;

  constructor(store: Pick<LimitStore, 'call'>, now: () => number, timers: Timers) {
    this.#store = store;
    this.#now = now;
    this.#timers = timers;
  }

  now(): number {
    return this.#now();
  }

  sleep(ms: number): Promise<void> {
    return sleep(this.#timers, ms);
  }

  /**
   * Draws for requests that wait, `member` first, and tells all there is to tell. `null`: nobody knows whether it arrived.
   */
  draw(
    lease: ScopeLease,
    draw: NonNullable<LedgerCall['draw']>,
    member: Member,
  ): Promise<LedgerAnswer | null> {
    return this.#send(lease, lease.startCall(this.#now(), draw, NO_UNITS), member);
  }

  /** Sends what is due by now: reports, what is not needed any more, what will be needed. */
  async tick(lease: ScopeLease): Promise<void> {
    lease.pass(this.#now());
    if (lease.line.isFailing && !(await this.#isBack(lease))) return;
    const now = this.#now();
    const calls = [...lease.startOldCalls(now, RESENT_AT_ONCE)];
    const { draw, returned } = lease.balance(now);
    const mayDraw = draw !== null && lease.line.lastDraw === null;
    if (mayDraw || !isNothing(returned) || lease.isDue(now))
      calls.push(lease.startCall(now, mayDraw ? draw : null, returned));
    while (lease.reports.hasSettled && calls.length < MOST_CALLS)
      calls.push(lease.startCall(now, null, NO_UNITS));
    await Promise.all(calls.map((call) => this.#send(lease, call)));
  }

  /** Tries with a call that was lost already, if there is one, so that no others are put at risk. */
  async #isBack(lease: ScopeLease): Promise<boolean> {
    const now = this.#now();
    if (lease.line.isBackingOff(now)) return false;
    const calls = lease.startOldCalls(now, 1);
    await Promise.all(calls.map((call) => this.#send(lease, call)));
    return calls.length === 0 || !lease.line.isFailing;
  }

  /** Gives back all that is free and tells everything, whether it is due or not. */
  async giveAllBack(lease: ScopeLease): Promise<void> {
    await this.#send(lease, lease.startCall(this.#now(), null, { ...lease.free }));
  }

  /** Tells everything and gives back what is not needed; what others have sent, as soon as that is answered or given up. */
  async tellAll(lease: ScopeLease): Promise<void> {
    const until = this.#now() + CALL_MS;
    do {
      const now = this.#now();
      lease.pass(now);
      const calls = [...lease.startOldCalls(now, MOST_CALLS)];
      const { returned } = lease.balance(now);
      if (!isNothing(returned)) calls.push(lease.startCall(now, null, returned));
      while ((lease.reports.hasSettled || lease.reports.begun > 0) && calls.length < 2 * MOST_CALLS)
        calls.push(lease.startCall(now, null, NO_UNITS));
      await Promise.all(calls.map((call) => this.#send(lease, call)));
      if (calls.length === 0 && lease.line.isBusy) await this.sleep(POLL_MS);
    } while ((lease.line.isBusy || lease.reports.hasSettled) && this.#now() < until);
  }

  /** Waits at the Ledger for a draw. Rejects if the Ledger cannot be reached; what it may have drawn then goes back. */
  async wait(store: WaitingStore, lease: ScopeLease, need: Units, waiter: Waiter): Promise<WaitAnswer> {
    const draw = { need, want: need, priority: waiter.priority };
    const longestMs = HOLD_MS + CALL_MS;
    const sent = lease.startWait(draw, longestMs, this.#now());
    let isInTime = true;
    const running = store.wait(lease.ledger, { ...sent.call, draw }, waiter).then((answer) => {
      // What comes later was named as unanswered.
      if (isInTime) lease.hearWait(sent, answer);
      return answer;
    });
    try {
      return await within(running, longestMs, this.#timers, this.#now);
    } catch (error) {
      isInTime = false;
      lease.failWait(sent);
      throw error;
    }
  }

  async #send(lease: ScopeLease, sent: SentCall, member: Member | null = null): Promise<LedgerAnswer | null> {
    try {
      const running = this.#store.call(lease.ledger, sent.call).then((answer) => {
        lease.hear(sent, answer, member, this.#now());
        return answer;
      });
      return await within(running, CALL_MS, this.#timers, this.#now);
    } catch {
      lease.fail(sent, this.#now());
      return null;
    }
  }
}

const POLL_MS = 20;
