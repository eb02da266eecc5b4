/** `x-ratelimit-*`, as OpenAI sends them: https://platform.openai.com/docs/guides/rate-limits */
import type { BucketRoom, Room } from '../../limits/ledger-protocol.ts';

export function rateLimitHeaders(room: Room | null): Record<string, string> {
  return { ...requestHeaders(room?.requests ?? null), ...tokenHeaders(room?.tokens ?? null) };
}

const NONE: Record<string, string> = {};

const requestHeaders = (bucket: BucketRoom | null): Record<string, string> =>
  bucket === null
    ? NONE
    : {
        'x-ratelimit-limit-requests': String(bucket.limit),
        'x-ratelimit-remaining-requests': remainingOf(bucket),
        'x-ratelimit-reset-requests': formatDuration(bucket.resetMs),
      };

const tokenHeaders = (bucket: BucketRoom | null): Record<string, string> =>
  bucket === null
    ? NONE
    : {
        'x-ratelimit-limit-tokens': String(bucket.limit),
        'x-ratelimit-remaining-tokens': remainingOf(bucket),
        'x-ratelimit-reset-tokens': formatDuration(bucket.resetMs),
      };

const remainingOf = ({ remaining }: BucketRoom): string => String(Math.max(0, Math.floor(remaining)));

/** As Go writes durations, which is what OpenAI's clients know: `6m0s`, `1.5s`, `20ms`. */
export function formatDuration(milliseconds: number): string {
  const whole = Math.max(0, Math.ceil(milliseconds));
  if (whole < 1000) return `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const seconds = (whole % 60_000) / 1000;
  const tail = `${seconds}s`;
  if (hours > 0) return `${hours}h${minutes}m${tail}`;
  return minutes > 0 ? `${minutes}m${tail}` : tail;
}
