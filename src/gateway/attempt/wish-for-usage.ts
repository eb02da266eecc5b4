/** `stream_options.include_usage`, which we put into streams whose client did not: not every provider takes it. */
import type { ClientRequest } from '../../dialects/client-request.ts';
import { crossingTo } from '../crossing.ts';
import type { Exchange, Target } from '../exchange.ts';
import type { AttemptFailure } from '../provider-failure.ts';
import { saidByClient } from '../said-by-client.ts';

/** Whether it goes into a stream's request: where the form has it, and the provider takes it. */
export function asksForUsage(
  { provider }: Target,
  { wantsStream, wantsUsage }: ClientRequest,
  { isMetered }: { readonly isMetered: boolean },
  { route, services }: Exchange,
): boolean {
  if (!wantsStream) return false;
  const crossing = crossingTo(route, provider);
  if (crossing === null || !('upstream' in crossing)) return false;
  // Who wants it has said so where bytes pass; what is translated never says so by itself.
  const isOurWish =
    crossing.kind === 'straight'
      ? route.hasStreamOptions && !wantsUsage && isMetered
      : crossing.upstream.dialect === 'openai-chat';
  if (!isOurWish || services.withoutStreamOptions.get(provider.id)) return false;
  return provider.quirks.every(({ kind }) => kind !== 'rejects-stream-options');
}

/** It is what was refused, and not the client's request, as far as one can tell: a member that the client sent is its own. */
export function complainsOfOurWish({ error }: AttemptFailure, request: ClientRequest): boolean {
  if (error.code !== 'provider_rejected_request') return false;
  const { message, param } = error.provider;
  return WISH.test(`${param ?? ''} ${message}`) && !(param !== null && sends(request, param));
}

function sends(request: ClientRequest, member: string): boolean {
  try {
    return Object.hasOwn(request.parse(), member);
  } catch {
    return false; // its body is held no longer, or is a form
  }
}

/** The client uses these words itself, and the provider may have quoted it: for others nothing follows. */
export function speaksOfOurWish(request: ClientRequest, headers: Headers): boolean {
  const isOfClient = saidByClient(request, headers);
  return isOfClient('include_usage') || isOfClient('stream_options');
}

const WISH = /stream_options|include_usage/i;
