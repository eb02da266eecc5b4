/** Asking a target of another form: the request is written in it, and the answer read from it. */
import { encodeJson } from '../bytes.ts';
import type { UpstreamCodec } from '../dialects/codec.ts';
import { DOOR_CODECS } from '../dialects/registry.ts';
import { pathOnHost, straightEdit } from '../providers/hosting.ts';
import { askedAgain } from './continuation/may-go-on.ts';
import { formHeaders } from './form-headers.ts';
import { type Leg, type LegCall, type LegParts, WHOLE_TYPES } from './leg.ts';
import { openTranslated } from './open-translated.ts';

export function translatedLeg(upstream: UpstreamCodec, parts: LegParts): Leg {
  const { exchange, request, translation, target, asksForUsage } = parts;
  const { wantsStream } = request;
  const { model, provider } = target;
  const { canonical } = translation;
  const asked = askedAgain(parts, upstream); // now: the body is let go when the answer begins
  const encoded = upstream.encodeRequest(canonical, {
    model,
    carries: provider.carries,
    asksForUsage: asksForUsage || isClientsWish(upstream, parts),
  });
  const body = straightEdit(provider).modelBecomes;
  // A request of the same form is written anew where it holds another vendor's proofs; its features stay its own.
  const passed = upstream.dialect === exchange.route.dialect ? formHeaders(upstream, exchange.headers) : {};
  const call: LegCall = {
    method: 'POST',
    path: pathOnHost(provider, upstream, { model, wantsStream }),
    headers: { ...upstream.headers, ...passed, ...merged(passed, encoded.headers ?? {}) },
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
        asked,
      }),
  };
}

/** Usage that a client of the same form asked for: where bytes pass, nobody has to ask again. */
const isClientsWish = (upstream: UpstreamCodec, { exchange, request, target }: LegParts): boolean =>
  request.wantsUsage &&
  upstream.dialect === exchange.route.dialect &&
  target.provider.quirks.every(({ kind }) => kind !== 'rejects-stream-options');

/** Headers that list features take both lists. */
const merged = (
  own: Record<string, string>,
  added: Readonly<Record<string, string>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(added).map(([name, value]) => {
      const listed = [
        ...new Set([...(own[name] ?? '').split(','), ...value.split(',')].map((one) => one.trim())),
      ];
      return [name, listed.filter((one) => one !== '').join(',')];
    }),
  );

function withoutModel(
  { model: _, ...body }: Readonly<Record<string, unknown>>,
  instead: { key: string; value: string },
): Record<string, unknown> {
  return { [instead.key]: instead.value, ...body };
}
