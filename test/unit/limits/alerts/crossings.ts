/** What there is to tell, and whom. */
import type { Crossing } from '../../../../src/limits/alerts/alert.ts';
import type { AlertRouting } from '../../../../src/limits/ledger-protocol.ts';

export const NOW = Date.UTC(2026, 10, 21, 12);
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const HOOK = 'https://hooks.example/T000/B000/aSecretPath';

export const crossing = (fields: Partial<Crossing> = {}): Crossing => ({
  type: 'budget.soft',
  budget: {
    id: 'month UTC',
    nanoUsd: 5_000_000_000,
    softNanoUsd: 4_000_000_000,
    window: 'month',
    rolling: false,
    timeZone: 'UTC',
  },
  spentNanoUsd: 4_100_000_000,
  startsAt: Date.UTC(2026, 10, 1),
  endsAt: Date.UTC(2026, 11, 1),
  ...fields,
});

type Webhook = AlertRouting['webhooks'][number];

export const routing = (...webhooks: Partial<Webhook>[]): AlertRouting => ({
  scope: 'key "ci"',
  webhooks: webhooks.map((one) => ({
    url: HOOK,
    secret: SECRET,
    format: 'json',
    allow_insecure: false,
    ...one,
  })),
});
