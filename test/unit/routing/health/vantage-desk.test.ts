import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { BREAKER_DEFAULTS } from '../../../../src/config/schema-routing.ts';
import type { VantageStub } from '../../../../src/routing/health/vantage-protocol.ts';
import { ScriptedVantage, TestIsolate } from './desk-support.ts';
import { NOON } from './reports.ts';

const { VANTAGE } = env as unknown as { readonly VANTAGE: DurableObjectNamespace };
let names = 0;

/** A real one, of a region of its own. */
async function aRegion(): Promise<() => VantageStub> {
  names += 1;
  const name = `vantage:desk ${names}`;
  const vantage = () => VANTAGE.getByName(name) as unknown as VantageStub; // RPC's own types lose what methods give
  await vantage().view(); // the first object loads the whole Worker, which takes longer than a desk waits
  return vantage;
}

function fail(isolate: TestIsolate, target: string, times: number): void {
  for (let time = 0; time < times; time += 1)
    isolate.of(target).begin('FRA', BREAKER_DEFAULTS, isolate.clock.now).end('failure', isolate.clock.now);
}

describe('isolates of one region', () => {
  // The object looks at the real clock, so these do too.
  const clock = () => ({ now: Date.now() });

  it('start from what others saw', async () => {
    const region = await aRegion();
    const one = new TestIsolate('one', region, clock());
    await one.sync();
    for (let call = 0; call < 10; call += 1) one.answered('a/b', 400);
    one.budget.request('fast');
    one.credentials.invalidate('openai:1', one.clock.now + 60_000, one.clock.now);
    await one.pass(2000);
    await one.sync();

    const two = new TestIsolate('two', region, clock());
    expect(two.of('a/b').firstToken(two.clock.now)).toBeNull();
    await two.sync();
    const { p50 = 0, weight = 0 } = two.of('a/b').firstToken(two.clock.now) ?? {};
    expect([p50 > 330, p50 < 480, weight > 8, weight <= 10]).toEqual([true, true, true, true]);
    expect(two.credentials.standing('openai:1', 'b', two.clock.now).state).toBe('invalid');
  });

  it('hear at once that a circuit opened, and that it closed again', async () => {
    const region = await aRegion();
    const [one, two] = ['one', 'two'].map((name) => new TestIsolate(name, region, clock()));
    if (one === undefined || two === undefined) throw new Error('there are two');
    await one.sync();
    await two.sync();
    fail(one, 'a/b', BREAKER_DEFAULTS.min_requests);
    await one.pass(200);
    await one.sync();
    await two.pass(2000);
    expect(two.of('a/b').circuit(two.clock.now)).toBe('closed');
    await two.sync();
    expect(two.of('a/b').circuit(two.clock.now)).toBe('open');
    expect(two.of('a/b').openUntil).toBe(one.of('a/b').openUntil);
    await one.pass(BREAKER_DEFAULTS.open_seconds * 1000);
    const probe = one.of('a/b').begin('FRA', BREAKER_DEFAULTS, one.clock.now);
    probe.end('success', one.clock.now);
    await one.sync();
    await two.pass(2000);
    await two.sync();
    expect(two.of('a/b').circuit(two.clock.now)).toBe('closed');
  });

  it('share what an alias may go further', async () => {
    const region = await aRegion();
    const [one, two] = ['one', 'two'].map((name) => new TestIsolate(name, region, clock()));
    if (one === undefined || two === undefined) throw new Error('there are two');
    for (let call = 0; call < 10; call += 1) expect(one.budget.mayGoFurther('fast')).toBe(true);
    await one.sync();
    await two.sync();
    expect(two.budget.mayGoFurther('fast')).toBe(false);
  });
});

describe('a desk', () => {
  it('asks for the picture with the first request, and then every two seconds under traffic', async () => {
    const vantage = new ScriptedVantage();
    const isolate = new TestIsolate('one', () => vantage);
    const told: number[] = [];
    for (let step = 0; step <= 100; step += 1) {
      await isolate.sync();
      told.push(vantage.told.length);
      await isolate.pass(100);
    }
    expect([told[0], told[19], told[20], told[39], told[40], told[100]]).toEqual([1, 1, 2, 2, 3, 6]);
    expect(vantage.told[0]).toEqual({
      isolate: 'one',
      measured: [],
      states: [],
      credentials: [],
      aliases: [],
    });
  });

  it('tells two seconds later what the last request left, although nobody comes', async () => {
    const vantage = new ScriptedVantage();
    const isolate = new TestIsolate('one', () => vantage);
    await isolate.sync();
    isolate.answered('a/b');
    await isolate.sync();
    expect([vantage.told.length, isolate.pending]).toEqual([1, 1]);
    await isolate.sync();
    expect(isolate.pending).toBe(1); // one waits for all
    await isolate.pass(1999);
    expect(vantage.told).toHaveLength(1);
    await isolate.pass(1);
    expect(vantage.told[1]?.measured).toMatchObject([{ target: 'a/b', successes: 1 }]);
    await isolate.pass(60_000);
    expect([vantage.told.length, isolate.pending]).toEqual([2, 0]);
  });

  it('tells at once what is urgent, and not more often than every 200 ms', async () => {
    const vantage = new ScriptedVantage();
    const isolate = new TestIsolate('one', () => vantage);
    await isolate.sync();
    isolate.of('a/b').cool(NOON + 30_000);
    await isolate.sync();
    await isolate.pass(199);
    expect(vantage.told).toHaveLength(1);
    await isolate.pass(1);
    expect(vantage.told[1]?.states).toMatchObject([{ target: 'a/b', coolingUntil: NOON + 30_000 }]);
    isolate.credentials.cool('openai:1', 'b', NOON + 9000, NOON + 200);
    await isolate.pass(200);
    await isolate.sync();
    expect(vantage.told[2]?.credentials).toMatchObject([{ state: 'cooling', until: NOON + 9000 }]);
  });

  it('waits again for what is urgent where somebody waits for what is not', async () => {
    const vantage = new ScriptedVantage();
    const isolate = new TestIsolate('one', () => vantage);
    await isolate.sync();
    await isolate.sync();
    isolate.of('a/b').cool(NOON + 30_000);
    await isolate.sync();
    await isolate.pass(200);
    expect(vantage.told).toHaveLength(2);
  });

  it('tells what was learnt while it was telling', async () => {
    const vantage = new ScriptedVantage();
    let answer: (picture: unknown) => void = () => undefined;
    vantage.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const isolate = new TestIsolate('one', () => vantage);
    isolate.touch();
    isolate.answered('a/b');
    isolate.touch();
    isolate.touch();
    expect(isolate.pending).toBe(2);
    answer({});
    await isolate.settled();
    await isolate.pass(1999);
    expect(vantage.told).toHaveLength(1);
    isolate.clock.now += 1;
    isolate.wake();
    await vi.waitFor(() => expect(vantage.told).toHaveLength(2));
    expect(vantage.told[1]?.measured).toMatchObject([{ target: 'a/b', successes: 1 }]);
  });

  it('makes one call at a time, and gives up what the platform ended without a word', async () => {
    const vantage = new ScriptedVantage();
    vantage.answer = () => new Promise(() => undefined);
    const isolate = new TestIsolate('one', () => vantage);
    isolate.touch();
    isolate.of('a/b').cool(NOON + 30_000);
    isolate.clock.now += 500;
    isolate.touch();
    expect(vantage.told).toHaveLength(1);
    isolate.clock.now += 2500;
    isolate.touch();
    expect(vantage.told).toHaveLength(2);
  });

  it('tells again what a Vantage did not take, and backs off for up to half a minute', async () => {
    const vantage = new ScriptedVantage();
    vantage.answer = () => Promise.reject(new Error('the Vantage is down'));
    const isolate = new TestIsolate('one', () => vantage);
    isolate.answered('a/b');
    isolate.budget.request('fast');
    isolate.credentials.invalidate('openai:1', NOON + 60_000, NOON);
    const tries: number[] = [];
    for (let second = 0; second < 120; second += 1) {
      const before = vantage.told.length;
      await isolate.sync();
      if (vantage.told.length > before) tries.push(second);
      isolate.clock.now += 1000;
    }
    expect(tries).toEqual([0, 2, 6, 14, 30, 60, 90]);
    const said = { credentials: [{ state: 'invalid' }], aliases: [{ alias: 'fast', requests: 1 }] };
    expect(vantage.told[1]).toMatchObject({ ...said, measured: [{ target: 'a/b', successes: 1 }] });
    expect(vantage.told[2]).toMatchObject(said);
    expect(isolate.lines).toEqual([
      { type: 'vantage_unreachable', region: 'weur', reason: 'the Vantage is down' },
    ]);
  });

  it('tells of each outage once, and goes on as before when it is over', async () => {
    const vantage = new ScriptedVantage();
    const isolate = new TestIsolate('one', () => vantage);
    const answer = vantage.answer;
    for (const isUp of [false, false, true, false]) {
      vantage.answer = isUp ? answer : () => Promise.reject(new Error('down'));
      await isolate.sync();
      await isolate.pass(isUp ? 2000 : 30_000);
    }
    expect([vantage.told.length, isolate.lines.length]).toEqual([4, 2]);
  });

  it('waits no longer than two seconds, and puts back what it had told', async () => {
    const vantage = new ScriptedVantage();
    vantage.answer = () => new Promise(() => undefined);
    const isolate = new TestIsolate('one', () => vantage);
    isolate.answered('a/b');
    await isolate.sync();
    expect(isolate.lines).toMatchObject([{ reason: 'no answer within 2000 ms' }]);
    await isolate.pass(2000);
    isolate.touch();
    expect(vantage.told[1]?.measured).toMatchObject([{ target: 'a/b', successes: 1 }]);
  });

  it('keeps what it knows where a Vantage answers nonsense', async () => {
    const vantage = new ScriptedVantage();
    const isolate = new TestIsolate('one', () => vantage);
    isolate.answered('a/b');
    await isolate.sync();
    const known = isolate.of('a/b').firstToken(NOON);
    const answers: readonly unknown[] = [
      null,
      'picture',
      { targets: [{ target: 'a/c', openUntil: Number.NaN }] },
    ];
    for (const answer of answers) {
      vantage.answer = async () => answer;
      await isolate.pass(2000);
      await isolate.sync();
    }
    expect(isolate.of('a/b').firstToken(NOON)).toEqual(known);
    expect(isolate.of('a/c').circuit(isolate.clock.now)).toBe('closed');
    expect([vantage.told.length, isolate.lines]).toEqual([4, []]);
  });

  it('does nothing and says nothing where no Vantage is bound', async () => {
    const isolate = new TestIsolate('one', () => null);
    isolate.answered('a/b');
    await isolate.sync();
    await isolate.pass(2000);
    await isolate.sync();
    expect(isolate.of('a/b').firstToken(isolate.clock.now)?.weight).toBeGreaterThan(0.9);
    expect(isolate.lines).toEqual([]);
  });
});
