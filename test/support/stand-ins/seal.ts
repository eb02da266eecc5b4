/**
 * Proofs of thought as vendors issue them: opaque to everybody else, bound to what they prove, and refused when they
 * come back changed or from elsewhere.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const SECRET = 'only the stand-ins know this';

/** As the real ones begin: Claude's and Google's with a field of a protocol buffer, OpenAI's as Fernet tokens. */
const BEGIN = {
  anthropic: Buffer.from([0x12, 0xb7, 0x01]),
  google: Buffer.from([0x0a, 0x91, 0x03]),
  openai: Buffer.from([0x80, 0, 0, 0, 0, 0x6a]),
};
/** Whose it is: Claude's are good wherever Claude is. */
export type Sealer = keyof typeof BEGIN;

export function seal(who: Sealer, content: string): string {
  const payload = Buffer.from(content).toString('base64url');
  const bytes = Buffer.concat([BEGIN[who], Buffer.from(`${payload}:${sign(who, payload)}`)]);
  return bytes.toString(who === 'openai' ? 'base64url' : 'base64');
}

/** What was sealed; `null` if this vendor never issued it. */
export function unseal(who: Sealer, sealed: unknown): string | null {
  if (typeof sealed !== 'string') return null;
  const bytes = Buffer.from(sealed, 'base64');
  const begin = BEGIN[who];
  if (!bytes.subarray(0, begin.length).equals(begin)) return null;
  const [payload, signature] = bytes.subarray(begin.length).toString().split(':');
  if (payload === undefined || signature === undefined) return null;
  const good = Buffer.from(sign(who, payload));
  const got = Buffer.from(signature);
  if (good.length !== got.length || !timingSafeEqual(good, got)) return null;
  return Buffer.from(payload, 'base64url').toString();
}

const sign = (who: Sealer, payload: string): string =>
  createHmac('sha256', SECRET).update(`${who}:${payload}`).digest('base64url');
