/** Builds the HTTP request of one upstream call from what was prepared for it, and from nothing else. */
import { type AuthorizeDeps, authorize } from './credentials/authorize.ts';
import type { Credential, Provider } from './provider.ts';

export interface UpstreamRequestParts {
  readonly provider: Provider;
  readonly credential: Credential;
  /** The upstream's; for hosts that want it in the URL. */
  readonly model: string;
  readonly method: string;
  /** Below the base URL: `/chat/completions`. */
  readonly path: string;
  /** Of the wire form, names in lowercase. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | ReadableStream<Uint8Array> | null;
  readonly contentType: string;
  readonly accept: string;
  readonly wantsStream: boolean;
  /** The client's; only what the provider's row names travels on. */
  readonly clientHeaders: Headers;
}

/** What `fetch` takes; a `Request` on top would only cost. */
export interface UpstreamRequest {
  readonly url: string;
  readonly init: RequestInit;
}

/** Answers at once where the credential goes out as it is. Throws `AuthorizationFailed`. */
export function buildUpstreamRequest(
  parts: UpstreamRequestParts,
  deps: AuthorizeDeps,
): UpstreamRequest | Promise<UpstreamRequest> {
  const { provider, credential, method, body } = parts;
  const url = endpoint(provider, parts.model, parts.path);
  const headers = buildHeaders(parts);
  const withAuthorization = (authorization: Record<string, string>): UpstreamRequest => ({
    url,
    init: {
      method,
      headers: Object.assign(headers, authorization),
      body,
      redirect: 'manual', // a followed redirect would carry the credential to wherever it leads
      signal: deps.signal,
    },
  });
  const authorization = authorize({ url, method, headers, body }, provider, credential, deps);
  return authorization instanceof Promise
    ? authorization.then(withAuthorization)
    : withAuthorization(authorization);
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
  const { provider } = parts;
  const headers: Record<string, string> = {
    ...(parts.body === null ? {} : { 'content-type': parts.contentType }),
    accept: parts.accept,
    'user-agent': 'edgeway',
    ...parts.headers,
  };
  // A compressed event stream waits in the encoder until more comes (traps A15).
  if (parts.wantsStream) headers['accept-encoding'] = 'identity';
  for (const quirk of provider.quirks) {
    if (quirk.kind !== 'forwards-request-header') continue;
    const value = parts.clientHeaders.get(quirk.header);
    if (value !== null) headers[quirk.header.toLowerCase()] = value;
  }
  for (const name in provider.headers) headers[name.toLowerCase()] = provider.headers[name] ?? '';
  return headers;
}
