/**
 * Stages 1 to 5 of a request that is only thought of: where it would go and why, what it might cost, and under which key
 * its answer would be kept. Nobody is asked, nothing is taken of any limit, and nothing is kept.
 */
import { decodeJsonRequest } from '../dialects/json-request.ts';
import type { Principal } from '../keys/principal.ts';
import { readCacheWishes } from './cache/wishes.ts';
import { type Exchange, type Plan, targetName } from './exchange.ts';
import { type ExplainedCache, explainCache } from './explain/explain-cache.ts';
import { type ExplainedRequest, explainRequest } from './explain/explain-request.ts';
import { type ExplainedTarget, explainTargets } from './explain/explain-targets.ts';
import { type Admitting, prepareAdmission } from './limits/reserve.ts';
import { readRequestOptions } from './request-options.ts';
import { checkAlsoNamed, route } from './route.ts';
import type { Asking } from './start-run.ts';
import { pinToPrevious } from './stored-responses.ts';
import { Translation } from './translation.ts';

/** The answer's body. */
export interface Explanation {
  readonly object: 'explanation';
  readonly route: string;
  readonly model: string;
  /** `null` where the request names its target itself. */
  readonly alias: string | null;
  readonly strategy: string | null;
  /** That the first eligible target stands for. */
  readonly arm: string | null;
  readonly region: {
    readonly region: string;
    readonly continent: string | null;
    readonly country: string | null;
    readonly colo: string | null;
  };
  /** `provider/model` that made the response which this request goes on from. */
  readonly pinned_to: string | null;
  readonly targets: readonly ExplainedTarget[];
  readonly cache_key: string | null;
  readonly cache: ExplainedCache;
  /** Of the first eligible target. */
  readonly estimated_cost_usd: number | null;
  readonly request: ExplainedRequest;
}

/**
 * `exchange`: of the explained request, with a settlement that nobody ends. `body`: as it would be sent. Rejects with the
 * error that the real route would answer.
 */
export async function explain(
  exchange: Exchange,
  principal: Principal,
  body: Uint8Array,
): Promise<Explanation> {
  const asking = await planFor(exchange, principal, body);
  const { request, plan } = asking;
  const cache = explainCache(asking, readCacheWishes(exchange.headers));
  const admitting = prepareAdmission(exchange, request, plan, principal);
  const targets = await whileLetIn(exchange, admitting, () => explainTargets(asking, admitting));
  const first = targets.find(({ eligible }) => eligible);
  return {
    object: 'explanation',
    route: exchange.route.name,
    model: request.model,
    alias: plan.alias,
    strategy: strategyOf(plan, exchange),
    arm: plan.alias === null ? null : (first?.arm ?? null),
    region: { region: plan.health.region, ...exchange.place },
    pinned_to: request.previousResponseId === null ? null : pinnedTo(plan),
    targets,
    cache_key: cache.key,
    cache: cache.told,
    estimated_cost_usd: first?.estimated_cost_usd ?? null,
    request: explainRequest(exchange.route, request),
  };
}

/** Under no limit. Whether a budget may end its stream decides in which form a target is asked. */
async function whileLetIn<Value>(
  { services, settlement, context }: Exchange,
  { ask, reserved }: Admitting,
  look: () => Value,
): Promise<Value> {
  const grant = await services.limitDesk.reserve({ ...ask, scopes: [] }, context);
  settlement.bill.open(grant, reserved);
  try {
    return look();
  } finally {
    grant.settle([]);
  }
}

async function planFor(exchange: Exchange, principal: Principal, body: Uint8Array): Promise<Asking> {
  const { settlement } = exchange;
  const { metadata, timeoutMs } = readRequestOptions(exchange.headers);
  settlement.principal = principal;
  settlement.metadata = metadata;
  const request = decodeJsonRequest(exchange.route, body, exchange.inPath);
  settlement.inputCharacters = request.inputCharacters;
  settlement.isFree = exchange.route.operation === 'count-tokens';
  const planned = route(request.model, { exchange, principal, request });
  const plan = await pinToPrevious(planned, request, principal, exchange);
  checkAlsoNamed(request.alsoNames, plan, principal);
  const translation = new Translation(exchange.route, request);
  return { exchange, request, plan, principal, timeoutMs, translation };
}

function strategyOf({ alias }: Plan, { services }: Exchange): string | null {
  return alias === null ? null : (services.snapshot.aliases.get(alias)?.strategy ?? null);
}

/** Such a plan has one target. */
const pinnedTo = ({ targets: [target] }: Plan): string | null =>
  target === undefined ? null : targetName(target);
