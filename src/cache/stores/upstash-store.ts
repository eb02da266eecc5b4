/** Redis at Upstash, over REST: one store for all places, where what was written is read at once. Values are base64. */
import { base64url } from 'jose';
import { toShortError, type UpstashValues } from '../../connect-upstash.ts';
import type { FarStore, StoredValue } from '../cache-store.ts';
import { inChunks } from './in-chunks.ts';

export interface UpstashCacheStoreOptions {
  /** Of `connectUpstash`. */
  readonly redis: UpstashValues;
  /** What all names begin with: gateways that share it share their entries. */
  readonly prefix: string;
}

/** Commands of one request, and names of one command. */
const MAX_AT_ONCE = 100;
/** As base64, a little less than the 10 MB that a request may have (https://upstash.com/docs/redis/troubleshooting). */
const MAX_VALUE_BYTES = 7 * 1024 * 1024;

export function createUpstashCacheStore({ redis, prefix }: UpstashCacheStoreOptions): FarStore {
  const keyOf = (name: string): string => prefix + name;

  const getChunk = async (names: readonly string[]): Promise<readonly (Uint8Array | null)[]> => {
    const found = await redis.mget<unknown[]>(...names.map(keyOf));
    return names.map((_, i) => decodeValue(found[i]));
  };

  const putChunk = async (values: readonly StoredValue[]): Promise<void> => {
    const pipeline = redis.pipeline();
    for (const { name, bytes, seconds } of values)
      pipeline.set(keyOf(name), encodeValue(bytes), { ex: seconds });
    await pipeline.exec();
  };

  return {
    get: (name) => shortly(async () => decodeValue(await redis.get(keyOf(name)))),
    put: (name, bytes, seconds) =>
      shortly(async () => void (await redis.set(keyOf(name), encodeValue(bytes), { ex: seconds }))),
    getMany: (names) =>
      shortly(async () => (await Promise.all(inChunks(names, MAX_AT_ONCE).map(getChunk))).flat()),
    putMany: (values) =>
      shortly(async () => void (await Promise.all(inChunks(values, MAX_AT_ONCE).map(putChunk)))),
  };
}

async function shortly<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw toShortError(error);
  }
}

function encodeValue(bytes: Uint8Array): string {
  if (bytes.length > MAX_VALUE_BYTES) throw new Error(`an entry has ${bytes.length} bytes`);
  return base64url.encode(bytes);
}

/** `null` for what is no base64, too. */
function decodeValue(value: unknown): Uint8Array | null {
  if (typeof value !== 'string') return null;
  try {
    return base64url.decode(value);
  } catch {
    return null;
  }
}
