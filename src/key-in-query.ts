/** Names under which people put keys into URLs, from where they leak into logs: such a request is refused (traps H4). */
const KEY_PARAMETERS = ['key', 'api_key', 'api-key', 'apikey', 'access_token'];

export function hasKeyInQuery(url: string): boolean {
  if (!url.includes('?')) return false;
  const query = new URL(url).searchParams;
  return KEY_PARAMETERS.some((name) => query.has(name));
}
