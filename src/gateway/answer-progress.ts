/** What the timers of a call learn from its stream: that it lives, that the first content came, that it is whole. */
import type { Exchange } from './exchange.ts';
import type { UpstreamCall } from './upstream-call.ts';

/** After the last finish reason usage and an end marker should come; heartbeats do not count (traps C19). */
const AFTER_FINISH_MS = 10_000;

export class AnswerProgress {
  readonly #call: UpstreamCall;
  readonly #exchange: Exchange;
  readonly #idleMs: number;
  #hasContent = false;
  #isFinished = false;

  constructor({ call, exchange, idleMs }: { call: UpstreamCall; exchange: Exchange; idleMs: number }) {
    this.#call = call;
    this.#exchange = exchange;
    this.#idleMs = idleMs;
  }

  /** An event with data came; after it, the answer has content, or is whole, or its usage was told. */
  data(hasContent: boolean, isComplete: boolean, isTold: boolean): void {
    const call = this.#call;
    call.progress();
    call.awaitsUsage = isComplete && !isTold;
    if (hasContent && !this.#hasContent) {
      this.#hasContent = true;
      call.contentCame(this.#idleMs);
      this.#exchange.settlement.markFirstToken();
    }
    if (isComplete && !this.#isFinished) {
      this.#isFinished = true;
      call.clearTimer('first-token');
      call.limitSilence(AFTER_FINISH_MS);
    }
  }
}
