/** Keys of requests, made as the gateway makes them: from the bytes of a body, at one of its routes. */
import type { CacheKeyParts } from '../../../src/cache/cache-key.ts';
import { hashKey } from '../../../src/cache/hash-key.ts';
import { type ScopeKind, type Tenant, tenantScope } from '../../../src/cache/tenant-scope.ts';
import { decodeJsonRequest } from '../../../src/dialects/json-request.ts';
import { GEMINI_METHODS, ROUTES, type Route, type RouteId } from '../../../src/dialects/routes.ts';
import { readAsked } from '../../../src/gateway/cache/asked.ts';
import { keyPartsOf } from '../../../src/gateway/cache/key-parts.ts';
import { isRecord } from '../../../src/is-record.ts';

/** One of each chat door. */
export const DOORS = ['chat.completions', 'responses', 'messages', 'gemini.generateContent'] as const;

export interface KeyOptions {
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tenant?: Tenant;
  readonly kind?: ScopeKind;
  readonly namespace?: string;
  readonly policy?: string;
  /** Whether a provider is asked that keeps responses. */
  readonly mayBeStored?: boolean;
}

const TENANT: Tenant = { keyId: 'key-1', project: 'shop', organization: null };

export function routeOf(id: RouteId): Route {
  const route = [...ROUTES, ...Object.values(GEMINI_METHODS)].find((one) => one.id === id);
  if (route === undefined) throw new Error(`no route ${id}`);
  return route;
}

/** `body`: its JSON text, or what it is made of, but for the model. `null`: not cached. Throws `InvalidRequest`. */
export function partsOf(id: RouteId, body: unknown, options: KeyOptions = {}): CacheKeyParts | null {
  const { model = 'm', headers = {}, tenant = TENANT, kind = 'project', namespace, policy = 'p' } = options;
  const { mayBeStored = true } = options;
  const route = routeOf(id);
  const named = route.dialect === 'gemini' ? body : { model, ...(body as object) };
  const text = typeof body === 'string' ? body : JSON.stringify(named);
  const inPath = route.dialect === 'gemini' ? { model } : null;
  const request = decodeJsonRequest(route, new TextEncoder().encode(text), inPath);
  const asked = readAsked(route, request, new Headers(headers));
  const scope = tenantScope(tenant, kind);
  return (
    asked &&
    keyPartsOf(asked, asked.request.model, {
      scope,
      policy,
      namespace: namespace ?? null,
      mayBeStored,
    })
  );
}

/** Told as `x-edgeway-cache-key`. */
export function keyOf(id: RouteId, body: unknown, options?: KeyOptions): string | null {
  const parts = partsOf(id, body, options);
  return parts === null ? null : (hashKey(parts)?.hash ?? null);
}

/** Whether other doors share the key: the canonical form holds all of the request. */
export function isShared(id: RouteId, body: unknown): boolean {
  const { request } = partsOf(id, body) ?? {};
  return isRecord(request) && 'canonical' in request;
}
