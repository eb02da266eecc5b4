/** Turns whatever was thrown into the client's answer, and ends the settlement with it. */
import type { Context } from 'hono';
import { DOOR_CODECS } from '../dialects/registry.ts';
import { InternalError, toErrorWire, toGatewayError } from '../errors.ts';
import { CLIENT_LEFT_STATUS, ClientLeft } from '../gateway/client-left.ts';
import { logCause } from '../log-cause.ts';
import { MIN_SECRET_LENGTH, REPLACEMENT } from '../redact.ts';
import type { HttpEnv } from './bindings.ts';
import { dialectOf } from './door-dialect.ts';
import { REQUEST_ID_HEADERS, readToken } from './request-facts.ts';

export function answerFailure(thrown: unknown, c: Context<HttpEnv>): Response {
  const { settlement } = c.var;
  const { context } = c.env;
  if (thrown instanceof ClientLeft || context.signal.aborted) {
    settlement?.fail(new ClientLeft());
    return new Response(null, { status: CLIENT_LEFT_STATUS });
  }
  const error = toGatewayError(thrown);
  if (error instanceof InternalError) logCause(error, context);
  settlement?.fail(error);
  const wire = toErrorWire(error);
  const { status, headers } = wire;
  const told = { ...wire, error: { ...wire.error, message: withoutToken(wire.error.message, c) } };
  const dialect = dialectOf(c.req.raw);
  const { encodeError } = DOOR_CODECS[dialect];
  const idHeader = REQUEST_ID_HEADERS[dialect];
  const ids = idHeader === undefined ? {} : { [idHeader]: context.requestId };
  return Response.json(encodeError(told, context.requestId), {
    status,
    headers: { 'cache-control': 'no-store', ...ids, ...settlement?.headers(), ...headers },
  });
}

/** Our own messages quote what the client sent, and clients put keys into the oddest places. */
function withoutToken(message: string, c: Context<HttpEnv>): string {
  const token = readToken(c.req.raw);
  return token === null || token.length < MIN_SECRET_LENGTH
    ? message
    : message.replaceAll(token, REPLACEMENT);
}
