/** What is wrong with the secrets under which entries are sealed. */

/** In UTF-16 units. */
const MIN_SECRET_LENGTH = 16;

interface Secrets {
  readonly key: string | undefined;
  readonly previous: string | undefined;
}

/** For the operator, without a secret in it; `null`: nothing. */
export function cipherMistake({ key, previous }: Secrets): string | null {
  if (key === undefined && previous !== undefined)
    return 'CACHE_ENCRYPTION_KEY_PREVIOUS is set, and CACHE_ENCRYPTION_KEY is not';
  const named = { CACHE_ENCRYPTION_KEY: key, CACHE_ENCRYPTION_KEY_PREVIOUS: previous };
  const short = Object.entries(named).find(
    ([, value]) => value !== undefined && value.length < MIN_SECRET_LENGTH,
  );
  return short === undefined ? null : `${short[0]} has fewer than ${MIN_SECRET_LENGTH} characters`;
}
