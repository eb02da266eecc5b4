/** Stage 3: the request is decoded, and refused if it cannot be right, before any provider is asked. */
import type { ClientRequest } from '../dialects/client-request.ts';
import { decodeJsonRequest } from '../dialects/json-request.ts';
import { decodeMultipartRequest } from '../dialects/openai-chat/multipart-request.ts';
import type { Reservation } from './admit.ts';
import type { Exchange, Plan } from './exchange.ts';

/** Throws `InvalidRequest`, `RequestTooLarge`, `GatewayUnavailable`, and what `planFor` throws. */
export async function screen(
  { route, headers, inPath, settlement }: Exchange,
  { body }: Reservation,
  planFor: (model: string) => Plan,
  isCached: (plan: Plan) => boolean,
): Promise<ClientRequest> {
  if (route.body === 'json') {
    const bytes = await body.readAll();
    settlement.content?.takeRequest(bytes);
    return decodeJsonRequest(route, bytes, inPath);
  }
  const request = await decodeMultipartRequest({
    route,
    contentType: headers.get('content-type') ?? '',
    source: body,
    // What streams through can be sent once, and compared with nothing.
    isSingleTry: (model) => {
      const plan = planFor(model);
      return isSingleTry(plan) && !isCached(plan);
    },
  });
  if (!request.isReplayable) body.release();
  return request;
}

const isSingleTry = (plan: Plan): boolean =>
  plan.retries === 0 && plan.targets.length === 1 && plan.targets[0]?.credentials.length === 1;
