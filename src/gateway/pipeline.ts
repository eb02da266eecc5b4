/** The way of one request, stage by stage. */
import type { Principal } from '../keys/principal.ts';
import { ContentRecord } from '../telemetry/content-record.ts';
import { admit } from './admit.ts';
import { AttemptRun } from './attempt.ts';
import type { Exchange } from './exchange.ts';
import { identify } from './identify.ts';
import { reportUsedKey } from './limits/report-alerts.ts';
import { prepareAdmission } from './limits/reserve.ts';
import { recall } from './recall.ts';
import { relay } from './relay.ts';
import { readRequestOptions } from './request-options.ts';
import { checkAlsoNamed, route } from './route.ts';
import { screen } from './screen.ts';
import { findStored, pinToPrevious, planOf, storedRequest } from './stored-responses.ts';

/**
 * Rejects with a gateway error or `ClientLeft` while no byte of an answer has gone. The settlement is told of every
 * ending behind that point; of a rejection the caller tells it.
 */
export async function runPipeline(exchange: Exchange): Promise<Response> {
  const { services, settlement, context } = exchange;
  const { principal, timeoutMs } = await enter(exchange);
  const reservation = admit(exchange);
  try {
    const planFor = (model: string) => route(model, principal, services, context.random);
    const request = await screen(exchange, reservation, planFor);
    settlement.inputCharacters = request.inputCharacters;
    settlement.isFree = exchange.route.operation === 'count-tokens';
    settlement.cache = recall().cache;
    const plan = await pinToPrevious(planFor(request.model), request, principal, exchange);
    checkAlsoNamed(request.alsoNames, plan, principal);
    settlement.alias = plan.alias;
    const admitting = prepareAdmission(exchange, request, plan, principal);
    const run = new AttemptRun(exchange, request, admitting, timeoutMs);
    const letGo = () => {
      run.release();
      reservation.body.release();
    };
    run.answer.then(letGo, letGo);
    return await relay(run, exchange, request, admitting.plan);
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
  const plan = planOf(stored, principal.isMetered);
  const admitting = prepareAdmission(exchange, request, plan, principal);
  return relay(new AttemptRun(exchange, request, admitting, timeoutMs), exchange, request, plan);
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

async function enter(exchange: Exchange): Promise<{ principal: Principal; timeoutMs: number | null }> {
  const { services, settlement, context } = exchange;
  const principal = await identify(exchange.identity, exchange.route.name, services, context);
  settlement.principal = principal;
  reportUsedKey(principal, services, context);
  if (principal.logsContent) settlement.content = new ContentRecord(context);
  const { metadata, timeoutMs } = readRequestOptions(exchange.headers);
  settlement.metadata = metadata;
  return { principal, timeoutMs };
}
