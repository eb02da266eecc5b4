import { describe, expect, it } from 'vitest';
import type { AlertNote } from '../../../../src/limits/alerts/alert.ts';
import { AlertDesk } from '../../../../src/limits/alerts/alert-desk.ts';
import { NOW, routing } from './crossings.ts';

const DAY_MS = 86_400_000;
const ALERTS = { withinDays: 7, routing: routing({}) };
const KEY = { ledger: 'key:ci', identity: 'key_1', keyId: 'key_1', name: 'ci', project: null };
const FAILURE = {
  ledger: 'credential:openai#0',
  provider: 'openai',
  credential: 'openai#0',
  reason: 'rejected',
  status: 401,
} as const;

/** Ledgers that write down what they are told. */
function createDesk() {
  const clock = { now: NOW };
  const told: string[] = [];
  const notes: AlertNote[] = [];
  const state = { isDown: false };
  const works: Promise<unknown>[] = [];
  const answer = () => (state.isDown ? Promise.reject(new Error('down')) : Promise.resolve());
  const desk = new AlertDesk({
    now: () => clock.now,
    store: {
      note: (ledger, note) => {
        told.push(`${ledger} ${note.id}`);
        notes.push(note);
        return answer();
      },
      forgetAlert: (ledger, id) => {
        told.push(`${ledger} forgets ${id}`);
        return answer();
      },
    },
  });
  const work = { waitUntil: (one: Promise<unknown>) => void works.push(one) };
  const settled = () => Promise.all(works.splice(0));
  return { desk, clock, told, notes, state, work, settled };
}

describe('a key in use', () => {
  it.each([
    ['expires in eight days', 8 * DAY_MS, 0],
    ['expires in seven days', 7 * DAY_MS, 1],
    ['expires in a second', 1000, 1],
    ['has expired', 0, 0],
  ])('that %s is told of as often as it should be', (_, leftMs, times) => {
    const { desk, notes, work } = createDesk();
    desk.keyUsed({ ...KEY, expiresAt: NOW + leftMs }, ALERTS, work);
    expect(notes).toHaveLength(times);
  });

  it('costs one call, however often it is used', async () => {
    const { desk, told, notes, work, settled } = createDesk();
    for (let use = 0; use < 100; use += 1) desk.keyUsed({ ...KEY, expiresAt: NOW + 1000 }, ALERTS, work);
    await settled();
    expect(told).toEqual([`key:ci key.expiring/key_1/${NOW + 1000}`]);
    expect(notes[0]?.data).toEqual({
      key_id: 'key_1',
      key: 'ci',
      project: null,
      expires_at: '2026-11-21T12:00:01.000Z',
    });
  });

  it('is told of with a later request if its Ledger could not be reached', async () => {
    const { desk, told, state, work, settled } = createDesk();
    state.isDown = true;
    desk.keyUsed({ ...KEY, expiresAt: NOW + 1000 }, ALERTS, work);
    await settled();
    state.isDown = false;
    desk.keyUsed({ ...KEY, expiresAt: NOW + 1000 }, ALERTS, work);
    await settled();
    desk.keyUsed({ ...KEY, expiresAt: NOW + 1000 }, ALERTS, work);
    expect(told).toHaveLength(2);
  });
});

describe('a credential', () => {
  it('is told of when it fails, taken back when it works, and told of again', async () => {
    const { desk, told, work, settled } = createDesk();
    desk.credentialFailed(FAILURE, routing({}), work);
    desk.credentialFailed(FAILURE, routing({}), work);
    await settled();
    desk.credentialWorked('openai#0', work);
    desk.credentialWorked('openai#0', work);
    desk.credentialFailed(FAILURE, routing({}), work);
    await settled();
    const id = 'credential.exhausted/openai#0';
    expect(told).toEqual([
      `credential:openai#0 ${id}`,
      `credential:openai#0 forgets ${id}`,
      `credential:openai#0 ${id}`,
    ]);
  });

  it('that never failed here costs nothing', () => {
    const { desk, told, work } = createDesk();
    desk.credentialWorked('openai#0', work);
    expect(told).toEqual([]);
  });

  it('that works again while its Ledger is down hurts nobody', async () => {
    const { desk, state, work, settled } = createDesk();
    desk.credentialFailed(FAILURE, routing({}), work);
    state.isDown = true;
    desk.credentialWorked('openai#0', work);
    await expect(settled()).resolves.toBeDefined();
  });
});
