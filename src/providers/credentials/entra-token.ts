/**
 * An access token of Microsoft Entra for a client secret.
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow#get-a-token
 */
import type { TokenRequest } from './access-token.ts';
import type { EntraClient } from './credential.ts';

export const entraTokenRequest = (credentialId: string, client: EntraClient): TokenRequest => ({
  cacheKey: entraTokenKey(credentialId, client),
  tokenUrl: client.tokenUrl,
  form: () => ({
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.clientSecret,
    scope: client.scope,
  }),
});

export const entraTokenKey = (credentialId: string, { clientId, tokenUrl, scope }: EntraClient): string =>
  JSON.stringify([credentialId, clientId, tokenUrl, scope]);
