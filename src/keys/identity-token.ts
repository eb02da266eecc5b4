/**
 * JSON Web Tokens (RFC 7519) of issuers that the configuration trusts, for people and for programs: is it theirs, for
 * us, and valid now. What its claims grant is decided elsewhere.
 */
import {
  createLocalJWKSet,
  decodeJwt,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type JWTVerifyResult,
  jwtVerify,
} from 'jose';
import { type IdentityRefusal, KeysUnavailable, toIdentityRefusal } from './identity-refusal.ts';
import type { KeySetReader } from './json-web-keys.ts';

export interface IdentitySettings {
  readonly issuer: string;
  /** One of them has to be in the token. */
  readonly audience: string | readonly string[];
  /** How far the issuer's clock and ours may be apart. */
  readonly clockSkewSeconds: number;
  /** Fewer than `IDENTITY_ALGORITHMS`; others than these are never taken. */
  readonly algorithms?: readonly string[];
}

export type IdentityVerdict =
  | { readonly ok: true; readonly claims: Record<string, unknown> }
  | { readonly ok: false; readonly reason: IdentityRefusal };

/**
 * Asymmetric ones only: with a shared secret, whoever can check a token can make one, and a public key could be passed
 * off as the secret (RFC 8725 §2.1).
 */
export const IDENTITY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** Tokens with many groups come near it; more does not fit into the headers that servers take. */
export const MAX_IDENTITY_TOKEN_CHARACTERS = 8192;

/**
 * An issuer signs other things with the same key (logout tokens, security events, proofs), and names them by type
 * (RFC 8725 §3.11). No type at all is common, and `at+jwt` is an access token's (RFC 9068 §2.1).
 */
const TYPES = ['jwt', 'at+jwt'];

/**
 * The issuer that a token names, to find the settings to verify it with; `null` if it is no signed token, or names
 * none. Nothing is proven yet.
 */
export function readIssuer(token: string): string | null {
  if (!hasForm(token)) return null;
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' && iss !== '' ? iss : null;
  } catch {
    return null;
  }
}

/** `now` in milliseconds since the Unix epoch. Throws nothing that a token or a key set can bring about. */
export async function verifyIdentityToken(
  token: string,
  settings: IdentitySettings,
  keys: KeySetReader,
  now: number,
): Promise<IdentityVerdict> {
  if (!hasForm(token)) return { ok: false, reason: 'malformed' };
  const options = toOptions(settings, now);
  try {
    const claims = await verify(token, keys, options);
    const skewMs = settings.clockSkewSeconds * 1000;
    if (typeof claims.iat === 'number' && claims.iat * 1000 > now + skewMs)
      return { ok: false, reason: 'not_yet' };
    return { ok: true, claims };
  } catch (error) {
    return { ok: false, reason: toIdentityRefusal(error) };
  }
}

/** The compact form: header, payload and signature. An unsigned token has nothing behind its last dot. */
function hasForm(token: string): boolean {
  if (token.length > MAX_IDENTITY_TOKEN_CHARACTERS) return false;
  const parts = token.split('.');
  return parts.length === 3 && parts.every((part) => part !== '');
}

function toOptions(settings: IdentitySettings, now: number): JWTVerifyOptions {
  const { issuer, audience, clockSkewSeconds, algorithms } = settings;
  return {
    issuer,
    audience: typeof audience === 'string' ? audience : [...audience],
    clockTolerance: clockSkewSeconds,
    currentDate: new Date(now),
    requiredClaims: ['exp'],
    algorithms: IDENTITY_ALGORITHMS.filter((one) => algorithms === undefined || algorithms.includes(one)),
  };
}

/** Throws errors of `jose` and `KeysUnavailable`. No key is asked for before the algorithm was found to be allowed. */
async function verify(token: string, keys: KeySetReader, options: JWTVerifyOptions): Promise<JWTPayload> {
  const findKey: JWTVerifyGetKey = async (header, jws) => {
    const text = await keys.current();
    if (text === null) throw new KeysUnavailable();
    try {
      return await toKeySet(text)(header, jws);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const newer = await keys.refetched();
      if (newer === null) throw new KeysUnavailable();
      if (newer === text) throw error;
      return toKeySet(newer)(header, jws);
    }
  };
  const { payload, protectedHeader } = await jwtVerify(token, findKey, options).catch((error: unknown) => {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return verifyWithAny(token, error, options);
    throw error;
  });
  if (!isOurType(protectedHeader.typ)) throw new errors.JWTInvalid('another type of token');
  return payload;
}

/** Made for each token: it keeps promises of the keys that it imports, which no other request may await. */
const toKeySet = (text: string) => createLocalJWKSet(JSON.parse(text) as JSONWebKeySet); // it checks the shape itself

/** Key ids may come twice, or be missing. */
async function verifyWithAny(
  token: string,
  candidates: AsyncIterable<CryptoKey>,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  for await (const key of candidates) {
    try {
      return await jwtVerify(token, key, options);
    } catch (error) {
      // Another claim of the same token would be refused with any key.
      if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

const isOurType = (typ: unknown): boolean =>
  typ === undefined ||
  (typeof typ === 'string' && TYPES.includes(typ.toLowerCase().replace(/^application\//, '')));
