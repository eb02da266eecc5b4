/** How one of two compared requests ended, as its settlement tells. */
import type { RequestContext } from '../../context.ts';
import type { Route } from '../../dialects/routes.ts';
import type { ShadowSide } from '../../telemetry/shadow-log.ts';
import type { Outcome, Settlement } from '../settle.ts';
import { factsOf } from './answer-facts.ts';
import type { AnswerWatch } from './answer-watch.ts';

/** To be asked when it ends, because latency counts until then. */
export function sideOf(
  { ending, errorCode, usage }: Outcome,
  { target, attempts, firstTokenMs, bill }: Settlement,
  { now, arrivedAt }: Pick<RequestContext, 'now' | 'arrivedAt'>,
): Omit<ShadowSide, 'facts'> {
  return {
    provider: target?.provider ?? null,
    model: target?.model ?? null,
    attempts,
    ending,
    errorCode,
    latencyMs: now() - arrivedAt,
    firstTokenMs,
    costNanoUsd: bill.spent,
    usage,
  };
}

/** `null` unless all of a well-formed answer came. */
export function factsIn(watch: AnswerWatch, route: Route): ShadowSide['facts'] {
  const answer = watch.answer(route);
  return answer && factsOf(answer);
}
