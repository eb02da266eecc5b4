/** An answer that is here already: its request is counted, and nothing is asked. */
import { Alarm } from '../../streaming/alarm.ts';
import type { Answer } from '../answer.ts';
import type { AnswerRun } from '../answer-run.ts';
import { ClientLeft } from '../client-left.ts';
import type { Exchange } from '../exchange.ts';

export class RecalledRun implements AnswerRun {
  readonly alarm: Alarm;
  readonly answer: Promise<Answer>;
  readonly recorder = null;
  readonly #exchange: Exchange;
  readonly #waiting = new AbortController();

  /** `letIn`: counts the request against its limits. */
  constructor(exchange: Exchange, answer: Answer, letIn: (signal: AbortSignal) => undefined | Promise<void>) {
    this.#exchange = exchange;
    this.alarm = new Alarm(exchange.context.now);
    exchange.departure.onLeave(() => this.stop(new ClientLeft()));
    this.answer = this.#run(answer, letIn);
  }

  stop(reason: Error): void {
    if (!this.#waiting.signal.aborted) this.#waiting.abort(reason);
  }

  finish(): void {
    this.alarm.stop();
    this.#exchange.departure.forget();
  }

  async #run(answer: Answer, letIn: (signal: AbortSignal) => undefined | Promise<void>): Promise<Answer> {
    const { signal } = this.#waiting;
    try {
      await letIn(signal);
      return answer;
    } catch (error) {
      this.finish();
      throw signal.aborted ? (signal.reason as Error) : error; // `stop` takes nothing but errors
    }
  }
}
