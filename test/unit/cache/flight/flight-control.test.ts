import { describe, expect, it } from 'vitest';
import { TICKET_MS } from '../../../../src/cache/flight/flight-control.ts';
import { utf8 } from '../entries.ts';
import {
  aFailure,
  ControlRig,
  complete,
  delta,
  FORM,
  HEADERS,
  OTHER_FORM,
  succeed,
  type TestReader,
  TOTAL_MS,
} from './control-support.ts';

describe('the lead', () => {
  it('is offered to who comes first, and to nobody else', () => {
    const rig = new ControlRig();
    const [first, second] = [rig.join(), rig.join()];
    expect(first.told).toBe('lead');
    expect(first.seat.isOver).toBe(true);
    expect(second.told).toBe('');
  });

  it('passes on when a ticket is not used in time, in the order in which they came', async () => {
    const rig = new ControlRig();
    const [first, second, third] = [rig.join(), rig.join(), rig.join()];
    const old = first.ticket;
    await rig.time.pass(TICKET_MS - 1);
    expect(second.told).toBe('');
    await rig.time.pass(1);
    expect([second.told, third.told]).toEqual(['lead', '']);
    expect(() => rig.lead(old)).toThrow('is not good');
    const { run } = rig.lead(second.ticket);
    succeed(run, ['a']);
    expect(third.told).toBe('head bytes end');
  });

  it('is offered anew when nobody took it', async () => {
    const rig = new ControlRig();
    rig.join();
    await rig.time.pass(TICKET_MS);
    expect(rig.join().told).toBe('lead');
  });

  it('passes on at once when its reader left without having heard of it', () => {
    const rig = new ControlRig();
    const [first, second, third] = [rig.join(), rig.join(), rig.join()];
    expect(first.ticket).not.toBeNull();
    rig.leave(first);
    expect(second.told).toBe(''); // the first heard: it may be on its way
    rig.time.now += TICKET_MS;
    const fourth = rig.join();
    rig.leave(second);
    expect([third.told, fourth.told]).toEqual(['lead', '']);
  });

  it.each(['', 'ticket-0', 'ticket-2'])('is not taken with the ticket %j', (ticket) => {
    const rig = new ControlRig();
    rig.join();
    expect(() => rig.lead(ticket)).toThrow('is not good');
  });

  it('is taken once', () => {
    const rig = new ControlRig();
    const { ticket } = rig.join();
    rig.lead(ticket);
    expect(() => rig.lead(ticket)).toThrow('is not good');
  });

  it('is not taken for the other kind', () => {
    const rig = new ControlRig();
    const { ticket } = rig.join();
    expect(() => rig.lead(ticket, { kind: 'idempotency' })).toThrow('is not good');
  });
});

describe('a run', () => {
  it('is told to its leader as to everybody of the same form: head, bytes as they come, end', () => {
    const rig = new ControlRig();
    const { reader: leader, run } = rig.begin();
    const follower = rig.join();
    expect([leader.told, follower.told]).toEqual(['', '']);
    run.opened(200, HEADERS);
    run.append(utf8('one'));
    expect([leader.told, follower.told]).toEqual(['head bytes', 'head bytes']);
    run.append(utf8('two'));
    const late = rig.join();
    run.append(utf8('three'));
    complete(run);
    for (const reader of [leader, follower, late])
      expect([reader.text, reader.told, reader.seat.isOver]).toEqual(['onetwothree', 'head bytes end', true]);
  });

  it('is told in steps to readers of another form, and the whole answer at last', () => {
    const rig = new ControlRig();
    const { run } = rig.begin();
    const early = rig.join({ form: OTHER_FORM });
    run.opened(200, HEADERS);
    run.events([delta('a'), delta('b')]);
    run.append(utf8('ab'));
    const late = rig.join({ form: OTHER_FORM });
    run.events([delta('c')]);
    complete(run, true, 'abc');
    for (const reader of [early, late]) {
      expect(reader.told).toBe('head events answer end');
      expect(reader.events).toEqual([delta('a'), delta('b'), delta('c')]);
      expect(reader.head?.told).toBe('events');
    }
  });

  it('is told at its end to readers that want nothing less: bytes, or the answer alone', () => {
    const rig = new ControlRig();
    const { run } = rig.begin();
    const sameForm = rig.join({ followers: 'finished' });
    const otherForm = rig.join({ followers: 'finished', form: OTHER_FORM });
    run.opened(200, HEADERS);
    run.events([delta('ab')]);
    run.append(utf8('ab'));
    const late = rig.join({ followers: 'finished' });
    expect([sameForm.told, otherForm.told, late.told]).toEqual(['', '', '']);
    complete(run);
    expect([sameForm.told, late.told]).toEqual(['head bytes end', 'head bytes end']);
    expect(otherForm.told).toBe('head answer end');
  });

  it('passes on the headers that concern a reader, and its limits to the leader only', () => {
    const rig = new ControlRig();
    const { reader: leader, run } = rig.begin();
    const follower = rig.join();
    run.opened(200, HEADERS);
    const shared = { 'content-type': 'text/event-stream', 'x-edgeway-provider': 'openai' };
    expect(leader.head?.headers).toEqual({ ...shared, 'x-ratelimit-remaining-requests': '9' });
    expect(follower.head?.headers).toEqual(shared);
  });

  it('that was whole, but told no steps and no answer, is broken for readers of another form', () => {
    const rig = new ControlRig();
    const { reader: leader, run } = rig.begin();
    const live = rig.join({ form: OTHER_FORM });
    const finished = rig.join({ form: OTHER_FORM, followers: 'finished' });
    run.opened(200, HEADERS);
    run.append(utf8('sound'));
    run.settled('complete', null);
    run.closed('ended');
    expect([leader.told, live.told, finished.told]).toEqual(['head bytes end', 'head failed', 'alone']);
  });

  it.each([
    [
      'settles first',
      (run: { settled: (e: string, w: null) => void; closed: (h: 'ended') => void }) => {
        run.settled('complete', null);
        run.closed('ended');
      },
    ],
    [
      'closes first',
      (run: { settled: (e: string, w: null) => void; closed: (h: 'ended') => void }) => {
        run.closed('ended');
        run.settled('complete', null);
      },
    ],
  ])('ends when it is closed and settled: it %s', (_, end) => {
    const rig = new ControlRig();
    const { reader, run } = rig.begin();
    run.opened(200, HEADERS);
    run.append(utf8('x'));
    expect(reader.told).toBe('head bytes');
    end(run);
    expect(reader.told).toBe('head bytes end');
  });
});

describe('a run that breaks after its head', () => {
  it.each([
    ['settled as failed', 'upstream_error', 'ended', 'provider_unreachable'],
    ['settled as timed out', 'timeout', 'ended', 'provider_unreachable'],
    ['with a broken body', 'complete', 'broken', 'provider_unreachable'],
  ] as const)('%s tells all who read, behind the bytes', (_, ending, body, code) => {
    const rig = new ControlRig();
    const { reader: leader, run } = rig.begin();
    const follower = rig.join({ form: OTHER_FORM });
    run.opened(200, HEADERS);
    run.events([delta('a')]);
    run.append(utf8('a'));
    run.settled(ending, null);
    expect(leader.told).toBe('head bytes'); // its own error event is still to come
    run.append(utf8('error'));
    run.closed(body);
    expect([leader.told, leader.text]).toEqual(['head bytes failed', 'aerror']);
    expect(follower.told).toBe('head events failed');
    expect(follower.last).toMatchObject({ error: { error: { code } } });
    expect(rig.results.kept).toBeNull();
    expect(rig.join().told).toBe('lead');
  });

  it.each(['timeout', 'complete'])('tells what it failed with, settled as %s', (ending) => {
    const rig = new ControlRig();
    const { reader, run } = rig.begin();
    run.opened(200, HEADERS);
    run.failed(aFailure(504, 'provider_timeout'));
    run.settled(ending, null);
    run.closed('ended');
    expect(reader.last).toEqual({ type: 'failed', error: aFailure(504, 'provider_timeout') });
  });

  it('does not break what nobody was told of: the next of those who want the whole takes over', () => {
    const rig = new ControlRig();
    const { reader: leader, run } = rig.begin();
    const [second, third] = [rig.join({ followers: 'finished' }), rig.join({ followers: 'finished' })];
    run.opened(200, HEADERS);
    run.append(utf8('a'));
    run.settled('upstream_error', null);
    run.closed('ended');
    expect([leader.told, second.told, third.told]).toEqual(['head bytes failed', 'lead', '']);
    const again = rig.lead(second.ticket);
    again.run.opened(200, HEADERS);
    again.run.append(utf8('b'));
    again.run.settled('upstream_error', aFailure(502, 'provider_unreachable'));
    again.run.closed('ended');
    expect(third.told).toBe('head end');
    expect(third.head).toMatchObject({ status: 502, error: { error: { code: 'provider_unreachable' } } });
  });

  it('is broken if the settlement never comes', async () => {
    const rig = new ControlRig();
    const { reader, run } = rig.begin();
    run.opened(200, HEADERS);
    run.append(utf8('a'));
    run.closed('ended');
    await rig.time.pass(9_999);
    expect(reader.told).toBe('head bytes');
    await rig.time.pass(1);
    expect(reader.told).toBe('head bytes failed');
  });
});

describe('a run without a sign', () => {
  it('is given up a minute after its time, and everybody is told', async () => {
    const rig = new ControlRig();
    const { reader: leader, run } = rig.begin();
    const waiting = rig.join({ followers: 'finished' });
    await rig.time.pass(TOTAL_MS + 59_999);
    expect([leader.told, waiting.told, run.signal.aborted]).toEqual(['', '', false]);
    await rig.time.pass(1);
    expect([leader.told, waiting.told, run.signal.aborted]).toEqual(['failed', 'failed', true]);
    expect(leader.last).toMatchObject({ error: { status: 504, error: { code: 'provider_timeout' } } });
    expect(rig.join().told).toBe('lead');
  });

  it('counts from its last sign', async () => {
    const rig = new ControlRig();
    const { reader, run } = rig.begin();
    run.opened(200, HEADERS);
    for (let chunk = 0; chunk < 5; chunk += 1) {
      await rig.time.pass(TOTAL_MS);
      run.append(utf8('x'));
    }
    expect(reader.told).toBe('head bytes');
    await rig.time.pass(TOTAL_MS + 60_000);
    expect(reader.told).toBe('head bytes failed');
  });

  it('is heard of no more, whatever it says', async () => {
    const rig = new ControlRig();
    const { run } = rig.begin();
    await rig.time.pass(TOTAL_MS + 60_000);
    const { reader, run: next } = rig.begin();
    succeed(run, ['old']);
    next.opened(200, HEADERS);
    expect(reader.told).toBe('head');
    complete(next);
    expect([reader.told, reader.text]).toEqual(['head end', '']);
  });
});

describe('who leaves', () => {
  it('takes a run of the cache along if nobody else is there', () => {
    const rig = new ControlRig();
    const { reader: leader, run } = rig.begin();
    const [waiting, other] = [rig.join(), rig.join({ followers: 'finished' })];
    rig.leave(leader, waiting);
    expect(run.signal.aborted).toBe(false);
    rig.leave(other);
    expect(run.signal.aborted).toBe(true);
    succeed(run, ['late']);
    expect(rig.results.kept).toBeNull();
    expect(rig.join().told).toBe('lead');
  });

  it('takes it along in the middle of its answer too', () => {
    const rig = new ControlRig();
    const { reader: leader, run } = rig.begin();
    run.opened(200, HEADERS);
    run.append(utf8('a'));
    const follower = rig.join();
    rig.leave(leader);
    run.append(utf8('b'));
    expect([follower.text, run.signal.aborted]).toEqual(['ab', false]);
    rig.leave(follower);
    expect(run.signal.aborted).toBe(true);
  });

  it('does not spoil an answer that is whole already', () => {
    const rig = new ControlRig();
    const { reader: leader, run } = rig.begin();
    run.opened(200, HEADERS);
    run.append(utf8('a'));
    run.settled('complete', null);
    run.finished({ head: { generation: 3 }, body: utf8('a'), canonical: null } as never, true);
    rig.leave(leader);
    expect(run.signal.aborted).toBe(false);
    run.closed('ended');
    expect(rig.results.kept?.about.generation).toBe(3);
  });

  it('does not stop a request that is made once', () => {
    const rig = new ControlRig();
    const { reader: leader, run } = rig.begin({ kind: 'idempotency', fingerprint: 'f' });
    rig.leave(leader);
    expect(run.signal.aborted).toBe(false);
    run.opened(200, HEADERS);
    run.append(utf8('paid '));
    const back = rig.join({ kind: 'idempotency', fingerprint: 'f', form: FORM });
    run.append(utf8('for'));
    run.settled('complete', null);
    run.closed('ended');
    expect([back.told, back.text]).toEqual(['head bytes end', 'paid for']);
  });

  it('may leave twice, and after the end', () => {
    const rig = new ControlRig();
    const { reader, run } = rig.begin();
    succeed(run, ['a']);
    expect(reader.told).toBe('head bytes end');
    rig.leave(reader, reader);
    expect(reader.seat.isOver).toBe(true);
    expect(rig.join().told).toBe('head answer end');
  });
});

describe('a timer, which would keep the object in memory and cost,', () => {
  it('runs while others wait for an offer, or a call is made, and at no other time', async () => {
    const rig = new ControlRig();
    const offered = rig.join();
    expect(rig.time.pending).toBe(0);
    const waiting = rig.join();
    expect(rig.time.pending).toBe(1);
    rig.leave(waiting);
    expect(rig.time.pending).toBe(0);
    const { run } = rig.lead(offered.ticket);
    expect(rig.time.pending).toBe(1);
    await rig.time.pass(100_000);
    expect(rig.time.pending).toBe(1);
    succeed(run, ['a']);
    expect(rig.time.pending).toBe(0);
    rig.join();
    expect(rig.time.pending).toBe(0);
  });

  it.each([
    ['was given up by its last reader', (rig: ControlRig, reader: TestReader) => rig.leave(reader)],
    ['gave no sign', (rig: ControlRig) => rig.time.pass(TOTAL_MS + 60_000)],
  ])('stops when a call %s', async (_, end) => {
    const rig = new ControlRig();
    const { reader } = rig.begin();
    await end(rig, reader);
    expect(rig.time.pending).toBe(0);
  });
});
