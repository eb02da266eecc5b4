import { describe, expect, it } from 'vitest';
import { backOffMs } from '../../../../src/gateway/attempt/back-off.ts';
import { type Chances, nextStep } from '../../../../src/gateway/attempt/next-step.ts';
import type { Remedy } from '../../../../src/gateway/provider-failure.ts';
import { refusal } from './support.ts';

const ALONE: Chances = {
  hasNextCredential: false,
  hasNextTarget: false,
  triesLeft: 1,
  waitMs: 50,
  rests: false,
};
const BACKED = { ...ALONE, hasNextTarget: true };
const AGAIN = { kind: 'again', waitMs: 50 };
const ONWARD = { kind: 'next-target', wasAsked: true };

describe('nextStep', () => {
  it.each<[Remedy, Partial<Chances>, object]>([
    ['nothing', { hasNextTarget: true }, { kind: 'end' }],
    ['elsewhere', {}, { kind: 'next-target', wasAsked: false }],
    ['next-credential', { hasNextCredential: true, triesLeft: 0 }, { kind: 'next-credential' }],
    ['next-credential', {}, AGAIN],
    ['next-credential', { hasNextTarget: true }, ONWARD],
    ['other-credential', { hasNextCredential: true, hasNextTarget: true }, { kind: 'next-credential' }],
    ['other-credential', { hasNextTarget: true }, { kind: 'end' }],
    ['again', {}, AGAIN],
    ['again', { hasNextTarget: true }, AGAIN],
    ['again', { hasNextTarget: true, rests: true }, ONWARD],
    ['again', { rests: true }, AGAIN],
    ['again', { triesLeft: 0 }, ONWARD],
    ['next-target', {}, AGAIN],
    ['next-target', { hasNextTarget: true }, ONWARD],
  ])('after %s with %j', (remedy, chances, step) => {
    expect(nextStep({ ...refusal(400, {}), remedy }, { ...ALONE, ...chances })).toEqual(step);
  });

  it('does not ask again with a credential that was refused', () => {
    const failure = { ...refusal(401, {}), remedy: 'next-credential', isCredentialRefused: true } as const;
    expect(nextStep(failure, ALONE)).toEqual(ONWARD);
  });

  it('does not wait longer than a request can', () => {
    expect(nextStep({ ...refusal(503, {}), remedy: 'again' }, { ...BACKED, waitMs: null })).toEqual(ONWARD);
  });
});

describe('backOffMs', () => {
  const most = () => 1;
  const wait = (tries: number, retryAfterMs: number | null = null, leftMs = 60_000, random = most) =>
    backOffMs({ tries, retryAfterMs, leftMs }, random);

  it('doubles up to two seconds, with full jitter', () => {
    expect([0, 1, 2, 3, 4, 9].map((tries) => wait(tries))).toEqual([200, 400, 800, 1600, 2000, 2000]);
    expect(wait(9, null, 60_000, () => 0)).toBe(0);
    expect(wait(1, null, 60_000, () => 0.25)).toBe(100);
  });

  it('waits at least as long as the provider asks, where that can be waited out', () => {
    expect(wait(0, 3000)).toBe(3000);
    expect(wait(0, 100)).toBe(200);
    expect(wait(0, 5001)).toBeNull();
    expect(wait(0, 3000, 2999)).toBeNull();
  });
});
