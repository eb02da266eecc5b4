/**
 * A second target is asked when the first is slow. Who shows content first (or is there as a whole) answers, the other is
 * aborted and paid for; a failure of one while the other runs is not the end.
 */
import type { Credential } from '../../providers/provider.ts';
import type { Latency } from '../../routing/health/region-health.ts';
import { type Target, targetName } from '../exchange.ts';
import { takeForHedge } from './hedge-budget.ts';
import type { Scene } from './scene.ts';
import type { Answered, Outcome, Trial } from './trial.ts';
import type { Turns } from './turns.ts';

/** Measured calls below which nobody knows what is slow. */
const MIN_WEIGHT = 20;

export interface HedgeOptions {
  readonly scene: Scene;
  readonly turns: Turns;
  /** Asks a target that is not the first one's. */
  readonly ask: (target: Target, credential: Credential) => Trial;
}

/** Only what is told in words, is sent again without harm, and is kept by nobody. */
export function mayHedge({ exchange: { route }, request, plan }: Scene): boolean {
  if (plan.rules.hedge?.enabled !== true) return false;
  const isText = route.operation === 'chat' || route.id === 'completions';
  const isStateless =
    request.stored === undefined && !request.isBackground && request.previousResponseId === null;
  return isText && isStateless && request.isReplayable;
}

/** As `first.outcome`, or that of a second call. Where both fail, the first one's failure decides how it goes on. */
export async function hedged(first: Trial, { scene, turns, ask }: HedgeOptions): Promise<Outcome> {
  const delayMs = delayOf(first, scene);
  if (delayMs === null || !(await isSlow(first, delayMs, scene))) return first.outcome;
  const target = turns.peekAwake();
  const credential = target?.credentials[0];
  if (target === null || credential === undefined) return first.outcome;
  const taking = takeForHedge(target, scene);
  const ended = first.outcome.then(
    () => 'ended' as const,
    () => 'ended' as const,
  );
  const grant = await Promise.race([ended, taking]);
  if (grant === null) return first.outcome;
  if (grant === 'ended') {
    scene.exchange.context.waitUntil(taking.then((late) => late?.settle(null)));
    return first.outcome;
  }
  turns.pass(target);
  const second = ask(target, credential);
  try {
    const outcome = await firstAnswer(first, second);
    if (!('answer' in outcome)) return outcome;
    const loser = outcome.attempt === first.attempt ? second : first;
    loser.attempt.outrun();
    grant.settle(loser.attempt.part);
    return outcome;
  } finally {
    grant.settle(second.attempt.part); // where nobody won; a grant is settled once
  }
}

/** `null`: it is not known what would be slow. */
function delayOf({ attempt }: Trial, { exchange, request, plan }: Scene): number | null {
  const { delay_ms } = plan.rules.hedge ?? {};
  if (delay_ms !== undefined) return delay_ms;
  const health = plan.health.of(targetName(attempt.target));
  const now = exchange.context.now();
  const latency: Latency | null = request.wantsStream ? health.firstToken(now) : health.total(now);
  return latency === null || latency.weight < MIN_WEIGHT ? null : latency.p95;
}

/** Whether it is neither answered nor over after that. */
function isSlow({ outcome }: Trial, delayMs: number, { alarm, exchange }: Scene): Promise<boolean> {
  return new Promise((resolve) => {
    alarm.set('hedge', exchange.context.now() + delayMs, () => resolve(true));
    const settle = () => {
      alarm.clear('hedge');
      resolve(false);
    };
    outcome.then(settle, settle);
  });
}

async function firstAnswer(first: Trial, second: Trial): Promise<Outcome> {
  try {
    return await Promise.any([answered(first), answered(second)]);
  } catch {
    return first.outcome;
  }
}

/** Rejects where it has failed. */
async function answered({ outcome }: Trial): Promise<Answered> {
  const ended = await outcome;
  if ('answer' in ended) return ended;
  throw ended.failure.error;
}
