/**
 * Single claims of a verified token, by the path that an operator wrote into the configuration. Whose claims they are
 * and what they grant is decided by the caller.
 *
 * A path is first taken as one name, because namespaced claims hold dots (`https://example.com/roles`), then as
 * names behind one another (`realm_access.roles`). Sizes need no bound of their own: the token has one.
 */
import { isRecord } from '../is-record.ts';

/** `null` if the claim is absent, empty, or no string. */
export function readClaim(claims: Readonly<Record<string, unknown>>, path: string): string | null {
  const value = claimAt(claims, path);
  return typeof value === 'string' && value !== '' ? value : null;
}

/**
 * A list of strings, or a string of words parted by spaces as OAuth writes scopes (RFC 6749 §3.3): a name that holds a
 * space has to come in a list. `null` if the claim is absent, or anything else: one member that is no string spoils
 * the list. In a grant `null` means "all", so a claim that ought to restrict must be refused when this is `null`.
 */
export function readClaimList(
  claims: Readonly<Record<string, unknown>>,
  path: string,
): readonly string[] | null {
  const value = claimAt(claims, path);
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '');
  if (!Array.isArray(value)) return null;
  return value.every((member) => typeof member === 'string') ? value : null;
}

/** `undefined` if it is absent. Own members only: a path may not lead into a prototype, nor into an array. */
export function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}
