import { describe, expect, it } from 'vitest';
import { RollingCounts } from '../../../../src/routing/health/rolling-counts.ts';
import { seeded } from '../../../support/seeded.ts';
import { START } from './health-support.ts';

describe('RollingCounts', () => {
  it.each(Array.from({ length: 10 }, (_, seed) => seed))('counts what is in the window (seed %i)', (seed) => {
    const random = seeded(seed);
    const counts = new RollingCounts({ kinds: 2, buckets: 12, bucketMs: 5000 });
    let model: { kind: number; bucket: number }[] = [];
    let now = START;
    for (let step = 0; step < 500; step += 1) {
      now += random.between(0, random.chance(0.05) ? 90_000 : 3000);
      const bucket = Math.floor(now / 5000);
      model = model.filter((one) => one.bucket > bucket - 12);
      const kind = random.between(0, 1);
      if (random.chance(0.7)) {
        counts.add(kind, now);
        model.push({ kind, bucket });
      } else {
        const last = model.findLastIndex((one) => one.kind === kind);
        expect(counts.takeBack(kind, now)).toBe(last !== -1);
        if (last !== -1) model.splice(last, 1);
      }
      for (const one of [0, 1])
        expect(counts.sum(one, now)).toBe(model.filter((entry) => entry.kind === one).length);
    }
  });

  it('goes on in its newest bucket when the clock goes back', () => {
    const counts = new RollingCounts({ kinds: 1, buckets: 12, bucketMs: 5000 });
    counts.add(0, START);
    counts.add(0, START - 30_000);
    expect(counts.sum(0, START)).toBe(2);
    expect(counts.sum(0, START + 59_999)).toBe(2);
    expect(counts.sum(0, START + 60_000)).toBe(0);
  });
});
