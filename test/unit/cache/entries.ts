/** Entries and keys for the tests of this room. */
import type { CacheKey } from '../../../src/cache/cache-key.ts';
import type { CacheEntry, EntryHead } from '../../../src/cache/entry.ts';
import { type TenantScope, tenantScope } from '../../../src/cache/tenant-scope.ts';

export const NOW = 1_795_512_615_000;

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Of a tenant that no other test has, unless it is named. */
export const aScope = (project: string = crypto.randomUUID()): TenantScope =>
  tenantScope({ keyId: 'key_1', project, organization: null }, 'project');

/** For a request that no other test makes, unless its hash is given. */
export const aKey = (scope: TenantScope = aScope(), hash = aHash()): CacheKey => ({ scope, hash });

const aHash = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

export const aHead = (fields: Partial<EntryHead> = {}): EntryHead => ({
  kind: 'chat',
  door: 'openai-chat',
  contentType: 'application/json; charset=utf-8',
  provider: 'openai',
  model: 'gpt-日本',
  about: { project: 'web', organization: null, model: 'fast', namespace: null, tags: ['a', 'ü'] },
  generation: 7,
  storedAt: NOW,
  freshUntil: NOW + 600_000,
  keptUntil: NOW + 900_000,
  usage: {
    inputTokens: 12,
    outputTokens: 34,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 5,
    estimated: false,
  },
  firstContentMs: 120,
  dropped: [],
  totalMs: 950.5,
  ...fields,
});

/** A chat answer. */
export const anEntry = (head: Partial<EntryHead> = {}, body = '{"id":"chatcmpl-1"}'): CacheEntry => ({
  head: aHead(head),
  body: utf8(body),
  canonical: utf8('{"parts":[{"type":"text","text":"häuser"}]}'),
});

/** The numbers of one input, as bytes. */
export const aVector = (values: Iterable<number>, head: Partial<EntryHead> = {}): CacheEntry => ({
  head: aHead({ kind: 'vectors', door: null, contentType: 'application/octet-stream', ...head }),
  body: Uint8Array.from(values),
  canonical: null,
});

/** A clock that a test turns. */
export function createClock(): { now: number; readonly read: () => number } {
  const clock = { now: NOW, read: () => clock.now };
  return clock;
}
