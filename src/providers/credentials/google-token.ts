/**
 * An access token for a Google service account: a signed assertion is traded for it.
 * https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests
 */
import { importPKCS8, SignJWT } from 'jose';
import type { TokenRequest } from './access-token.ts';
import { AuthorizationFailed } from './authorization-failed.ts';
import type { ServiceAccount } from './credential.ts';

const ASSERTION_SECONDS = 3600;

export const googleTokenRequest = (
  credentialId: string,
  account: ServiceAccount,
  now: () => number,
): TokenRequest => ({
  cacheKey: googleTokenKey(credentialId, account),
  tokenUrl: account.tokenUrl,
  form: async () => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: await signAssertion(account, Math.floor(now() / 1000)),
  }),
});

export const googleTokenKey = (
  credentialId: string,
  { clientEmail, privateKeyId, tokenUrl, scope }: ServiceAccount,
): string => JSON.stringify([credentialId, clientEmail, privateKeyId, tokenUrl, scope]);

/** `issuedAt` in seconds since the Unix epoch. */
async function signAssertion(account: ServiceAccount, issuedAt: number): Promise<string> {
  const { clientEmail, privateKeyId, privateKey, tokenUrl, scope } = account;
  try {
    const key = await importPKCS8(privateKey, 'RS256');
    return await new SignJWT({ scope })
      .setProtectedHeader({
        alg: 'RS256',
        typ: 'JWT',
        ...(privateKeyId === null ? {} : { kid: privateKeyId }),
      })
      .setIssuer(clientEmail)
      .setAudience(tokenUrl)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ASSERTION_SECONDS)
      .sign(key);
  } catch {
    // The library's own message may quote the key.
    throw new AuthorizationFailed('refused', 'The private key of the service account cannot sign.');
  }
}
