/** Whether and how one request is cached, from the three sections of the configuration and the client's wishes. */

import type { ScopeKind } from '../../cache/tenant-scope.ts';
import type { CacheSettings, TopCacheSettings } from '../../config/schema-cache.ts';
import type { CacheMode, CacheWishes } from './wishes.ts';

export interface CachePolicy {
  /** How long an answer is fresh. */
  readonly ttlMs: number;
  /** How long it is given behind that, while a new one is fetched, and where none can be had. */
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  readonly mode: Exclude<CacheMode, 'never'>;
  readonly coalesce: boolean;
  readonly followers: 'live' | 'finished';
  readonly write: 'always' | 'second-hit';
  readonly store: 'kv' | 'upstash';
  readonly scope: ScopeKind;
  readonly keepsToolCalls: boolean;
  readonly replay: 'instant' | 'original';
  readonly namespace: string | null;
  readonly tags: readonly string[];
  /** How long a store may take to answer. */
  readonly lookupMs: number;
}

export interface PolicySources {
  readonly top: TopCacheSettings | undefined;
  /** Of the project that asks. */
  readonly project: CacheSettings | undefined;
  /** Of the alias that was named. */
  readonly alias: CacheSettings | undefined;
  readonly wishes: CacheWishes;
}

const DEFAULT_LOOKUP_MS = 500;

/**
 * Field by field the alias counts before the project, the project before the top. `null`: nothing is cached, because no
 * section sets a time to live, or one of them, or the client, says `never`. `no-store` is the caller's to heed.
 */
export function cachePolicyOf({ top, project, alias, wishes }: PolicySources): CachePolicy | null {
  const sections = [top, project, alias].filter((section) => section !== undefined);
  const merged: CacheSettings = Object.assign({}, ...sections.map(said));
  const mode = modeOf(merged, sections, wishes);
  if (merged.ttl_seconds === undefined || mode === 'never') return null;
  const ttls = [merged.ttl_seconds, ttlOfNamespace(top, wishes.namespace), wishes.ttlSeconds];
  return {
    ttlMs: Math.min(...ttls.filter((ttl) => ttl !== null)) * 1000,
    staleWhileRevalidateMs: (merged.stale_while_revalidate_seconds ?? 0) * 1000,
    staleIfErrorMs: (merged.stale_if_error_seconds ?? 0) * 1000,
    mode,
    coalesce: merged.coalesce ?? false,
    followers: merged.followers ?? 'live',
    write: merged.write ?? 'always',
    store: merged.store ?? 'kv',
    scope: narrowest(sections),
    keepsToolCalls: merged.tool_calls ?? false,
    replay: merged.replay ?? 'instant',
    namespace: wishes.namespace,
    tags: wishes.tags,
    lookupMs: top?.lookup_ms ?? DEFAULT_LOOKUP_MS,
  };
}

/** Fields that the document does not set are not there, or `undefined`: neither hides an outer one. */
const said = (section: CacheSettings): CacheSettings =>
  Object.fromEntries(Object.entries(section).filter(([, value]) => value !== undefined));

/** A client may narrow, and widen where it is let. */
function modeOf(merged: CacheSettings, sections: readonly CacheSettings[], { mode }: CacheWishes): CacheMode {
  if (mode === 'never' || sections.some((section) => section.mode === 'never')) return 'never';
  const configured = merged.mode ?? 'auto';
  if (mode === 'always' && merged.request_mode !== true) return configured;
  return mode ?? configured;
}

const SCOPES: readonly ScopeKind[] = ['key', 'project', 'organization'];

/** No section widens what another keeps apart. */
const narrowest = (sections: readonly CacheSettings[]): ScopeKind =>
  SCOPES.find((scope) => sections.some((section) => section.scope === scope)) ?? 'project';

function ttlOfNamespace(top: TopCacheSettings | undefined, namespace: string | null): number | null {
  const { namespaces = {} } = top ?? {};
  if (namespace === null || !Object.hasOwn(namespaces, namespace)) return null;
  return namespaces[namespace]?.ttl_seconds ?? null;
}

/** The most by which an entry may end earlier than it could. */
const JITTER = 0.1;

/** Up to a tenth shorter, so that entries that were written together do not end together; never longer. */
export const jittered = (ttlMs: number, random: () => number): number =>
  Math.ceil(ttlMs * (1 - JITTER * random()));
