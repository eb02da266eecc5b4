/** The way of one request, stage by stage. */

import { routeName } from '../dialects/openai-chat/routes.ts';
import { admit } from './admit.ts';
import { AttemptRun } from './attempt.ts';
import type { Exchange } from './exchange.ts';
import { identify } from './identify.ts';
import { recall } from './recall.ts';
import { relay } from './relay.ts';
import { readRequestOptions } from './request-options.ts';
import { route } from './route.ts';
import { screen } from './screen.ts';

/**
 * Rejects with a gateway error or `ClientLeft` while no byte of an answer has gone. The settlement is told of every
 * ending behind that point; of a rejection the caller tells it.
 */
export async function runPipeline(exchange: Exchange): Promise<Response> {
  const { services, settlement, context } = exchange;
  const identity = { ...exchange, route: routeName(exchange.route) };
  const principal = await identify(identity, services, context.now());
  settlement.principal = principal;
  const options = readRequestOptions(exchange.headers);
  settlement.metadata = options.metadata;
  const reservation = admit(exchange);
  try {
    const planFor = (model: string) => route(model, principal, services, context.random);
    const request = await screen(exchange, reservation, planFor);
    settlement.inputCharacters = request.inputCharacters;
    settlement.cache = recall().cache;
    const plan = planFor(request.model);
    settlement.alias = plan.alias;
    const run = new AttemptRun(exchange, request, plan, options.timeoutMs);
    const letGo = () => {
      request.release();
      reservation.body.release();
    };
    run.answer.then(letGo, letGo);
    return await relay(run, exchange, request, plan);
  } catch (error) {
    reservation.body.release();
    throw error;
  }
}
