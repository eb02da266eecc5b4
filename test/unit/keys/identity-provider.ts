/** An identity provider for the tests of this room: real keys, real signatures, and its key set as text. */
import {
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import type { KeySetReader } from '../../../src/keys/json-web-keys.ts';

export const ISSUER = 'https://id.example';
/** 2026-11-24T09:30:15Z. */
export const NOW = 1_795_512_615_000;
export const NOW_SECONDS = NOW / 1000;

/** One key pair of the provider. */
export interface Signer {
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** As it stands in the key set. */
  readonly jwk: JWK;
}

export async function createSigner(algorithm: string, kid: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
  return { algorithm, privateKey, publicKey, jwk };
}

/** Claims that nobody objects to. */
export const CLAIMS: JWTPayload = {
  iss: ISSUER,
  aud: 'edgeway',
  sub: 'user-1',
  iat: NOW_SECONDS,
  exp: NOW_SECONDS + 600,
  realm_access: { roles: ['owner'] },
};

/** A token with `claims` over the good ones; `undefined` takes one away. */
export const sign = (
  signer: Signer,
  claims: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> => signWhole(signer, { ...CLAIMS, ...claims }, header);

export const signWhole = (
  { algorithm, privateKey, jwk }: Signer,
  payload: Record<string, unknown>,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> =>
  new SignJWT(JSON.parse(JSON.stringify(payload)))
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(jwk.kid ? { kid: jwk.kid } : {}), ...header })
    .sign(privateKey);

export const keySet = (...jwks: readonly JWK[]): string => JSON.stringify({ keys: jwks });

/** Hands out `texts` one after the other: the first as the current one, the others when it is asked for anew. */
export function readerOf(...texts: readonly (string | null)[]): KeySetReader & { readonly asked: string[] } {
  const asked: string[] = [];
  let at = 0;
  return {
    asked,
    current: async () => {
      asked.push('current');
      return texts[0] ?? null;
    },
    refetched: async () => {
      asked.push('refetched');
      at = Math.min(at + 1, texts.length - 1);
      return texts[at] ?? null;
    },
  };
}
