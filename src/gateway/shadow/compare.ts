/** Asks the other target the same, and writes down how the two answers compare. */
import type { JsonObject } from '../../dialects/canonical.ts';
import type { ClientRequest } from '../../dialects/client-request.ts';
import { decodeJsonRequest } from '../../dialects/json-request.ts';
import { InvalidRequest } from '../../errors.ts';
import { type ShadowSide, toShadowLine } from '../../telemetry/shadow-log.ts';
import { reachesOutside } from '../cache/eligible.ts';
import { crossingTo } from '../crossing.ts';
import type { Exchange, Plan, Target } from '../exchange.ts';
import type { Asking } from '../start-run.ts';
import { Translation } from '../translation.ts';
import type { AnswerWatch } from './answer-watch.ts';
import { askCopy } from './ask-copy.ts';
import { factsIn } from './side.ts';

export interface Comparison {
  readonly asking: Asking;
  readonly shadow: NonNullable<Plan['rules']['shadow']>;
  readonly target: Target;
  /** As the client sent it. */
  readonly body: Uint8Array;
  readonly watch: AnswerWatch;
  readonly primary: Omit<ShadowSide, 'facts'>;
}

/** Resolves when it is written down, or nothing is to be asked after all. */
export async function compareWithCopy(comparison: Comparison): Promise<void> {
  const { asking, target, watch, primary, body } = comparison;
  const { exchange, plan } = asking;
  const { route, inPath, settlement, context } = exchange;
  await watch.gone;
  await nextTurn();
  const request = decodeJsonRequest(route, body, inPath);
  if (!isSafeToRepeat(request, exchange, target)) return;
  const translation = new Translation(route, request);
  const wantsJson = asksForJson(translation);
  const { usd_per_day: usdPerDay } = comparison.shadow;
  const shadow = await askCopy({ ...asking, request, translation }, target, usdPerDay);
  const line = toShadowLine({
    requestId: context.requestId,
    project: settlement.principal?.project ?? null,
    route: route.name,
    alias: plan.alias ?? '',
    wantsStream: request.wantsStream,
    wantsJson,
    primary: { ...primary, facts: factsIn(watch, route) },
    shadow,
  });
  context.log(line);
}

/** A whole answer leaves when this turn of the event loop is over. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Nobody keeps it, and nobody acts on it: a copy must not be seen anywhere but in the log. */
function isSafeToRepeat(request: ClientRequest, { route }: Exchange, { provider }: Target): boolean {
  const body = request.parse();
  return !isKept(body, route, provider) && !reachesOutside(route.dialect, body);
}

/** Responses are kept unless the client says otherwise, and only where they are asked for in that form. */
function isKept(body: JsonObject, route: Exchange['route'], provider: Target['provider']): boolean {
  if (body.store === true) return true;
  const isKeptUnsaid = route.dialect === 'openai-responses' && body.store !== false;
  return isKeptUnsaid && crossingTo(route, provider)?.kind === 'straight';
}

function asksForJson(translation: Translation): boolean {
  try {
    const format = translation.canonical.responseFormat;
    return format !== null && format.kind !== 'text';
  } catch (error) {
    if (error instanceof InvalidRequest) return false; // the first target took it as it was
    throw error;
  }
}
