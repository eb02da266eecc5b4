import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { createDurableStore } from '../../../../src/limits/durable-store.ts';
import type { Units } from '../../../../src/limits/units.ts';
import type { Waiter, WaitingCall } from '../../../../src/limits/waiting/waiter.ts';
import { aCall, units } from '../ledger-calls.ts';

/** As `wrangler.toml` binds it. */
const { LEDGER } = env as unknown as { readonly LEDGER: DurableObjectNamespace };
const store = createDurableStore(LEDGER);
const SLOT = units({ slots: 1 });
const ONE_PLACE = { limits: { concurrency: 1 } };

const waiter = (id: string, fields: Partial<Waiter> = {}): Waiter => ({
  id,
  priority: 'default',
  key: 'key',
  waitMs: 8000,
  maxWaiters: 10,
  ...fields,
});

const draw = (need: Units) => ({ ...aCall({ ...ONE_PLACE, need }), draw: { need, want: need } });
const waitingCall = (): WaitingCall => draw(SLOT);

/** A Ledger with one place, which is taken. */
async function takenLedger(): Promise<string> {
  const ledger = `key:${crypto.randomUUID()}`;
  const { refusal } = await store.call(ledger, draw(SLOT));
  expect(refusal).toBeNull();
  return ledger;
}

it('a call that waits at a real object is answered when another call gives back what it needs', async () => {
  const ledger = await takenLedger();
  const waiting = store.wait(ledger, waitingCall(), waiter('1'));
  const refused = await store.call(ledger, draw(SLOT));
  expect(refused.refusal).toMatchObject({ field: 'concurrency' });
  await store.call(ledger, aCall({ ...ONE_PLACE, returned: SLOT }));
  expect(await waiting).toMatchObject({ drawn: SLOT, refusal: null, isKept: false });
});

it('a call that waits at a real object is answered by the object’s own timer', async () => {
  const ledger = `key:${crypto.randomUUID()}`;
  const limits = { requests_per_minute: 600, burst_requests: 1 };
  const need = units({ requests: 1 });
  const call = () => ({ ...aCall({ limits, need }), draw: { need, want: need } });
  await store.call(ledger, call());
  await store.call(ledger, aCall({ limits, begun: 1 }));
  const answer = await store.wait(ledger, call(), waiter('1'));
  expect(answer).toMatchObject({ drawn: need, refusal: null, isKept: false });
});

it('a call that waits at a real object ends when its waiter leaves, or its time is over', async () => {
  const ledger = await takenLedger();
  const leaving = store.wait(ledger, waitingCall(), waiter('1'));
  await store.leave(ledger, '1');
  expect(await leaving).toMatchObject({ isKept: false, refusal: { field: 'concurrency' } });
  const late = await store.wait(ledger, waitingCall(), waiter('2', { waitMs: 50 }));
  expect(late).toMatchObject({ isKept: false, refusal: { field: 'concurrency', needed: 1 } });
});

it('a call that waits at an object that goes away rejects, and may wait again', async () => {
  const ledger = await takenLedger();
  const waiting = store.wait(ledger, waitingCall(), waiter('1')).then(
    () => 'answered',
    () => 'rejected',
  );
  await store.call(ledger, draw(SLOT)); // by now it waits
  await runInDurableObject(LEDGER.getByName(ledger), (_, state) => state.abort()).catch(() => undefined);
  expect(await waiting).toBe('rejected');
  const again = store.wait(ledger, waitingCall(), waiter('1'));
  await store.call(ledger, aCall({ ...ONE_PLACE, returned: SLOT }));
  expect(await again).toMatchObject({ drawn: SLOT, isKept: false });
});
