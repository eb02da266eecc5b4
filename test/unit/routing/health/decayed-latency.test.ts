import { describe, expect, it } from 'vitest';
import { DecayedLatency, HALF_LIFE_MS } from '../../../../src/routing/health/decayed-latency.ts';
import { LATENCY_STEPS, latencyAt, stepOf } from '../../../../src/routing/health/latency-scale.ts';
import { seeded } from '../../../support/seeded.ts';
import { START, sumOf } from './health-support.ts';

const filled = (samples: readonly number[], now = START): DecayedLatency => {
  const latency = new DecayedLatency();
  for (const ms of samples) latency.add(ms, now);
  return latency;
};

describe('the scale of latencies', () => {
  it.each([1, 2, 17, 300, 12_345, 899_000])(
    'holds %i ms in a step that begins below and ends above',
    (ms) => {
      expect(latencyAt(stepOf(ms), 0)).toBeLessThan(ms);
      expect(latencyAt(stepOf(ms), 1)).toBeGreaterThanOrEqual(ms * 0.999);
      expect(latencyAt(stepOf(ms), 1) / latencyAt(stepOf(ms), 0)).toBeLessThan(1.2);
    },
  );

  it.each([
    [0, 0],
    [-5, 0],
    [Number.NaN, 0],
    [1, 0],
    [900_000, LATENCY_STEPS - 1],
    [1e12, LATENCY_STEPS - 1],
    [Number.POSITIVE_INFINITY, LATENCY_STEPS - 1],
  ])('puts %d into step %i', (ms, step) => {
    expect(stepOf(ms)).toBe(step);
  });
});

describe('DecayedLatency', () => {
  it('knows nothing of a target that was never asked', () => {
    expect(new DecayedLatency().read(START)).toBeNull();
  });

  it.each([1, 2, 3, 4, 5])('has the quantiles of what was added, within a step (seed %i)', (seed) => {
    const random = seeded(seed);
    const samples = random.list(100, () => Math.exp(random.next() * 10) * 2);
    const sorted = [...samples].sort((one, other) => one - other);
    const read = filled(samples).read(START);
    expect((read?.p50 ?? 0) / (sorted[49] ?? 0)).toBeCloseTo(1, 0.7);
    expect((read?.p95 ?? 0) / (sorted[94] ?? 0)).toBeCloseTo(1, 0.7);
    expect(read?.weight).toBeCloseTo(100);
    expect(read?.seenAt).toBe(START);
  });

  it('goes on inside a step: more of the higher ones, a higher median', () => {
    const low = [...Array(30).fill(100), ...Array(10).fill(300), ...Array(10).fill(80)];
    const lower = filled(low).read(START)?.p50 ?? 0;
    const higher = filled([...low, 300, 300, 300, 300]).read(START)?.p50 ?? 0;
    expect(stepOf(lower)).toBe(stepOf(100));
    expect(stepOf(higher)).toBe(stepOf(100));
    expect(higher).toBeGreaterThan(lower);
  });

  it('gives a timeout of fifteen minutes no more say in the median than any slow call', () => {
    const usual = Array(20).fill(200);
    const withTimeout = filled([...usual, 900_000]).read(START)?.p50;
    expect(withTimeout).toBe(filled([...usual, 400]).read(START)?.p50);
  });

  it('lets a sample of a minute ago weigh half', () => {
    const latency = filled([100, 100, 100, 100]);
    expect(latency.weight(START + HALF_LIFE_MS)).toBeCloseTo(2);
    expect(latency.weight(START + 3 * HALF_LIFE_MS)).toBeCloseTo(0.5);
  });

  it('follows a target that became slow', () => {
    const latency = filled(Array(50).fill(100));
    for (let count = 0; count < 10; count += 1) latency.add(1000, START + 4 * HALF_LIFE_MS);
    expect(stepOf(latency.read(START + 4 * HALF_LIFE_MS)?.p50 ?? 0)).toBe(stepOf(1000));
  });

  it('follows it at once under traffic: a hundred calls weigh in, the last ones', () => {
    const latency = filled([...Array(1000).fill(100), ...Array(100).fill(1000)]);
    const read = latency.read(START);
    expect(read?.weight).toBeCloseTo(100);
    expect(stepOf(read?.p50 ?? 0)).toBe(stepOf(1000));
    expect(stepOf(filled([...Array(1000).fill(100), ...Array(40).fill(1000)]).read(START)?.p50 ?? 0)).toBe(
      stepOf(100),
    );
  });

  it.each([21, 22])('has nothing but sound numbers after ever so much traffic (seed %i)', (seed) => {
    const random = seeded(seed);
    const latency = new DecayedLatency();
    let now = START;
    for (let count = 0; count < 100_000; count += 1) {
      now += random.between(0, 20);
      latency.add(random.between(100, 200), now);
    }
    expect(latency.weight(now)).toBeCloseTo(100);
    expect(sumOf(latency.counts(now))).toBeCloseTo(100, 1);
    expect(latency.weight(now + HALF_LIFE_MS)).toBeCloseTo(50);
    expect(latency.read(now)?.p50).toBeGreaterThan(120);
    expect(latency.read(now)?.p50).toBeLessThan(180);
  });

  it('holds no more of what was told either', () => {
    const latency = filled([100]);
    latency.merge([stepOf(2000), 400], START);
    expect(latency.weight(START)).toBeCloseTo(100);
  });

  it('sees at once what was added behind a reading', () => {
    const latency = filled([100]);
    latency.read(START);
    for (let count = 0; count < 9; count += 1) latency.add(1000, START + 1);
    expect(latency.read(START + 1)).toMatchObject({ seenAt: START + 1 });
    expect(latency.read(START + 1)?.p50).toBeGreaterThan(800);
  });

  it('gives the weight of now, at most a second old', () => {
    const latency = filled([100]);
    latency.read(START);
    expect(latency.read(START + HALF_LIFE_MS)?.weight).toBeCloseTo(0.5);
  });

  it('forgets what was seen long ago', () => {
    const latency = filled([100]);
    expect(latency.read(START + 9 * HALF_LIFE_MS)).not.toBeNull();
    expect(latency.read(START + 11 * HALF_LIFE_MS)).toBeNull();
    expect(latency.read(START + 1e12)).toBeNull();
    latency.add(200, START + 1e12);
    expect(latency.read(START + 1e12)?.weight).toBe(1);
  });

  it('keeps its quantiles over hours of even traffic', () => {
    const latency = new DecayedLatency();
    for (let second = 0; second < 4 * 3600; second += 1)
      latency.add(second % 2 === 0 ? 100 : 1000, START + second * 1000);
    const read = latency.read(START + 4 * 3600 * 1000);
    expect(read?.weight).toBeCloseTo(60 / Math.LN2, 0);
    expect(stepOf(read?.p95 ?? 0)).toBe(stepOf(1000));
  });

  it.each([11, 12, 13])('is, of two halves merged, what the whole is (seed %i)', (seed) => {
    const random = seeded(seed);
    const whole = new DecayedLatency();
    const halves = [new DecayedLatency(), new DecayedLatency()] as const;
    let now = START;
    for (let count = 0; count < 400; count += 1) {
      now += random.between(0, 3000);
      const ms = random.between(1, 60_000);
      whole.add(ms, now);
      random.pick(halves).add(ms, now);
    }
    const merged = new DecayedLatency();
    for (const half of halves) merged.merge(half.counts(now), now);
    expect(merged.weight(now)).toBeCloseTo(whole.weight(now), 1);
    expect((merged.read(now)?.p50 ?? 0) / (whole.read(now)?.p50 ?? 1)).toBeCloseTo(1, 2);
    expect((merged.read(now)?.p95 ?? 0) / (whole.read(now)?.p95 ?? 1)).toBeCloseTo(1, 2);
  });

  it.each([21, 22, 23])('never weighs more without samples, whatever the clock does (seed %i)', (seed) => {
    const random = seeded(seed);
    const latency = filled([5, 50, 500]);
    let last = latency.weight(START);
    let now = START;
    for (let count = 0; count < 300; count += 1) {
      now += random.between(-30_000, random.chance(0.1) ? 3_000_000 : 60_000);
      const weight = latency.weight(now);
      expect(weight).toBeLessThanOrEqual(last);
      last = weight;
    }
  });

  it('puts what was told in the place of what it had', () => {
    const latency = filled(Array(50).fill(100));
    latency.replace([stepOf(2000), 3.5], START + 10, START + 5);
    const read = latency.read(START + 10);
    expect(read).toMatchObject({ weight: 3.5, seenAt: START + 5 });
    expect(stepOf(read?.p50 ?? 0)).toBe(stepOf(2000));
  });

  it('leaves out counts that cannot be', () => {
    const latency = filled([100]);
    latency.merge([-1, 5, LATENCY_STEPS, 5, 1.5, 5, 3, Number.NaN, 4, -2, 7], START);
    expect(latency.weight(START)).toBe(1);
    expect(sumOf(latency.counts(START))).toBe(1);
  });
});
