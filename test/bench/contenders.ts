/** Who is compared: what each is, which alias it is asked for, with which key, and what differs between its requests. */
import { readFileSync } from 'node:fs';
import { makeKey, standIn } from '../support/gateway.ts';
import { type Behaviour, chatRequest, embeddingsRequest, HEALTH_REQUEST, type Numbered } from './requests.ts';
import type { NearCacheKind, WorkerSource } from './worker.ts';

/**
 * `direct`: the upstream, with nothing in front. `bare`: a Worker that only passes on. `gateway`: keyed, routed,
 * metered, logged, with its control plane. `minted`: the same gateway, with a key of the Registry instead of one of the
 * document. `native`: the same gateway, an alias with `metering: false`. `translated`: the same gateway, with an
 * upstream of Anthropic's form. `limited`: the same gateway, with a key whose limits are far away. `cold`: a gateway that
 * limits end users too, and each request of a task is of another one. `known`: the same gateway, and all are of one.
 *
 * Of the response cache, all on a gateway with KV and a near cache: `hot`: one question. `near`: so many that the
 * isolate's memory forgets them. `asked`: each question is new, and nothing is cached. `missed`: the same with the cache
 * on. `marked`: the same, written at the second hit only. `far`: as `near`, where there is no near cache; `behind`: where
 * it has nothing.
 *
 * Of routing, on the same gateway: an alias of one target (`lone`), and aliases of five by the strategy that names them.
 */
export type Contender =
  | 'direct'
  | 'bare'
  | 'gateway'
  | 'minted'
  | 'native'
  | 'translated'
  | 'limited'
  | 'cold'
  | 'known'
  | 'hot'
  | 'near'
  | 'asked'
  | 'missed'
  | 'marked'
  | 'far'
  | 'behind'
  | Routed;

export const ROUTED = ['lone', 'fallback', 'weighted', 'latency', 'sticky', 'conditional'] as const;
export type Routed = (typeof ROUTED)[number];

type Alias = 'metered' | 'native' | 'translated' | 'cached' | 'proven' | Routed;

interface Served {
  readonly alias: Alias;
  readonly key?: 'limited' | 'minted';
  readonly numbered?: Numbered;
}

const SERVED: Readonly<Record<Contender, Served>> = {
  direct: { alias: 'metered' },
  bare: { alias: 'metered' },
  gateway: { alias: 'metered' },
  minted: { alias: 'metered', key: 'minted' },
  native: { alias: 'native' },
  translated: { alias: 'translated' },
  limited: { alias: 'metered', key: 'limited' },
  cold: { alias: 'metered', key: 'limited', numbered: 'user' },
  known: { alias: 'metered', key: 'limited' },
  hot: { alias: 'cached' },
  near: { alias: 'cached', numbered: 'question' },
  asked: { alias: 'metered', numbered: 'question' },
  missed: { alias: 'cached', numbered: 'question' },
  marked: { alias: 'proven', numbered: 'question' },
  far: { alias: 'cached', numbered: 'question' },
  behind: { alias: 'cached', numbered: 'question' },
  lone: { alias: 'lone' },
  fallback: { alias: 'fallback' },
  weighted: { alias: 'weighted' },
  latency: { alias: 'latency' },
  sticky: { alias: 'sticky', numbered: 'question' },
  conditional: { alias: 'conditional' },
};

/** Every kind of limit, and none is ever reached. */
const FAR_LIMITS = {
  requests_per_minute: 100_000_000,
  tokens_per_minute: 100_000_000_000,
  requests_per_day: 1_000_000_000,
  concurrency: 10_000,
  budgets: [{ usd: 1_000_000, window: 'month' }],
};
/** US dollars for a million tokens: a model that no list of prices knows. */
const PRICE = { input: 2.5, output: 10 };
const PRICES = { 'up/bench-model': PRICE, 'up/bench-model-*': PRICE };
const TARGETS = 5;
/** True of no request of the benchmark; the last target has none. */
const CONDITIONS = ['request.tools > 0', 'request.images > 0', 'request.characters > 100000', 'request.json'];
const CACHE_SECONDS = 86_400;

export interface Contenders {
  /** `null`: it is no Worker. Equal ones share a process. */
  sourceOf(contender: Contender): WorkerSource | null;
  /** `minted`: the key of the Registry; nobody else needs it. */
  requestFor(contender: Contender, behaviour: Behaviour, options: RequestShape): string;
  /** Of the gateways. */
  readonly adminToken: string;
}

export interface RequestShape {
  readonly minted: string | null;
  readonly bodyBytes?: number;
}

export function createContenders(bundle: Buffer, upstreamPort: number): Contenders {
  const key = makeKey('bench');
  const limitedKey = makeKey('limited', FAR_LIMITS);
  const upstream = `http://127.0.0.1:${upstreamPort}`;
  const target = { provider: 'up', model: 'bench-model' };
  const gatewayWith = (near: NearCacheKind, members: object): WorkerSource => ({
    module: bundle,
    state: { near },
    vars: {
      ADMIN_TOKEN: key.key,
      GATEWAY_CONFIG: JSON.stringify({
        providers: {
          up: standIn(upstream),
          claude: { ...standIn(upstream), dialect: 'anthropic-messages' },
        },
        models: {
          metered: { targets: [target] },
          native: { targets: [target], metering: false },
          translated: { targets: [{ provider: 'claude', model: 'claude-bench' }] },
          cached: { targets: [target], cache: { ttl_seconds: CACHE_SECONDS } },
          proven: { targets: [target], cache: { ttl_seconds: CACHE_SECONDS, write: 'second-hit' } },
          ...routedAliases(),
        },
        keys: [key.entry, limitedKey.entry],
        prices: PRICES,
        ...members,
      }),
    },
    probe: HEALTH_REQUEST,
  });
  const bare: WorkerSource = {
    module: readFileSync(new URL('./bare.js', import.meta.url)),
    vars: { UPSTREAM: `${upstream}/v1/chat/completions` },
    probe: HEALTH_REQUEST,
  };
  const gateway = gatewayWith('keeps', {});
  const cold = gatewayWith('none', { end_users: FAR_LIMITS });
  const far = gatewayWith('none', {});
  const behind = gatewayWith('forgets', {});
  const sources: Readonly<Partial<Record<Contender, WorkerSource>>> = {
    bare,
    cold,
    known: cold,
    far,
    behind,
  };
  return {
    adminToken: key.key,
    sourceOf: (contender) => (contender === 'direct' ? null : (sources[contender] ?? gateway)),
    requestFor: (contender, behaviour, { minted, bodyBytes }) => {
      const { alias, key: kind, numbered } = SERVED[contender];
      const keys = { limited: limitedKey.key, minted };
      const said = { model: alias, key: (kind === undefined ? null : keys[kind]) ?? key.key };
      if (behaviour === 'vectors') return embeddingsRequest(said);
      return chatRequest({
        ...said,
        behaviour,
        ...(numbered === undefined ? {} : { numbered }),
        ...(bodyBytes === undefined ? {} : { bodyBytes }),
      });
    },
  };
}

function routedAliases(): Readonly<Record<Routed, object>> {
  const targets = Array.from({ length: TARGETS }, (_, number) => ({
    provider: 'up',
    model: `bench-model-${number}`,
  }));
  const by = (strategy: Exclude<Routed, 'lone'>) => ({ strategy, targets });
  return {
    lone: { targets: targets.slice(0, 1) },
    fallback: by('fallback'),
    weighted: by('weighted'),
    latency: by('latency'),
    sticky: by('sticky'),
    conditional: {
      strategy: 'conditional',
      targets: targets.map((target, number) => {
        const when = CONDITIONS[number];
        return when === undefined ? target : { ...target, when };
      }),
    },
  };
}
