/**
 * How often the usage of a Ledger may be read, by all isolates together. Reading costs Redis far more than a request
 * does, and whoever has a key may read: without a bound a loop around `GET /v1/usage` slows everybody's requests down.
 *
 * Here the token bucket of @upstash/ratelimit fits as it is: something happens once, now, and if a lost answer counts
 * twice, nobody is charged for it. Why it holds no limit of a scope: `docs/decisions/0025-limits-in-upstash.md`.
 */
import { Ratelimit } from '@upstash/ratelimit';
import { toShortError, type UpstashClient } from '../../connect-upstash.ts';
import { LimitExceeded } from '../../errors.ts';

/** Reads of one Ledger at once, and each second in the long run. */
export const READING = { burst: 60, perSecond: 10 };
/** Ledgers that this isolate remembers as read too often. */
const MAX_BLOCKED = 1000;

export class ReadingGuard {
  readonly #limiter: Ratelimit;
  readonly #now: () => number;
  /** Ledger → until when nobody has to ask: an isolate that was refused does not ask again before. */
  readonly #blocked = new Map<string, number>();

  constructor({ redis, prefix, now }: { redis: UpstashClient; prefix: string; now: () => number }) {
    this.#now = now;
    this.#limiter = new Ratelimit({
      redis,
      prefix: `${prefix}reading`,
      limiter: Ratelimit.tokenBucket(READING.perSecond, '1 s', READING.burst),
      ephemeralCache: this.#blocked,
      // Its own timeout lets everybody through. The store's bounds the wait, and refuses.
      timeout: 0,
      analytics: false,
      enableTelemetry: false,
    });
  }

  /** Throws `LimitExceeded`; or a short error if Redis cannot be asked. */
  async enter(ledger: string): Promise<void> {
    if (this.#blocked.size > MAX_BLOCKED) this.#blocked.clear();
    const { success, reset } = await this.#limiter.limit(ledger).catch((error: unknown) => {
      throw toShortError(error);
    });
    if (success) return;
    throw new LimitExceeded({
      code: 'request_limit_exceeded',
      message: 'Usage is being read too often.',
      scope: ledger,
      param: 'usage',
      retryAfterMs: Math.max(1, reset - this.#now()),
    });
  }
}
