import { describe, expect, it } from 'vitest';
import type { BreakerSettings } from '../../../../src/config/schema-routing.ts';
import { Circuit, type CircuitCall, type RegionCircuit } from '../../../../src/routing/health/circuit.ts';
import { seeded } from '../../../support/seeded.ts';
import { breaker, START } from './health-support.ts';

const BREAKER = breaker();
const OPEN_MS = BREAKER.open_seconds * 1000;
const NONE_UNTOLD = [0, 0, 0];

const fail = (circuit: Circuit, count: number, now = START, settings: BreakerSettings | null = BREAKER) => {
  for (let call = 0; call < count; call += 1) circuit.ended(circuit.begin(settings, now), 'failure', now);
};
const succeed = (circuit: Circuit, count: number, now = START, ms = 100, settings = BREAKER) => {
  for (let call = 0; call < count; call += 1) {
    const begun = circuit.begin(settings, now);
    circuit.answered(begun, ms, now);
    circuit.ended(begun, 'success', now);
  }
};
const opened = (now = START): Circuit => {
  const circuit = new Circuit();
  fail(circuit, 5, now);
  return circuit;
};
const told = (fields: Partial<RegionCircuit>): RegionCircuit => ({
  successes: 0,
  failures: 0,
  slow: 0,
  openUntil: 0,
  closedAt: 0,
  ...fields,
});
const hear = (circuit: Circuit, fields: Partial<RegionCircuit>, now: number) =>
  circuit.mergeRegion(told(fields), NONE_UNTOLD, now);

describe('a closed circuit', () => {
  it('opens when enough of the last minute failed, and not before there were enough', () => {
    const circuit = new Circuit();
    fail(circuit, 4);
    expect(circuit.state(START)).toBe('closed');
    fail(circuit, 1);
    expect(circuit.state(START)).toBe('open');
    expect(circuit.openUntil).toBe(START + OPEN_MS);
  });

  it('stays closed while too few of many fail', () => {
    const circuit = new Circuit();
    succeed(circuit, 1);
    for (let pair = 0; pair < 9; pair += 1) {
      succeed(circuit, 1);
      fail(circuit, 1);
    }
    expect(circuit.state(START)).toBe('closed');
    fail(circuit, 1);
    expect(circuit.state(START)).toBe('open');
  });

  it('opens soon under much traffic, however well the minute began', () => {
    const circuit = new Circuit();
    for (let second = 0; second < 20; second += 1) succeed(circuit, 80, START + second * 1000);
    const dies = START + 30_000;
    // Some still succeed, so that no failures stand in a row.
    for (let pair = 0; pair < 10; pair += 1) {
      expect(circuit.state(dies)).toBe('closed');
      succeed(circuit, 1, dies);
      fail(circuit, 1, dies);
    }
    expect(circuit.state(dies)).toBe('open');
  });

  it('opens after failures in a row, however many succeeded before', () => {
    const circuit = new Circuit();
    succeed(circuit, 1000);
    fail(circuit, 4);
    expect(circuit.state(START)).toBe('closed');
    fail(circuit, 1);
    expect(circuit.state(START)).toBe('open');
  });

  it('waits for as many in a row as it needs requests', () => {
    const settings = breaker({ min_requests: 12 });
    const circuit = new Circuit();
    succeed(circuit, 1000);
    fail(circuit, 11, START, settings);
    expect(circuit.state(START)).toBe('closed');
    fail(circuit, 1, START, settings);
    expect(circuit.state(START)).toBe('open');
  });

  it('counts failures in a row only where they follow within a minute', () => {
    const circuit = new Circuit();
    for (let call = 0; call < 20; call += 1) fail(circuit, 1, START + call * 61_000);
    expect(circuit.state(START + 19 * 61_000)).toBe('closed');
  });

  it('forgets failures after a minute', () => {
    const circuit = new Circuit();
    fail(circuit, 4);
    fail(circuit, 4, START + 61_000);
    expect(circuit.state(START + 61_000)).toBe('closed');
    fail(circuit, 1, START + 62_000);
    expect(circuit.state(START + 62_000)).toBe('open');
  });

  it.each(['neutral', 'success'] as const)('is not opened by %s calls (traps I1)', (verdict) => {
    const circuit = new Circuit();
    for (let call = 0; call < 50; call += 1) circuit.ended(circuit.begin(BREAKER, START), verdict, START);
    expect(circuit.state(START)).toBe('closed');
  });

  it('counts a call with a neutral end in neither rate (traps I1)', () => {
    const circuit = new Circuit();
    for (let call = 0; call < 50; call += 1) circuit.ended(circuit.begin(BREAKER, START), 'neutral', START);
    fail(circuit, 5);
    expect(circuit.failureRate(START)).toBe(1);
    expect(circuit.state(START)).toBe('open');
  });

  it('opens when too many calls are slow, where slowness is judged', () => {
    const patient = new Circuit();
    succeed(patient, 20, START, 9000);
    expect(patient.state(START)).toBe('closed');
    const circuit = new Circuit();
    const settings = breaker({ slow_call_ms: 1000, slow_call_rate: 0.5 });
    succeed(circuit, 4, START, 1000, settings);
    succeed(circuit, 3, START, 1001, settings);
    expect(circuit.state(START)).toBe('closed');
    succeed(circuit, 1, START, 1001, settings);
    expect(circuit.state(START)).toBe('open');
  });

  it('counts a failure that took too long as slow too', () => {
    const circuit = new Circuit();
    const settings = breaker({ slow_call_ms: 1000, failure_rate: 1, slow_call_rate: 0.6 });
    succeed(circuit, 2, START, 10, settings);
    for (let call = 0; call < 3; call += 1)
      circuit.ended(circuit.begin(settings, START), 'failure', START + 1500);
    expect(circuit.state(START + 1500)).toBe('open');
  });

  it.each([null, breaker({ enabled: false })])(
    'counts, and never opens, for calls without a breaker',
    (none) => {
      const circuit = new Circuit();
      fail(circuit, 20, START, none);
      expect(circuit.state(START)).toBe('closed');
      expect(circuit.failureRate(START)).toBe(1);
      fail(circuit, 1);
      expect(circuit.state(START)).toBe('open');
    },
  );

  it('takes a success back when the answer breaks off, and counts the call once (traps I3)', () => {
    const circuit = new Circuit();
    const call = circuit.begin(BREAKER, START);
    expect(circuit.answered(call, 50, START)).toEqual({ successes: 1, failures: 0, slow: 0 });
    expect(circuit.ended(call, 'failure', START + 20_000)).toEqual({ successes: -1, failures: 1, slow: 0 });
    expect(circuit.failureRate(START + 20_000)).toBe(1);
  });

  it("takes nobody else's success back for one that fell out of the window", () => {
    const circuit = new Circuit();
    const call = circuit.begin(BREAKER, START);
    circuit.answered(call, 50, START);
    succeed(circuit, 1, START + 70_000);
    expect(circuit.ended(call, 'failure', START + 70_000)).toEqual({ successes: 0, failures: 1, slow: 0 });
    expect(circuit.failureRate(START + 70_000)).toBe(0.5);
  });
});

describe('an open circuit', () => {
  it('lets one call try when its time is over, and reads open to others meanwhile', () => {
    const circuit = opened();
    const at = START + OPEN_MS;
    expect(circuit.state(at - 1)).toBe('open');
    expect(circuit.begin(BREAKER, at - 1).isProbe).toBe(false);
    expect(circuit.state(at)).toBe('half-open');
    expect(circuit.begin(BREAKER, at).isProbe).toBe(true);
    expect(circuit.state(at)).toBe('open');
    expect(circuit.begin(BREAKER, at).isProbe).toBe(false);
  });

  it('closes at the first content of its probe, with an empty window', () => {
    const circuit = opened();
    const at = START + OPEN_MS;
    const probe = circuit.begin(BREAKER, at);
    circuit.answered(probe, 100, at + 100);
    expect(circuit.state(at + 100)).toBe('closed');
    expect(circuit.closedAt).toBe(at + 100);
    circuit.ended(probe, 'success', at + 100);
    fail(circuit, 4, at + 200);
    expect(circuit.failureRate(at + 200)).toBe(1);
    expect(circuit.state(at + 200)).toBe('closed');
  });

  it('counts a probe that broke off behind its answer as a failure, and no success against it', () => {
    const circuit = opened();
    const at = START + OPEN_MS;
    const probe = circuit.begin(BREAKER, at);
    circuit.answered(probe, 100, at);
    succeed(circuit, 1, at);
    expect(circuit.ended(probe, 'failure', at)).toEqual({ successes: 0, failures: 1, slow: 0 });
    expect(circuit.failureRate(at)).toBe(0.5);
  });

  it('closes when its probe is refused for what the request says: the target works', () => {
    const circuit = opened();
    circuit.ended(circuit.begin(BREAKER, START + OPEN_MS), 'success', START + OPEN_MS);
    expect(circuit.state(START + OPEN_MS)).toBe('closed');
  });

  it('opens anew when its probe fails', () => {
    const circuit = opened();
    const at = START + OPEN_MS;
    circuit.ended(circuit.begin(BREAKER, at), 'failure', at + 500);
    expect(circuit.openUntil).toBe(at + 500 + OPEN_MS);
    expect(circuit.state(at + 500)).toBe('open');
  });

  it('opens anew when its probe is slow, where slowness is judged', () => {
    const circuit = opened();
    const at = START + OPEN_MS;
    circuit.answered(circuit.begin(breaker({ slow_call_ms: 1000 }), at), 2000, at + 2000);
    expect(circuit.openUntil).toBe(at + 2000 + OPEN_MS);
  });

  it('gives the place free when the client of its probe leaves', () => {
    const circuit = opened();
    const at = START + OPEN_MS;
    circuit.ended(circuit.begin(BREAKER, at), 'neutral', at);
    expect(circuit.state(at)).toBe('half-open');
    expect(circuit.begin(BREAKER, at).isProbe).toBe(true);
  });

  it('does not wait for ever for a probe of which nobody hears again', () => {
    const circuit = opened();
    const at = START + OPEN_MS;
    const lost = circuit.begin(BREAKER, at);
    expect(circuit.state(at + 299_999)).toBe('open');
    const second = circuit.begin(BREAKER, at + 300_000);
    expect(second.isProbe).toBe(true);
    circuit.ended(lost, 'failure', at + 300_001);
    expect(circuit.openUntil).toBe(START + OPEN_MS);
    circuit.answered(second, 10, at + 300_002);
    expect(circuit.state(at + 300_002)).toBe('closed');
  });

  it('is neither tried nor closed by a call without a breaker', () => {
    const circuit = opened();
    const call = circuit.begin(null, START + OPEN_MS);
    expect(call.isProbe).toBe(false);
    circuit.answered(call, 10, START + OPEN_MS);
    expect(circuit.state(START + OPEN_MS)).toBe('half-open');
  });

  it('stays open as long as it was when those that were under way fail too', () => {
    const circuit = new Circuit();
    const late = circuit.begin(BREAKER, START);
    fail(circuit, 5);
    circuit.ended(late, 'failure', START + 5000);
    expect(circuit.openUntil).toBe(START + OPEN_MS);
  });

  it('does not count, once closed, what calls from before the outage end with', () => {
    const circuit = new Circuit();
    const hanging = Array.from({ length: 20 }, () => circuit.begin(BREAKER, START));
    fail(circuit, 5);
    hanging.push(circuit.begin(BREAKER, START + 1)); // nobody else was left to ask
    const at = START + OPEN_MS;
    circuit.answered(circuit.begin(BREAKER, at), 10, at);
    for (const call of hanging) circuit.ended(call, 'failure', at + 1000);
    expect(circuit.state(at + 1000)).toBe('closed');
    expect(circuit.failureRate(at + 1000)).toBe(0);
  });
});

describe('the region', () => {
  it("adds the others' calls to the rates", () => {
    const circuit = new Circuit();
    hear(circuit, { failures: 4 }, START);
    expect(circuit.state(START)).toBe('closed');
    fail(circuit, 1);
    expect(circuit.state(START)).toBe('open');
  });

  it('does not count twice what was told from here', () => {
    const circuit = new Circuit();
    fail(circuit, 3);
    succeed(circuit, 2);
    circuit.mergeRegion(told({ failures: 2, successes: 3 }), [1, 1, 0], START);
    expect(circuit.failureRate(START)).toBe(3 / (3 + 2 + 2)); // two successes more than were told from here
  });

  it('fades when nothing more is heard', () => {
    const circuit = new Circuit();
    hear(circuit, { failures: 4 }, START);
    fail(circuit, 1, START + 61_000);
    expect(circuit.state(START + 61_000)).toBe('closed');
  });

  it('opens a circuit, and closes it when another isolate saw it work', () => {
    const circuit = new Circuit();
    hear(circuit, { openUntil: START + 8000 }, START);
    expect(circuit.state(START)).toBe('open');
    expect(circuit.openUntil).toBe(START + 8000);
    hear(circuit, { closedAt: START + 8200 }, START + 9000);
    expect(circuit.state(START + 9000)).toBe('closed');
    expect([circuit.openUntil, circuit.closedAt]).toEqual([0, START + 8200]);
  });

  it('lengthens an opening, and never shortens it', () => {
    const circuit = opened();
    hear(circuit, { openUntil: START + 3000 }, START);
    expect(circuit.openUntil).toBe(START + OPEN_MS);
    hear(circuit, { openUntil: START + 20_000 }, START);
    expect(circuit.openUntil).toBe(START + 20_000);
  });

  it('closes what opened here before, and not what opened since', () => {
    const before = opened(START);
    hear(before, { closedAt: START + 1 }, START + 2000);
    expect(before.state(START + 2000)).toBe('closed');
    const since = opened(START + 2);
    hear(since, { closedAt: START + 1 }, START + 2000);
    expect(since.state(START + 2000)).toBe('open');
  });

  it('is not believed when it had not heard yet that the circuit was closed here', () => {
    const circuit = opened();
    const at = START + OPEN_MS;
    circuit.answered(circuit.begin(BREAKER, at), 10, at);
    hear(circuit, { openUntil: START + OPEN_MS + 5000, failures: 30 }, at + 100);
    expect(circuit.state(at + 100)).toBe('closed');
    expect(circuit.failureRate(at + 100)).toBe(0);
  });

  it('makes a probe that is under way tell no more, when another one closed the circuit', () => {
    const circuit = opened();
    const at = START + OPEN_MS;
    const probe = circuit.begin(BREAKER, at);
    hear(circuit, { closedAt: at + 50 }, at + 100);
    circuit.ended(probe, 'failure', at + 200);
    expect(circuit.state(at + 200)).toBe('closed');
  });

  it('closes an opening that was heard of behind its end, and even behind the closing', () => {
    const circuit = new Circuit();
    hear(circuit, { openUntil: START + 10_000 }, START + 10_400);
    hear(circuit, { closedAt: START + 10_300 }, START + 10_500);
    expect(circuit.state(START + 10_500)).toBe('closed');
  });
});

describe('whatever happens', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('no two calls try at once (seed %i)', (seed) => {
    const random = seeded(seed);
    const circuit = new Circuit();
    const settings = breaker({ open_seconds: 1, slow_call_ms: 500 });
    const underWay = new Set<CircuitCall>();
    let now = START;
    let probes = 0;
    for (let step = 0; step < 600; step += 1) {
      now += random.between(0, 400);
      const call = underWay.size > 0 ? random.pick([...underWay]) : null;
      if (call === null || random.chance(0.4)) {
        const begun = circuit.begin(random.chance(0.9) ? settings : null, now);
        underWay.add(begun);
        if (begun.isProbe) probes += 1;
      } else if (random.chance(0.3)) circuit.answered(call, random.between(1, 700), now);
      else {
        circuit.ended(call, random.pick(['success', 'failure', 'failure', 'neutral']), now);
        underWay.delete(call);
      }
      // Of those that try and have no result yet, the circuit knows one: the others would find it half-open.
      const trying = [...underWay].filter(({ isProbe, succeededAt }) => isProbe && succeededAt === null);
      expect(trying.filter(({ period }) => period === trying.at(-1)?.period).length).toBeLessThanOrEqual(1);
      if (circuit.state(now) === 'half-open')
        expect(trying.filter(({ beganAt }) => beganAt >= circuit.openUntil)).toEqual([]);
      expect(circuit.failureRate(now)).toBeGreaterThanOrEqual(0);
      expect(circuit.failureRate(now)).toBeLessThanOrEqual(1);
    }
    expect(probes).toBeGreaterThan(0);
  });
});
