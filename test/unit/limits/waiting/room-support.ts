/** A waiting room beside a real Book, isolates that wait in it, and a clock that a test moves. */
import { Book } from '../../../../src/limits/ledger/book.ts';
import type {
  LedgerAnswer,
  LedgerCall,
  Refusal,
  SettledRequest,
} from '../../../../src/limits/ledger-protocol.ts';
import { type LimitFields, toScopeLimits } from '../../../../src/limits/scope-limits.ts';
import { NO_UNITS, type Units } from '../../../../src/limits/units.ts';
import type { Priority, WaitAnswer, WaitingCall } from '../../../../src/limits/waiting/waiter.ts';
import { WaitingRoom } from '../../../../src/limits/waiting/waiting-room.ts';
import { VirtualTime } from './virtual-time.ts';

export const START = Date.UTC(2026, 10, 21, 12);
export const ONE: Units = { ...NO_UNITS, requests: 1 };

export interface WaitOptions {
  readonly need?: Units;
  readonly key?: string;
  readonly priority?: Priority;
  readonly waitMs?: number;
  readonly maxWaiters?: number;
}

/** How a wait ended. */
export interface Ending {
  readonly id: string;
  readonly refusal: Refusal | null;
  readonly drawn: Units;
  /** Since `START`. */
  readonly atMs: number;
}

export class World {
  readonly time = new VirtualTime(START);
  readonly book = Book.empty(START);
  readonly room: WaitingRoom;
  /** In the order in which they ended. */
  readonly endings: Ending[] = [];
  limits: LedgerCall['limits'];
  /** The Ledger fails to write. */
  isBroken = false;
  #ids = 0;

  constructor(fields: LimitFields) {
    this.limits = toScopeLimits(fields);
    this.room = new WaitingRoom({
      ledger: {
        call: (call, now, heldBack) => {
          if (this.isBroken) throw new Error('the record cannot be written');
          return this.book.call(call, now, heldBack).answer;
        },
        refusalOf: (draw, now) => this.book.refusalOf(draw, now),
      },
      now: () => this.time.now,
      startTimer: this.time.startTimer,
    });
  }

  get served(): string[] {
    return this.endings.filter(({ refusal }) => refusal === null).map(({ id }) => id);
  }

  call(fields: Partial<LedgerCall> = {}): LedgerCall {
    this.#ids += 1;
    return {
      id: `call ${this.#ids}`,
      lease: 'lease',
      limits: this.limits,
      unanswered: [],
      begun: 0,
      settled: [],
      returned: NO_UNITS,
      draw: null,
      alerts: null,
      ...fields,
    };
  }

  /** As isolates do where little is left: requests and tokens are told as spent at once, and slots stay taken. */
  spend(drawn: Units): void {
    this.#ids += 1;
    const [tokens, id] = [units({ tokens: drawn.tokens }), `request ${this.#ids}`];
    const settled = { id, lease: 'lease', held: tokens, used: tokens, consumption: NOTHING_USED };
    if (drawn.requests > 0 || drawn.tokens > 0)
      this.room.call(this.call({ begun: drawn.requests, settled: drawn.tokens > 0 ? [settled] : [] }));
  }

  /** Takes and spends what is there already, before a test begins. */
  use(need: Units): void {
    const { drawn, refusal } = this.draw(need);
    if (refusal !== null) throw new Error(`${refusal.field} has not so much`);
    this.spend(drawn);
  }

  /** A draw of an isolate that does not wait. */
  draw(need: Units, priority?: Priority, want: Units = need): LedgerAnswer {
    const standing = priority === undefined ? {} : { priority };
    return this.room.call(this.call({ draw: { need, want, ...standing } }));
  }

  giveBack(returned: Units): LedgerAnswer {
    return this.room.call(this.call({ returned }));
  }

  waitingCall(need: Units, fields: Partial<LedgerCall> = {}): WaitingCall {
    return { ...this.call(fields), draw: { need, want: need } };
  }

  /** As an isolate waits: it asks again as long as its place is kept. */
  async wait(
    id: string,
    { need = ONE, key = 'key', priority = 'default', ...more }: WaitOptions = {},
  ): Promise<void> {
    const { waitMs = 60_000, maxWaiters = 1000 } = more;
    const deadline = this.time.now + waitMs;
    let answer: WaitAnswer;
    do {
      const leftMs = deadline - this.time.now;
      answer = await this.room.wait(this.waitingCall(need), {
        id,
        key,
        priority,
        waitMs: leftMs,
        maxWaiters,
      });
    } while (answer.isKept);
    const { refusal, drawn } = answer;
    this.endings.push({ id, refusal, drawn, atMs: this.time.now - START });
    this.spend(drawn);
  }

  /** As an isolate that dies while it waits: it never asks again. */
  waitOnce(
    id: string,
    { need = ONE, key = 'key', priority = 'default', ...more }: WaitOptions = {},
  ): Promise<WaitAnswer> {
    const { waitMs = 60_000, maxWaiters = 1000 } = more;
    return this.room.wait(this.waitingCall(need), { id, key, priority, waitMs, maxWaiters });
  }
}

export const units = (fields: Partial<Units>): Units => ({ ...NO_UNITS, ...fields });

const NOTHING_USED: SettledRequest['consumption'] = {
  model: 'simulator/echo',
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  isEstimated: false,
  isUnpriced: false,
};
