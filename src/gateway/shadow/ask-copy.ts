/** Asks the other target, in the mode in which the client asked, and takes all of its answer. */
import { toGatewayError } from '../../errors.ts';
import type { ShadowSide } from '../../telemetry/shadow-log.ts';
import { AttemptRun } from '../attempt/attempt-run.ts';
import { behindTheBack } from '../behind-the-back.ts';
import { ClientLeft } from '../client-left.ts';
import { DEFAULT_RULES, type Plan, type Target } from '../exchange.ts';
import { type Admitting, admissionUnder } from '../limits/reserve.ts';
import { shadowScope } from '../limits/shadow-limits.ts';
import { relay } from '../relay.ts';
import type { Asking } from '../start-run.ts';
import { AnswerWatch } from './answer-watch.ts';
import { factsIn, sideOf } from './side.ts';

/**
 * The platform lets work go on for 30 s after an answer, and what it cuts off gives nothing back. That an answer takes
 * longer is not held against the target.
 */
const MAX_TOTAL_MS = 25_000;

/** Never rejects for what the target does. It is charged to the alias's own budget of `usdPerDay`, and asked once. */
export async function askCopy(asking: Asking, target: Target, usdPerDay: number): Promise<ShadowSide> {
  const exchange = behindTheBack(asking.exchange, 'shadow');
  const { services, settlement, context, route } = exchange;
  const watch = new AnswerWatch(services.bodies);
  settlement.isToldElsewhere = true;
  settlement.watch = watch;
  const copied = { ...asking, exchange, plan: planOf(asking.plan, target) };
  try {
    const { request, plan, translation } = copied;
    const admitting = admitCopy(copied, asking.plan.alias ?? '', usdPerDay);
    const once = { timeoutMs: MAX_TOTAL_MS, recorder: null, isIn: false };
    const run = new AttemptRun({ exchange, request, admitting, translation, ...once });
    const response = await relay({ run, exchange, request, plan });
    await response.body?.pipeTo(new WritableStream());
  } catch (error) {
    settlement.fail(error instanceof ClientLeft ? error : toGatewayError(error));
  }
  const { outcome } = settlement;
  if (outcome === null) throw new Error('a copy ended, and nobody settled it');
  const side = { ...sideOf(outcome, settlement, context), facts: factsIn(watch, route) };
  watch.release();
  return side;
}

const planOf = (plan: Plan, target: Target): Plan => ({
  ...plan,
  alias: null,
  targets: [target],
  retries: 0,
  waitingRoom: null,
  rules: DEFAULT_RULES,
  considered: [],
  reach: null,
});

/** Whoever is let wait for their turn is a client. Nobody is told that the budget is spent: that is what it is for. */
function admitCopy(asking: Asking, alias: string, usdPerDay: number): Admitting {
  const principal = { ...asking.principal, waitingRoom: null };
  const admitting = admissionUnder([shadowScope(alias, usdPerDay)], { ...asking, principal });
  return {
    ...admitting,
    ask: { ...admitting.ask, alerts: null },
    reserved: { ...admitting.reserved, stopsMidStream: false },
  };
}
