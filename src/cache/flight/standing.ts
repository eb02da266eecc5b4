/** Which results are kept, for how long, and for whom they are good enough. */
import type { ErrorWire } from '../../errors.ts';
import type { AnswerRecord } from './answer-record.ts';
import { IDEMPOTENCY_MS, type KeptResults, STANDING_MS } from './kept-results.ts';
import type { JoinMessage } from './messages.ts';
import type { Seat } from './seat.ts';
import { isRefused, type Purpose } from './serve.ts';

/** Whether a result that stands answers this reader; one that is not good enough for it is dropped. */
export function recall(seat: Seat, message: JoinMessage, results: KeptResults, now: number): boolean {
  const kept = results.current();
  if (kept === null || kept.about.expiresAt <= now) return false;
  const { kind, ignoresStanding, maxAgeMs, minGeneration = 0 } = message;
  const { storedAt, generation } = kept.about;
  if (isRefused(seat, message, kept.about)) return true;
  const isTooOld = maxAgeMs !== null && now - storedAt > maxAgeMs;
  if (kind === 'cache' && (ignoresStanding || isTooOld || generation < minGeneration)) {
    results.clear();
    return false;
  }
  seat.follow(() => kept.open());
  seat.close(null);
  return true;
}

/** `error`: of a refusal that is final. Throws where it cannot be kept. */
export function keep(
  record: AnswerRecord,
  { error, ...purpose }: Purpose & { readonly error: ErrorWire | null },
  results: KeptResults,
  now: number,
): void {
  const frames = record.toStanding(now, error);
  if (frames === null) return;
  const expiresAt = now + (purpose.kind === 'cache' ? STANDING_MS : IDEMPOTENCY_MS);
  results.keep({ ...purpose, storedAt: now, expiresAt, generation: record.generation }, frames);
}
