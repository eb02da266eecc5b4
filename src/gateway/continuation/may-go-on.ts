/**
 * Which streams another target may go on with when they break off: those that can become nothing but plain text. They are
 * written anew on their way down, so that the text of another can follow in the same stream.
 */
import type { CanonicalRequest, JsonObject } from '../../dialects/canonical.ts';
import type { UpstreamCodec } from '../../dialects/codec.ts';
import type { Exchange } from '../exchange.ts';
import type { LegParts } from '../leg.ts';
import { continuesTurns } from './continuing.ts';

/** Longer bodies are not kept for as long as their answer runs; in bytes. */
const MAX_KEPT_BYTES = 256 * 1024;

interface Asked extends Pick<LegParts, 'request' | 'translation' | 'plan' | 'target'> {
  readonly exchange: Pick<Exchange, 'route'>;
}

/** The request as it would be asked again, or `null` where this stream stays with its target. */
export function askedAgain(parts: Asked, upstream: Pick<UpstreamCodec, 'dialect'>): CanonicalRequest | null {
  const { exchange, request, translation, plan } = parts;
  const isOptedIn =
    plan.rules.mid_stream_failover &&
    plan.isMetered &&
    request.wantsStream &&
    exchange.route.operation === 'chat';
  if (!isOptedIn || translation.isAmended || !hasSuccessor(parts)) return null;
  const isStateless =
    request.previousResponseId === null && !request.isBackground && request.stored === undefined;
  const body = request.sent();
  if (!isStateless || body === null || body.length > MAX_KEPT_BYTES) return null;
  const canonical = readable(parts);
  if (canonical === null || !asksForText(canonical)) return null;
  return upstream.dialect === 'openai-responses' && isKept(canonical) ? null : canonical;
}

function hasSuccessor({ plan: { targets }, target }: Asked): boolean {
  return targets.slice(targets.indexOf(target) + 1).some(continuesTurns);
}

/** `null` where we cannot read what its own vendor may take. */
function readable({ translation }: Asked): CanonicalRequest | null {
  try {
    return translation.canonical;
  } catch {
    return null;
  }
}

/** Members, of whichever form, that lead to more than text, or to what one vendor keeps. */
const BEYOND_TEXT: readonly string[] = [
  'modalities',
  'audio',
  'web_search_options',
  'search_parameters',
  'plugins',
  'mcp_servers',
  'container',
  'cachedContent',
];
/** The same in Gemini's `generationConfig`. */
const BEYOND_TEXT_IN_CONFIG: readonly string[] = ['responseModalities', 'responseMimeType', 'speechConfig'];

function asksForText({ tools, responseFormat, choices, logprobs, extra }: CanonicalRequest): boolean {
  const isPlain =
    tools.length === 0 &&
    (responseFormat === null || responseFormat.kind === 'text') &&
    (choices ?? 1) === 1 &&
    logprobs === null;
  const config = (extra.gemini?.generationConfig ?? {}) as JsonObject; // an object: the decoder wrote it
  return (
    isPlain &&
    Object.values(extra).every((own) => hasNone(own, BEYOND_TEXT)) &&
    hasNone(config, BEYOND_TEXT_IN_CONFIG) &&
    extra['openai-chat']?.store !== true
  );
}

const hasNone = (fields: JsonObject, names: readonly string[]): boolean =>
  names.every((name) => (fields[name] ?? null) === null);

/** The vendor of this form keeps answers unless it is told not to. */
const isKept = ({ extra }: CanonicalRequest): boolean =>
  (extra['openai-responses']?.store ?? extra['openai-chat']?.store) !== false;
