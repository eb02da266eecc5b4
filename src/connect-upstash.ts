/**
 * The client of Upstash's REST API, with every choice of the library made here: several of its defaults would lose
 * exactness, wait too long, or break a rule of Workers.
 */
import { Redis } from '@upstash/redis/cloudflare';

/** What limits use of it. */
export type Scripts = Pick<Redis, 'eval' | 'evalsha'>;
/** The same, and what the types of @upstash/ratelimit ask for besides. */
export type UpstashClient = Scripts & Pick<Redis, 'get' | 'set'>;
/** What the cache uses of it. */
export type UpstashValues = Pick<Redis, 'get' | 'mget' | 'set' | 'pipeline'>;

/** For one command, its retries included. */
export const COMMAND_TIMEOUT_MS = 1000;
/** Pause before the one retry, which only a connection that broke gets, never an answer. */
const RETRY_AFTER_MS = 50;

export interface UpstashAccess {
  /** `UPSTASH_REDIS_REST_URL` */
  readonly url: string;
  /** `UPSTASH_REDIS_REST_TOKEN` */
  readonly token: string;
  /** Default: `COMMAND_TIMEOUT_MS`. */
  readonly timeoutMs?: number;
}

/** Throws if the URL is none. */
export function connectUpstash({ url, token, timeoutMs = COMMAND_TIMEOUT_MS }: UpstashAccess): Redis {
  return new Redis({
    url,
    token,
    // What ran although its answer was lost runs again: the ids of calls make that harmless, and a value is the same one.
    retry: { retries: 1, backoff: () => RETRY_AFTER_MS },
    // `fetch` may refuse a body of more than 64 KiB with it, and connections are kept without.
    keepAlive: false,
    // A function: for a mere signal the library turns its abort into an answer like any other.
    signal: () => AbortSignal.timeout(timeoutMs),
    // It joins what is sent in one turn, by whichever request, into one promise, which Workers forbids to share.
    enableAutoPipelining: false,
    // Answers are text of our own making; guessing would turn what looks like a number into one.
    automaticDeserialization: false,
    responseEncoding: false,
    // Scripts run where writes are accepted, so each sees all that ran before.
    readYourWrites: false,
    enableTelemetry: false,
  });
}

/** The library puts the whole command into its message: a script and all that was told of a scope, or a cached answer. */
export function toShortError(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`Upstash: ${message.split(', command was:')[0]?.slice(0, 300)}`);
}
