/** Addresses of providers as other gateways write them: checked by the rule that the document will be checked by. */
import { refuseBaseUrl } from '../../../providers/base-url.ts';

export type ReadUrl =
  | { readonly ok: true; readonly url: string; readonly isInsecure: boolean }
  /** `reason` tells no part of the address, which may hold a password. */
  | { readonly ok: false; readonly reason: string };

/** `url` ends without a slash. `isInsecure`: it is only taken with `allow_insecure`. */
export function readBaseUrl(text: string): ReadUrl {
  const refusal = refuseBaseUrl(text, true);
  if (refusal !== undefined) return { ok: false, reason: refusal };
  const url = new URL(text).href.replace(/\/+$/, '');
  return { ok: true, url, isInsecure: refuseBaseUrl(url, false) !== undefined };
}

/** `llm.example.com`, `localhost-4000`: what an address is called where a name is needed. */
export function nameOfHost(url: string): string {
  const { hostname, port } = new URL(url);
  return port === '' ? hostname : `${hostname}-${port}`;
}
