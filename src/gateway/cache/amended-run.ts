/** A run whose answer, or failure, becomes another answer, perhaps that of another run. */
import type { Answer } from '../answer.ts';
import type { AnswerRun, BrokenAnswer, Continuation } from '../answer-run.ts';

export class AmendedRun implements AnswerRun {
  readonly answer: Promise<Answer>;
  #run: AnswerRun;

  /** `instead`: what `amend` starts in the place of the first run, which has ended. */
  constructor(
    run: AnswerRun,
    amend: (answer: Promise<Answer>, instead: (next: AnswerRun) => Promise<Answer>) => Promise<Answer>,
  ) {
    this.#run = run;
    this.answer = amend(run.answer, (next) => {
      this.#run = next;
      return next.answer;
    });
  }

  get alarm(): AnswerRun['alarm'] {
    return this.#run.alarm;
  }

  get recorder(): AnswerRun['recorder'] {
    return this.#run.recorder;
  }

  async continueAfter(broken: BrokenAnswer): Promise<Continuation | null> {
    return (await this.#run.continueAfter?.(broken)) ?? null;
  }

  stop(reason: Error): void {
    this.#run.stop(reason);
  }

  finish(): void {
    this.#run.finish();
  }
}
