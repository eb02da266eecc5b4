/** `GET /v1/usage` over HTTP: whose it is, for how many days, and what a refusal looks like. */
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { UsageSources } from '../../../src/gateway/limits/usage-report.ts';
import type { HttpEnv } from '../../../src/http/bindings.ts';
import { answerFailure } from '../../../src/http/failures.ts';
import { usageDoor } from '../../../src/http/usage-door.ts';
import type { LedgerUsage, UsageQuestion } from '../../../src/limits/ledger-protocol.ts';
import { NO_UNITS } from '../../../src/limits/units.ts';
import { sha256Hex } from '../../../src/sha256.ts';
import { createContext, createTestServices } from '../gateway/support.ts';

const KEY = 'a-key-of-the-usage-door';

const SUM = {
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
const EMPTY: LedgerUsage = {
  now: 0,
  buckets: [],
  concurrency: null,
  budgets: [],
  held: NO_UNITS,
  total: SUM,
  days: [],
};

async function setUp(fields: object = {}, usage: UsageSources['limitStore']['usage'] = async () => EMPTY) {
  const keys = [{ name: 'ci', sha256: await sha256Hex(KEY), ...fields }];
  const questions: UsageQuestion[] = [];
  const services = {
    ...createTestServices({ keys }),
    limitStore: {
      usage: (ledger: string, question: UsageQuestion) => {
        questions.push(question);
        return usage(ledger, question);
      },
    },
    limitDesk: { flush: async () => {} },
  } as unknown as ReturnType<typeof createTestServices>; // of the store and the desk, what this door asks of them
  const { context, lines } = createContext();
  const app = new Hono<HttpEnv>().get('/v1/usage', usageDoor).onError(answerFailure);
  const ask = (query = '', key: string | null = KEY) =>
    app.request(
      `/v1/usage${query}`,
      { headers: key === null ? {} : { authorization: `Bearer ${key}` } },
      { context, services: () => services, admin: () => Promise.reject(new Error('not here')), flight: null },
    );
  return { ask, questions, lines };
}

describe('GET /v1/usage', () => {
  it('tells a key its own use, to be kept by nobody', async () => {
    const { ask, lines } = await setUp({ project: 'web' });
    const response = await ask();
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await response.json()).toMatchObject({
      object: 'usage',
      key: 'ci',
      scopes: [
        { kind: 'key', name: 'ci', limits: [], concurrency: null, budgets: [], days: [] },
        { kind: 'project', name: 'web', total: null, days: null },
      ],
    });
    expect(lines).toMatchObject([
      { key: 'ci', route: '/v1/usage', status: 200, ending: 'complete', usage: null },
    ]);
  });

  it.each([
    ['', 7],
    ['?days=1', 1],
    ['?days=30', 30],
    ['?days=90', 90],
  ])('tells the days that are asked for: %s', async (query, count) => {
    const { ask, questions } = await setUp();
    expect((await ask(query)).status).toBe(200);
    const { from = '', to = '' } = questions[0]?.days ?? {};
    expect((Date.parse(to) - Date.parse(from)) / 86_400_000 + 1).toBe(count);
  });

  it.each(['0', '91', '-1', '1.5', '1e1', 'all', '', ' 7', '0x10', '９'])('refuses %j days', async (days) => {
    const { ask, questions } = await setUp();
    const response = await ask(`?days=${encodeURIComponent(days)}`);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: 'invalid_request', param: 'days' } },
    ]);
    expect(questions).toEqual([]);
  });

  it('is for those who have a key that may come here', async () => {
    const { ask, questions } = await setUp({ routes: ['/v1/chat/*'] });
    const refusals = [await ask('', null), await ask('', 'the-key-of-somebody-else'), await ask()];
    expect(refusals.map(({ status }) => status)).toEqual([401, 401, 403]);
    expect(questions).toEqual([]);
  });

  it('is 503 while Ledgers cannot be reached', async () => {
    const { ask } = await setUp({}, () => Promise.reject(new Error('unreachable')));
    const response = await ask();
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { error: { code: 'gateway_unavailable' } },
    ]);
  });
});
