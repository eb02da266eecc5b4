/** The way of one request, stage by stage. */
import type { Principal } from '../keys/principal.ts';
import { ContentRecord } from '../telemetry/content-record.ts';
import { admit } from './admit.ts';
import { answerOnce, readIdempotencyKey } from './cache/idempotency.ts';
import { refresh } from './cache/refresh.ts';
import { type CacheWishes, readCacheWishes } from './cache/wishes.ts';
import { type Exchange, type Plan, targetName } from './exchange.ts';
import { identify } from './identify.ts';
import { reportUsedKey } from './limits/report-alerts.ts';
import { policyOf, recall } from './recall.ts';
import { relay } from './relay.ts';
import { readRequestOptions } from './request-options.ts';
import { checkAlsoNamed, healthFor, healthOfNamed, route } from './route.ts';
import { screen } from './screen.ts';
import { castShadow } from './shadow.ts';
import { startRun } from './start-run.ts';
import { findStored, pinToPrevious, planOf, storedRequest } from './stored-responses.ts';
import { Translation } from './translation.ts';

/**
 * Rejects with a gateway error or `ClientLeft` while no byte of an answer has gone. The settlement is told of every
 * ending behind that point; of a rejection the caller tells it.
 */
export async function runPipeline(exchange: Exchange): Promise<Response> {
  const { settlement } = exchange;
  const { principal, timeoutMs, wishes } = await enter(exchange);
  const reservation = admit(exchange);
  try {
    const once = readIdempotencyKey(exchange);
    if (once !== null) return await answerOnce(exchange, { key: once, principal, timeoutMs, reservation });
    const planFor = (model: string) => route(model, { exchange, principal, request: null });
    const isCached = (plan: Plan) => policyOf({ exchange, plan, principal }, wishes)?.mode === 'always';
    const request = await screen(exchange, reservation, planFor, isCached);
    settlement.inputCharacters = request.inputCharacters;
    settlement.isFree = exchange.route.operation === 'count-tokens';
    const planned = route(request.model, { exchange, principal, request });
    const plan = await pinToPrevious(planned, request, principal, exchange);
    checkAlsoNamed(request.alsoNames, plan, principal);
    settlement.alias = plan.alias;
    settlement.plan = plan;
    const translation = new Translation(exchange.route, request);
    const asking = { exchange, request, plan, principal, timeoutMs, translation };
    const recalled = await recall(asking, wishes);
    castShadow(asking, recalled);
    const run = startRun(asking, recalled);
    const letGo = () => {
      request.release();
      translation.release();
      reservation.body.release();
    };
    const refreshed = refresh(asking, recalled);
    run.answer
      .then(
        () => refreshed,
        () => refreshed,
      )
      .then(letGo, letGo);
    return await relay({ run, exchange, request, plan });
  } catch (error) {
    reservation.body.release();
    throw error;
  }
}

/** A call about a response that a target made before. Rejects as `runPipeline` does. */
export async function runStoredPipeline(exchange: Exchange, call: StoredQuestion): Promise<Response> {
  const { principal, timeoutMs } = await enter(exchange);
  exchange.settlement.isFree = true;
  const stored = await findStored(call.sealedId, principal, exchange);
  const path = `/responses/${encodeURIComponent(stored.id)}${call.suffix}${call.query}`;
  const told = { method: call.method, path, id: stored.id, sealedId: call.sealedId };
  const request = storedRequest(stored.model, told, call.wantsStream);
  const plan = planOf(stored, principal.isMetered, healthOfNamed(targetName(stored), exchange));
  const translation = new Translation(exchange.route, request);
  const run = startRun({ exchange, request, plan, principal, timeoutMs, translation }, { kind: 'bypass' });
  return relay({ run, exchange, request, plan });
}

export interface StoredQuestion {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly sealedId: string;
  /** `/cancel`, `/input_items`, or nothing. */
  readonly suffix: string;
  /** With its question mark. */
  readonly query: string;
  readonly wantsStream: boolean;
}

async function enter(exchange: Exchange): Promise<Entered> {
  const { services, settlement, context } = exchange;
  services.vantageDesk.touch(healthFor(exchange).region, context.waitUntil);
  const principal = await identify(exchange.identity, exchange.route.name, services, context);
  settlement.principal = principal;
  reportUsedKey(principal, services, context);
  if (principal.logsContent) settlement.content = new ContentRecord(context);
  const { metadata, timeoutMs } = readRequestOptions(exchange.headers);
  settlement.metadata = metadata;
  // Who reads from an object waits by its own clock: no client's impatience ends the run for all.
  return {
    principal,
    timeoutMs: exchange.flight === null ? timeoutMs : null,
    wishes: readCacheWishes(exchange.headers),
  };
}

interface Entered {
  readonly principal: Principal;
  readonly timeoutMs: number | null;
  readonly wishes: CacheWishes;
}
