/**
 * Narrow tokens: what `POST /v1/keys/token` mints from a key for a browser, a job or a run of CI. A token says all
 * that it may do and proves it by a signature, so it is verified without a look-up. Whether its parent still lives,
 * and that it may do no more than its parent, is for the caller to see to.
 *
 * Form: `ewt-`, base64url of the payload, `.`, base64url of the HMAC-SHA-256 over all that stands before the `.`. What
 * the payload holds is in `narrow-claims.ts`.
 */
import { base64url } from 'jose';
import { decodeClaims, encodeClaims, type NarrowClaims } from './narrow-claims.ts';
import type { NarrowTokenKeys } from './narrow-token-keys.ts';

export const NARROW_TOKEN_PREFIX = 'ewt-';
/** Of the whole token: some servers take no more than 8 KiB of headers. */
export const MAX_NARROW_TOKEN_CHARACTERS = 4096;
/** How far the clock of the machine that signed may be ahead of this one's. */
const MAX_SKEW_MS = 30_000;
const SIGNATURE_BYTES = 32;

/** The claims are too many for one token; what was asked for has to be shortened. */
export class NarrowTokenTooLarge extends Error {
  constructor() {
    super(`The token would be longer than ${MAX_NARROW_TOKEN_CHARACTERS} characters.`);
  }
}

/** Throws `NarrowTokenTooLarge`, and an `Error` if there is no secret to sign with. */
export async function signNarrowToken(
  claims: Omit<NarrowClaims, 'signingKeyId'>,
  keys: NarrowTokenKeys,
): Promise<string> {
  const { id, key } = await keys.signingKey();
  const payload = encodeClaims({ ...claims, signingKeyId: id });
  const signed = NARROW_TOKEN_PREFIX + base64url.encode(payload);
  const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(signed));
  const token = `${signed}.${base64url.encode(new Uint8Array(signature))}`;
  if (token.length > MAX_NARROW_TOKEN_CHARACTERS) throw new NarrowTokenTooLarge();
  return token;
}

/**
 * `null` if it is malformed, signed by none of our secrets, changed, expired, or not issued yet. `now` in milliseconds
 * since the Unix epoch.
 */
export async function openNarrowToken(
  token: string,
  keys: NarrowTokenKeys,
  now: number,
): Promise<NarrowClaims | null> {
  const parts = splitToken(token);
  if (parts === null) return null;
  const { signed, payload, signature } = parts;
  // Every secret is tried, rather than the one that the payload names: nothing is read before its signature holds.
  for await (const { id, key } of keys.verifyingKeys()) {
    if (!(await crypto.subtle.verify('HMAC', key, signature, signed))) continue;
    const claims = decodeClaims(payload);
    if (claims !== null && claims.signingKeyId === id) return isCurrent(claims, now) ? claims : null;
  }
  return null;
}

/** Whether it has the form of one, whoever made it up. */
export const isNarrowToken = (token: string): boolean => splitToken(token) !== null;

const isCurrent = ({ issuedAt, expiresAt }: NarrowClaims, now: number): boolean =>
  issuedAt <= now + MAX_SKEW_MS && now < expiresAt;

interface TokenParts {
  readonly signed: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

function splitToken(token: string): TokenParts | null {
  if (token.length > MAX_NARROW_TOKEN_CHARACTERS || !token.startsWith(NARROW_TOKEN_PREFIX)) return null;
  const [payloadText = '', signatureText = '', ...more] = token.slice(NARROW_TOKEN_PREFIX.length).split('.');
  const payload = fromCanonical(payloadText);
  const signature = fromCanonical(signatureText);
  if (payload === null || signature?.length !== SIGNATURE_BYTES || more.length > 0) return null;
  return { signed: new TextEncoder().encode(NARROW_TOKEN_PREFIX + payloadText), payload, signature };
}

/** Decoders forgive padding, spaces and spare bits; the text must be the one that we write. */
function fromCanonical(text: string): Uint8Array | null {
  try {
    const bytes = base64url.decode(text);
    return base64url.encode(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}
