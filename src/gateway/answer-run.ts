/** Where an answer comes from: providers, a store, or another request that asked the same. */
import type { CanonicalRequest } from '../dialects/canonical.ts';
import type { Alarm } from '../streaming/alarm.ts';
import type { Usage } from '../usage/usage.ts';
import type { Answer, AnswerBody } from './answer.ts';
import type { AnswerRecorder } from './cache/answer-recorder.ts';
import type { AttemptFailed } from './provider-failure.ts';

export interface AnswerRun {
  /** Every deadline of this request. */
  readonly alarm: Alarm;
  /** Sees what goes down, where that may be kept or others wait for it. */
  readonly recorder: AnswerRecorder | null;
  /** The answer to deliver. Rejects with a gateway error, or with `ClientLeft`. */
  readonly answer: Promise<Answer>;
  /**
   * Asks the next target that goes on with a text which broke off, and charges what came of it. `null`: none is left, or
   * none may be asked. Rejects with why the run was stopped. Absent: nobody can be asked.
   */
  continueAfter?(broken: BrokenAnswer): Promise<Continuation | null>;
  /** Ends whatever is going on, a body that is being relayed included. The first reason counts. */
  stop(reason: Error): void;
  /** Nothing is left to be stopped: timers and listeners go. */
  finish(): void;
}

/** A streamed answer whose call has ended before the answer did. */
export interface BrokenAnswer {
  /** Why it ended. */
  readonly reason: AttemptFailed;
  /** What was asked. */
  readonly asked: CanonicalRequest;
  /** All that the client was told, of the targets before this one too. */
  readonly said: string;
  /** As this call's provider told it; `null`: it did not. */
  readonly usage: Usage | null;
  /** That came in this call. */
  readonly outputCharacters: number;
}

export interface Continuation {
  readonly body: Extract<AnswerBody, { kind: 'translated' }>;
  /** `provider/model` whose answer broke off. */
  readonly from: string;
  readonly to: string;
  /** For the call that broke off; `null`: nothing. */
  readonly charged: Usage | null;
}
