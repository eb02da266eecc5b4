/** Asking a target of another form: the request is written in it, and the answer read from it. */
import { encodeJson } from '../bytes.ts';
import type { UpstreamCodec } from '../dialects/codec.ts';
import { DOOR_CODECS } from '../dialects/registry.ts';
import { pathOnHost, straightEdit } from '../providers/hosting.ts';
import { type Leg, type LegCall, type LegParts, WHOLE_TYPES } from './leg.ts';
import { openTranslated } from './open-translated.ts';

export function translatedLeg(upstream: UpstreamCodec, parts: LegParts): Leg {
  const { exchange, request, translation, target } = parts;
  const { wantsStream } = request;
  const { model, provider } = target;
  const { canonical } = translation;
  const encoded = upstream.encodeRequest(canonical, { model, carries: provider.carries });
  const body = straightEdit(provider).modelBecomes;
  const call: LegCall = {
    method: 'POST',
    path: pathOnHost(provider, upstream, { model, wantsStream }),
    headers: { ...upstream.headers, ...encoded.headers },
    body: encodeJson(body === undefined ? encoded.body : withoutModel(encoded.body, body)),
    contentType: 'application/json',
    accept: wantsStream ? upstream.streamType : WHOLE_TYPES,
  };
  return {
    calls: [call],
    dropped: encoded.dropped,
    upstream,
    open: ([response], options) =>
      openTranslated(response as Response, {
        ...options,
        upstream,
        door: DOOR_CODECS[exchange.route.dialect],
        canonical,
        clientModel: request.model,
      }),
  };
}

function withoutModel(
  { model: _, ...body }: Readonly<Record<string, unknown>>,
  instead: { key: string; value: string },
): Record<string, unknown> {
  return { [instead.key]: instead.value, ...body };
}
