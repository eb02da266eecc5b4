/**
 * Stage 6: asks the targets in order until one gives an answer that can be delivered. Timeouts, retries and aborts exist in
 * this folder and nowhere else: `asker.ts` decides who is asked next, `one-attempt.ts` is one call.
 */
import type { ClientRequest } from '../../dialects/client-request.ts';
import { InternalError, toGatewayError } from '../../errors.ts';
import { logCause } from '../../log-cause.ts';
import { Alarm } from '../../streaming/alarm.ts';
import type { Answer } from '../answer.ts';
import type { AnswerRun, BrokenAnswer, Continuation } from '../answer-run.ts';
import type { AnswerRecorder } from '../cache/answer-recorder.ts';
import { ClientLeft } from '../client-left.ts';
import { continuedRequest } from '../continuation/continued-request.ts';
import { continuesTurns, markOf } from '../continuation/continuing.ts';
import { type Exchange, type Target, targetName } from '../exchange.ts';
import { type Admitting, letIn } from '../limits/reserve.ts';
import { Translation } from '../translation.ts';
import { Asker } from './asker.ts';
import { Overtime } from './overtime.ts';
import { retryAccount, type Scene } from './scene.ts';

/** A lease that nobody touches for longer ends. In milliseconds. */
const TOUCH_MS = 10_000;

export interface AttemptRunOptions {
  readonly exchange: Exchange;
  readonly request: ClientRequest;
  readonly admitting: Admitting;
  /** The client's own bound on the whole; it lowers the plan's, and never raises it. */
  readonly timeoutMs: number | null;
  readonly translation: Translation;
  readonly recorder: AnswerRecorder | null;
  /** It was let in before, and goes on under the same bill. */
  readonly isIn: boolean;
}

/** All attempts of one request, from its turn on. */
export class AttemptRun implements AnswerRun {
  readonly alarm: Alarm;
  readonly recorder: AnswerRecorder | null;
  readonly answer: Promise<Answer>;
  readonly #scene: Scene;
  readonly #asker: Asker;
  /** Ends a wait for the request's turn. */
  readonly #waiting = new AbortController();
  #stopped: Error | null = null;

  constructor({ exchange, request, admitting, timeoutMs, translation, recorder, isIn }: AttemptRunOptions) {
    this.recorder = recorder;
    const { plan } = admitting;
    const { now, arrivedAt } = exchange.context;
    const { total_ms: mostMs } = plan.timeouts;
    const totalMs = Math.min(mostMs, timeoutMs ?? mostMs);
    this.alarm = new Alarm(now);
    this.#scene = { exchange, request, admitting, plan, alarm: this.alarm };
    this.#asker = new Asker(this.#scene, arrivedAt + totalMs);
    this.#touchLater();
    const overtime = () => new Overtime(plan.targets[0]?.provider.id ?? null, totalMs < mostMs);
    this.alarm.set('total', arrivedAt + totalMs, () => this.stop(overtime()));
    exchange.departure.onLeave(() => this.stop(new ClientLeft()));
    request.onLateRefusal((refusal) => this.stop(refusal));
    if (!isIn) exchange.services.retryBudget.request(retryAccount(plan));
    this.answer = this.#run(translation, isIn);
  }

  stop(reason: Error): void {
    if (this.#stopped !== null) return;
    this.#stopped = reason;
    this.#waiting.abort(reason);
    this.#asker.stop(reason);
  }

  finish(): void {
    this.alarm.stop();
    const { exchange, plan } = this.#scene;
    exchange.departure.forget();
    exchange.services.vantageDesk.touch(plan.health.region, exchange.context.waitUntil);
  }

  async #run(translation: Translation, isIn: boolean): Promise<Answer> {
    try {
      const admitted = isIn ? undefined : this.#admit();
      if (admitted instanceof Promise) await admitted;
      return await this.#asker.ask({ translationFor: () => translation, isHeld: false, isHedged: true });
    } catch (error) {
      this.finish();
      throw error;
    }
  }

  /** Returns at once where leases suffice. Rejects with `LimitExceeded`, `GatewayUnavailable`, and why it was stopped. */
  #admit(): undefined | Promise<void> {
    const { admitting, exchange } = this.#scene;
    const letting = letIn(admitting, exchange, this.#waiting.signal);
    return letting?.then(
      () => {
        if (this.#stopped !== null) throw this.#stopped;
      },
      (error: unknown) => {
        throw this.#stopped ?? error;
      },
    );
  }

  #touchLater(): void {
    const { context, settlement } = this.#scene.exchange;
    this.alarm.set('lease', context.now() + TOUCH_MS, () => {
      settlement.bill.touch();
      this.#touchLater();
    });
  }

  async continueAfter({ reason, asked, said }: BrokenAnswer): Promise<Continuation | null> {
    const { exchange, request } = this.#scene;
    const { turns, delivered: broken } = this.#asker;
    turns.keep(continuesTurns);
    if (broken === null || !turns.hasNext) return null;
    exchange.settlement.failAttempt(reason);
    const translationFor = (target: Target) =>
      new Translation(exchange.route, request, continuedRequest(asked, said, markOf(target)));
    const body = await this.#goOn(translationFor);
    if (this.#stopped !== null) throw this.#stopped;
    const { delivered: next } = this.#asker;
    if (body === null || next === null) {
      broken.deliver(); // what the client got is shown and told
      return null;
    }
    return { body, from: targetName(broken.target), to: targetName(next.target), charged: broken.usage };
  }

  /** `null`: nobody can. */
  async #goOn(translationFor: (target: Target) => Translation): Promise<Continuation['body'] | null> {
    const { settlement, context } = this.#scene.exchange;
    const asker = this.#asker;
    while (this.#stopped === null && asker.turns.hasNext) {
      if (!(await settlement.bill.paysForAnother())) return null;
      try {
        const { body } = await asker.ask({ translationFor, isHeld: true, isHedged: false });
        if (body.kind === 'translated') return body;
        asker.delivered?.fail(new ClientLeft()); // it answered whole where a stream was asked for
      } catch (error) {
        // What is final for one target (a turn that it does not go on with) is not for the next.
        const told = toGatewayError(error);
        if (this.#stopped === null && told instanceof InternalError) logCause(told, context);
      }
    }
    return null;
  }
}
