/** What the cache would make of a request: under which key it looks, or why it does not. Nothing is looked up. */
import { type ScopeKind, scopeKindOf } from '../../cache/tenant-scope.ts';
import { NotInCache } from '../../errors.ts';
import { readAsked } from '../cache/asked.ts';
import { isEligible } from '../cache/eligible.ts';
import { featuresOf, LEFT_OUT } from '../cache/key-parts.ts';
import type { Lookup } from '../cache/lookup.ts';
import { storedFormOf } from '../cache/replay.ts';
import type { CacheWishes } from '../cache/wishes.ts';
import { lookupOf, policyOf } from '../recall.ts';
import type { Asking } from '../start-run.ts';

export type ExplainedCache =
  | { readonly looked_up: false; readonly reason: string }
  | {
      readonly looked_up: true;
      readonly mode: 'auto' | 'always';
      readonly scope: ScopeKind;
      readonly namespace: string | null;
      /** How long an answer is fresh, in seconds. */
      readonly ttl_seconds: number;
      readonly coalesce: boolean;
      /** What makes two requests one, by name. */
      readonly key_parts: {
        /** Members of the body that count, and those that do not. */
        readonly members: readonly string[];
        readonly left_out: readonly string[];
        readonly headers: readonly string[];
        /** Rules of the alias that decide who may answer this request; `null`: none does. */
        readonly rules: string | null;
      };
    };

export interface CacheExplanation {
  /** As sent in `x-edgeway-cache-key`. */
  readonly key: string | null;
  readonly told: ExplainedCache;
}

/** Throws `NotInCache` where the client wants nothing else than what cannot be there. */
export function explainCache(asking: Asking, wishes: CacheWishes): CacheExplanation {
  const lookup = lookupOf(asking, wishes);
  if (lookup !== null) return { key: lookup.key.hash, told: tellLookup(lookup, asking) };
  if (wishes.onlyIfCached) throw new NotInCache();
  return { key: null, told: { looked_up: false, reason: whyNot(asking, wishes) } };
}

function tellLookup({ key, policy }: Lookup, { exchange, request, plan }: Asking): ExplainedCache {
  const { route, headers } = exchange;
  const left = [...LEFT_OUT[route.dialect], 'model']; // which is a part of its own
  const members = Object.keys(request.parse());
  return {
    looked_up: true,
    mode: policy.mode,
    scope: scopeKindOf(key.scope),
    namespace: policy.namespace,
    ttl_seconds: policy.ttlMs / 1000,
    coalesce: policy.coalesce,
    key_parts: {
      members: members.filter((name) => !left.includes(name)),
      left_out: members.filter((name) => left.includes(name)),
      headers: route.operation === 'chat' ? Object.keys(featuresOf({ route, headers })) : [],
      rules: plan.reach,
    },
  };
}

function whyNot(asking: Asking, wishes: CacheWishes): string {
  const { exchange, request, plan } = asking;
  const { route, headers } = exchange;
  if (wishes.noStore) return '`Cache-Control: no-store` was sent';
  if (!plan.isMetered) return 'without metering answers pass untouched, and none is kept';
  const policy = policyOf(asking, wishes);
  if (policy === null) return 'no `ttl_seconds` is set for it, or its mode is `never`';
  if (request.wantsStream && storedFormOf(route) === null) return 'streams of this route are not kept';
  const asked = readAsked(route, request, headers);
  if (asked === null) return 'answers to such requests are never kept';
  if (!isEligible(policy, asked))
    return 'mode `auto` keeps what is answered the same each time: `temperature` 0 or a `seed`, and no tool of the vendor';
  return 'its body cannot be written down in one way only';
}
