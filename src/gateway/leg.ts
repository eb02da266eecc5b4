/**
 * One way of asking one target: what goes up, and how what comes down is read. Built anew for each attempt from the
 * client's request and the target, and from nothing else.
 */
import type { ClientRequest, StoredCall } from '../dialects/client-request.ts';
import type { UpstreamCodec } from '../dialects/codec.ts';
import { DOOR_CODECS, UPSTREAM_CODECS } from '../dialects/registry.ts';
import { InvalidRequest } from '../errors.ts';
import { pathOnHost, straightEdit } from '../providers/hosting.ts';
import type { AnswerBody } from './answer.ts';
import { type Crossing, crossingTo } from './crossing.ts';
import type { Exchange, Target } from './exchange.ts';
import { openCount, openCounted, openWholes } from './open-json.ts';
import { openStraight } from './open-straight.ts';
import { openTranslated } from './open-translated.ts';
import type { OpenOptions } from './opening.ts';
import { AttemptFailed } from './provider-failure.ts';
import type { Translation } from './translation.ts';

export interface LegCall {
  readonly method: string;
  /** Below the provider's base URL. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | ReadableStream<Uint8Array> | null;
  readonly contentType: string;
  readonly accept: string;
}

export interface Leg {
  /** Usually one; more where a vendor takes fewer inputs a call than the client sent; none where we answer. */
  readonly calls: readonly LegCall[];
  /** Fields of the client that do not reach this target. */
  readonly dropped: readonly string[];
  readonly upstream: UpstreamCodec | null;
  /** Throws `AttemptFailed`. `responses`: 2xx, in the order of the calls. */
  open(responses: readonly Response[], options: OpenOptions): Promise<AnswerBody>;
}

export interface LegParts {
  readonly exchange: Exchange;
  readonly request: ClientRequest;
  readonly translation: Translation;
  readonly target: Target;
  readonly asksForUsage: boolean;
}

/** Calls that one request may lead to, where a vendor takes one input a call. A Worker has a bound on its calls. */
const MAX_CALLS = 128;
const WHOLE_TYPES = 'application/json, */*;q=0.9';
const encoder = new TextEncoder();
const toBytes = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));

/** Throws `AttemptFailed` where the target cannot take the request. */
export function prepareLeg(parts: LegParts): Leg {
  const { exchange, target } = parts;
  if (parts.request.stored !== undefined) return storedLeg(parts.request.stored, parts);
  const isRenamed = parts.request.model !== target.model;
  const crossing = crossingTo(exchange.route, target.provider, isRenamed);
  if (crossing === null)
    throw cannotServe(
      new InvalidRequest(
        `The provider "${target.provider.id}" does not serve ${exchange.route.name}.`,
        'model',
      ),
    );
  try {
    const leg = buildLeg(crossing, parts);
    refuseDrops(leg, parts);
    return leg;
  } catch (error) {
    throw error instanceof InvalidRequest ? cannotServe(error) : error;
  }
}

/** What this target cannot take, another may. */
const cannotServe = (error: InvalidRequest): AttemptFailed =>
  new AttemptFailed({ error, remedy: 'elsewhere', isCredentialRefused: false, retryAfterMs: null });

/** `strict_params`: what would be dropped is refused instead. */
function refuseDrops({ dropped }: Leg, { exchange, target }: LegParts): void {
  const [first] = dropped;
  if (first === undefined || !exchange.services.snapshot.document.strict_params) return;
  const names = dropped.map((name) => `\`${name}\``).join(', ');
  throw new InvalidRequest(`The provider "${target.provider.id}" cannot take ${names}.`, first);
}

function buildLeg(crossing: Crossing, parts: LegParts): Leg {
  switch (crossing.kind) {
    case 'straight': {
      const { holdsForeignProofs, previousResponseId } = parts.request;
      return holdsForeignProofs && previousResponseId === null
        ? translatedLeg(crossing.upstream, parts)
        : straightLeg(crossing.upstream, parts);
    }
    case 'translated':
      return translatedLeg(crossing.upstream, parts);
    case 'counted':
      return countedLeg(crossing, parts);
    case 'estimated':
      return estimatedLeg(parts);
    case 'whole':
      return wholeLeg(crossing, parts);
  }
}

function straightLeg(upstream: UpstreamCodec, parts: LegParts): Leg {
  const { exchange, request, target, asksForUsage } = parts;
  const { route, headers: clientHeaders } = exchange;
  const { wantsStream } = request;
  const { model, provider } = target;
  const operation = { model, wantsStream };
  const path =
    route.operation === 'chat'
      ? pathOnHost(provider, upstream, operation)
      : route.operation === 'count-tokens'
        ? (upstream.counting?.path(operation) ?? route.path)
        : route.dialect === 'gemini'
          ? `/models/${encodeURIComponent(model)}:${route.id.split('.')[1]}`
          : route.path;
  const body = request.encode({
    model,
    includeUsage: asksForUsage,
    ...straightEdit(provider),
    ...(target.set === undefined ? {} : { set: target.set }),
  });
  const headers = { ...upstream.headers, ...passedOn(upstream, clientHeaders) };
  const accept = wantsStream ? 'text/event-stream' : WHOLE_TYPES;
  return {
    calls: [{ method: 'POST', path, headers, body, contentType: request.contentType, accept }],
    dropped: [],
    upstream,
    open: ([response], options) => openStraight(response as Response, options),
  };
}

/** A call about a response that the target made. */
function storedLeg(stored: StoredCall, { exchange, request }: LegParts): Leg {
  const upstream = UPSTREAM_CODECS['openai-responses'];
  const call: LegCall = {
    ...stored,
    headers: passedOn(upstream, exchange.headers),
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

/** Headers of the client that belong to the wire form: version and beta features. */
function passedOn({ dialect }: UpstreamCodec, client: Headers): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of FORM_HEADERS[dialect] ?? []) {
    const value = client.get(name);
    if (value !== null) headers[name] = value;
  }
  return headers;
}

const FORM_HEADERS: Readonly<Record<string, readonly string[]>> = {
  'anthropic-messages': ['anthropic-version', 'anthropic-beta'],
  'openai-responses': ['openai-beta'],
};

function translatedLeg(upstream: UpstreamCodec, parts: LegParts): Leg {
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
    body: toBytes(body === undefined ? encoded.body : withoutModel(encoded.body, body)),
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

function countedLeg(
  { upstream, counting }: Extract<Crossing, { kind: 'counted' }>,
  { exchange, translation, target }: LegParts,
): Leg {
  const { model, provider } = target;
  const { body, headers } = counting.encodeRequest(translation.canonical, {
    model,
    carries: provider.carries,
  });
  const call: LegCall = {
    method: 'POST',
    path: counting.path({ model, wantsStream: false }),
    headers: { ...upstream.headers, ...headers },
    body: toBytes(body),
    contentType: 'application/json',
    accept: WHOLE_TYPES,
  };
  return {
    calls: [call],
    dropped: [],
    upstream,
    open: ([response], options) =>
      openCounted(response as Response, options, counting, exchange.route.dialect),
  };
}

function estimatedLeg({ exchange, translation }: LegParts): Leg {
  const { canonical } = translation;
  return {
    calls: [],
    dropped: [],
    upstream: null,
    open: () => Promise.resolve(openCount(canonical, exchange.route.dialect)),
  };
}

function wholeLeg(
  { upstream, translation }: Extract<Crossing, { kind: 'whole' }>,
  { request, target }: LegParts,
): Leg {
  const question = translation.open(request.parse(), target.model, request.model);
  if (question.calls.length > MAX_CALLS)
    throw new InvalidRequest(
      `\`input\` would take ${question.calls.length} calls of "${target.provider.id}"; at most ${MAX_CALLS} are made.`,
      'input',
    );
  return {
    calls: question.calls.map(({ path, body }) => ({
      method: 'POST',
      path,
      headers: upstream.headers,
      body: toBytes(body),
      contentType: 'application/json',
      accept: WHOLE_TYPES,
    })),
    dropped: question.dropped,
    upstream,
    open: (responses, options) => openWholes(responses, options, question),
  };
}
