/** The front of the Ledgers, proven with a gateway in miniature: what it claims, it does. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { fresh } from '../support/limits/lab.ts';
import { ROOT } from '../support/workerd.ts';

let gateway: ControlledGateway;
beforeAll(async () => {
  gateway = await startGateway({
    modulePath: join(ROOT, 'test/support/ledger-stand-in.js'),
    controlPlane: { ledgerFront: true },
  });
});
afterAll(() => gateway.stop());
beforeEach(() => gateway.ledgers.set('up'));

/** What the miniature answers: a value, or what its binding threw. */
async function at(path: 'read' | 'increment', ledger: string): Promise<unknown> {
  const response = await fetch(`${gateway.url}/${path}?name=${encodeURIComponent(ledger)}`);
  const { value, error } = await response.json();
  return response.ok ? value : error;
}

describe('the front of the Ledgers', () => {
  it('passes methods on to the Ledger of the same name, and counts calls by name', async () => {
    const [one, other] = [`key:${fresh('ä/ö?&=')}`, fresh('key:other')];
    expect([await at('increment', one), await at('increment', one), await at('read', other)]).toEqual([
      1, 2, 0,
    ]);
    const { ledgers } = gateway;
    expect([ledgers.calls(one), ledgers.calls(other), ledgers.calls('nobody')]).toEqual([2, 1, 0]);
    expect(ledgers.calls()).toBe(ledgers.calls('key:'));
    expect(ledgers.ledgers()).toEqual(expect.arrayContaining([one, other]));
  });

  it.each([
    ['down', { message: 'the Ledger is unreachable' }],
    ['overloaded', { message: expect.stringContaining('overloaded'), overloaded: true }],
    ['reset', { durableObjectReset: true }],
  ] as const)('is %s: a call throws, and does nothing', async (mode, error) => {
    const ledger = fresh('key');
    expect(await at('increment', ledger)).toBe(1);
    gateway.ledgers.set(mode);
    expect(await at('increment', ledger)).toMatchObject(error);
    gateway.ledgers.set('up');
    expect(await at('read', ledger)).toBe(1);
  });

  it('loses answers: the object has done what the caller takes for failed', async () => {
    const ledger = fresh('key');
    gateway.ledgers.set('lose-answers');
    expect(await at('increment', ledger)).toMatchObject({ message: 'the answer of the Ledger was lost' });
    gateway.ledgers.set('up');
    expect(await at('read', ledger)).toBe(1);
  });

  it.each([
    ['hangs', 'hang'],
    ['is slow', { slowMs: 3_600_000 }],
  ] as const)('%s until another mode is set', async (_, mode) => {
    const ledger = fresh('key');
    gateway.ledgers.set(mode);
    let isAnswered = false;
    const answer = at('increment', ledger).finally(() => {
      isAnswered = true;
    });
    await expect.poll(() => gateway.ledgers.calls(ledger)).toBe(1);
    await fetch(`${gateway.url}/healthz`); // a whole request later
    expect(isAnswered).toBe(false);
    gateway.ledgers.set('up');
    expect(await answer).toBe(1);
  });

  it('is slow, and answers when its time is over', async () => {
    gateway.ledgers.set({ slowMs: 1 });
    expect(await at('increment', fresh('key'))).toBe(1);
  });

  it('treats some Ledgers in another way than the rest, until all are set', async () => {
    const [key, project] = [fresh('key:one'), fresh('project:one')];
    gateway.ledgers.set('down', 'project:');
    expect([await at('increment', key), await at('increment', project)]).toEqual([
      1,
      expect.objectContaining({ message: 'the Ledger is unreachable' }),
    ]);
    gateway.ledgers.set('up');
    expect(await at('increment', project)).toBe(1);
  });

  it('is no part of a gateway that did not ask for it', async () => {
    const plain = await startGateway({
      modulePath: join(ROOT, 'test/support/ledger-stand-in.js'),
      controlPlane: true,
    });
    try {
      expect(() => plain.ledgers).toThrow('ledgerFront: true');
      expect(await (await fetch(`${plain.url}/increment?name=one`)).json()).toEqual({ value: 1 });
    } finally {
      await plain.stop();
    }
  });
});
