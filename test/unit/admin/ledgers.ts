/** Ledgers as the admin API sees them: what each recorded is written down by the test. */
import type { DayRange, UsageDay, UsageDesk, UsageSubject } from '../../../src/admin/usage-desk.ts';
import { GatewayUnavailable } from '../../../src/errors.ts';

export interface TestLedgers extends UsageDesk {
  /** Records one day of a key (`key key_1`) or of a project (`project web`). */
  record(subject: string, day: string, fields?: Partial<UsageDay>): void;
  /** What was asked for, in order: `flush key key_1`, `read key key_1`. */
  readonly calls: string[];
  /** Subjects as they were last asked for, by name. */
  readonly asked: Map<string, UsageSubject>;
  /** Reads that run at this moment, and how many did at most. */
  readonly running: { now: number; most: number };
  isDown: boolean;
}

const nameOf = (subject: UsageSubject): string =>
  subject.kind === 'key' ? `key ${subject.id}` : `project ${subject.name}`;

export function createLedgers(): TestLedgers {
  const days = new Map<string, UsageDay[]>();
  const running = { now: 0, most: 0 };
  const ledgers: TestLedgers = {
    calls: [],
    asked: new Map(),
    running,
    isDown: false,
    record: (subject, day, fields = {}) =>
      void days.set(subject, [...(days.get(subject) ?? []), { ...NOTHING, day, ...fields }]),
    flush: async (subjects) => {
      for (const subject of subjects) ledgers.calls.push(`flush ${nameOf(subject)}`);
    },
    read: async (subject, range) => {
      const name = nameOf(subject);
      ledgers.calls.push(`read ${name}`);
      ledgers.asked.set(name, subject);
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      await Promise.resolve();
      running.now -= 1;
      if (ledgers.isDown) throw new GatewayUnavailable('The usage cannot be read right now.');
      return {
        standing: STANDING,
        days: (days.get(name) ?? []).filter(({ day }) => isWithin(day, range)),
      };
    },
  };
  return ledgers;
}

const isWithin = (day: string, { from, to }: DayRange): boolean => day >= from && day <= to;

const NOTHING: UsageDay = {
  day: '2026-11-21',
  model: 'openai/gpt',
  requests: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  nanoUsd: 0,
  estimatedRequests: 0,
  unpricedRequests: 0,
};

export const STANDING = {
  limits: [{ field: 'requests_per_minute', limit: 60, burst: 60, remaining: 59, reset_ms: 1000 }],
  concurrency: { limit: 4, in_flight: 1 },
  budgets: [
    {
      window: 'month',
      rolling: false,
      time_zone: 'UTC',
      usd: 5,
      soft_usd: null,
      spent_usd: 1.25,
      reserved_usd: 0,
      estimated_usd: 0,
      remaining_usd: 3.75,
      starts_at: '2026-11-01T00:00:00.000Z',
      ends_at: '2026-12-01T00:00:00.000Z',
      forecast_usd: 2.5,
    },
  ],
};
