import { describe, expect, it } from 'vitest';
import { PRIORITIES } from '../../../../src/limits/waiting/waiter.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import { START, units, World } from './room-support.ts';

interface Arrival {
  readonly key: string;
  readonly priority: (typeof PRIORITIES)[number];
  readonly atMs: number;
}

/** Requests come, wait, leave and end at random; each admitted one holds a slot for a while. */
async function run(random: Seeded) {
  const burst = random.between(1, 8);
  const perMinute = random.between(60, 600);
  const concurrency = random.between(1, 6);
  const world = new World({ requests_per_minute: perMinute, burst_requests: burst, concurrency });
  const need = units({ requests: 1, slots: 1 });
  const arrivals = new Map<string, Arrival>();
  const gone = new Set<string>();
  const ending: { readonly atMs: number }[] = [];
  let seen = 0;
  for (let id = 0; id < 120; id += 1) {
    await world.time.pass(random.between(0, 150));
    const now = world.time.now - START;
    for (const { id: served, refusal, atMs } of world.endings.slice(seen))
      if (refusal === null && !gone.has(served)) ending.push({ atMs: atMs + random.between(50, 2000) });
    seen = world.endings.length;
    for (const one of ending.filter(({ atMs }) => atMs <= now)) {
      ending.splice(ending.indexOf(one), 1);
      world.room.call(world.call({ returned: units({ slots: 1 }) }));
    }
    const arrival = { key: `key ${random.between(1, 3)}`, priority: random.pick(PRIORITIES), atMs: now };
    arrivals.set(`${id}`, arrival);
    void world.wait(`${id}`, { ...arrival, need, waitMs: random.between(0, 25_000), maxWaiters: 20 });
    if (random.chance(0.1)) {
      const left = `${random.between(0, id)}`;
      gone.add(left);
      world.room.leave(left);
    }
  }
  // Whoever still waits is served, or its time is over.
  for (let second = 0; second < 40; second += 1) {
    world.room.call(world.call({ returned: units({ slots: concurrency }) }));
    await world.time.pass(1000);
  }
  return { world, arrivals, burst, perMinute };
}

describe('requests that come, wait, leave and end at random', () => {
  it.each(Array.from({ length: 15 }, (_, index) => index + 1))(
    'keep the law of the bucket, seed %i',
    async (seed) => {
      const { world, arrivals, burst, perMinute } = await run(seeded(seed));
      expect(world.endings).toHaveLength(arrivals.size);
      expect([world.room.waiters, world.time.pending]).toEqual([0, 0]);
      const served = world.endings.filter(({ refusal }) => refusal === null);
      expect(served.length).toBeGreaterThan(burst);
      for (const [from, { atMs }] of served.entries())
        for (const [more, later] of served.slice(from).entries())
          expect(more + 1).toBeLessThanOrEqual(burst + ((later.atMs - atMs) * perMinute) / 60_000 + 1e-9);
      // Of one key and priority, who came first was served first.
      const last = new Map<string, number>();
      for (const { id } of served) {
        const { key, priority } = arrivals.get(id) as Arrival;
        const kind = `${key} ${priority}`;
        expect(Number(id)).toBeGreaterThan(last.get(kind) ?? -1);
        last.set(kind, Number(id));
      }
    },
  );
});
