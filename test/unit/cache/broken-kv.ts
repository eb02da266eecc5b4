/** A KV namespace in front of a real one that breaks on demand, and counts what it was asked. */
import { env } from 'cloudflare:workers';

/** As `wrangler.toml` binds it. */
export const { CACHE } = env as unknown as { readonly CACHE: KVNamespace };

/** `throws`: before there is a promise. `garbage`: gives what nobody wrote. `refuses writes`: as for two within a second. */
export type KvFault = 'none' | 'hangs' | 'rejects' | 'throws' | 'garbage' | 'refuses writes';

const GARBAGE = crypto.getRandomValues(new Uint8Array(300));
/** The beginning of an entry. */
const GARBAGE_TEXT = 'base64:iUVDAQAAAP8=';

export class BrokenKv {
  fault: KvFault;
  reads = 0;
  writes = 0;

  constructor(fault: KvFault = 'none') {
    this.fault = fault;
  }

  /** KV's `get` has many shapes; these are the ones that are used. */
  get namespace(): Pick<KVNamespace, 'get' | 'put'> {
    return this as unknown as Pick<KVNamespace, 'get' | 'put'>;
  }

  get(names: string | string[], options: never): unknown {
    this.reads += 1;
    const struck = this.#strike('GET');
    if (struck !== null) return struck;
    if (this.fault !== 'garbage') return CACHE.get(names as never, options);
    return Promise.resolve(
      typeof names === 'string'
        ? GARBAGE.slice().buffer
        : new Map(names.map((name) => [name, GARBAGE_TEXT] as const)),
    );
  }

  put(name: string, value: string | Uint8Array, options: KVNamespacePutOptions): Promise<void> {
    this.writes += 1;
    if (this.fault === 'refuses writes')
      return Promise.reject(new Error('KV PUT failed: 429 Too Many Requests'));
    return this.#strike('PUT') ?? CACHE.put(name, value, options);
  }

  #strike(method: string): Promise<never> | null {
    if (this.fault === 'throws') throw new Error(`KV ${method} failed: 500`);
    if (this.fault === 'rejects') return Promise.reject(new Error(`KV ${method} failed: 500`));
    return this.fault === 'hangs' ? new Promise(() => undefined) : null;
  }
}
