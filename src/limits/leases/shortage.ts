/** What a Ledger would say to a need that it was not asked for by itself, as far as its last answer tells. */
import type { Refusal, Room } from '../ledger-protocol.ts';
import type { Rate, ScopeLimits } from '../scope-limits.ts';
import type { Units } from '../units.ts';

/** `null`: by the buckets of a minute there is enough; of days, slots and money an answer does not tell. */
export function shortage({ rates }: ScopeLimits, room: Room, need: Units): Refusal | null {
  const requests = shortageOf('requests_per_minute', rates.requests_per_minute, room.requests, need.requests);
  const tokens = shortageOf('tokens_per_minute', rates.tokens_per_minute, room.tokens, need.tokens);
  if (requests === null || tokens === null) return requests ?? tokens;
  return waitOf(tokens) > waitOf(requests) ? tokens : requests;
}

function shortageOf(
  field: 'requests_per_minute' | 'tokens_per_minute',
  rate: Rate | null,
  room: Room['requests'],
  needed: number,
): Refusal | null {
  if (rate === null || room === null || room.remaining >= needed) return null;
  const { limit, burst, periodMs } = rate;
  // The way from what is needed to full is known, and so is the whole way to full, debts included.
  const waitMs = Math.max(1, Math.ceil(room.resetMs - (burst - needed) * (periodMs / limit)));
  return { field, limit, remaining: room.remaining, needed, retryAfterMs: needed > burst ? null : waitMs };
}

const waitOf = ({ retryAfterMs }: Refusal): number => retryAfterMs ?? Number.POSITIVE_INFINITY;
