/** A call that was begun, and what comes of it. */
import type { Answer } from '../answer.ts';
import type { AttemptFailure } from '../provider-failure.ts';
import type { OneAttempt } from './one-attempt.ts';

export interface Trial {
  readonly attempt: OneAttempt;
  /** Rejects with what ends the whole request. */
  readonly outcome: Promise<Outcome>;
}

export type Outcome = Answered | Failed;

export interface Answered {
  readonly attempt: OneAttempt;
  readonly answer: Answer;
}

export interface Failed {
  readonly attempt: OneAttempt;
  readonly failure: AttemptFailure;
}
