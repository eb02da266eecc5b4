/** Asking a target of the door's own form. */
import type { StoredCall } from '../dialects/client-request.ts';
import type { UpstreamCodec } from '../dialects/codec.ts';
import { UPSTREAM_CODECS } from '../dialects/registry.ts';
import { pathOnHost, straightEdit } from '../providers/hosting.ts';
import { formHeaders } from './form-headers.ts';
import { type Leg, type LegCall, type LegParts, WHOLE_TYPES } from './leg.ts';
import { openStraight } from './open-straight.ts';

export function straightLeg(upstream: UpstreamCodec, parts: LegParts): Leg {
  const { exchange, request, target, asksForUsage } = parts;
  const { route, headers: clientHeaders } = exchange;
  const { wantsStream } = request;
  const { model, provider } = target;
  const operation = { model, wantsStream };
  const path =
    route.operation === 'chat' ? pathOnHost(provider, upstream, operation) : route.upstreamPath(model);
  const body = request.encode({
    model,
    includeUsage: asksForUsage,
    ...straightEdit(provider),
    ...(target.set === undefined ? {} : { set: target.set }),
  });
  const headers = { ...upstream.headers, ...formHeaders(upstream, clientHeaders) };
  const accept = wantsStream ? 'text/event-stream' : WHOLE_TYPES;
  return {
    calls: [{ method: 'POST', path, headers, body, contentType: request.contentType, accept }],
    dropped: [],
    upstream,
    open: ([response], options) => openStraight(response as Response, options),
  };
}

/** A call about a response that the target made. */
export function storedLeg(stored: StoredCall, { exchange, request }: LegParts): Leg {
  const upstream = UPSTREAM_CODECS['openai-responses'];
  const call: LegCall = {
    ...stored,
    headers: formHeaders(upstream, exchange.headers),
    body: null,
    contentType: request.contentType,
    accept: request.wantsStream ? 'text/event-stream' : WHOLE_TYPES,
  };
  return {
    calls: [call],
    dropped: [],
    upstream,
    open: ([response], options) => openStraight(response as Response, options),
  };
}
