/** The store on workerd: its libraries run without `eval`, and requests of one isolate do not wait for each other's promises. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerAnswer, LedgerCall, LedgerUsage } from '../../../src/limits/ledger-protocol.ts';
import { type RedisLab, startRedisLab } from '../../support/redis/lab.ts';
import { startStoreWorker } from '../../support/redis/start-store-worker.ts';
import type { WorkerdProcess } from '../../support/workerd.ts';
import { aCall } from '../../unit/limits/ledger-calls.ts';

let lab: RedisLab;
let worker: WorkerdProcess;
beforeAll(async () => {
  lab = await startRedisLab();
  worker = await startStoreWorker(lab.front);
});
afterAll(async () => {
  await worker.stop();
  await lab.stop();
});

const call = async (ledger: string, said: LedgerCall): Promise<Response> =>
  fetch(`${worker.url}/${ledger}`, { method: 'POST', body: JSON.stringify(said) });

describe('in workerd', () => {
  it('parallel requests of one isolate, the first of all among them, are answered each by its own call', async () => {
    const limits = { tokens_per_day: 1000 };
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const response = await call('key:parallel', aCall({ limits, need: { tokens: index + 1 } }));
        return (await response.json()) as LedgerAnswer;
      }),
    );
    for (const [index, { drawn, refusal }] of answers.entries())
      expect(drawn.tokens).toBe(refusal === null ? index + 1 : 0);
    const drawn = answers.reduce((sum, answer) => sum + answer.drawn.tokens, 0);
    const usage = (await (await fetch(`${worker.url}/key:parallel`)).json()) as LedgerUsage;
    expect([usage.held.tokens, usage.buckets[0]?.remaining]).toEqual([drawn, 1000 - drawn]);
    expect(drawn).toBeLessThanOrEqual(1000);
    expect(worker.output()).not.toMatch(/hung|cross-request|different request|eval/i);
  });

  it('a failure of one request leaves the next one whole', async () => {
    lab.front.fail('error', 1);
    const failed = await call('key:failing', aCall({ need: {} }));
    expect([failed.status, await failed.json()]).toEqual([
      503,
      { error: 'Error: Upstash: ERR the database is not there' },
    ]);
    expect((await call('key:failing', aCall({ need: {} }))).status).toBe(200);
  });
});
