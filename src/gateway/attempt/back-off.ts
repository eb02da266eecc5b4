/** How long the same target is left alone before it is asked again. */

/** Full jitter: uniform up to this, doubling with each try. */
const BASE_MS = 200;
const MAX_MS = 2000;
/** A provider that asks for a longer wait is not asked again; its client is told the wait instead. */
const MAX_RETRY_AFTER_MS = 5000;

/**
 * In milliseconds; `null`: the provider asks for a wait that is too long to be waited out here. `tries`: that failed before
 * this one; `leftMs`: of the whole request; `random`: uniform in [0, 1).
 */
export function backOffMs(
  { tries, retryAfterMs, leftMs }: { tries: number; retryAfterMs: number | null; leftMs: number },
  random: () => number,
): number | null {
  if (retryAfterMs !== null && retryAfterMs > Math.min(MAX_RETRY_AFTER_MS, leftMs)) return null;
  const jitterMs = random() * Math.min(MAX_MS, BASE_MS * 2 ** tries);
  return Math.max(jitterMs, retryAfterMs ?? 0);
}
