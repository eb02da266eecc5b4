/**
 * What a narrow token says, and its payload: JSON with short names, because the token travels with every request.
 *
 * | Name | Claim | Absent means |
 * |---|---|---|
 * | `p` | `parent` | refused |
 * | `k` | `signingKeyId` | refused |
 * | `i` | `issuedAt`, milliseconds | refused |
 * | `e` | `expiresAt`, milliseconds | refused |
 * | `j` | `id` | refused |
 * | `n` | `name` | `null` |
 * | `u` | `endUser` | `null` |
 * | `m` | `models` | `null`: all of the parent's |
 * | `d` | `deniedModels` | `[]` |
 * | `r` | `routes` | `null`: all of the parent's |
 * | `a` | `ipRanges` (addresses) | `null`: as the parent |
 * | `l` | `limits` | `{}` |
 *
 * Any other name is refused: it may be a restriction that only a newer version knows.
 */
import { isRecord } from '../is-record.ts';

export interface NarrowClaims {
  /** The id of the key that it was minted from; it dies with that key. */
  readonly parent: string;
  /** The id of the secret that signed it. */
  readonly signingKeyId: string;
  /** Milliseconds since the Unix epoch. */
  readonly issuedAt: number;
  /** Milliseconds since the Unix epoch; from then on it is refused. */
  readonly expiresAt: number;
  /** The token's own id, for logs. */
  readonly id: string;
  readonly name: string | null;
  readonly endUser: string | null;
  /** Globs, as in a key; `null` adds nothing to the parent's. */
  readonly models: readonly string[] | null;
  readonly deniedModels: readonly string[];
  readonly routes: readonly string[] | null;
  readonly ipRanges: readonly string[] | null;
  /** Limit fields by their names in the configuration document. */
  readonly limits: Readonly<Record<string, unknown>>;
}

const NAMES = ['p', 'k', 'i', 'e', 'j', 'n', 'u', 'm', 'd', 'r', 'a', 'l'];

/** JSON text. */
export function encodeClaims(claims: NarrowClaims): string {
  const { deniedModels, limits } = claims;
  return JSON.stringify({
    p: claims.parent,
    k: claims.signingKeyId,
    i: claims.issuedAt,
    e: claims.expiresAt,
    j: claims.id,
    n: claims.name ?? undefined,
    u: claims.endUser ?? undefined,
    m: claims.models ?? undefined,
    d: deniedModels.length === 0 ? undefined : deniedModels,
    r: claims.routes ?? undefined,
    a: claims.ipRanges ?? undefined,
    l: Object.keys(limits).length === 0 ? undefined : limits,
  });
}

/** `null` if it has another shape: what we signed has it, unless another version of this code signed it. */
export function decodeClaims(payload: Uint8Array): NarrowClaims | null {
  const wire = parseJson(payload);
  if (!isRecord(wire) || !Object.keys(wire).every((name) => NAMES.includes(name))) return null;
  const { p, k, i, e, j, n = null, u = null, m = null, d = [], r = null, a = null, l = {} } = wire;
  if (!isText(p) || !isText(k) || !isTime(i) || !isTime(e) || !isText(j)) return null;
  if ((n !== null && !isText(n)) || (u !== null && !isText(u)) || !isTexts(d) || !isRecord(l)) return null;
  if ((m !== null && !isTexts(m)) || (r !== null && !isTexts(r)) || (a !== null && !isTexts(a))) return null;
  return {
    parent: p,
    signingKeyId: k,
    issuedAt: i,
    expiresAt: e,
    id: j,
    name: n,
    endUser: u,
    models: m,
    deniedModels: d,
    routes: r,
    ipRanges: a,
    limits: l,
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTime = (value: unknown): value is number => Number.isSafeInteger(value);
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
