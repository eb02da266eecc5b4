import { describe, expect, it } from 'vitest';
import { Bill, type Reserved } from '../../../../src/gateway/limits/bill.ts';
import type { Grant, SettledPart } from '../../../../src/limits/leases/limit-desk.ts';
import { NO_UNITS, type Units } from '../../../../src/limits/units.ts';
import type { ChargedEnding } from '../../../../src/usage/charges.ts';
import { PriceBook } from '../../../../src/usage/prices.ts';
import type { Usage } from '../../../../src/usage/usage.ts';
import { targetOf } from '../attempt/support.ts';

/** A million input tokens cost a dollar: a token is a thousand nano-dollars. */
const BOOK = new PriceBook({ '*': { input: 1, output: 2 } }, null, () => 0);
const USAGE: Usage = {
  inputTokens: 10,
  outputTokens: 5,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};
const USED_NANO_USD = 10 * 1000 + 5 * 2000;
/** 7 tokens of input were reckoned with. */
const INPUT_NANO_USD = 7 * 1000;

const COMPLETE: ChargedEnding = { ending: 'complete', phase: 'content', told: USAGE, outputCharacters: 20 };
const LEFT: ChargedEnding = { ending: 'client_abort', phase: 'called', told: null, outputCharacters: 0 };
const FAILED: ChargedEnding = { ending: 'upstream_error', phase: 'called', told: null, outputCharacters: 0 };

/** What a scope hands out: it writes down what it is asked for and told. */
function grantWith(room: number) {
  const extended: Units[] = [];
  const settled: (readonly SettledPart[])[] = [];
  let left = room;
  const grant: Grant = {
    room: { requests: null, tokens: null },
    isUnchecked: false,
    held: { ...NO_UNITS, slots: 1 },
    extend: (units) => {
      if (units.nanoUsd > left) return false;
      left -= units.nanoUsd;
      extended.push(units);
      return true;
    },
    settle: (parts) => void settled.push(parts),
    touch: () => undefined,
  };
  return { grant, extended, settled };
}

const RESERVED: Reserved = {
  inputTokens: 7,
  outputTokens: 100,
  isBounded: true,
  quantities: () => ({}),
  goesOnUnseen: false,
  priceOf: ({ provider, model }) => BOOK.priceOf(provider, model, 0),
  learn: null,
  stopsMidStream: false,
  isBudgeted: true,
  isFree: false,
  waitUntil: () => undefined,
};

function open(room = 1_000_000) {
  const bill = new Bill();
  const limits = grantWith(room);
  bill.open(limits.grant, RESERVED);
  return { bill, ...limits };
}

const costs = (parts: readonly SettledPart[] | undefined) =>
  parts?.map(({ used, consumption }) => [consumption.model, used.nanoUsd, used.requests]);

describe('Bill', () => {
  it('charges the attempt that is delivered when the request ends, and those that failed as they fail', () => {
    const { bill, settled } = open();
    bill.startAttempt(targetOf('one'), null).charge({ ...FAILED, ending: 'timeout' });
    bill.deliver(bill.startAttempt(targetOf('two'), null));
    expect(bill.close(COMPLETE)).toEqual({ usage: USAGE, costNanoUsd: INPUT_NANO_USD + USED_NANO_USD });
    expect(settled.map(costs)).toEqual([
      [
        ['one/m', INPUT_NANO_USD, 0],
        ['two/m', USED_NANO_USD, 1],
      ],
    ]);
  });

  it('carries two at once, each charged once, whichever way they end', () => {
    const { bill, settled } = open();
    const first = bill.startAttempt(targetOf('one'), null);
    const second = bill.startAttempt(targetOf('two'), null);
    bill.deliver(first);
    second.charge(LEFT);
    second.charge(COMPLETE);
    expect(second.part?.used.nanoUsd).toBe(INPUT_NANO_USD);
    expect(bill.close(COMPLETE).usage).toEqual(USAGE);
    first.charge(LEFT);
    bill.close(LEFT);
    expect(settled.map(costs)).toEqual([
      [
        ['two/m', INPUT_NANO_USD, 0],
        ['one/m', USED_NANO_USD, 1],
      ],
    ]);
  });

  it('charges both where the client leaves while either is waited for', () => {
    const { bill } = open();
    bill.startAttempt(targetOf('one'), null);
    bill.startAttempt(targetOf('two'), null);
    expect(bill.close(LEFT).costNanoUsd).toBe(2 * INPUT_NANO_USD);
  });

  it('settles the limits of each credential with what its own attempt cost', () => {
    const { bill } = open();
    const [one, two] = [grantWith(0), grantWith(0)];
    const lost = bill.startAttempt(targetOf('one'), one.grant);
    bill.deliver(bill.startAttempt(targetOf('two'), two.grant));
    lost.charge(FAILED);
    bill.close(COMPLETE);
    expect([one, two].map(({ settled }) => settled.map(costs))).toEqual([
      [[]],
      [[['two/m', USED_NANO_USD, 1]]],
    ]);
  });

  it('holds a place as long as one of its credentials does', () => {
    const bill = new Bill();
    const attempt = bill.startAttempt(targetOf('one'), grantWith(0).grant);
    expect(bill.holdsPlace).toBe(true);
    attempt.charge(FAILED);
    expect(bill.holdsPlace).toBe(false);
  });

  it('shows the usage of what the client got, or of what was asked last', () => {
    const { bill } = open();
    bill.startAttempt(targetOf('one'), null).charge({ ...FAILED, told: USAGE });
    bill.startAttempt(targetOf('two'), null).charge(FAILED);
    expect(bill.close({ ...FAILED, phase: 'called' })).toEqual({ usage: null, costNanoUsd: USED_NANO_USD });
  });
});

describe('another attempt', () => {
  it('traps G1: needs what the failed one cost once more, and no more than that', async () => {
    const { bill, extended } = open();
    bill.startAttempt(targetOf('one'), null).charge({ ...FAILED, told: USAGE });
    expect(await bill.paysForAnother()).toBe(true);
    expect(extended).toEqual([{ ...NO_UNITS, tokens: 15, nanoUsd: USED_NANO_USD }]);
    expect(await bill.paysForAnother()).toBe(true);
    expect(extended).toHaveLength(1);
  });

  it('is not made where the limits have not that much', async () => {
    const { bill } = open(USED_NANO_USD - 1);
    bill.startAttempt(targetOf('one'), null).charge({ ...FAILED, told: USAGE });
    expect(await bill.paysForAnother()).toBe(false);
  });

  it('beside the running one is reserved for, and what that leaves is there for the next', async () => {
    const { bill, extended } = open();
    const beside = { ...NO_UNITS, tokens: 200, nanoUsd: 50_000 };
    const first = bill.startAttempt(targetOf('one'), null);
    expect(await bill.paysForOneMore(beside)).toBe(true);
    const second = bill.startAttempt(targetOf('two'), null);
    first.charge({ ...FAILED, told: USAGE });
    second.charge({ ...FAILED, told: USAGE });
    expect(await bill.paysForAnother()).toBe(true);
    expect(extended).toEqual([beside]);
  });

  it('beside the running one is refused where there is no room', async () => {
    const { bill } = open(10);
    expect(await bill.paysForOneMore({ ...NO_UNITS, nanoUsd: 11 })).toBe(false);
  });
});
