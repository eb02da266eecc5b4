import { describe, expect, it } from 'vitest';
import { DecayingHistogram } from '../../../src/usage/decaying-histogram.ts';
import { LearntOutput } from '../../../src/usage/learnt-output.ts';
import type { Usage } from '../../../src/usage/usage.ts';

const DEFAULT = 1024;

function create() {
  const clock = { now: 0 };
  return { clock, learnt: new LearntOutput(() => clock.now) };
}

const told = (outputTokens: number, fields: Partial<Usage> = {}): Usage => ({
  inputTokens: 100,
  outputTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
  ...fields,
});

describe('DecayingHistogram', () => {
  it('gives a quantile that is not below the true one, and at most a fifth above', () => {
    const histogram = new DecayingHistogram();
    for (let i = 1; i <= 100; i += 1) histogram.add(i * 10);
    for (const share of [0.1, 0.5, 0.95, 1]) {
      const exact = share * 1000;
      expect(histogram.quantile(share)).toBeGreaterThanOrEqual(exact);
      expect(histogram.quantile(share)).toBeLessThanOrEqual(exact * 1.2);
    }
  });

  it('is exact on powers of two, and has a place for every number', () => {
    for (const value of [1, 2, 64, 4096, 2 ** 20]) {
      const histogram = new DecayingHistogram();
      histogram.add(value);
      expect(histogram.quantile(0.95)).toBe(value);
    }
    for (const value of [0, -1, Number.NaN, 1e300, Number.POSITIVE_INFINITY]) {
      const histogram = new DecayingHistogram();
      histogram.add(value);
      expect(histogram.count).toBe(1);
      expect(histogram.quantile(0.95)).toBeLessThanOrEqual(2 ** 31);
    }
  });

  it('says 0 of nothing', () => {
    expect(new DecayingHistogram().quantile(0.95)).toBe(0);
  });

  it('forgets: what was long ago weighs less than what is new', () => {
    const histogram = new DecayingHistogram();
    for (let i = 0; i < 300; i += 1) histogram.add(8000);
    expect(histogram.quantile(0.5)).toBeGreaterThan(7999);
    for (let i = 0; i < 300; i += 1) histogram.add(16);
    expect(histogram.quantile(0.5)).toBe(16);
    for (let i = 0; i < 1500; i += 1) histogram.add(16);
    expect(histogram.quantile(0.99)).toBe(16);
  });
});

describe('LearntOutput', () => {
  it('expects the default of what it does not know', () => {
    expect(create().learnt.expectedOutput('key:a', 'openai/gpt-4o', DEFAULT)).toBe(DEFAULT);
  });

  it('expects what nineteen of twenty answers stayed below, once there were some', () => {
    const { learnt } = create();
    for (let i = 0; i < 95; i += 1) learnt.note('key:a', 'm', told(100));
    for (let i = 0; i < 5; i += 1) learnt.note('key:a', 'm', told(5000));
    const expected = learnt.expectedOutput('key:a', 'm', DEFAULT);
    expect(expected).toBeGreaterThanOrEqual(100);
    expect(expected).toBeLessThanOrEqual(120);
  });

  it('does not go below the default after a few short answers, but above it after a long one', () => {
    const { learnt } = create();
    for (let i = 0; i < 7; i += 1) learnt.note('key:a', 'm', told(10));
    expect(learnt.expectedOutput('key:a', 'm', DEFAULT)).toBe(DEFAULT);
    learnt.note('key:b', 'm', told(4096));
    expect(learnt.expectedOutput('key:b', 'm', DEFAULT)).toBe(4096);
  });

  it('keeps keys and models apart', () => {
    const { learnt } = create();
    for (let i = 0; i < 20; i += 1) learnt.note('key:a', 'm', told(8));
    expect(learnt.expectedOutput('key:a', 'm', DEFAULT)).toBe(8);
    expect(learnt.expectedOutput('key:b', 'm', DEFAULT)).toBe(DEFAULT);
    expect(learnt.expectedOutput('key:a', 'n', DEFAULT)).toBe(DEFAULT);
  });

  it('learns by the choice, and expects for all of them', () => {
    const { learnt } = create();
    const reckoned = { inputTokens: 100, outputLimit: null, choices: 4 };
    for (let i = 0; i < 20; i += 1) learnt.note('key:a', 'm', told(4 * 64), reckoned);
    expect(learnt.expectedOutput('key:a', 'm', DEFAULT)).toBe(64);
    expect(learnt.expectedOutput('key:a', 'm', DEFAULT, 3)).toBe(192);
    expect(learnt.expectedOutput('key:b', 'm', DEFAULT, 3)).toBe(3 * DEFAULT);
  });

  it('learns nothing of estimates, nor of the output of answers that were bounded by their request', () => {
    const { learnt } = create();
    for (let i = 0; i < 20; i += 1) {
      learnt.note('key:a', 'm', told(8, { estimated: true }));
      learnt.note('key:a', 'm', told(16), { inputTokens: 100, outputLimit: 16, choices: 1 });
    }
    expect(learnt.expectedOutput('key:a', 'm', DEFAULT)).toBe(DEFAULT);
  });

  it('learns how much input there is to each token that was estimated', () => {
    const { learnt } = create();
    expect(learnt.inputFactor('key:a', 'm')).toBe(1);
    for (let i = 0; i < 20; i += 1)
      learnt.note('key:a', 'm', told(8, { inputTokens: 150 }), {
        inputTokens: 100,
        outputLimit: 9,
        choices: 1,
      });
    expect(learnt.inputFactor('key:a', 'm')).toBeGreaterThanOrEqual(1.5);
    expect(learnt.inputFactor('key:a', 'm')).toBeLessThanOrEqual(1.8);
  });

  it('lets no provider make requests impossible by what it tells', () => {
    const { learnt } = create();
    const reckoned = { inputTokens: 1, outputLimit: null, choices: 1 };
    for (let i = 0; i < 20; i += 1) learnt.note('key:a', 'm', told(1e15, { inputTokens: 1e15 }), reckoned);
    expect(learnt.expectedOutput('key:a', 'm', DEFAULT)).toBeLessThanOrEqual(131_072);
    expect(learnt.inputFactor('key:a', 'm')).toBeLessThanOrEqual(8);
  });

  it('forgets whom nobody asks for, and is bounded', () => {
    const { learnt, clock } = create();
    for (let i = 0; i < 20; i += 1) learnt.note('key:a', 'm', told(8));
    clock.now += 3_600_000;
    expect(learnt.expectedOutput('key:a', 'm', DEFAULT)).toBe(DEFAULT);
    for (let i = 0; i < 20; i += 1) learnt.note('key:a', 'm', told(8));
    for (let i = 0; i < 5000; i += 1) learnt.note(`key:${i}`, 'm', told(8));
    expect(learnt.expectedOutput('key:a', 'm', DEFAULT)).toBe(DEFAULT);
  });

  it('says the same after the same', () => {
    const [a, b] = [create().learnt, create().learnt];
    for (let i = 0; i < 500; i += 1) for (const one of [a, b]) one.note('key:a', 'm', told((i * 37) % 900));
    expect(a.expectedOutput('key:a', 'm', DEFAULT)).toBe(b.expectedOutput('key:a', 'm', DEFAULT));
  });
});
