/** A request as the cache sees it, once it is known that its answer may be looked up at all. */
import type { JsonObject } from '../../dialects/canonical.ts';
import type { ClientRequest } from '../../dialects/client-request.ts';
import type { Route } from '../../dialects/routes.ts';
import { countMembers, hasRepeatedMembers } from './repeated-members.ts';

export interface Asked {
  readonly route: Route;
  readonly request: ClientRequest;
  /** Of the client. */
  readonly headers: Headers;
  /** Long integers as raw JSON. `null`: the body is multipart. */
  readonly body: JsonObject | null;
}

/** Parsed, written down and hashed, a body is held some five times over, and an isolate has 128 MiB for everybody. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/**
 * `null` for what is never cached: counts of tokens, calls about stored responses, answers that are made in the
 * background, bodies that stream through, very large ones, and those in which parsers could read two things. Throws
 * `InvalidRequest`.
 */
export function readAsked(route: Route, request: ClientRequest, headers: Headers): Asked | null {
  if (route.operation === 'count-tokens' || request.stored !== undefined) return null;
  if (request.isBackground || !request.isReplayable) return null;
  if (route.body === 'multipart') return { route, request, headers, body: null };
  const bytes = request.encode({ model: request.model, includeUsage: false }); // as sent
  if (!(bytes instanceof Uint8Array) || bytes.length > MAX_BODY_BYTES) return null;
  const body = request.parse();
  const isModelAdded = route.defaultModel !== null && body.model === undefined;
  const members = countMembers(body) + (isModelAdded ? 1 : 0);
  return hasRepeatedMembers(bytes, members) ? null : { route, request, headers, body };
}
