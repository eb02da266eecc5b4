/**
 * One upstream call, from the first look at its target to the end of its body: its timers, its part of the bill, what is
 * measured of it, and what the client sees of it if it is the one that is delivered. Two may run at once.
 */
import { InternalError } from '../../errors.ts';
import type { Credential } from '../../providers/provider.ts';
import type { Ending } from '../../telemetry/request-log.ts';
import type { Usage } from '../../usage/usage.ts';
import type { Answer, AnswerBody } from '../answer.ts';
import { ClientLeft } from '../client-left.ts';
import type { Target } from '../exchange.ts';
import type { Leg } from '../leg.ts';
import { limitedModel } from '../limited-model.ts';
import type { AttemptBill } from '../limits/attempt-bill.ts';
import { takeOfCredential } from '../limits/credential-limits.ts';
import { prepareLeg } from '../prepare-leg.ts';
import { toFailure } from '../provider-failure.ts';
import { sendCalls, upstreamRequestId } from '../send.ts';
import { type DeliveredCall, toEnding } from '../settle.ts';
import { responseIds } from '../stored-responses.ts';
import type { Translation } from '../translation.ts';
import { UpstreamCall } from '../upstream-call.ts';
import { AttemptHealth } from './attempt-health.ts';
import { OutrunByAnother } from './outrun.ts';
import { isPolicyRefusal, refusedByPolicy } from './policy-refusal.ts';
import type { Scene } from './scene.ts';

/** A stream's wait for headers where the configuration names none, in milliseconds. */
const DEFAULT_STREAM_HEADERS_MS = 120_000;

export interface AttemptOptions {
  readonly target: Target;
  readonly credential: Credential;
  readonly translation: Translation;
  /** Our own wish for usage goes into its request. */
  readonly asksForUsage: boolean;
  /** Events are held until the first content, because another try is possible. */
  readonly isHeld: boolean;
  /** An answer that is a refusal by the provider's policy is a failure, because another provider may be asked. */
  readonly failsByPolicy: boolean;
  /** Unlike that of any other call of the request. */
  readonly name: string;
}

export class OneAttempt implements DeliveredCall {
  readonly target: Target;
  readonly credential: Credential;
  droppedParams: readonly string[] = [];
  upstreamRequestId: string | null = null;
  /** By the clock. */
  askedAt: number;
  readonly #scene: Scene;
  readonly #options: AttemptOptions;
  #call: UpstreamCall | null = null;
  #bill: AttemptBill | null = null;
  #health: AttemptHealth | null = null;
  #stopped: Error | null = null;
  #isDelivered = false;
  #hasEnded = false;

  constructor(scene: Scene, options: AttemptOptions) {
    this.#scene = scene;
    this.#options = options;
    this.askedAt = scene.exchange.context.now();
    this.target = options.target;
    this.credential = options.credential;
  }

  get provider(): string {
    return this.target.provider.id;
  }

  get model(): string {
    return this.target.model;
  }

  get asksForUsage(): boolean {
    return this.#options.asksForUsage;
  }

  /** What it used, once it has ended. */
  get usage(): Usage | null {
    return this.#bill?.usage ?? null;
  }

  /** What is charged for it, once it has ended; `null`: nothing. */
  get part(): AttemptBill['part'] {
    return this.#bill?.part ?? null;
  }

  /** Rejects with `AttemptFailed`, or with why it was stopped; then it has ended. */
  async answer(): Promise<Answer> {
    try {
      return await this.#ask();
    } catch (error) {
      const reason = this.#call?.explain(error) ?? this.#stopped ?? asError(error);
      this.fail(reason);
      throw reason;
    }
  }

  /** Its answer goes down. */
  deliver(): void {
    if (this.#bill === null) return; // made here
    this.#isDelivered = true;
    this.#scene.exchange.settlement.deliver(this, this.#bill);
  }

  /** Ends it, its body too. The first reason counts. */
  stop(reason: Error): void {
    this.#stopped ??= reason;
    if (reason instanceof ClientLeft) this.#call?.leave(reason);
    else this.#call?.abort(reason);
  }

  /** Ends and charges it: it brought nothing that is delivered, or broke while that went down. */
  fail(reason: Error): void {
    this.#call?.abort(reason); // cancels the body
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#chargeFailure(reason);
    this.#health?.failed(reason);
  }

  /** Another was faster: what it made until now is paid for. */
  outrun(): void {
    this.stop(new OutrunByAnother());
    this.fail(new OutrunByAnother());
  }

  /** The request was settled while this was the answer that went down; its bill was closed with it. */
  settled(ending: Ending): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { signal } = this.#call ?? {};
    const isEnded = ending !== 'complete' && signal?.aborted === true;
    if (isEnded)
      this.#health?.failed(signal.reason as Error); // `abort` takes nothing but errors
    else this.#health?.settled(ending);
  }

  async #ask(): Promise<Answer> {
    const { exchange, request, admitting, plan, alarm } = this.#scene;
    const { target, credential, translation, asksForUsage, isHeld, name } = this.#options;
    const leg = prepareLeg({ exchange, request, translation, target, plan, asksForUsage });
    const isAsked = leg.calls.length > 0; // some token counts are made here
    const taking = isAsked ? takeOfCredential(admitting.ask, target, credential, exchange) : null;
    const credentialGrant = taking === null ? null : await taking;
    if (this.#stopped !== null) {
      credentialGrant?.settle([]);
      throw this.#stopped;
    }
    this.droppedParams = leg.dropped;
    const { now } = exchange.context;
    const onContent = () => this.#health?.answered('stream');
    const call = new UpstreamCall({ provider: target.provider, name, now, alarm, onContent });
    this.#call = call;
    this.askedAt = now();
    if (isAsked) {
      this.#bill = exchange.settlement.startAttempt(this, credentialGrant);
      if (isMeasured(this.#scene)) this.#health = new AttemptHealth(target, this.#scene);
    }
    this.#startTimers(call);
    const { idle_ms: idleMs } = plan.timeouts;
    const responses = await this.#send(leg, call, idleMs);
    const [first] = responses;
    const body = await leg.open(responses, {
      call,
      exchange,
      wantsStream: request.wantsStream,
      wantsUsage: request.wantsUsage,
      choices: request.choices,
      isMetered: plan.isMetered,
      isHeld,
      stripsUsage: asksForUsage,
      idleMs,
      translation,
      isStored: request.stored !== undefined,
      ids: responseIds(exchange, request, target, credential),
    });
    if (this.#options.failsByPolicy) this.#refuseRefusal(body, call);
    if (body.kind === 'whole' || body.kind === 'told') this.#health?.answered('whole');
    else if (body.kind === 'bytes') this.#health?.answered('stream');
    return { status: first?.status ?? 200, headers: first?.headers ?? new Headers(), body };
  }

  #send(leg: Leg, call: UpstreamCall, idleMs: number): Promise<Response[]> {
    const { exchange, request } = this.#scene;
    const { services, context } = exchange;
    const { target, credential } = this.#options;
    const onResponse = ({ status, ok, headers }: Response) => {
      this.upstreamRequestId = upstreamRequestId(headers, services.snapshot.redact);
      // Of a model that does not exist nothing is learnt: clients make names up.
      if (ok || status === 429)
        services.credentialBook.learn(
          credential.stateId,
          limitedModel(target.provider.id, target.model, services.snapshot),
          headers,
          context.now(),
        );
    };
    return sendCalls(leg, { exchange, request, target, credential, call, idleMs, onResponse });
  }

  /** Throws `AttemptFailed`. */
  #refuseRefusal(body: AnswerBody, call: UpstreamCall): void {
    const { route } = this.#scene.exchange;
    if (route.operation !== 'chat' || !isPolicyRefusal(body, route.dialect)) return;
    if ('usage' in body) call.heard = { usage: body.usage, outputCharacters: 0 };
    throw refusedByPolicy(this.target.provider);
  }

  #startTimers(call: UpstreamCall): void {
    const { timeouts } = this.#scene.plan;
    const { wantsStream } = this.#scene.request;
    const headersMs = timeouts.headers_ms ?? (wantsStream ? DEFAULT_STREAM_HEADERS_MS : undefined);
    if (headersMs !== undefined) call.startTimer('headers', headersMs);
    if (wantsStream) call.startTimer('first-token', timeouts.first_token_ms);
  }

  /** Of what came of a failed answer only what was told counts; of one that somebody began to read, what was seen too. */
  #chargeFailure(reason: Error): void {
    const { usage: told = null, outputCharacters = 0 } = this.#call?.heard ?? {};
    const isRead = this.#isDelivered || reason instanceof OutrunByAnother;
    const phase = isRead && outputCharacters > 0 ? 'content' : 'called';
    const ending = reason instanceof ClientLeft ? 'client_abort' : toEnding(toFailure(reason));
    this.#bill?.charge({ ending, phase, told, outputCharacters });
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new InternalError(error));

/** Counting tokens, and reading again what was answered, is quick, and says nothing of how answers are made. */
const isMeasured = ({ exchange: { route }, request }: Scene): boolean =>
  route.operation !== 'count-tokens' && request.stored === undefined;
