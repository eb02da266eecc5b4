/** Lua scripts by their hash: the text travels once, and again only when Redis has forgotten it. */
import { type Scripts, toShortError } from '../../connect-upstash.ts';

/** Upstash locks the keys that are named in `KEYS`, and not the whole database. Every key has to be named, then. */
const KEY_LOCKING = '#!lua flags=allow-key-locking\n';

export class Script {
  readonly #text: string;
  /** A string once it is known, never a promise: that would belong to one request. */
  #sha1: string | null = null;

  constructor(...pieces: readonly string[]) {
    this.#text = KEY_LOCKING + pieces.join('\n');
  }

  /** What the script returns. Throws a short error, with nothing of the command in it, if Redis refuses it. */
  async run(redis: Scripts, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    this.#sha1 ??= await sha1Hex(this.#text);
    try {
      return await redis.evalsha(this.#sha1, [...keys], [...args]);
    } catch (error) {
      if (!isForgotten(error)) throw toShortError(error);
    }
    try {
      return await redis.eval(this.#text, [...keys], [...args]);
    } catch (error) {
      throw toShortError(error);
    }
  }
}

const isForgotten = (error: unknown): boolean => error instanceof Error && error.message.includes('NOSCRIPT');

async function sha1Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
