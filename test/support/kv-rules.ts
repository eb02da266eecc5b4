/** What the real KV refuses, by the HTTP that the runtime makes of its methods. Limits: developers.cloudflare.com/kv/platform/limits/ */
import type { ReceivedCall } from './upstream.ts';

/** What an operation comes to: a status and a body. */
export type KvOutcome = readonly [status: number, body: string | Uint8Array];

const LONGEST_NAME_BYTES = 512;
const LARGEST_VALUE_BYTES = 25 * 1024 * 1024;
const MOST_NAMES_AT_ONCE = 100;
const SHORTEST_CACHE_TTL_SECONDS = 30;
const SHORTEST_LIFE_SECONDS = 60;

/** Also what is not served here. `now`: milliseconds since the Unix epoch. */
export function refusalOf(
  call: ReceivedCall,
  name: string,
  params: URLSearchParams,
  now: number,
): KvOutcome | null {
  const isServed = ['GET', 'PUT', 'DELETE'].includes(call.method) && name !== '';
  if (!isServed || call.headers['cf-kv-metadata'] !== undefined) return [501, 'not served by this stand-in'];
  if (Buffer.byteLength(name) > LONGEST_NAME_BYTES) return [414, 'the name is too long'];
  if (call.body.length > LARGEST_VALUE_BYTES) return [413, 'the value is too large'];
  if (isBelow(params.get('cache_ttl'), SHORTEST_CACHE_TTL_SECONDS)) return [400, 'Invalid cache_ttl'];
  if (isBelow(params.get('expiration_ttl'), SHORTEST_LIFE_SECONDS)) return [400, 'Invalid expiration_ttl'];
  if (isBelow(params.get('expiration'), Math.floor(now / 1000) + SHORTEST_LIFE_SECONDS))
    return [400, 'Invalid expiration'];
  return null;
}

const isBelow = (value: string | null, least: number): boolean => value !== null && !(Number(value) >= least);

/** When a value goes: so many seconds from now, or a second since the Unix epoch; `null`: never. */
export function expiryOf(params: URLSearchParams, now: number): number | null {
  const ttlSeconds = params.get('expiration_ttl');
  if (ttlSeconds !== null) return now + Number(ttlSeconds) * 1000;
  const atSeconds = params.get('expiration');
  return atSeconds === null ? null : Number(atSeconds) * 1000;
}

/** A bulk read, which gives texts only. `read`: the value of a name. */
export function bulkOutcome({ body }: ReceivedCall, read: (name: string) => Uint8Array | null): KvOutcome {
  const { keys, type, withMetadata } = JSON.parse(body.toString()) as {
    keys: string[];
    type?: string;
    withMetadata?: boolean;
  }; // what the runtime writes
  if (type !== undefined && type !== 'text' && type !== 'json')
    return [400, `"${type}" is not a valid type. Use "json" or "text"`];
  if (keys.length > MOST_NAMES_AT_ONCE)
    return [400, `You can request a maximum of ${MOST_NAMES_AT_ONCE} keys`];
  if (type === 'json' || withMetadata === true) return [501, 'not served by this stand-in'];
  const texts = keys.map((name) => {
    const value = read(name);
    return [name, value === null ? null : Buffer.from(value).toString('utf8')];
  });
  return [200, JSON.stringify(Object.fromEntries(texts))];
}
