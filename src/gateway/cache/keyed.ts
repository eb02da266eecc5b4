/** The key of a request: worked out, or remembered from the last request that said the very same. */
import { createHash } from 'node:crypto';
import type { CacheKey } from '../../cache/cache-key.ts';
import { hashKey } from '../../cache/hash-key.ts';
import type { RecentKeys } from '../../cache/recent-keys.ts';
import type { JsonObject } from '../../dialects/canonical.ts';
import type { ClientRequest } from '../../dialects/client-request.ts';
import { UPSTREAM_CODECS } from '../../dialects/registry.ts';
import type { Route } from '../../dialects/routes.ts';
import { formHeaders } from '../form-headers.ts';
import { readAsked } from './asked.ts';
import { isEligible } from './eligible.ts';
import { type KeyedBatch, keyBatch } from './embeddings-lookup.ts';
import { type KeyPlace, keyPartsOf } from './key-parts.ts';
import type { CachePolicy } from './policy.ts';
import { repeatsRequest } from './replay.ts';

/** All that decides about a key. What is added here has to enter `tellAll`. */
export interface KeySources {
  readonly route: Route;
  readonly request: ClientRequest;
  /** Of the client. */
  readonly headers: Headers;
  readonly mode: CachePolicy['mode'];
  /** An alias, or the `provider/model` that another name leads to. */
  readonly model: string;
  /** Whose entries: of the body, where answers repeat it; of all others (`null`) alike. */
  readonly placeOf: (body: JsonObject | null) => KeyPlace;
}

export interface Keyed {
  readonly key: CacheKey;
  /** Of embeddings. */
  readonly batch: KeyedBatch | null;
  /** The request, where answers repeat it. */
  readonly body: JsonObject | null;
}

/** `null` for what is not cached. Throws `InvalidRequest`. */
export function keyRequest(sources: KeySources, known: RecentKeys): Keyed | null {
  const { route, request, placeOf } = sources;
  const isPlain = route.body === 'json' && route.operation !== 'embeddings' && !repeatsRequest(route);
  const sent = isPlain ? request.sent() : null;
  if (sent === null) return workOut(sources);
  const place = placeOf(null);
  const key = known.of(tellAll(sources, place, sent), place.scope, () => workOut(sources)?.key ?? null);
  return key && { key, batch: null, body: null };
}

function workOut({ route, request, headers, mode, model, placeOf }: KeySources): Keyed | null {
  const asked = readAsked(route, request, headers);
  if (asked === null || !isEligible({ mode }, asked)) return null;
  const body = repeatsRequest(route) ? asked.body : null;
  const place = placeOf(body);
  if (route.operation === 'embeddings') {
    const batch = keyBatch(asked, model, place);
    return batch && { key: batch.whole, batch, body };
  }
  const parts = keyPartsOf(asked, model, place);
  const key = parts && hashKey(parts);
  return key && { key, batch: null, body };
}

/** The body as it came, and what is not in it. */
function tellAll(
  { route, request, headers, mode, model }: KeySources,
  place: KeyPlace,
  sent: Uint8Array,
): string {
  const features = formHeaders(UPSTREAM_CODECS[route.dialect], headers);
  const around = JSON.stringify([route.id, request.model, mode, model, place, features]);
  return `${around}\n${sent.length > MAX_TEXT_BYTES ? digestOf(sent) : decoder.decode(sent)}`;
}

/** A short text is cheaper to keep than to hash: making a digest takes ten times as long as finding the text. */
const MAX_TEXT_BYTES = 4096;

/** Different bytes give different texts. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** No JSON looks so. */
const digestOf = (sent: Uint8Array): string => createHash('sha256').update(sent).digest('hex');
