/** What a request to the admin API brings along to prove whose it is. Nothing is checked here. */
import { hasKeyInQuery } from '../../key-in-query.ts';

export interface AdminCredential {
  /** `access`: Cloudflare Access put it in; behind it stands a cookie that the browser sends for every page. */
  readonly from: 'authorization' | 'access';
  readonly token: string;
}

/** https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/ */
const ACCESS_HEADER = 'cf-access-jwt-assertion';

/** What the caller says itself counts before what stands in front of us adds. `null`: nothing, or a key in the query. */
export function readCredential(request: Request): AdminCredential | null {
  if (hasKeyInQuery(request.url)) return null;
  const authorization = request.headers.get('authorization');
  if (authorization !== null) {
    const token = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
    return token === undefined ? null : { from: 'authorization', token };
  }
  const assertion = request.headers.get(ACCESS_HEADER);
  return assertion === null ? null : { from: 'access', token: assertion };
}

const SAFE_METHODS = ['GET', 'HEAD'];
const OWN_SITES = ['same-origin', 'none'];

/**
 * Whether a page of another site may have made the browser send this, with a cookie that its reader never meant for
 * it. Browsers say where a request comes from, older ones at least the origin; programs say nothing, and have no cookie
 * that anybody could abuse.
 */
export function isCrossSiteWrite({ method, headers, url }: Request): boolean {
  if (SAFE_METHODS.includes(method)) return false;
  const site = headers.get('sec-fetch-site');
  if (site !== null) return !OWN_SITES.includes(site);
  const origin = headers.get('origin');
  return origin !== null && origin !== new URL(url).origin;
}
