/** Questions and answers that are JSON and nothing else: token counts, embeddings, rankings. */
import { encodeJson } from '../bytes.ts';
import { InvalidRequest } from '../errors.ts';
import type { Crossing } from './crossing.ts';
import { type Leg, type LegCall, type LegParts, WHOLE_TYPES } from './leg.ts';
import { openCount, openCounted, openWholes } from './open-json.ts';

/** Calls that one request may lead to, where a vendor takes one input a call. A Worker has a bound on its calls. */
const MAX_CALLS = 128;

export function countedLeg(
  { upstream, counting }: Extract<Crossing, { kind: 'counted' }>,
  { exchange, translation, target }: LegParts,
): Leg {
  const { model, provider } = target;
  const { body, headers } = counting.encodeRequest(translation.canonical, {
    model,
    carries: provider.carries,
  });
  const call: LegCall = {
    method: 'POST',
    path: counting.path({ model, wantsStream: false }),
    headers: { ...upstream.headers, ...headers },
    body: encodeJson(body),
    contentType: 'application/json',
    accept: WHOLE_TYPES,
  };
  return {
    calls: [call],
    dropped: [],
    upstream,
    open: ([response], options) =>
      openCounted(response as Response, options, counting, exchange.route.dialect),
  };
}

export function estimatedLeg({ exchange, translation }: LegParts): Leg {
  const { canonical } = translation;
  return {
    calls: [],
    dropped: [],
    upstream: null,
    open: () => Promise.resolve(openCount(canonical, exchange.route.dialect)),
  };
}

export function wholeLeg(
  { upstream, translation }: Extract<Crossing, { kind: 'whole' }>,
  { request, target }: LegParts,
): Leg {
  const question = translation.open(request.parse(), target.model, request.model);
  if (question.calls.length > MAX_CALLS)
    throw new InvalidRequest(
      `\`input\` would take ${question.calls.length} calls of "${target.provider.id}"; at most ${MAX_CALLS} are made.`,
      'input',
    );
  return {
    calls: question.calls.map(({ path, body }) => ({
      method: 'POST',
      path,
      headers: upstream.headers,
      body: encodeJson(body),
      contentType: 'application/json',
      accept: WHOLE_TYPES,
    })),
    dropped: question.dropped,
    upstream,
    open: (responses, options) => openWholes(responses, options, question),
  };
}
