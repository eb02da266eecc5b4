/** What follows when a call has failed: the causes, the limits and the retry budget have their say. */
import type { Target } from '../exchange.ts';
import type { AttemptFailure } from '../provider-failure.ts';
import { backOffMs } from './back-off.ts';
import { suitsAfter } from './cause.ts';
import { nextStep, type Step } from './next-step.ts';
import { retryAccount, type Scene } from './scene.ts';
import type { Turns } from './turns.ts';

/** How far it is with one target. */
export interface Tries {
  /** Of the credential whose turn it is. */
  readonly place: number;
  readonly failed: number;
  /** Further tries. */
  readonly left: number;
}

export interface Surroundings {
  readonly scene: Scene;
  readonly turns: Turns;
  /** As `Turns` has it. */
  readonly rests: (target: Target) => boolean;
  /** By the clock: when the whole request ends. */
  readonly endsAt: number;
}

/** Takes what the step needs, where it leads to another call. */
export async function stepAfter(
  failure: AttemptFailure,
  target: Target,
  tries: Tries,
  around: Surroundings,
): Promise<Step> {
  const { scene, turns } = around;
  const { exchange, request, plan } = scene;
  if (!request.isReplayable) return { kind: 'end' };
  const step =
    causeStep(failure, target, around) ?? nextStep(failure, chancesOf(failure, target, tries, around));
  if (step.kind === 'end' || (step.kind === 'next-target' && !turns.hasNext)) return step;
  if (!(await exchange.settlement.bill.paysForAnother())) return { kind: 'end' };
  const isFurther = step.kind === 'again';
  return isFurther && !exchange.services.retryBudget.mayGoFurther(retryAccount(plan))
    ? { kind: 'next-target', wasAsked: true }
    : step;
}

/** What is final for this target, and not for another; `null`: no cause is known. */
function causeStep(failure: AttemptFailure, target: Target, { scene, turns }: Surroundings): Step | null {
  const { request, plan } = scene;
  if (failure.remedy !== 'nothing') return null;
  const neededTokens = () => {
    const { inputTokens, outputLimit } = request.estimate();
    return inputTokens + (outputLimit ?? 0);
  };
  const suits = suitsAfter(failure, target, plan.rules.fallback_on, neededTokens);
  if (suits === null) return null;
  turns.keep(suits);
  return turns.hasNext ? { kind: 'next-target', wasAsked: true } : { kind: 'end' };
}

function chancesOf(
  { retryAfterMs }: AttemptFailure,
  target: Target,
  { place, failed, left }: Tries,
  { scene, turns, rests, endsAt }: Surroundings,
) {
  const { now, random } = scene.exchange.context;
  return {
    hasNextCredential: place + 1 < target.credentials.length,
    hasNextTarget: turns.hasNext,
    triesLeft: left,
    waitMs: backOffMs({ tries: failed, retryAfterMs, leftMs: endsAt - now() }, random),
    rests: rests(target),
  };
}
