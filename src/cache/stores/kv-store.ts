/**
 * Workers KV: one store for all places, which may be a minute behind, and takes one write a second for a name.
 *
 * A bulk read gives texts only, and is one operation for 100 names, where single reads would be 100 of the 1,000 that a
 * request has, six at a time. So small values lie as base64, and are read either way; large ones lie as they are, because
 * base64 would not fit, and are read one by one.
 * Source: https://developers.cloudflare.com/kv/api/read-key-value-pairs/
 */
import { base64url } from 'jose';
import type { FarStore, StoredValue } from '../cache-store.ts';
import { inChunks } from './in-chunks.ts';

/**
 * How long the place where it is read keeps what it has read, or that there was nothing. The shortest there is: what is
 * asked for often lies nearer than that anyway, and a longer one would hide what others have written since.
 */
const CACHE_TTL_SECONDS = 30;
const MIN_EXPIRATION_TTL_SECONDS = 60;
const MAX_NAMES_AT_ONCE = 100;
/** A hundred of them, as base64, fit into the 25 MB that a bulk read may give. */
const MAX_TEXT_BYTES = 128 * 1024;
/** What a request has left for everything else, of its operations, may not be spent on the cache. */
const MAX_WRITES_AT_ONCE = 500;
/** Before base64: no value that lies as it is begins so. */
const TEXT_MARK = 'base64:';
const TEXT_MARK_BYTES = new TextEncoder().encode(TEXT_MARK);

export function createKvStore(namespace: Pick<KVNamespace, 'get' | 'put'>): FarStore {
  const get: FarStore['get'] = async (name) => {
    const found = await namespace.get(name, { type: 'arrayBuffer', cacheTtl: CACHE_TTL_SECONDS });
    if (found === null) return null;
    const bytes = new Uint8Array(found);
    return isText(bytes) ? decodeText(new TextDecoder().decode(bytes)) : bytes;
  };

  const getChunk = async (names: readonly string[]): Promise<readonly (Uint8Array | null)[]> => {
    const found = await namespace.get([...names], { type: 'text', cacheTtl: CACHE_TTL_SECONDS });
    return Promise.all(
      names.map((name) => {
        const text = found.get(name) ?? null;
        return text === null ? null : text.startsWith(TEXT_MARK) ? decodeText(text) : get(name);
      }),
    );
  };

  const put: FarStore['put'] = (name, bytes, seconds) =>
    namespace.put(name, bytes.length > MAX_TEXT_BYTES ? bytes : TEXT_MARK + base64url.encode(bytes), {
      expirationTtl: Math.max(seconds, MIN_EXPIRATION_TTL_SECONDS),
    });

  return {
    get,
    put,
    async getMany(names) {
      const unlike = [...new Set(names)];
      const found = await Promise.all(inChunks(unlike, MAX_NAMES_AT_ONCE).map(getChunk));
      const byName = new Map(found.flat().map((value, i) => [unlike[i], value]));
      return names.map((name) => byName.get(name) ?? null);
    },
    async putMany(values: readonly StoredValue[]) {
      const fitting = values.slice(0, MAX_WRITES_AT_ONCE);
      const written = await Promise.allSettled(
        fitting.map(({ name, bytes, seconds }) => put(name, bytes, seconds)),
      );
      const failed = written.find((one) => one.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      if (fitting.length < values.length) throw new Error(`more than ${MAX_WRITES_AT_ONCE} writes at once`);
    },
  };
}

const isText = (bytes: Uint8Array): boolean => TEXT_MARK_BYTES.every((byte, i) => bytes[i] === byte);

/** `null` if it is not base64. */
function decodeText(text: string): Uint8Array | null {
  try {
    return base64url.decode(text.slice(TEXT_MARK.length));
  } catch {
    return null;
  }
}
