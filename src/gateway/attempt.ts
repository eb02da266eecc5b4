/**
 * Stage 6: asks the targets in order until one gives an answer that can be delivered. Timeouts, retries and aborts
 * exist here and nowhere else.
 */
import type { ClientRequest } from '../dialects/client-request.ts';
import { type AnyGatewayError, ProviderTimeout } from '../errors.ts';
import { forgetToken } from '../providers/credentials/authorize.ts';
import type { Credential } from '../providers/provider.ts';
import { Alarm } from '../streaming/alarm.ts';
import type { Answer } from './answer.ts';
import type { AnswerRun } from './answer-run.ts';
import type { AnswerRecorder } from './cache/answer-recorder.ts';
import { ClientLeft } from './client-left.ts';
import { crossingTo } from './crossing.ts';
import type { Exchange, Plan, Target } from './exchange.ts';
import { takeOfCredential } from './limits/credential-limits.ts';
import { reportRefusedCredential } from './limits/report-alerts.ts';
import { type Admitting, letIn } from './limits/reserve.ts';
import { prepareLeg } from './prepare-leg.ts';
import { AttemptFailed, type AttemptFailure } from './provider-failure.ts';
import { sendCalls } from './send.ts';
import { responseIds } from './stored-responses.ts';
import type { Translation } from './translation.ts';
import { UpstreamCall } from './upstream-call.ts';

/** A stream's wait for headers where the configuration names none, in milliseconds. */
const DEFAULT_STREAM_HEADERS_MS = 120_000;
/** Full jitter: uniform up to this, doubling with each try. */
const BACKOFF_BASE_MS = 200;
const BACKOFF_MAX_MS = 2000;
/** A provider that asks for a longer wait is not asked again; its client is told the wait instead. */
const MAX_RETRY_AFTER_MS = 5000;

/** A lease that nobody touches for longer ends. In milliseconds. */
const TOUCH_MS = 10_000;

export interface AttemptOptions {
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
  readonly #exchange: Exchange;
  readonly #request: ClientRequest;
  readonly #plan: Plan;
  readonly #endsAt: number;
  readonly #translation: Translation;
  readonly #admitting: Admitting;
  /** Ends a wait for the request's turn. */
  readonly #waiting = new AbortController();
  #call: UpstreamCall | null = null;
  #stopped: Error | null = null;
  #wake: (() => void) | null = null;

  constructor({ exchange, request, admitting, timeoutMs, translation, recorder, isIn }: AttemptOptions) {
    this.recorder = recorder;
    const { plan } = admitting;
    this.#exchange = exchange;
    this.#request = request;
    this.#admitting = admitting;
    this.#plan = plan;
    this.#translation = translation;
    const { context } = exchange;
    const totalMs = Math.min(plan.timeouts.total_ms, timeoutMs ?? Number.POSITIVE_INFINITY);
    this.#endsAt = context.arrivedAt + totalMs;
    this.alarm = new Alarm(context.now);
    this.#touchLater();
    this.alarm.set('total', this.#endsAt, () => this.stop(this.#overtime()));
    exchange.departure.onLeave(() => this.stop(new ClientLeft()));
    request.onLateRefusal((refusal) => this.stop(refusal));
    this.answer = this.#run(isIn);
  }

  stop(reason: Error): void {
    if (this.#stopped !== null) return;
    this.#stopped = reason;
    this.#waiting.abort(reason);
    if (reason instanceof ClientLeft) this.#call?.leave(reason);
    else this.#call?.abort(reason);
    this.#wake?.();
  }

  finish(): void {
    this.alarm.stop();
    this.#exchange.departure.forget();
  }

  async #run(isIn: boolean): Promise<Answer> {
    try {
      const admitted = isIn ? undefined : this.#admit();
      if (admitted instanceof Promise) await admitted;
      return await this.#tryTargets();
    } catch (error) {
      this.finish();
      throw error;
    }
  }

  /** Returns at once where leases suffice. Rejects with `LimitExceeded`, `GatewayUnavailable`, and why it was stopped. */
  #admit(): undefined | Promise<void> {
    const letting = letIn(this.#admitting, this.#exchange, this.#waiting.signal);
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
    const { context, settlement } = this.#exchange;
    this.alarm.set('lease', context.now() + TOUCH_MS, () => {
      settlement.bill.touch();
      this.#touchLater();
    });
  }

  async #tryTargets(): Promise<Answer> {
    let last: AnyGatewayError | undefined;
    let wasAsked = false;
    const { targets } = this.#plan;
    for (const [index, target] of targets.entries()) {
      const outcome = await this.#tryTarget(target, index < targets.length - 1);
      if ('answer' in outcome) return outcome.answer;
      // A target that could not even be asked says nothing of why those before it failed.
      if (outcome.wasAsked || !wasAsked) last = outcome.error;
      wasAsked ||= outcome.wasAsked;
    }
    throw last ?? this.#overtime(); // a plan has at least one target
  }

  /** The answer, or the last failure when this target has nothing left to try. Throws what ends the request. */
  async #tryTarget(
    target: Target,
    hasNextTarget: boolean,
  ): Promise<{ answer: Answer } | { error: AnyGatewayError; wasAsked: boolean }> {
    let triesLeft = this.#plan.retries;
    let place = 0;
    for (let tries = 0; ; tries += 1) {
      const credential = target.credentials[place] as Credential; // `place` stays below the length
      const hasNextCredential = place + 1 < target.credentials.length;
      const canTryAgain = this.#request.isReplayable && (triesLeft > 0 || hasNextCredential || hasNextTarget);
      const outcome = await this.#tryOnce(target, credential, canTryAgain);
      if ('answer' in outcome) {
        this.#exchange.services.alerts.credentialWorked(credential.id, this.#exchange.context);
        return outcome;
      }
      const { failure } = outcome;
      if (this.#stopped !== null) throw this.#stopped;
      if (failure.isCredentialRefused) this.#rememberRefusal(target, credential, failure);
      if (!this.#request.isReplayable || failure.remedy === 'nothing') throw failure.error;
      if (!(await this.#exchange.settlement.bill.paysForAnother())) throw failure.error;
      if (failure.remedy === 'next-credential' && hasNextCredential) {
        place += 1;
        continue;
      }
      if (failure.remedy === 'elsewhere') return { error: failure.error, wasAsked: false };
      const waitMs = this.#backoffMs(tries, failure);
      const isOver = failure.isCredentialRefused || triesLeft === 0 || waitMs === null;
      if (isOver || (failure.remedy !== 'again' && hasNextTarget))
        return { error: failure.error, wasAsked: true };
      triesLeft -= 1;
      await this.#sleep(waitMs);
    }
  }

  async #tryOnce(
    target: Target,
    credential: Credential,
    isHeld: boolean,
  ): Promise<{ answer: Answer } | { failure: AttemptFailure }> {
    const { withoutStreamOptions } = this.#exchange.services;
    const asksForUsage = this.#asksForUsage(target);
    try {
      return { answer: await this.#callUpstream(target, credential, isHeld, asksForUsage) };
    } catch (error) {
      if (!(error instanceof AttemptFailed)) throw error;
      if (!asksForUsage || !complainsOfStreamOptions(error.failure)) return { failure: error.failure };
      // Our wish for usage is what was refused, not the client's request.
      withoutStreamOptions.set(target.provider.id, true);
      return this.#tryOnce(target, credential, isHeld);
    }
  }

  /** Whether the wish for usage is put into a stream's request: where the form has it, and the provider takes it. */
  #asksForUsage({ provider }: Target): boolean {
    const { route, services } = this.#exchange;
    const { wantsStream, wantsUsage } = this.#request;
    if (!wantsStream) return false;
    const crossing = crossingTo(route, provider);
    if (crossing === null || !('upstream' in crossing)) return false;
    // Who wants it has said so where bytes pass; what is translated never says so by itself.
    const isOurWish =
      crossing.kind === 'straight'
        ? route.hasStreamOptions && !wantsUsage && this.#plan.isMetered
        : crossing.upstream.dialect === 'openai-chat';
    if (!isOurWish || services.withoutStreamOptions.get(provider.id)) return false;
    return provider.quirks.every(({ kind }) => kind !== 'rejects-stream-options');
  }

  async #callUpstream(
    target: Target,
    credential: Credential,
    isHeld: boolean,
    asksForUsage: boolean,
  ): Promise<Answer> {
    if (this.#stopped !== null) throw this.#stopped;
    const { context, settlement } = this.#exchange;
    const { provider } = target;
    const leg = prepareLeg({
      exchange: this.#exchange,
      request: this.#request,
      translation: this.#translation,
      target,
      asksForUsage,
    });
    const isAsked = leg.calls.length > 0; // some token counts are made here
    const taking = isAsked ? takeOfCredential(this.#admitting.ask, target, credential, this.#exchange) : null;
    const credentialGrant = taking === null ? null : await taking;
    if (this.#stopped !== null) {
      credentialGrant?.settle([]);
      throw this.#stopped;
    }
    const call = new UpstreamCall(provider, context.now, this.alarm);
    this.#call = call;
    if (isAsked) settlement.startAttempt(target, credentialGrant);
    settlement.droppedParams = leg.dropped;
    try {
      this.#startTimers(call);
      const idleMs = this.#plan.timeouts.idle_ms;
      const responses = await sendCalls(leg, {
        exchange: this.#exchange,
        request: this.#request,
        target,
        credential,
        call,
        idleMs,
      });
      const [first] = responses;
      const body = await leg.open(responses, {
        call,
        exchange: this.#exchange,
        wantsStream: this.#request.wantsStream,
        wantsUsage: this.#request.wantsUsage,
        choices: this.#request.choices,
        isMetered: this.#plan.isMetered,
        isHeld,
        stripsUsage: asksForUsage,
        idleMs,
        translation: this.#translation,
        isStored: this.#request.stored !== undefined,
        ids: responseIds(this.#exchange, this.#request, target, credential),
      });
      return { status: first?.status ?? 200, headers: first?.headers ?? new Headers(), body };
    } catch (error) {
      const reason = call.explain(error);
      call.abort(reason); // cancels the body of a failed attempt
      settlement.failAttempt(reason);
      throw reason;
    }
  }

  #rememberRefusal({ provider }: Target, credential: Credential, { refusal }: AttemptFailure): void {
    const { services, context } = this.#exchange;
    const { refusedCredentials, accessTokens } = services;
    const { status = null, reason = 'rejected' } = refusal ?? {};
    reportRefusedCredential(
      { provider: provider.id, credential: credential.id, reason, status },
      services,
      context,
    );
    refusedCredentials.set(credential.id, true);
    forgetToken(credential, accessTokens);
  }

  #startTimers(call: UpstreamCall): void {
    const { timeouts } = this.#plan;
    const { wantsStream } = this.#request;
    const headersMs = timeouts.headers_ms ?? (wantsStream ? DEFAULT_STREAM_HEADERS_MS : undefined);
    if (headersMs !== undefined) call.startTimer('headers', headersMs);
    if (wantsStream) call.startTimer('first-token', timeouts.first_token_ms);
  }

  /** `null`: the provider asks for a wait that is too long to be waited out here. */
  #backoffMs(tries: number, { retryAfterMs }: AttemptFailure): number | null {
    const leftMs = this.#endsAt - this.#exchange.context.now();
    if (retryAfterMs !== null && retryAfterMs > Math.min(MAX_RETRY_AFTER_MS, leftMs)) return null;
    const jitterMs = this.#exchange.context.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** tries);
    return Math.max(jitterMs, retryAfterMs ?? 0);
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  #overtime(): ProviderTimeout {
    const { provider } = this.#plan.targets[0] ?? {};
    return new ProviderTimeout(
      `The answer of ${provider ? `"${provider.id}"` : 'the provider'} took longer than the whole request may take.`,
    );
  }
}

function complainsOfStreamOptions({ error }: AttemptFailure): boolean {
  if (error.code !== 'provider_rejected_request') return false;
  const { message, param } = error.provider;
  return /stream_options|include_usage/i.test(`${param ?? ''} ${message}`);
}
