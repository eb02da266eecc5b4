import { expect, it } from 'vitest';
import { createDurableStore } from '../../../../src/limits/durable-store.ts';
import { aCall } from '../ledger-calls.ts';
import { describeStore, SUITE_STARTS_AT } from '../store-suite.ts';
import { createTestStore } from './ledger-support.ts';

describeStore('Durable Objects', async () => createTestStore(SUITE_STARTS_AT));

it('a Ledger that does not answer counts as one that cannot be reached', async () => {
  const silent = { getByName: () => ({ usage: () => new Promise(() => undefined) }) };
  const store = createDurableStore(silent as unknown as DurableObjectNamespace);
  const question = { limits: null, days: null };
  await expect(store.usage('key:a', question)).rejects.toThrow('no answer within 1500 ms');
});

it('a stub that fails rejects, and the next call has another one', async () => {
  let stubs = 0;
  const failing = {
    getByName: () => {
      stubs += 1;
      return { call: () => Promise.reject(new Error('overloaded')) };
    },
  };
  const store = createDurableStore(failing as unknown as DurableObjectNamespace);
  await expect(store.call('key:a', aCall({}))).rejects.toThrow('overloaded');
  await expect(store.call('key:a', aCall({}))).rejects.toThrow('overloaded');
  expect(stubs).toBe(2);
});
