/** Where an answer comes from: providers, a store, or another request that asked the same. */
import type { Alarm } from '../streaming/alarm.ts';
import type { Answer } from './answer.ts';
import type { AnswerRecorder } from './cache/answer-recorder.ts';

export interface AnswerRun {
  /** Every deadline of this request. */
  readonly alarm: Alarm;
  /** Sees what goes down, where that may be kept or others wait for it. */
  readonly recorder: AnswerRecorder | null;
  /** The answer to deliver. Rejects with a gateway error, or with `ClientLeft`. */
  readonly answer: Promise<Answer>;
  /** Ends whatever is going on, a body that is being relayed included. The first reason counts. */
  stop(reason: Error): void;
  /** Nothing is left to be stopped: timers and listeners go. */
  finish(): void;
}
