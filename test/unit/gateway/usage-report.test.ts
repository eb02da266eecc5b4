/** What Ledgers recorded, as it is told: to a credential by `GET /v1/usage`, and to the admin API. */
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { GatewayUnavailable } from '../../../src/errors.ts';
import { ScopeBook } from '../../../src/gateway/limits/scopes-of.ts';
import {
  createUsageDesk,
  forecastNanoUsd,
  reportUsage,
  type UsageSources,
} from '../../../src/gateway/limits/usage-report.ts';
import type { Principal } from '../../../src/keys/principal.ts';
import type { LedgerUsage, UsageQuestion } from '../../../src/limits/ledger-protocol.ts';
import { toScopeLimits, UNLIMITED } from '../../../src/limits/scope-limits.ts';
import { NO_UNITS, toUsd } from '../../../src/limits/units.ts';
import { EVERYTHING } from './support.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const KEY: Principal = {
  ...EVERYTHING,
  keyName: 'ci',
  ledgerId: 'key_1',
  project: 'web',
  limits: { concurrency: 2 },
};

const SUM = {
  requests: 3,
  inputTokens: 30,
  outputTokens: 20,
  cacheReadTokens: 10,
  cacheWriteTokens: 5,
  reasoningTokens: 4,
  nanoUsd: 1_234_567_891,
  estimatedRequests: 1,
  unpricedRequests: 2,
};

const USAGE: LedgerUsage = {
  now: NOW,
  buckets: [{ field: 'tokens_per_minute', limit: 100, burst: 200, remaining: -5, resetMs: 100.5 }],
  concurrency: { limit: 2, inFlight: 1 },
  budgets: [
    {
      id: 'day UTC',
      nanoUsd: 5_000_000_000,
      softNanoUsd: 4_000_000_000,
      window: 'day',
      rolling: false,
      timeZone: 'UTC',
      spentNanoUsd: 1_000_000_001,
      heldNanoUsd: 500_000_000,
      estimatedNanoUsd: 1,
      startsAt: Date.UTC(2026, 10, 21),
      endsAt: Date.UTC(2026, 10, 22),
    },
  ],
  held: NO_UNITS,
  total: SUM,
  days: [{ ...SUM, day: '2026-11-21', model: 'openai/gpt' }],
};

interface Wishes {
  readonly document?: object;
  readonly answer?: (ledger: string) => Promise<LedgerUsage>;
  readonly flush?: () => Promise<void>;
}

/** Ledgers that all say the same, unless a test wants it otherwise. */
function setUp({ document = {}, answer = async () => USAGE, flush = async () => {} }: Wishes = {}) {
  const calls: string[] = [];
  const questions = new Map<string, UsageQuestion>();
  const waiting: Promise<unknown>[] = [];
  const tenants = { projectLimits: {}, organizationLimits: {}, organizations: {} };
  const sources: UsageSources = {
    scopeBook: new ScopeBook(configSchema().parse(document)),
    tenants: () => tenants,
    limitStore: {
      usage: (ledger, question) => {
        calls.push(`read ${ledger}`);
        questions.set(ledger, question);
        return answer(ledger);
      },
    },
    limitDesk: {
      flush: (ledgers, work) => {
        calls.push(`flush ${ledgers.join(' ')}`);
        work.waitUntil(Promise.resolve());
        return flush();
      },
    },
  };
  const context = { now: () => NOW, waitUntil: (work: Promise<unknown>) => void waiting.push(work) };
  const report = (principal: Principal = KEY, days = 7) => reportUsage(principal, days, sources, context);
  return { sources, calls, questions, waiting, context, report };
}

describe('the report of a key', () => {
  it('tells what is left of its limits, what it spent, and what it used of which model on which day', async () => {
    const { report } = setUp();
    const { object, key, scopes } = await report();
    expect([object, key]).toEqual(['usage', 'ci']);
    expect(scopes[0]).toEqual({
      kind: 'key',
      name: 'ci',
      limits: [{ field: 'tokens_per_minute', limit: 100, burst: 200, remaining: -5, reset_ms: 101 }],
      concurrency: { limit: 2, in_flight: 1 },
      budgets: [
        {
          window: 'day',
          rolling: false,
          time_zone: 'UTC',
          usd: 5,
          soft_usd: 4,
          spent_usd: 1.000000001,
          reserved_usd: 0.5,
          estimated_usd: 0.000000001,
          remaining_usd: 3.499999999,
          starts_at: '2026-11-21T00:00:00.000Z',
          ends_at: '2026-11-22T00:00:00.000Z',
          forecast_usd: 2.000000002,
        },
      ],
      total: TOLD,
      days: [{ ...TOLD, day: '2026-11-21', model: 'openai/gpt' }],
    });
  });

  it('is read after this isolate told the Ledgers what it knows', async () => {
    const { calls, waiting, report } = setUp();
    await report();
    expect(calls).toEqual(['flush key:key_1 project:web', 'read key:key_1', 'read project:web']);
    expect(waiting).toHaveLength(1);
  });

  it('asks for the days that are wanted, the last of which is today in UTC, and with the limits of now', async () => {
    const { questions, report } = setUp();
    await report(KEY, 1);
    expect(questions.get('key:key_1')).toEqual({
      limits: toScopeLimits({ concurrency: 2 }),
      days: { from: '2026-11-21', to: '2026-11-21' },
    });
    await report(KEY, 90);
    expect(questions.get('key:key_1')?.days).toEqual({ from: '2026-08-24', to: '2026-11-21' });
  });

  it('tells of what it shares with others how much is left, and not who used what', async () => {
    const limits = { concurrency: 1 };
    const document = { projects: { web: limits }, organizations: { acme: limits }, end_users: limits };
    const { questions, report } = setUp({ document });
    const { scopes } = await report({ ...KEY, organization: 'acme', endUser: 'user-1' });
    expect(scopes.map(({ kind, total, days }) => [kind, total !== null, days !== null])).toEqual([
      ['key', true, true],
      ['project', false, false],
      ['organization', false, false],
      ['end_user', false, false],
    ]);
    for (const scope of scopes) expect(scope.budgets).toHaveLength(1);
    expect(questions.get('project:web')?.days).toBeNull();
  });

  it('tells a token of its own use, and of its key how much is left', async () => {
    const { report } = setUp();
    const token: Principal = {
      ...KEY,
      token: { id: 'tok_1', name: null },
      ledgerId: 'tok_1',
      limits: { concurrency: 1 },
      within: KEY,
    };
    const limited = await report(token);
    expect(limited.key).toBe('ci');
    expect(limited.scopes.map(({ kind, days }) => [kind, days !== null])).toEqual([
      ['token', true],
      ['key', false],
      ['project', false],
    ]);
    const { scopes } = await report({ ...token, limits: {} });
    expect(scopes.map(({ kind, total }) => [kind, total])).toEqual([
      ['key', null],
      ['project', null],
    ]);
  });

  it.each<[string, Wishes]>([
    [
      'a Ledger cannot be read',
      { answer: (ledger) => (ledger === 'project:web' ? refuse() : Promise.resolve(USAGE)) },
    ],
    ['a Ledger cannot be told', { flush: () => refuse() }],
  ])('is no report while %s', async (_, wishes) => {
    await expect(setUp(wishes).report()).rejects.toBeInstanceOf(GatewayUnavailable);
  });
});

const refuse = (): Promise<never> => Promise.reject(new Error('the Ledger is unreachable'));

const TOLD = {
  requests: 3,
  input_tokens: 30,
  output_tokens: 20,
  cache_read_tokens: 10,
  cache_write_tokens: 5,
  reasoning_tokens: 4,
  cost_usd: 1.234567891,
  estimated_requests: 1,
  unpriced_requests: 2,
};

describe('the desk of the admin API', () => {
  it('reads keys and projects from the Ledgers that requests are counted in', async () => {
    const { sources, calls, questions, context, report } = setUp();
    await report();
    const counted = calls.slice(1);
    calls.length = 0;
    const desk = createUsageDesk(() => sources);
    const key = { kind: 'key' as const, id: KEY.ledgerId, limits: { concurrency: 5 } };
    const project = { kind: 'project' as const, name: 'web', limits: {} };
    const days = { from: '2026-11-01', to: '2026-11-21' };
    await desk.flush([key, project], context);
    const usage = await desk.read(key, days);
    await desk.read(project, days);
    expect(calls).toEqual(['flush key:key_1 project:web', ...counted]);
    expect(questions.get('key:key_1')).toEqual({ limits: toScopeLimits({ concurrency: 5 }), days });
    expect(questions.get('project:web')).toEqual({ limits: UNLIMITED, days });
    expect(usage.days).toEqual(USAGE.days);
    expect(usage.standing).toEqual({
      limits: (await report()).scopes[0]?.limits,
      concurrency: { limit: 2, in_flight: 1 },
      budgets: (await report()).scopes[0]?.budgets,
    });
  });

  it('says so when it cannot, and hands on what is wrong with the configuration', async () => {
    const { sources, context } = setUp({ answer: refuse, flush: refuse });
    const desk = createUsageDesk(() => sources);
    const subject = { kind: 'project' as const, name: 'web', limits: {} };
    await expect(desk.flush([subject], context)).rejects.toBeInstanceOf(GatewayUnavailable);
    await expect(desk.read(subject, { from: '', to: '' })).rejects.toBeInstanceOf(GatewayUnavailable);
    const broken = createUsageDesk(() => {
      throw new RangeError('no configuration');
    });
    await expect(broken.flush([subject], context)).rejects.toBeInstanceOf(RangeError);
    await expect(broken.read(subject, { from: '', to: '' })).rejects.toBeInstanceOf(RangeError);
  });
});

describe('a forecast', () => {
  const DAY = 86_400_000;
  const window = { rolling: false, startsAt: 0, endsAt: 10 * DAY };

  it.each([
    ['half of the window', 100, 5 * DAY, 200],
    ['a tenth, to a whole number upwards', 7, 3 * DAY, 24],
    ['nothing yet', 0, DAY, 0],
    ['the first millisecond', 1, 0, 864_000_000],
    ['the end', 100, 10 * DAY, 100],
    ['a clock that is behind the window', 1, -5000, 864_000_000],
    ['a clock that is ahead of it', 100, 11 * DAY, 100],
    ['more than numbers hold on the way', 9_000_000_000_000_000, 9 * DAY, 10_000_000_000_000_000],
  ])('goes on at the pace so far: %s', (_, spentNanoUsd, now, expected) => {
    expect(forecastNanoUsd({ ...window, spentNanoUsd }, now)).toBe(expected);
  });

  it('of a moving window is what the window holds', () => {
    expect(forecastNanoUsd({ spentNanoUsd: 7, rolling: true, startsAt: 0, endsAt: null }, DAY)).toBe(7);
  });

  it('of a total is none', () => {
    expect(forecastNanoUsd({ spentNanoUsd: 7, rolling: false, startsAt: 0, endsAt: null }, DAY)).toBeNull();
  });
});

describe('an amount', () => {
  /** The decimal that the whole number of nano-dollars is, by its digits alone. */
  const decimal = (nanoUsd: number): string => {
    const digits = String(nanoUsd).padStart(10, '0');
    return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
  };

  it('is told to the billionth of a dollar, up to the largest budget there is', () => {
    let nanoUsd = 1;
    for (let round = 0; round < 200_000; round += 1) {
      const told = toUsd(nanoUsd);
      // Numbers below a millionth are written with an exponent in JSON, which means the same.
      const text = told < 1e-6 ? told.toFixed(9).replace(/0+$/, '') : JSON.stringify(told);
      if (text !== decimal(nanoUsd)) expect(text).toBe(decimal(nanoUsd));
      nanoUsd = (nanoUsd * 7919 + 104_729) % 8_388_000_000_000_000;
      if (round % 2 === 0) nanoUsd %= 10 ** (round % 16);
      nanoUsd = Math.max(1, nanoUsd);
    }
  });

  it.each([
    [0, 0],
    [1, 0.000000001],
    [100_000_000, 0.1],
    [300_000_000, 0.3],
    [1_100_000_000, 1.1],
    [4_035_000_000, 4.035],
    [8_387_999_999_999_999, 8387999.999999999],
  ])('of %i nano-dollars is %d', (nanoUsd, usd) => {
    expect(toUsd(nanoUsd)).toBe(usd);
  });
});
