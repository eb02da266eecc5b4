/**
 * Asks targets in turn until one gives an answer that can be delivered.
 *
 * A move to a target that was not tried yet is free, and so is a move to another credential of the same target, because that
 * is another account. Further calls beyond those (retries, hedges) are taken out of the alias's retry budget; a call that is
 * only made again without our own wish for usage is not, since that happens once for a provider.
 */
import { type AnyGatewayError, ProviderCredentialRejected } from '../../errors.ts';
import type { Credential } from '../../providers/provider.ts';
import type { Answer } from '../answer.ts';
import type { Target } from '../exchange.ts';
import { AttemptFailed } from '../provider-failure.ts';
import type { Translation } from '../translation.ts';
import { type Surroundings, stepAfter, type Tries } from './after-failure.ts';
import { restsAt } from './breaker.ts';
import { hedged, mayHedge } from './hedge.ts';
import { learnFromAnswer, learnFromFailure } from './lessons.ts';
import { OneAttempt } from './one-attempt.ts';
import { Overtime } from './overtime.ts';
import { retryAccount, type Scene } from './scene.ts';
import type { Outcome, Trial } from './trial.ts';
import { Turns } from './turns.ts';
import { asksForUsage, complainsOfOurWish } from './wish-for-usage.ts';

/** What the targets are asked, and how. */
export interface Asking {
  readonly translationFor: (target: Target) => Translation;
  /** Nothing of an answer goes down before its first content, whatever else may be tried. */
  readonly isHeld: boolean;
  /** A second target may be asked beside the first. */
  readonly isHedged: boolean;
}

/** A target that gave no answer. `wasAsked`: it was asked at all. */
interface Missed {
  readonly error: AnyGatewayError;
  readonly wasAsked: boolean;
}

export class Asker {
  readonly turns: Turns;
  readonly #scene: Scene;
  readonly #around: Surroundings;
  /** Calls that run, the one whose answer goes down included. */
  readonly #running = new Set<OneAttempt>();
  /** Providers that complained of our wish for usage: they are asked again without it. */
  readonly #withoutWish = new Set<string>();
  #calls = 0;
  #first: Target | null = null;
  #delivered: OneAttempt | null = null;
  #stopped: Error | null = null;
  #wake: (() => void) | null = null;

  /** `endsAt`, by the clock: when the whole request ends. */
  constructor(scene: Scene, endsAt: number) {
    const rests = restsAt(scene.plan, scene.exchange.context.now);
    this.#scene = scene;
    this.turns = new Turns(scene.plan.targets, rests);
    this.#around = { scene, turns: this.turns, rests, endsAt };
  }

  /** Whose answer goes down. */
  get delivered(): OneAttempt | null {
    return this.#delivered;
  }

  /** Ends every call, and a wait between two. */
  stop(reason: Error): void {
    this.#stopped = reason;
    for (const attempt of this.#running) attempt.stop(reason);
    this.#wake?.();
  }

  /** Of those whose turn is still to come. Rejects with the failure of the last that was asked, or with why it was stopped. */
  async ask(asking: Asking): Promise<Answer> {
    let missed: Missed | null = null;
    for (let target = this.turns.next(); target !== null; target = this.turns.next()) {
      const outcome = await this.#tryTarget(target, asking);
      if ('body' in outcome) return outcome;
      // A target that could not even be asked says nothing of why those before it failed.
      if (outcome.wasAsked || missed?.wasAsked !== true) missed = outcome;
    }
    throw missed?.error ?? new Overtime(null, false); // a plan has at least one target
  }

  /** Throws what ends the request. */
  async #tryTarget(target: Target, asking: Asking): Promise<Answer | Missed> {
    const tries = { place: 0, failed: 0, left: this.#scene.plan.retries };
    for (;;) {
      const credential = target.credentials[tries.place];
      if (credential === undefined)
        return { error: new ProviderCredentialRejected(target.provider.id), wasAsked: false };
      const outcome = await this.#tryOnce(target, credential, tries, asking);
      if ('answer' in outcome) return this.#deliver(outcome.attempt, outcome.answer);
      if (this.#stopped !== null) throw this.#stopped;
      const { failure, attempt } = outcome;
      const isOurs = attempt.asksForUsage && complainsOfOurWish(failure, this.#scene.request);
      if (isOurs && this.#scene.request.isReplayable) {
        this.#withoutWish.add(target.provider.id);
        continue;
      }
      const step = await stepAfter(failure, target, tries, this.#around);
      tries.failed += 1;
      switch (step.kind) {
        case 'end':
          throw failure.error;
        case 'next-target':
          return { error: failure.error, wasAsked: step.wasAsked };
        case 'next-credential':
          tries.place += 1;
          break;
        case 'again':
          tries.left -= 1;
          await this.#sleep(step.waitMs);
      }
    }
  }

  #tryOnce(target: Target, credential: Credential, tries: Tries, asking: Asking): Promise<Outcome> {
    const scene = this.#scene;
    const isHeld = asking.isHeld || this.#mayTryAgain(target, tries);
    const first = this.#begin(target, credential, isHeld, asking);
    this.#first ??= target;
    const isFirst = target === this.#first && tries.failed === 0;
    if (!asking.isHedged || !isFirst || !this.turns.hasNext || !mayHedge(scene)) return first.outcome;
    const ask = (other: Target, own: Credential) => this.#begin(other, own, true, asking);
    return hedged(first, { scene, turns: this.turns, ask });
  }

  /** What a chunk that went down would make impossible. */
  #mayTryAgain({ credentials }: Target, { place, left }: Tries): boolean {
    const { request } = this.#scene;
    if (!request.isReplayable) return false;
    if (this.turns.hasNext || place + 1 < credentials.length) return true;
    return left > 0 && request.wantsStream && this.#hasFurtherCalls();
  }

  #hasFurtherCalls(): boolean {
    const { retryBudget } = this.#scene.exchange.services;
    const account = retryAccount(this.#scene.plan);
    const isLeft = retryBudget.mayGoFurther(account);
    if (isLeft) retryBudget.giveBack(account);
    return isLeft;
  }

  #begin(target: Target, credential: Credential, isHeld: boolean, { translationFor }: Asking): Trial {
    const { exchange, request, plan } = this.#scene;
    this.#calls += 1;
    const attempt = new OneAttempt(this.#scene, {
      target,
      credential,
      translation: translationFor(target),
      asksForUsage:
        !this.#withoutWish.has(target.provider.id) && asksForUsage(target, request, plan, exchange),
      isHeld,
      failsByPolicy:
        plan.rules.fallback_on.content_policy &&
        this.turns.some(({ provider }) => provider.id !== target.provider.id),
      name: String(this.#calls),
    });
    this.#running.add(attempt);
    return { attempt, outcome: this.#outcomeOf(attempt) };
  }

  /** Rejects with what ends the request. */
  async #outcomeOf(attempt: OneAttempt): Promise<Outcome> {
    try {
      if (this.#stopped !== null) throw this.#stopped;
      return { attempt, answer: await attempt.answer() };
    } catch (error) {
      this.#running.delete(attempt);
      if (!(error instanceof AttemptFailed)) throw error;
      learnFromFailure(attempt, error.failure, this.#scene);
      return { attempt, failure: error.failure };
    }
  }

  #deliver(attempt: OneAttempt, answer: Answer): Answer {
    this.#delivered = attempt;
    attempt.deliver();
    learnFromAnswer(attempt, this.#scene);
    return answer;
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
}
