import type { RequestContext } from './context.ts';
import type { InternalError } from './errors.ts';

/** The stack of a mistake of ours, without its message: a message may quote what the client sent. */
export function logCause(
  { cause }: InternalError,
  { log, requestId }: Pick<RequestContext, 'log' | 'requestId'>,
): void {
  const stack = cause instanceof Error ? (cause.stack ?? '').split('\n').slice(1, 12) : [];
  const name = cause instanceof Error ? cause.name : typeof cause;
  log({ type: 'internal_error', request_id: requestId, name, stack });
}
