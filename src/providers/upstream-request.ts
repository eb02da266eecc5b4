/** Builds the request of one attempt from the client's request and the target, and from nothing else. */
import type { Credential, Provider } from './provider.ts';

export interface UpstreamRequestParts {
  readonly provider: Provider;
  readonly credential: Credential;
  readonly model: string;
  /** Below the base URL: `/chat/completions`. */
  readonly path: string;
  readonly body: Uint8Array | ReadableStream<Uint8Array>;
  readonly contentType: string;
  readonly wantsStream: boolean;
  /** The client's; only what the provider's row names travels on. */
  readonly clientHeaders: Headers;
  readonly signal: AbortSignal;
}

/** What `fetch` takes; a `Request` on top would only cost. */
export interface UpstreamRequest {
  readonly url: string;
  readonly init: RequestInit;
}

export function buildUpstreamRequest(parts: UpstreamRequestParts): UpstreamRequest {
  const init: RequestInit = {
    method: 'POST',
    headers: buildHeaders(parts),
    body: parts.body,
    redirect: 'manual', // a followed redirect would carry the credential to wherever it leads
    signal: parts.signal,
  };
  return { url: endpoint(parts.provider, parts.model, parts.path), init };
}

/** With an `api_version`, Azure's deployment URLs: the deployment stands in the path, the version in the query. */
function endpoint({ baseUrl, apiVersion }: Provider, model: string, path: string): string {
  if (apiVersion === null) return baseUrl + path;
  const resource = baseUrl.replace(/\/v1$/, '');
  const deployment = resource.includes('/deployments/') ? '' : `/deployments/${encodeURIComponent(model)}`;
  return `${resource}${deployment}${path}?api-version=${apiVersion}`;
}

/** Names in lowercase, so that a later one replaces an earlier one. */
function buildHeaders(parts: UpstreamRequestParts): Record<string, string> {
  const { provider, credential } = parts;
  const headers: Record<string, string> = {
    'content-type': parts.contentType,
    accept: parts.wantsStream ? 'text/event-stream' : 'application/json, */*;q=0.9',
    'user-agent': 'edgeway',
  };
  // A compressed event stream waits in the encoder until more comes (traps A15).
  if (parts.wantsStream) headers['accept-encoding'] = 'identity';
  for (const quirk of provider.quirks) {
    if (quirk.kind !== 'forwards-request-header') continue;
    const value = parts.clientHeaders.get(quirk.header);
    if (value !== null) headers[quirk.header.toLowerCase()] = value;
  }
  for (const name in provider.headers) headers[name.toLowerCase()] = provider.headers[name] ?? '';
  if (credential.value !== null) setCredential(headers, provider, credential.value);
  return headers;
}

function setCredential(headers: Record<string, string>, { auth }: Provider, value: string): void {
  switch (auth.kind) {
    case 'bearer':
      headers.authorization = `Bearer ${value}`;
      break;
    case 'header':
      headers[auth.name.toLowerCase()] = value;
      break;
    case 'none':
      break;
  }
}
