/**
 * What makes two requests one. Everything that a request says is in its key, but for the members below; see
 * `docs/cache.md`.
 */
import type { CacheKeyParts } from '../../cache/cache-key.ts';
import type { TenantScope } from '../../cache/tenant-scope.ts';
import type { JsonObject } from '../../dialects/canonical.ts';
import { rest } from '../../dialects/json.ts';
import { UPSTREAM_CODECS } from '../../dialects/registry.ts';
import type { DoorDialect, Route } from '../../dialects/routes.ts';
import { formHeaders } from '../form-headers.ts';
import type { Asked } from './asked.ts';
import { chatAsked } from './chat-asked.ts';
import { multipartAsked } from './multipart-asked.ts';

/** Whose entries, and where the model's name leads. */
export interface KeyPlace {
  readonly scope: TenantScope;
  readonly namespace: string | null;
  /** `PolicyVersions.of` the model. */
  readonly policy: string;
  /** A provider may be asked that keeps responses, unless `store` is `false`: an answer that it does not keep is another. */
  readonly mayBeStored: boolean;
}

/**
 * Who asks, how the answer is told, and hints for the vendor's own cache: none of them changes what is answered. By
 * form, because a member that a form does not have is unknown there, and what is unknown counts.
 */
export const LEFT_OUT: Readonly<Record<DoorDialect, readonly string[]>> = {
  'openai-chat': ['stream', 'stream_options', 'user', 'safety_identifier', 'metadata', 'prompt_cache_key'],
  'openai-responses': [
    'stream',
    'stream_options',
    'user',
    'safety_identifier',
    'metadata',
    'prompt_cache_key',
  ],
  'anthropic-messages': ['stream', 'metadata'],
  gemini: [],
};

/**
 * `null` for what is not cached as a whole: embeddings have a key for each input. `model`: an alias, or the
 * `provider/model` that another name leads to.
 */
export function keyPartsOf(asked: Asked, model: string, place: KeyPlace): CacheKeyParts | null {
  const { route } = asked;
  if (route.operation === 'embeddings') return null;
  const question = questionOf(asked, place);
  if (question === null) return null;
  const common = commonParts(model, place);
  return route.operation === 'chat'
    ? { ...common, operation: 'chat', request: { ...question, headers: featuresOf(asked) } }
    : { ...common, operation: route.id, request: question };
}

/** The parts that no operation does without. */
export const commonParts = (
  model: string,
  { scope, namespace, policy }: Omit<KeyPlace, 'mayBeStored'>,
): Omit<CacheKeyParts, 'operation' | 'request'> => ({ scope, model, policy, namespace });

function questionOf({ route, request, body }: Asked, { mayBeStored }: KeyPlace): JsonObject | null {
  const left = [...LEFT_OUT[route.dialect], 'model']; // which is a part of its own
  if (body === null) {
    const parts = multipartAsked(request, left);
    return parts && { parts };
  }
  const question = rest(body, left) ?? {};
  if (route.operation !== 'chat') return { body: question };
  if (route.dialect !== 'openai-responses') return chatAsked(route.dialect, question);
  if (mayBeStored && body.store !== false) return { ...chatAsked(route.dialect, question), isStored: true };
  return chatAsked(route.dialect, rest(question, ['store']) ?? {});
}

/** Headers of the client that go up with the body and switch features, where they say anything but the usual. */
export function featuresOf({
  route,
  headers,
}: {
  readonly route: Route;
  readonly headers: Headers;
}): JsonObject {
  const upstream = UPSTREAM_CODECS[route.dialect];
  const said = Object.entries(formHeaders(upstream, headers));
  return Object.fromEntries(said.filter(([name, value]) => upstream.headers[name] !== value));
}
