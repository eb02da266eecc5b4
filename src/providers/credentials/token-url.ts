/**
 * Where keys may be traded for access tokens. A key file names its own endpoint, so this is a door for SSRF and for
 * giving signed assertions away (traps H1): only the vendor's hosts, unless the entry allows insecure ones.
 */
import { refuseBaseUrl } from '../base-url.ts';

export const GOOGLE_TOKEN_URL = 'https://oauth2.googleapis.com/token';

/** https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud */
const ENTRA_HOSTS = [
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
];

export const entraTokenUrl = (tenantId: string): string =>
  `https://login.microsoftonline.com/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;

/** Why this endpoint may not be called; `undefined` if it may. */
export function refuseTokenUrl(
  url: string,
  vendor: 'google' | 'entra',
  allowInsecure: boolean,
): string | undefined {
  const refusal = refuseBaseUrl(url, allowInsecure);
  if (refusal !== undefined || allowInsecure) return refusal;
  const host = new URL(url).hostname;
  const isVendors =
    vendor === 'google'
      ? host === 'accounts.google.com' || host.endsWith('.googleapis.com')
      : ENTRA_HOSTS.includes(host);
  return isVendors ? undefined : 'is no token endpoint of the vendor; set `allow_insecure` if that is meant';
}
