/** An identity provider of the suites: real keys, a real JWKS over HTTP, and tokens as good or as bad as a test wants. */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { json, startUpstream } from '../upstream.ts';

export interface SigningPair {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  /** With `kid`, `alg` and `use`. */
  readonly publicJwk: JWK;
}

export interface Issuer {
  readonly url: string;
  readonly jwksUrl: string;
  /** What the JWKS shows from now on. */
  show(...pairs: readonly SigningPair[]): void;
  /** Answers with this status from now on; 200: as usual. */
  fail(status: number): void;
  /** Times that the JWKS was fetched. */
  readonly fetches: number;
  stop(): Promise<void>;
}

export async function startIssuer(...first: readonly SigningPair[]): Promise<Issuer> {
  let shown = first;
  let status = 200;
  const upstream = await startUpstream((call, response, request) => {
    const isDiscovery = call.path === '/.well-known/openid-configuration';
    const found = isDiscovery
      ? { issuer: upstream.url, jwks_uri: `${upstream.url}/keys` }
      : { keys: shown.map(({ publicJwk }) => publicJwk) };
    return json(status === 200 ? found : {}, status)(call, response, request);
  });
  return {
    url: upstream.url,
    jwksUrl: `${upstream.url}/keys`,
    show: (...pairs) => {
      shown = pairs;
    },
    fail: (next) => {
      status = next;
    },
    get fetches() {
      return upstream.calls.filter(({ path }) => path === '/keys').length;
    },
    stop: () => upstream.stop(),
  };
}

export async function makePair(algorithm: string, kid: string): Promise<SigningPair> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
  return { kid, algorithm, privateKey, publicJwk };
}

export interface TokenWishes {
  /** Beside or instead of `sub`, `iat` and `exp`; `undefined` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Seconds from now; default: ten minutes. */
  readonly expiresIn?: number;
}

/** Signed by `pair`. */
export function signToken(
  { kid, algorithm, privateKey }: SigningPair,
  { claims = {}, header = {}, expiresIn = 600 }: TokenWishes = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  // Claims of a wrong type are what some tests are about.
  const payload = { sub: 'alice', iat: now, exp: now + expiresIn, ...claims } as JWTPayload;
  return new SignJWT(payload)
    .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT', ...header })
    .sign(privateKey);
}
