/** Whatever an admin route throws becomes the answer, in the one shape that all doors have. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { RequestContext } from '../../context.ts';
import {
  type AnyGatewayError,
  InternalError,
  InvalidRequest,
  toErrorWire,
  toGatewayError,
} from '../../errors.ts';
import { logCause } from '../../log-cause.ts';
import type { AdminEnv } from './admin-env.ts';

export const answerAdminFailure = (thrown: unknown, c: Context<AdminEnv>): Response =>
  toAdminFailure(thrown, c.env.context);

export function toAdminFailure(thrown: unknown, context: RequestContext): Response {
  const error = toAdminError(thrown);
  if (error instanceof InternalError) logCause(error, context);
  const { status, headers, error: body } = toErrorWire(error);
  return Response.json({ error: body }, { status, headers: { 'cache-control': 'no-store', ...headers } });
}

/** What Hono refuses by itself: a body that is no JSON, or does not say that it is. */
function toAdminError(thrown: unknown): AnyGatewayError {
  if (!(thrown instanceof HTTPException)) return toGatewayError(thrown);
  if (thrown.status === 415)
    return new InvalidRequest('The body has to be application/json.', 'content-type');
  return thrown.status === 400
    ? new InvalidRequest('The body is not valid JSON.', null)
    : toGatewayError(thrown);
}
