/**
 * What providers say in headers of how much a credential may still ask:
 * https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers and
 * https://docs.anthropic.com/en/api/rate-limits#response-headers. What cannot be read is left out.
 */

export interface Quota {
  readonly kind: 'requests' | 'tokens';
  readonly remaining: number;
  /** When it is full again, by the clock; `null`: not said. */
  readonly resetAt: number | null;
}

const OPENAI_KINDS = ['requests', 'tokens'] as const;
const ANTHROPIC_KINDS = ['requests', 'tokens', 'input-tokens', 'output-tokens'] as const;
/** Longer ones are no durations, but instants or mistakes. */
const LONGEST_RESET_MS = 32 * 86_400_000;
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function readQuotas(headers: Headers, now: number): Quota[] {
  const quotas: Quota[] = [];
  for (const kind of OPENAI_KINDS) {
    const remaining = toCount(headers.get(`x-ratelimit-remaining-${kind}`));
    if (remaining === null) continue;
    const resetMs = toDurationMs(headers.get(`x-ratelimit-reset-${kind}`));
    quotas.push({ kind, remaining, resetAt: resetMs === null ? null : now + resetMs });
  }
  if (quotas.length > 0) return quotas;
  for (const kind of ANTHROPIC_KINDS) {
    const remaining = toCount(headers.get(`anthropic-ratelimit-${kind}-remaining`));
    if (remaining === null) continue;
    const resetAt = toInstant(headers.get(`anthropic-ratelimit-${kind}-reset`), now);
    quotas.push({ kind: kind === 'requests' ? 'requests' : 'tokens', remaining, resetAt });
  }
  return quotas;
}

const toCount = (text: string | null): number | null =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;

/** `6m0s`, `20ms`, `1.5s`, `1h2m3.4s`; a plain number is seconds. */
function toDurationMs(text: string | null): number | null {
  if (text === null || text.length > 32) return null;
  if (/^\d+(\.\d+)?$/.test(text)) return plausible(Number(text) * 1000);
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return null;
  let sum = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g))
    sum += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS]; // the expression has no other
  return plausible(sum);
}

const plausible = (ms: number): number | null => (ms <= LONGEST_RESET_MS ? ms : null);

/** `2026-01-27T12:00:00Z`. */
function toInstant(text: string | null, now: number): number | null {
  if (text === null || !/^\d{4}-\d\d-\d\dT/.test(text)) return null;
  const instant = Date.parse(text);
  return instant - now <= LONGEST_RESET_MS ? instant : null;
}
