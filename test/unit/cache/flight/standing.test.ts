import { describe, expect, it } from 'vitest';
import { MAX_STANDING_BYTES, STANDING_MS } from '../../../../src/cache/flight/kept-results.ts';
import { anEntry, utf8 } from '../entries.ts';
import {
  ControlRig,
  complete,
  FORM,
  failAtProvider,
  HEADERS,
  OTHER_FORM,
  succeed,
} from './control-support.ts';

/** One whose run ended with a result that stands. */
function settled(): ControlRig {
  const rig = new ControlRig();
  succeed(rig.begin().run, ['a', 'b']);
  return rig;
}

describe('a result that stands', () => {
  it.each([FORM, OTHER_FORM])('is told as an answer, whatever the form: %s', (form) => {
    const rig = settled();
    const storedAt = rig.time.now;
    rig.time.now += 1234;
    const reader = rig.join({ form });
    expect(reader.told).toBe('head answer end');
    expect(reader.head).toMatchObject({ status: 200, told: 'events', storedAt, error: null });
    expect(reader.read()[1]).toEqual({ type: 'answer', entry: anEntry({}, 'ab') });
  });

  it('stands for 90 seconds, time that nobody spends in the object included', async () => {
    const rig = settled();
    await rig.time.pass(STANDING_MS - 1);
    expect(rig.join().told).toBe('head answer end');
    await rig.time.pass(1);
    expect(rig.join().told).toBe('lead');
  });

  it('is told to readers that came while it was told to others', () => {
    const rig = settled();
    const [one, two] = [rig.join(), rig.join()];
    expect([one.told, two.told]).toEqual(['head answer end', 'head answer end']);
  });

  it.each([
    ['a refresh', { ignoresStanding: true }],
    ['a reader that wants a younger one', { maxAgeMs: 999 }],
    ['a reader that knows of a later invalidation', { minGeneration: 8 }],
  ])('is dropped for %s, who is offered the lead', (_, fields) => {
    const rig = settled();
    rig.time.now += 1000;
    const reader = rig.join(fields);
    expect(reader.told).toBe('lead');
    expect(rig.results.kept).toBeNull();
    const waiting = rig.join();
    succeed(rig.lead(reader.ticket).run, ['new']);
    expect(waiting.text).toBe('new');
  });

  it.each([
    ['is old enough', { maxAgeMs: 1000 }],
    ['was asked for late enough', { minGeneration: 7 }],
  ])('is told to a reader for whom it %s', (_, fields) => {
    const rig = settled();
    rig.time.now += 1000;
    expect(rig.join(fields).told).toBe('head answer end');
  });

  it.each([
    ['may not be kept', false, 1],
    ['is larger than what stands', true, MAX_STANDING_BYTES],
  ])('is none if the answer %s', (_, mayBeKept, bytes) => {
    const rig = new ControlRig();
    const { run } = rig.begin();
    const follower = rig.join({ form: OTHER_FORM });
    run.opened(200, HEADERS);
    complete(run, mayBeKept, 'x'.repeat(bytes));
    expect(follower.told).toBe('head answer end');
    expect(rig.results.kept).toBeNull();
    expect(rig.join().told).toBe('lead');
  });

  it('is none after a failure', () => {
    const rig = new ControlRig();
    failAtProvider(rig.begin().run);
    expect(rig.results.kept).toBeNull();
  });

  it('is none if it cannot be kept: who reads the run is told its end, and the log of the loss', () => {
    const rig = new ControlRig();
    rig.results.isFull = true;
    const { reader, run } = rig.begin();
    succeed(run, ['a']);
    expect(reader.told).toBe('head bytes end');
    expect(rig.lines).toMatchObject([{ type: 'flight_result_lost', request_id: 'req_1' }]);
    expect(rig.join().told).toBe('lead');
  });
});

describe('a run that was asked for before an invalidation', () => {
  it('is not joined by who was asked after it', () => {
    const rig = new ControlRig();
    const { run } = rig.begin({ generation: 3 });
    expect(rig.join({ minGeneration: 4 }).last).toEqual({ type: 'alone' });
    const [same, none] = [rig.join({ minGeneration: 3 }), rig.join()];
    run.opened(200, HEADERS);
    run.append(utf8('a'));
    expect([same.told, none.told]).toEqual(['head bytes', 'head bytes']);
  });
});
