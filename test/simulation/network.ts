/** Ledgers behind a network that delays, loses, repeats and reorders what is sent. */
import { Book } from '../../src/limits/ledger/book.ts';
import type { LedgerAnswer, LedgerCall } from '../../src/limits/ledger-protocol.ts';
import type { Seeded } from '../support/seeded.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Probabilities are per message. */
export interface Conditions {
  /** One way, milliseconds. */
  readonly latencyMs: () => number;
  readonly loss: number;
  /** Calls that arrive twice. */
  readonly repeats: number;
  /** Calls that are refused at once, because the Ledger is overloaded or being moved. */
  readonly rejections: number;
}

export const perfect = (latencyMs: number): Conditions => ({
  latencyMs: () => latencyMs,
  loss: 0,
  repeats: 0,
  rejections: 0,
});

export class Network {
  readonly books = new Map<string, Book>();
  /** Calls that reached a Ledger. */
  calls = 0;
  /** All that reached a Ledger, where somebody wants to know. */
  readonly heard: { readonly ledger: string; readonly call: LedgerCall; readonly answer: LedgerAnswer }[] =
    [];
  readonly #time: VirtualTime;
  readonly #random: Seeded;
  readonly #isRemembered: boolean;

  constructor(time: VirtualTime, random: Seeded, isRemembered = false) {
    this.#time = time;
    this.#random = random;
    this.#isRemembered = isRemembered;
  }

  bookOf(ledger: string): Book {
    const known = this.books.get(ledger);
    if (known !== undefined) return known;
    const book = Book.empty(this.#time.now());
    this.books.set(ledger, book);
    return book;
  }

  /** A way to the Ledgers under conditions that may change meanwhile. */
  from(conditions: () => Conditions): (ledger: string, call: LedgerCall) => Promise<LedgerAnswer> {
    return (ledger, call) =>
      new Promise((resolve, reject) => {
        const { latencyMs, loss, repeats, rejections } = conditions();
        const time = this.#time;
        const random = this.#random;
        if (random.chance(rejections)) {
          time.after(latencyMs(), () => reject(new Error('overloaded')));
          return;
        }
        const deliver = () => {
          const answer = this.#hear(ledger, call);
          if (!random.chance(loss)) time.after(latencyMs(), () => resolve(answer));
        };
        if (!random.chance(loss)) time.after(latencyMs(), deliver);
        if (random.chance(repeats)) time.after(latencyMs() + random.between(0, 3000), deliver);
      });
  }

  #hear(ledger: string, call: LedgerCall): LedgerAnswer {
    this.calls += 1;
    const { answer } = this.bookOf(ledger).call(call, this.#time.now());
    if (this.#isRemembered) this.heard.push({ ledger, call, answer });
    return answer;
  }
}
