import { describe, expect, it } from 'vitest';
import { HealthBook } from '../../../../src/routing/health/health-book.ts';
import { stepOf } from '../../../../src/routing/health/latency-scale.ts';
import type { HealthReport } from '../../../../src/routing/health/region-book.ts';
import type { HealthCall } from '../../../../src/routing/health/region-health.ts';
import type { Region } from '../../../../src/routing/region-of.ts';
import { seeded } from '../../../support/seeded.ts';
import { breaker, pictureOf, regionOf, START, sumOf, testClock } from './health-support.ts';

const BREAKER = breaker();
const TARGET = 'acme/acme-1';

function bookIn(region: Region = 'weur') {
  const clock = testClock();
  const book = new HealthBook({ now: clock.now });
  const health = book.in(region);
  const target = health.of(TARGET);
  const begin = (colo = 'FRA') => target.begin(colo, BREAKER, clock.at);
  const fail = (count: number) => {
    for (let call = 0; call < count; call += 1) begin().end('failure', clock.at);
  };
  const stream = (ms: number, colo = 'FRA') => {
    const call = begin(colo);
    call.answered('stream', ms, clock.at);
    call.end('success', clock.at);
  };
  const report = () => book.takeReport(region, clock.at);
  const absorb = (told: Parameters<typeof pictureOf>[1]) =>
    book.absorb(region, regionOf(pictureOf(TARGET, told)), clock.at);
  return { clock, book, health, target, begin, fail, stream, report, absorb };
}

describe('HealthBook', () => {
  it('knows nothing of a target that was never asked', () => {
    const { target } = bookIn();
    expect(target.circuit(START)).toBe('closed');
    expect(target.firstToken(START)).toBeNull();
    expect(target.total(START)).toBeNull();
    expect(target.inFlight(START)).toBe(0);
    expect(target.failureRate(START)).toBe(0);
    expect([target.openUntil, target.coolingUntil]).toEqual([0, 0]);
  });

  it('keeps regions apart', () => {
    const { book, fail } = bookIn('weur');
    fail(5);
    expect(book.in('weur').of(TARGET).circuit(START)).toBe('open');
    expect(book.in('apac').of(TARGET).circuit(START)).toBe('closed');
    expect(book.in('weur').region).toBe('weur');
  });

  it('measures streams and whole answers apart', () => {
    const { begin, target } = bookIn();
    begin().answered('stream', 200, START);
    begin().answered('whole', 4000, START);
    expect(stepOf(target.firstToken(START)?.p50 ?? 0)).toBe(stepOf(200));
    expect(stepOf(target.total(START)?.p50 ?? 0)).toBe(stepOf(4000));
  });

  it('takes a call that was given up for one that took as long as its bound', () => {
    const { begin, target } = bookIn();
    const call = begin();
    call.gaveUp('stream', 8000, START);
    call.end('failure', START);
    expect(stepOf(target.firstToken(START)?.p50 ?? 0)).toBe(stepOf(8000));
  });

  it('learns nothing from a call that was given up sooner than calls take', () => {
    const { begin, stream, target } = bookIn();
    stream(1000);
    begin().gaveUp('stream', 50, START);
    expect(target.firstToken(START)?.weight).toBe(1);
  });

  it('is the same for everybody who holds a target, while it is not forgotten', () => {
    const { health, target, stream } = bookIn();
    stream(100);
    expect(target.firstToken(START)).toBe(health.of(TARGET).firstToken(START));
  });

  it('forgets the target that was not used for longest, of more than 500', () => {
    const { health, stream } = bookIn();
    stream(100);
    for (let other = 0; other < 499; other += 1) health.of(`acme/${other}`);
    expect(health.of(TARGET).firstToken(START)).not.toBeNull();
    health.of('acme/500');
    expect(health.of(TARGET).firstToken(START)).not.toBeNull();
    for (let other = 1000; other < 1499; other += 1) health.of(`acme/${other}`);
    health.of('acme/one too many');
    expect(health.of(TARGET).firstToken(START)).toBeNull();
  });
});

describe('calls under way', () => {
  it('count from their start to their end, once', () => {
    const { begin, target } = bookIn();
    const calls = [begin(), begin()] as const;
    expect(target.inFlight(START)).toBe(2);
    calls[0].answered('stream', 10, START);
    expect(target.inFlight(START)).toBe(2);
    calls[0].end('success', START);
    calls[0].end('failure', START);
    expect(target.inFlight(START)).toBe(1);
    calls[1].end('neutral', START);
    expect(target.inFlight(START)).toBe(0);
  });

  it('change nothing once they are over', () => {
    const { begin, target, report } = bookIn();
    const call = begin();
    call.end('failure', START);
    call.answered('stream', 10, START);
    call.gaveUp('stream', 10, START);
    call.end('success', START);
    expect(target.firstToken(START)).toBeNull();
    expect(report()?.measured).toMatchObject([{ successes: 0, failures: 1, firstToken: [] }]);
  });

  it('include those of others for ten seconds', () => {
    const { begin, target, absorb } = bookIn();
    begin();
    absorb({ inFlight: 7 });
    expect(target.inFlight(START + 9999)).toBe(8);
    expect(target.inFlight(START + 10_000)).toBe(1);
  });

  it('of which nobody hears again are forgotten within an hour', () => {
    const { begin, target, clock } = bookIn();
    const lost = begin();
    expect(target.inFlight(START + 1_800_000)).toBe(1);
    clock.pass(3_600_000);
    expect(target.inFlight(clock.at)).toBe(0);
    begin();
    lost.end('success', clock.at);
    expect(target.inFlight(clock.at)).toBe(1);
    clock.pass(7_200_000);
    expect(target.inFlight(clock.at)).toBe(0);
  });

  it.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'are never fewer than none, and none at the end (seed %i)',
    (seed) => {
      const random = seeded(seed);
      const { begin, target, clock } = bookIn();
      const underWay: HealthCall[] = [];
      for (let step = 0; step < 400; step += 1) {
        clock.pass(random.between(0, 20_000));
        const call = random.chance(0.45) ? undefined : underWay[random.between(0, underWay.length)];
        if (call === undefined) underWay.push(begin());
        else if (random.chance(0.3)) call.answered('stream', random.between(1, 9000), clock.at);
        else {
          call.end(random.pick(['success', 'failure', 'neutral']), clock.at);
          if (random.chance(0.7)) underWay.splice(underWay.indexOf(call), 1);
        }
        expect(target.inFlight(clock.at)).toBeGreaterThanOrEqual(0);
      }
      for (const call of underWay) call.end('neutral', clock.at);
      expect(target.inFlight(clock.at)).toBe(0);
    },
  );
});

describe('reports to the region', () => {
  it('tell what was seen since the last one, by colo', () => {
    const { stream, fail, report } = bookIn();
    stream(100);
    stream(100);
    stream(900, 'AMS');
    fail(1);
    expect(report()).toEqual({
      measured: [
        {
          target: TARGET,
          colo: 'FRA',
          firstToken: [stepOf(100), 2],
          total: [],
          successes: 2,
          failures: 1,
          slow: 0,
        },
        {
          target: TARGET,
          colo: 'AMS',
          firstToken: [stepOf(900), 1],
          total: [],
          successes: 1,
          failures: 0,
          slow: 0,
        },
      ],
      states: [{ target: TARGET, inFlight: 0, openUntil: 0, coolingUntil: 0, closedAt: 0 }],
    });
    expect(report()).toBeNull();
    stream(100);
    expect(report()?.measured).toMatchObject([{ colo: 'FRA', successes: 1 }]);
  });

  it('are not made where there is nothing to tell', () => {
    const { health, book, report } = bookIn();
    health.of('acme/looked-at');
    expect(report()).toBeNull();
    expect(book.takeReport('apac', START)).toBeNull();
  });

  it('tell of calls under way each time, and once that there are none any more', () => {
    const { begin, report } = bookIn();
    const call = begin();
    expect(report()?.states).toMatchObject([{ inFlight: 1 }]);
    expect(report()?.states).toMatchObject([{ inFlight: 1 }]);
    call.end('neutral', START);
    expect(report()?.states).toMatchObject([{ inFlight: 0 }]);
    expect(report()).toBeNull();
  });

  it('are urgent when a circuit opens or closes and when a cooldown begins', () => {
    const { book, fail, report, begin, target, clock } = bookIn();
    fail(4);
    expect(book.isUrgent('weur')).toBe(false);
    fail(1);
    expect(book.isUrgent('weur')).toBe(true);
    expect(report()?.states).toMatchObject([{ openUntil: START + 10_000 }]);
    expect(book.isUrgent('weur')).toBe(false);
    clock.pass(10_000);
    begin().answered('stream', 10, clock.at);
    expect(book.isUrgent('weur')).toBe(true);
    expect(report()?.states).toMatchObject([{ openUntil: 0, closedAt: clock.at }]);
    target.cool(clock.at + 5000);
    expect(book.isUrgent('weur')).toBe(true);
    expect(report()?.states).toMatchObject([{ coolingUntil: clock.at + 5000 }]);
    target.cool(clock.at + 6000);
    expect(book.isUrgent('weur')).toBe(false);
    expect(report()?.states).toMatchObject([{ coolingUntil: clock.at + 6000 }]);
  });

  it('never tell less than nothing: a success taken back makes up for the next one', () => {
    const { begin, stream, report } = bookIn();
    const call = begin();
    call.answered('stream', 10, START);
    expect(report()?.measured).toMatchObject([{ successes: 1 }]);
    call.end('failure', START);
    expect(report()?.measured).toMatchObject([{ successes: 0, failures: 1 }]);
    stream(10);
    expect(report()?.measured).toMatchObject([{ successes: 0 }]);
    stream(10);
    expect(report()?.measured).toMatchObject([{ successes: 1 }]);
  });

  it('are told with the next one when they could not be delivered', () => {
    const { stream, fail, report, book } = bookIn();
    stream(100);
    fail(2);
    const lost = report() as HealthReport;
    stream(100);
    book.putBack('weur', lost, START);
    expect(report()).toMatchObject({
      measured: [{ firstToken: [stepOf(100), 2], successes: 2, failures: 2 }],
      states: [{ target: TARGET }],
    });
  });

  it('tell a state again that could not be delivered', () => {
    const { target, report, book } = bookIn();
    target.cool(START + 5000);
    book.putBack('weur', report() as HealthReport, START);
    expect(report()?.states).toMatchObject([{ coolingUntil: START + 5000 }]);
    expect(report()).toBeNull();
  });

  it('leave out what failed before the circuit closed', () => {
    const { fail, report, begin, clock } = bookIn();
    fail(5);
    clock.pass(10_000);
    begin().answered('stream', 10, clock.at);
    expect(report()?.measured).toMatchObject([{ failures: 0, successes: 0 }]);
  });

  it('leave out, put back, what was counted before the circuit closed', () => {
    const { fail, report, book, begin, clock } = bookIn();
    fail(5);
    const lost = report() as HealthReport;
    clock.pass(10_000);
    begin().answered('stream', 10, clock.at);
    book.putBack('weur', lost, clock.at);
    expect(report()).toMatchObject({
      measured: [{ failures: 0, successes: 0, firstToken: [stepOf(10), 1] }],
      states: [{ closedAt: clock.at, openUntil: 0 }],
    });
  });

  it('leave out what nobody took for more than a minute', () => {
    const { stream, report, clock, target } = bookIn();
    stream(100);
    clock.pass(60_001);
    stream(300);
    expect(report()).toBeNull();
    stream(500);
    expect(report()?.measured).toMatchObject([{ firstToken: [stepOf(500), 1] }]);
    expect(target.firstToken(clock.at)?.weight).toBeGreaterThan(2);
  });

  it.each([1, 2, 3, 4])('add up to all that was seen, delivered or not (seed %i)', (seed) => {
    const random = seeded(seed);
    const { health, report, book, clock } = bookIn();
    const delivered = { samples: 0, successes: 0, failures: 0 };
    const seen = { samples: 0, successes: 0, failures: 0 };
    const deliver = (taken: HealthReport | null) => {
      for (const one of taken?.measured ?? []) {
        delivered.samples += sumOf(one.firstToken);
        delivered.successes += one.successes;
        delivered.failures += one.failures;
      }
    };
    for (let step = 0; step < 300; step += 1) {
      clock.pass(random.between(0, 1000));
      const target = health.of(random.pick(['a/1', 'b/2', 'c/3']));
      const call = target.begin(random.pick(['FRA', 'AMS']), null, clock.at);
      const works = random.chance(0.8);
      if (works) {
        call.answered('stream', random.between(1, 5000), clock.at);
        seen.samples += 1;
        seen.successes += 1;
      } else seen.failures += 1;
      call.end(works ? 'success' : 'failure', clock.at);
      if (random.chance(0.7)) continue;
      const taken = report();
      if (taken !== null && random.chance(0.4)) book.putBack('weur', taken, clock.at);
      else deliver(taken);
    }
    deliver(report());
    expect(delivered).toEqual(seen);
  });
});

describe("the region's picture", () => {
  it('is what a new isolate starts from', () => {
    const { absorb, target } = bookIn();
    absorb({ firstToken: [stepOf(700), 20], total: [stepOf(9000), 4], seenAt: START - 2000 });
    expect(target.firstToken(START)).toMatchObject({ weight: 20, seenAt: START - 2000 });
    expect(stepOf(target.firstToken(START)?.p50 ?? 0)).toBe(stepOf(700));
    expect(target.total(START)?.weight).toBe(4);
  });

  it('takes the place of what was told, and what was not told yet stays on top', () => {
    const { absorb, stream, report, target } = bookIn();
    stream(100);
    report();
    stream(100);
    absorb({ firstToken: [stepOf(100), 1, stepOf(700), 3] });
    expect(target.firstToken(START)?.weight).toBe(5);
    report();
    absorb({ firstToken: [stepOf(100), 2, stepOf(700), 3] });
    expect(target.firstToken(START)?.weight).toBe(5);
  });

  it('counts in the rates, without what came from here', () => {
    const { absorb, fail, report, target } = bookIn();
    fail(2);
    report();
    fail(1);
    absorb({ failures: 3, successes: 1 });
    expect(target.circuit(START)).toBe('closed');
    expect(target.failureRate(START)).toBe(4 / 5);
    fail(1);
    expect(target.circuit(START)).toBe('open');
  });

  it('opens and closes circuits and cools, and none of that is news for the region', () => {
    const { absorb, target, book, report, begin, clock } = bookIn();
    absorb({ openUntil: START + 5000, coolingUntil: START + 9000 });
    expect([target.circuit(START), target.coolingUntil]).toEqual(['open', START + 9000]);
    begin().end('neutral', START);
    expect(book.isUrgent('weur')).toBe(false);
    clock.pass(6000);
    absorb({ closedAt: START + 5500 });
    expect(target.circuit(clock.at)).toBe('closed');
    expect(book.isUrgent('weur')).toBe(false);
    expect(report()?.states).toMatchObject([{ openUntil: 0, closedAt: START + 5500 }]);
  });

  it('of more targets than the book holds pushes none out', () => {
    const { book, stream, target, health } = bookIn();
    stream(100);
    const many = Array.from({ length: 600 }, (_, other) =>
      pictureOf(`acme/${other}`, { openUntil: START + 1000 }),
    );
    book.absorb('weur', regionOf(...many), START);
    expect(health.of(TARGET)).toBe(target);
    expect(health.of('acme/498').circuit(START)).toBe('open');
  });

  it('makes of two isolates that tell each other what one would know', () => {
    const [one, other, alone] = [bookIn(), bookIn(), bookIn()];
    for (let call = 0; call < 3; call += 1) {
      one.fail(1);
      other.stream(100);
      alone.fail(1);
      alone.stream(100);
    }
    const sums = { successes: 0, failures: 0, slow: 0, firstToken: [] as number[] };
    for (const { report } of [one, other])
      for (const told of report()?.measured ?? []) {
        sums.successes += told.successes;
        sums.failures += told.failures;
        sums.firstToken.push(...told.firstToken);
      }
    for (const { absorb } of [one, other]) absorb(sums);
    for (const { target } of [one, other]) {
      expect(target.failureRate(START)).toBe(alone.target.failureRate(START));
      expect(target.firstToken(START)).toEqual(alone.target.firstToken(START));
    }
  });
});
