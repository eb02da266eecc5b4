/** From a request and a target to the calls that ask it. */
import type { UpstreamCodec } from '../dialects/codec.ts';
import { openaiTraitsOf } from '../dialects/openai/model-traits.ts';
import { UPSTREAM_CODECS } from '../dialects/registry.ts';
import { InvalidRequest } from '../errors.ts';
import { askedAgain } from './continuation/may-go-on.ts';
import { type Crossing, crossingTo } from './crossing.ts';
import { countedLeg, estimatedLeg, wholeLeg } from './json-legs.ts';
import type { Leg, LegParts } from './leg.ts';
import { AttemptFailed } from './provider-failure.ts';
import { storedLeg, straightLeg } from './straight-leg.ts';
import { translatedLeg } from './translated-leg.ts';

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
  new AttemptFailed({
    error,
    remedy: 'elsewhere',
    isCredentialRefused: false,
    isRateLimited: false,
    retryAfterMs: null,
  });

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
      if (!holdsForeignProofs && !mayBeCut(parts) && !parts.translation.isAmended)
        return continuedLeg(crossing.upstream, parts) ?? straightLeg(crossing.upstream, parts);
      if (previousResponseId === null) return translatedLeg(crossing.upstream, parts);
      throw new InvalidRequest(
        "`input` holds another vendor's proof of thought, which cannot go on from `previous_response_id`.",
        'input',
      );
    }
    case 'translated':
      return translatedLeg(formFor(crossing.upstream, parts), parts);
    case 'counted':
      return countedLeg(crossing, parts);
    case 'estimated':
      return estimatedLeg(parts);
    case 'whole':
      return wholeLeg(crossing, parts);
  }
}

/** A stream that may have to end before its provider ends it: only what is written here can be closed well. */
const mayBeCut = ({ exchange, request }: LegParts): boolean =>
  request.wantsStream &&
  exchange.route.operation === 'chat' &&
  request.previousResponseId === null &&
  exchange.settlement.bill.stopsMidStream;

/**
 * What another target may go on with is written here; `null` where the stream stays with this target, or where the
 * request would lose anything on the way: then its bytes are worth more.
 */
function continuedLeg(upstream: UpstreamCodec, parts: LegParts): Leg | null {
  if (askedAgain(parts, upstream) === null) return null;
  try {
    const leg = translatedLeg(upstream, parts);
    return leg.dropped.length === 0 ? leg : null;
  } catch (error) {
    if (error instanceof InvalidRequest) return null;
    throw error;
  }
}

/** A target that speaks both of OpenAI's forms is asked in the one in which its model takes tools. */
function formFor(upstream: UpstreamCodec, { target, translation }: LegParts): UpstreamCodec {
  const { provider, model } = target;
  if (upstream.dialect !== 'openai-chat' || !provider.alsoSpeaks.includes('openai-responses'))
    return upstream;
  const { tools, reasoning, stop } = translation.canonical;
  const needsResponses = tools.length > 0 && reasoning?.effort !== 'none' && stop.length === 0;
  return needsResponses && openaiTraitsOf(model)?.toolsNeedResponses
    ? UPSTREAM_CODECS['openai-responses']
    : upstream;
}
