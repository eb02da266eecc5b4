/** Names under which people put keys into URLs, from where they leak into logs: such a request is refused (traps H4). */
const KEY_PARAMETERS = ['key', 'api_key', 'api-key', 'apikey', 'access_token'];

/** Here `key` is that of a cached answer, which opens nothing. */
const CACHE_PATH = /^(?:\/v1)?\/cache$/;

export function hasKeyInQuery(url: string): boolean {
  if (!url.includes('?')) return false;
  const { pathname, searchParams } = new URL(url);
  return KEY_PARAMETERS.some(
    (name) => searchParams.has(name) && !(name === 'key' && CACHE_PATH.test(pathname)),
  );
}
