/** Reserves more, slice by slice, for an answer that grows beyond what was reserved for it. */
import { NO_UNITS, type Units } from '../../limits/units.ts';
import { costOf, type Price } from '../../usage/prices.ts';
import { CHARACTERS_PER_TOKEN, estimatedUsage } from '../../usage/usage.ts';

const SLICE_TOKENS = 512;
/** The next slice is asked for while so much is left of the last. */
const AHEAD_TOKENS = 128;

export class OutputWatch {
  readonly #more: (units: Units) => boolean | Promise<boolean>;
  readonly #price: Price | null;
  readonly #stops: boolean;
  readonly #waitUntil: (work: Promise<unknown>) => void;
  #reservedTokens: number;
  #isRefused = false;

  constructor(options: {
    /** Takes more; `false`: there is no more. */
    extend: (units: Units) => boolean | Promise<boolean>;
    /** Reserved so far. */
    outputTokens: number;
    price: Price | null;
    /** What is refused ends the answer; else it goes on, and is owed. */
    stops: boolean;
    waitUntil: (work: Promise<unknown>) => void;
  }) {
    this.#more = options.extend;
    this.#reservedTokens = options.outputTokens;
    this.#price = options.price;
    this.#stops = options.stops;
    this.#waitUntil = options.waitUntil;
  }

  /** Of the answer so far. `true`: what was reserved is used up, there is no more, and the answer is to end. */
  isSpentAfter(outputCharacters: number): boolean {
    const tokens = outputCharacters / CHARACTERS_PER_TOKEN;
    if (tokens + AHEAD_TOKENS > this.#reservedTokens && !this.#isRefused) this.#extend();
    return this.#stops && this.#isRefused && tokens >= this.#reservedTokens;
  }

  #extend(): void {
    const { nanoUsd } = costOf(this.#price, estimatedUsage(0, SLICE_TOKENS), {});
    const extended = this.#more({ ...NO_UNITS, tokens: SLICE_TOKENS, nanoUsd });
    if (!(extended instanceof Promise)) {
      this.#note(extended);
      return;
    }
    // Reckoned with until the answer comes, so that one slice is asked for and not one for each event.
    this.#reservedTokens += SLICE_TOKENS;
    this.#waitUntil(
      extended.then((isGranted) => {
        this.#reservedTokens -= SLICE_TOKENS;
        this.#note(isGranted);
      }),
    );
  }

  #note(isGranted: boolean): void {
    if (isGranted) this.#reservedTokens += SLICE_TOKENS;
    else this.#isRefused = true;
  }
}
