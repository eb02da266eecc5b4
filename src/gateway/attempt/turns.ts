/** Whose turn it is among the targets of a request. */
import type { Target } from '../exchange.ts';

export class Turns {
  readonly #rests: (target: Target) => boolean;
  #left: readonly Target[];

  /** `rests`: its circuit is open right now, or it was told to be left alone. */
  constructor(targets: readonly Target[], rests: (target: Target) => boolean) {
    this.#left = targets;
    this.#rests = rests;
  }

  get hasNext(): boolean {
    return this.#left.length > 0;
  }

  /** In the order of the plan, those that rest by now behind the others: with nothing else left they are asked. */
  next(): Target | null {
    const next = this.peekAwake() ?? this.#left[0] ?? null;
    if (next !== null) this.pass(next);
    return next;
  }

  /** The next that does not rest; it keeps its turn. */
  peekAwake(): Target | null {
    return this.#left.find((target) => !this.#rests(target)) ?? null;
  }

  some(suits: (target: Target) => boolean): boolean {
    return this.#left.some(suits);
  }

  /** Nobody else has a turn any more. */
  keep(suits: (target: Target) => boolean): void {
    this.#left = this.#left.filter(suits);
  }

  /** It was asked out of its turn. */
  pass(target: Target): void {
    this.#left = this.#left.filter((one) => one !== target);
  }
}
