/** An identity provider on loopback: OpenID Connect discovery, key sets, and tokens with real signatures. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { json, startUpstream, type Upstream } from './upstream.ts';

export interface IdentityProvider {
  /** `iss` of its tokens: where it is. */
  readonly issuer: string;
  readonly server: Upstream;
  /** A token for `audience`, good for five minutes, with `claims` over the usual ones. */
  token(audience: string, claims?: Readonly<Record<string, unknown>>): Promise<string>;
}

const ALGORITHM = 'ES256';

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  const keySet = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: ALGORITHM, use: 'sig' }] };
  const server = await startUpstream();
  const documents: Readonly<Record<string, unknown>> = {
    '/.well-known/openid-configuration': { issuer: server.url, jwks_uri: `${server.url}/jwks` },
    '/jwks': keySet,
    '/cdn-cgi/access/certs': keySet, // where Cloudflare Access has it
  };
  server.answer((call, response, request) => {
    const document = documents[call.path];
    return json(document ?? {}, document === undefined ? 404 : 200)(call, response, request);
  });
  return {
    issuer: server.url,
    server,
    token: (audience, claims = {}) =>
      new SignJWT({ email: 'ada@example.com', ...claims })
        .setProtectedHeader({ alg: ALGORITHM, kid: 'one', typ: 'JWT' })
        .setIssuer(server.url)
        .setAudience(audience)
        .setSubject('user-1')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
  };
}
