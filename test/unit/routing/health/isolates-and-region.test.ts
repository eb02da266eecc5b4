/** Several isolates and their region, as they tell each other: what one learns, all know, and nobody counts anything twice. */
import { describe, expect, it } from 'vitest';
import { HealthBook } from '../../../../src/routing/health/health-book.ts';
import type { HealthCall } from '../../../../src/routing/health/region-health.ts';
import { RegionState } from '../../../../src/routing/health/region-state.ts';
import type { RegionPicture } from '../../../../src/routing/health/vantage-protocol.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import { breaker, testClock } from './health-support.ts';

const TARGET = 'acme/acme-1';

function regionWith(count: number, settings = breaker()) {
  const clock = testClock();
  const region = new RegionState('weur', undefined, clock.at);
  const isolates = Array.from({ length: count }, (_, number) => {
    const book = new HealthBook({ now: clock.now });
    const target = book.in('weur').of(TARGET);
    const begin = () => target.begin('FRA', settings, clock.at);
    const fail = (calls: number) => {
      for (let call = 0; call < calls; call += 1) begin().end('failure', clock.at);
    };
    const take = () => ({
      isolate: `isolate-${number}`,
      credentials: [],
      aliases: [],
      ...(book.takeReport('weur', clock.at) ?? { measured: [], states: [] }),
    });
    let underWay: RegionPicture | null = null;
    /** The region hears of it and answers; `arrive`: the answer is here. */
    const send = () => {
      underWay ??= region.sync(take(), clock.at);
    };
    const arrive = () => {
      if (underWay !== null) book.absorb('weur', underWay, clock.at);
      underWay = null;
    };
    const sync = () => {
      arrive();
      send();
      arrive();
    };
    return { book, target, begin, fail, take, send, arrive, sync };
  });
  const syncAll = () => {
    for (const isolate of isolates) isolate.sync();
  };
  return { clock, region, isolates, syncAll };
}

type Isolate = ReturnType<typeof regionWith>['isolates'][number];

const known = ({ target }: Isolate, now: number) => ({
  circuit: target.circuit(now),
  openUntil: target.openUntil,
  coolingUntil: target.coolingUntil,
});

describe('isolates of one region', () => {
  it('open a circuit together, on failures of which none saw enough', () => {
    const { clock, isolates, syncAll } = regionWith(5);
    for (const { fail } of isolates.slice(0, 4)) fail(1);
    syncAll();
    syncAll();
    expect(isolates.map(({ target }) => target.circuit(clock.at))).not.toContain('open');
    isolates[4]?.fail(1);
    expect(isolates[4]?.target.circuit(clock.at)).toBe('open');
    isolates[4]?.sync();
    syncAll();
    expect(isolates.map(({ target }) => target.circuit(clock.at))).toEqual(Array(5).fill('open'));
  });

  it('close it together when one of them sees it work', () => {
    const { clock, isolates, syncAll } = regionWith(3);
    isolates[0]?.fail(5);
    syncAll();
    clock.pass(10_000);
    const probe = isolates[2]?.begin();
    probe?.answered('stream', 100, clock.at);
    probe?.end('success', clock.at);
    isolates[2]?.sync();
    syncAll();
    expect(isolates.map(({ target }) => target.circuit(clock.at))).toEqual(Array(3).fill('closed'));
    expect(isolates.map(({ target }) => target.failureRate(clock.at))).toEqual([0, 0, 0]);
  });

  it('go by one failing stream after the other, although each began as a success', () => {
    const { clock, isolates } = regionWith(1, breaker({ failure_rate: 0.9 }));
    for (let call = 0; call < 5; call += 1) {
      const broken = isolates[0]?.begin();
      broken?.answered('stream', 100, clock.at);
      isolates[0]?.sync();
      broken?.end('failure', clock.at);
      isolates[0]?.sync();
    }
    expect(isolates[0]?.target.circuit(clock.at)).toBe('open');
  });

  it('believe no picture that was drawn before a circuit closed here', () => {
    const { clock, isolates, syncAll } = regionWith(2);
    isolates[0]?.fail(5);
    syncAll();
    clock.pass(10_000);
    const probe = isolates[0]?.begin();
    isolates[0]?.send();
    probe?.answered('stream', 100, clock.at);
    isolates[0]?.arrive();
    expect(isolates[0]?.target.circuit(clock.at)).toBe('closed');
  });

  it('see the calls of each other', () => {
    const { clock, isolates, syncAll } = regionWith(3);
    for (const { begin } of isolates) begin();
    syncAll();
    syncAll();
    expect(isolates.map(({ target }) => target.inFlight(clock.at))).toEqual([3, 3, 3]);
  });

  it.each(Array.from({ length: 12 }, (_, seed) => seed))('tell everything once (seed %i)', (seed) => {
    const random = seeded(seed);
    const { clock, region, isolates, syncAll } = regionWith(4, breaker({ enabled: false }));
    let [successes, failures] = [0, 0];
    for (let step = 0; step < 60; step += 1) {
      clock.pass(random.between(0, 700)); // less than the window in all
      const isolate = random.pick(isolates);
      const call = isolate.begin();
      const breaks = random.chance(0.3);
      if (random.chance(0.8)) call.answered('stream', 50, clock.at);
      if (random.chance(0.5)) isolate.send();
      call.end(breaks ? 'failure' : 'success', clock.at);
      if (breaks) failures += 1;
      else successes += 1;
      if (random.chance(0.5)) random.pick(isolates).arrive();
      if (random.chance(0.2)) {
        const { book, take } = random.pick(isolates);
        book.putBack('weur', take(), clock.at); // a sync that failed
      }
    }
    syncAll();
    const [told] = region.keep(clock.at).targets;
    expect(told).toMatchObject({ failures, inFlight: 0 });
    // One that broke off behind its answer stands as a success until its isolate has another one to make up for it.
    expect(told?.successes).toBeGreaterThanOrEqual(successes);
    expect(told?.successes).toBeLessThanOrEqual(successes + isolates.length);
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'agree once they have told each other (seed %i)',
    (seed) => {
      const random = seeded(seed);
      const { clock, isolates, syncAll } = regionWith(3, breaker({ open_seconds: 3 }));
      const underWay: HealthCall[] = [];
      for (let step = 0; step < 250; step += 1) {
        clock.pass(random.between(1, 500));
        happen(random, random.pick(isolates), underWay, clock.at);
        if (random.chance(0.2)) random.pick(isolates).send();
        if (random.chance(0.2)) random.pick(isolates).arrive();
      }
      for (let round = 0; round < 3; round += 1) {
        clock.pass(1);
        syncAll();
      }
      const [first, ...others] = isolates.map((isolate) => known(isolate, clock.at));
      for (const other of others) expect({ ...other, circuit: null }).toEqual({ ...first, circuit: null });
    },
  );
});

/** Something that may happen to an isolate: a call begins, or one that is under way goes on. */
function happen(random: Seeded, isolate: Isolate, underWay: HealthCall[], now: number): void {
  const call = random.chance(0.5) ? undefined : underWay[random.between(0, underWay.length)];
  if (random.chance(0.05)) isolate.target.cool(now + random.between(0, 4000));
  else if (call === undefined) underWay.push(isolate.begin());
  else if (random.chance(0.3)) call.answered('stream', random.between(10, 900), now);
  else call.end(random.pick(['failure', 'failure', 'success', 'neutral']), now);
}
