/** Turns whatever was thrown into the client's answer, and ends the settlement with it. */
import type { Context } from 'hono';
import { InternalError, toErrorWire, toGatewayError } from '../errors.ts';
import { CLIENT_LEFT_STATUS, ClientLeft } from '../gateway/settle.ts';
import type { HttpEnv } from './bindings.ts';

export function answerFailure(thrown: unknown, c: Context<HttpEnv>): Response {
  const { settlement } = c.var;
  const { context } = c.env;
  if (thrown instanceof ClientLeft || context.signal.aborted) {
    settlement?.fail(new ClientLeft());
    return new Response(null, { status: CLIENT_LEFT_STATUS });
  }
  const error = toGatewayError(thrown);
  if (error instanceof InternalError) logCause(error, c);
  settlement?.fail(error);
  const { status, headers, error: body } = toErrorWire(error);
  return Response.json(
    { error: body },
    { status, headers: { 'cache-control': 'no-store', ...settlement?.headers(), ...headers } },
  );
}

/** The stack, without the message: a message may quote what the client sent. */
function logCause({ cause }: InternalError, c: Context<HttpEnv>): void {
  const stack = cause instanceof Error ? (cause.stack ?? '').split('\n').slice(1, 12) : [];
  const name = cause instanceof Error ? cause.name : typeof cause;
  c.env.context.log({ type: 'internal_error', request_id: c.env.context.requestId, name, stack });
}
