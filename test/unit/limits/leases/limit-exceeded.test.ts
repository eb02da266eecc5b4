import { describe, expect, it } from 'vitest';
import { toErrorWire } from '../../../../src/errors.ts';
import { shortage } from '../../../../src/limits/leases/shortage.ts';
import { Book } from '../../../../src/limits/ledger/book.ts';
import type { LedgerCall, Refusal } from '../../../../src/limits/ledger-protocol.ts';
import { toLimitExceeded } from '../../../../src/limits/limit-exceeded.ts';
import { toScopeLimits } from '../../../../src/limits/scope-limits.ts';
import { NO_UNITS, toNanoUsd } from '../../../../src/limits/units.ts';
import { seeded } from '../../../support/seeded.ts';
import { START, scope, units } from './desk-support.ts';

const USER = scope({}, { kind: 'end_user', name: 'anna' });

/** Refusal, whether the client stated a limit, code, message. */
const TOLD: readonly (readonly [Refusal, boolean, string, string])[] = [
  [
    { field: 'requests_per_minute', limit: 60, remaining: 0, needed: 1, retryAfterMs: 900 },
    true,
    'request_limit_exceeded',
    'The end user "anna" may send 60 requests per minute, and 0 of them are left now. Try again in 1 second.',
  ],
  [
    { field: 'tokens_per_day', limit: 1000, remaining: 12.7, needed: 40, retryAfterMs: 7_100_000 },
    false,
    'token_limit_exceeded',
    'The end user "anna" may use 1000 tokens per day: this request may need 40, and 12 are left now. Try again in 119 minutes, or send max_tokens to reserve less.',
  ],
  [
    { field: 'tokens_per_minute', limit: 1000, remaining: 1000, needed: 4000, retryAfterMs: null },
    true,
    'token_limit_exceeded',
    'The end user "anna" may use 1000 tokens per minute: this request may need 4000, and 1000 are left now. It cannot be met by waiting: send less input or a smaller max_tokens, or have the limit raised.',
  ],
  [
    { field: 'concurrency', limit: 1, remaining: 0, needed: 1, retryAfterMs: 1000 },
    true,
    'concurrency_exceeded',
    'The end user "anna" may have 1 request in flight at once, and all places are taken. Try again in 1 second.',
  ],
  [
    {
      field: 'budgets',
      limit: toNanoUsd(5),
      remaining: 250,
      needed: toNanoUsd(0.0312),
      retryAfterMs: 200_000_000,
      window: 'month',
    },
    true,
    'budget_exceeded',
    'The end user "anna" has a budget of $5.00 per month: this request may cost $0.0312, and less than $0.000001 is left. Try again in 3 days, or send a smaller max_tokens.',
  ],
  [
    { field: 'budgets', limit: 0, remaining: 0, needed: 1000, retryAfterMs: null, window: 'total' },
    false,
    'budget_exceeded',
    'The end user "anna" has a budget of $0.00 in total: this request may cost $0.000001, and $0.00 is left. It cannot be met by waiting: send less input, send max_tokens, or have the limit raised.',
  ],
];

describe('a refusal as clients are told of it', () => {
  for (const [refusal, isBounded, code, message] of TOLD) {
    it(`${refusal.field}, ${refusal.retryAfterMs === null ? 'never' : 'later'}`, () => {
      const error = toLimitExceeded(USER, refusal, isBounded);
      expect(error.message).toBe(message);
      const { status, headers, error: body } = toErrorWire(error);
      expect(status).toBe(429);
      expect(body).toMatchObject({ code, param: refusal.field, scope: 'end user "anna"' });
      expect(headers['retry-after-ms']).toBe(String(refusal.retryAfterMs ?? 86_400_000));
    });
  }

  it('names a scope with a very long name in short', () => {
    const error = toLimitExceeded(scope({}, { name: 'x'.repeat(5000) }), TOLD[0]?.[0] as Refusal, true);
    expect(error.message.length).toBeLessThan(400);
  });
});

describe('what a Ledger would say', () => {
  it('is what it says', () => {
    const random = seeded(11);
    const limits = toScopeLimits({
      requests_per_minute: 60,
      burst_requests: 10,
      tokens_per_minute: 6000,
      burst_tokens: 500,
    });
    let count = 0;
    for (let round = 0; round < 300; round += 1) {
      const book = Book.empty(START);
      let now = START;
      const call = (some: Partial<LedgerCall>) => {
        count += 1;
        const nothing = {
          unanswered: [],
          begun: 0,
          settled: [],
          returned: NO_UNITS,
          draw: null,
          alerts: null,
        };
        return book.call({ id: `call-${count}`, lease: 'lease', limits, ...nothing, ...some }, now).answer;
      };
      for (let step = 0; step < 4; step += 1) {
        const need = units({ requests: random.between(0, 4), tokens: random.between(0, 200) });
        call({ draw: { need, want: need } });
        now += random.between(0, 3000);
      }
      const { room } = call({});
      const need = units({ requests: random.between(0, 12), tokens: random.between(0, 600) });
      const { refusal } = call({ draw: { need, want: need } });
      expect(shortage(limits, room, need)).toEqual(refusal);
    }
  });
});
