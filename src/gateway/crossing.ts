/** How a route's request reaches a provider: as it is, in another wire form, or not at all. */
import type { UpstreamCodec } from '../dialects/codec.ts';
import { EMBEDDINGS_DOORS, EMBEDDINGS_UPSTREAMS } from '../dialects/embeddings/embeddings.ts';
import { UPSTREAM_CODECS } from '../dialects/registry.ts';
import { RERANK_UPSTREAMS, rerankDoor } from '../dialects/rerank/rerank.ts';
import type { Route } from '../dialects/routes.ts';
import { bindWhole, type WholeTranslation } from '../dialects/whole-operation.ts';
import type { Provider } from '../providers/provider.ts';
import type { DialectId } from '../providers/provider-row.ts';

export type Crossing =
  /** Same form on both sides. */
  | { readonly kind: 'straight'; readonly upstream: UpstreamCodec }
  | { readonly kind: 'translated'; readonly upstream: UpstreamCodec }
  /** The upstream counts tokens, in its own form. */
  | {
      readonly kind: 'counted';
      readonly upstream: UpstreamCodec;
      readonly counting: NonNullable<UpstreamCodec['counting']>;
    }
  /** The upstream has no way to count tokens: the gateway estimates. */
  | { readonly kind: 'estimated' }
  | { readonly kind: 'whole'; readonly upstream: UpstreamCodec; readonly translation: WholeTranslation };

/**
 * `null`: this provider has nothing of the kind. `isRenamed`: the client's name of the model is not the provider's,
 * which matters where a form repeats it inside the body.
 */
export function crossingTo(route: Route, provider: Provider, isRenamed = false): Crossing | null {
  const upstream = UPSTREAM_CODECS[provider.dialect];
  switch (route.operation) {
    case 'chat':
      return speaks(provider, route.dialect)
        ? { kind: 'straight', upstream: UPSTREAM_CODECS[route.dialect] }
        : { kind: 'translated', upstream };
    case 'own':
      return isOpenAiForm(provider) ? { kind: 'straight', upstream: UPSTREAM_CODECS['openai-chat'] } : null;
    case 'count-tokens':
      return countingCrossing(route, provider, upstream, isRenamed);
    case 'embeddings':
      return embeddingsCrossing(route, provider, upstream, isRenamed);
    case 'rerank': {
      if (provider.rerank === null) return null;
      const translation = bindWhole(rerankDoor, RERANK_UPSTREAMS[provider.rerank]);
      return { kind: 'whole', upstream, translation };
    }
  }
}

const speaks = (provider: Provider, dialect: DialectId): boolean =>
  provider.dialect === dialect || provider.alsoSpeaks.includes(dialect);

const isOpenAiForm = (provider: Provider): boolean =>
  speaks(provider, 'openai-chat') || speaks(provider, 'openai-responses');

function countingCrossing(
  { dialect, repeatsModel }: Route,
  provider: Provider,
  upstream: UpstreamCodec,
  isRenamed: boolean,
): Crossing {
  // Google Cloud counts in a form of its own, which is not written here.
  const isForeignOnCloud = provider.embeddings === 'vertex' && provider.dialect !== dialect;
  if (upstream.counting === undefined || provider.hosting === 'vertex' || isForeignOnCloud)
    return { kind: 'estimated' };
  return provider.dialect === dialect && !(repeatsModel && isRenamed)
    ? { kind: 'straight', upstream }
    : { kind: 'counted', upstream, counting: upstream.counting };
}

function embeddingsCrossing(
  { embeddings, repeatsModel }: Route,
  provider: Provider,
  upstream: UpstreamCodec,
  isRenamed: boolean,
): Crossing | null {
  const form = provider.embeddings;
  if (form === null || embeddings === null) return null;
  if (form === embeddings.form && !(repeatsModel && isRenamed)) return { kind: 'straight', upstream };
  const translation = bindWhole(EMBEDDINGS_DOORS[embeddings.door], EMBEDDINGS_UPSTREAMS[form]);
  return { kind: 'whole', upstream, translation };
}
