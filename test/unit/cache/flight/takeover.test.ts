import { describe, expect, it } from 'vitest';
import { utf8 } from '../entries.ts';
import {
  ControlRig,
  FORM,
  failAtProvider,
  HEADERS,
  hitOwnLimit,
  OTHER_FORM,
  refuse,
  succeed,
} from './control-support.ts';

const ONCE = { kind: 'idempotency', fingerprint: 'f' } as const;

describe('a run that fails before any content', () => {
  it('tells its leader how, with the body, and hands the lead to the first who waits', () => {
    const rig = new ControlRig();
    const { reader: leader, run } = rig.begin();
    const [second, third] = [rig.join({ form: OTHER_FORM }), rig.join()];
    failAtProvider(run);
    expect(leader.told).toBe('head bytes end');
    expect(leader.head).toMatchObject({
      status: 502,
      told: 'bytes',
      headers: { 'content-type': 'application/json', 'x-ratelimit-limit-requests': '1' },
      error: { error: { code: 'provider_unreachable' } },
    });
    expect(JSON.parse(leader.text)).toMatchObject({ error: { code: 'provider_unreachable' } });
    expect([second.told, third.told]).toEqual(['lead', '']);
    const { run: taken, reader } = rig.lead(second.ticket, { form: OTHER_FORM });
    succeed(taken, ['fine']);
    expect([reader.text, reader.told]).toEqual(['fine', 'head bytes end']);
    expect(third.told).toBe('head events answer end');
  });

  it('for a reason that the next would share is tried once more, and then all who wait are told', () => {
    const rig = new ControlRig();
    const { run } = rig.begin();
    const [second, ...others] = [rig.join(), rig.join(), rig.join({ form: OTHER_FORM }), rig.join()];
    failAtProvider(run);
    const again = rig.lead(second?.ticket ?? null);
    refuse(again.run, 503, 'provider_error', 'upstream_error');
    expect(again.reader.told).toBe('head bytes end');
    for (const other of others) {
      expect(other.told).toBe('head end');
      expect(other.head).toMatchObject({
        status: 503,
        told: 'events',
        headers: { 'content-type': 'application/json' },
        error: { status: 503, error: { code: 'provider_error' } },
      });
      expect(other.head?.headers).not.toHaveProperty('x-ratelimit-limit-requests');
    }
    const fresh = rig.join();
    expect(fresh.told).toBe('lead');
  });

  it('counts such failures anew for those who come later', () => {
    const rig = new ControlRig();
    failAtProvider(rig.begin().run);
    const { run } = rig.begin();
    const waiting = rig.join();
    failAtProvider(run);
    expect(waiting.told).toBe('lead');
  });

  it('for a reason of its own is followed by as many as want to', () => {
    const rig = new ControlRig();
    let { run } = rig.begin();
    const waiting = Array.from({ length: 20 }, () => rig.join());
    for (const next of waiting) {
      hitOwnLimit(run);
      const led = rig.lead(next.ticket);
      run = led.run;
    }
    succeed(run, ['at last']);
    expect(rig.join().told).toBe('head answer end');
  });

  it('does not count its own failures among the shared ones', () => {
    const rig = new ControlRig();
    let { run } = rig.begin();
    const [a, b, c] = [rig.join(), rig.join(), rig.join()];
    failAtProvider(run);
    ({ run } = rig.lead(a.ticket));
    hitOwnLimit(run);
    ({ run } = rig.lead(b.ticket));
    failAtProvider(run);
    expect(c.told).toBe('head end');
  });

  it.each([
    ['rejected', 'invalid_api_key', 401, 'own'],
    ['rejected', 'model_not_allowed', 403, 'own'],
    ['rejected', 'invalid_request', 400, 'own'],
    ['rejected', 'budget_exceeded', 429, 'own'],
    ['client_abort', 'whatever', 499, 'own'],
    ['upstream_error', 'provider_error', 429, 'shared'],
    ['upstream_error', 'invalid_request', 400, 'shared'], // the provider's words, not ours
    ['timeout', 'provider_timeout', 504, 'shared'], // of one attempt: there is time for another
    ['rejected', 'gateway_unavailable', 503, 'shared'],
    ['rejected', 'internal_error', 500, 'shared'],
  ])('settled as %s with %s (%i) is its leader’s or everybody’s: %s', (ending, code, status, owner) => {
    const rig = new ControlRig();
    let { run } = rig.begin();
    const [second, third] = [rig.join(), rig.join()];
    refuse(run, status, code, ending);
    ({ run } = rig.lead(second.ticket));
    refuse(run, status, code, ending);
    expect(third.told).toBe(owner === 'own' ? 'lead' : 'head end');
  });

  it('by time is told to all who waited as long: nobody leads with no time left', () => {
    const rig = new ControlRig();
    const { run } = rig.begin();
    const [second, third] = [rig.join(), rig.join()];
    rig.time.now += run.message.totalMs;
    refuse(run, 504, 'provider_timeout', 'timeout');
    expect([second.told, third.told]).toEqual(['head end', 'head end']);
    expect(second.head).toMatchObject({ status: 504, error: { error: { code: 'provider_timeout' } } });
  });

  it('by throwing is everybody’s, and told as a failure of ours', () => {
    const rig = new ControlRig();
    const { reader, run } = rig.begin();
    const waiting = rig.join();
    run.threw({
      status: 500,
      headers: {},
      error: { message: 'm', type: 'server_error', param: null, code: 'internal_error' },
    });
    expect(reader.told).toBe('head end');
    expect(reader.head).toMatchObject({
      status: 500,
      headers: {},
      error: { error: { code: 'internal_error' } },
    });
    expect(waiting.told).toBe('lead');
  });

  it('without a word of why keeps its status', () => {
    const rig = new ControlRig();
    const { reader, run } = rig.begin();
    run.opened(418, new Headers());
    run.closed('ended');
    run.settled('rejected', null);
    expect(reader.head).toMatchObject({
      status: 418,
      error: { status: 418, error: { code: 'internal_error' } },
    });
  });

  it('leaves nobody waiting when its leader has gone', () => {
    const rig = new ControlRig();
    const { reader, run } = rig.begin();
    const waiting = rig.join();
    rig.leave(reader);
    refuse(run, 499, '', 'client_abort');
    expect(waiting.told).toBe('lead');
  });
});

describe('a request that is made once', () => {
  it('is refused to another body while it runs, while its lead is offered, and when it is kept', () => {
    const rig = new ControlRig();
    const offered = rig.join(ONCE);
    const other = { ...ONCE, fingerprint: 'other' };
    const conflict = { type: 'conflict', reason: 'other-body' };
    expect(rig.join(other).last).toEqual(conflict);
    const { run } = rig.lead(offered.ticket, { kind: 'idempotency' });
    expect(rig.join(other).last).toEqual(conflict);
    succeed(run, ['a']);
    expect(rig.join(other).last).toEqual(conflict);
    expect(rig.join(ONCE).told).toBe('head bytes end');
  });

  it('is told again byte for byte for a day, and then made anew', async () => {
    const rig = new ControlRig();
    const { run } = rig.begin(ONCE);
    run.opened(200, HEADERS);
    run.append(utf8('one'));
    run.append(utf8('two'));
    run.settled('complete', null);
    run.closed('ended');
    const storedAt = rig.time.now;
    await rig.time.pass(86_399_999);
    const again = rig.join({ ...ONCE, form: OTHER_FORM, ignoresStanding: true, maxAgeMs: 0 });
    expect([again.told, again.text]).toEqual(['head bytes end', 'onetwo']);
    expect(again.head).toEqual({
      status: 200,
      headers: { 'content-type': 'text/event-stream', 'x-edgeway-provider': 'openai' },
      error: null,
      told: 'bytes',
      storedAt,
    });
    await rig.time.pass(1);
    expect(rig.join({ ...ONCE, fingerprint: 'other' }).told).toBe('lead');
  });

  it.each([400, 401, 403, 404, 410, 413, 422])('keeps a refusal with %i', (status) => {
    const rig = new ControlRig();
    const { reader: leader, run } = rig.begin(ONCE);
    const waiting = rig.join(ONCE);
    refuse(run, status, 'some_code', 'upstream_error');
    const later = rig.join(ONCE);
    for (const reader of [leader, waiting, later]) {
      expect([reader.told, reader.text]).toEqual(['head bytes end', leader.text]);
      expect(reader.head).toMatchObject({ status, error: { error: { code: 'some_code' } } });
    }
    expect([waiting.head?.storedAt, later.head?.storedAt]).toEqual([null, rig.time.now]);
  });

  it.each([408, 409, 425, 429, 500, 502, 503, 504])('is free again after %i', (status) => {
    const rig = new ControlRig();
    const { run } = rig.begin(ONCE);
    refuse(run, status, 'some_code', 'upstream_error');
    expect(rig.results.kept).toBeNull();
    expect(rig.join({ ...ONCE, fingerprint: 'other' }).told).toBe('lead');
  });

  it.each(['invalid_api_key', 'permission_denied', 'model_not_allowed'])(
    'is free again after a refusal of the caller: %s',
    (code) => {
      const rig = new ControlRig();
      const { reader, run } = rig.begin(ONCE);
      const waiting = rig.join(ONCE);
      refuse(run, 403, code, 'rejected');
      expect([reader.told, waiting.told]).toEqual(['head bytes end', 'lead']);
      expect(rig.results.kept).toBeNull();
    },
  );

  it('is free again after its client left, whatever the status', () => {
    const rig = new ControlRig();
    refuse(rig.begin(ONCE).run, 499, '', 'client_abort');
    expect(rig.join(ONCE).told).toBe('lead');
  });

  it('is free again after it broke in the middle', () => {
    const rig = new ControlRig();
    const { run } = rig.begin(ONCE);
    run.opened(200, HEADERS);
    run.append(utf8('a'));
    run.settled('upstream_error', null);
    run.closed('ended');
    expect(rig.join(ONCE).told).toBe('lead');
  });

  it('keeps no refusal for requests that are merely identical', () => {
    const rig = new ControlRig();
    const { run } = rig.begin();
    refuse(run, 400, 'some_code', 'upstream_error');
    expect(rig.results.kept).toBeNull();
    expect(rig.join({ form: FORM }).told).toBe('lead');
  });

  it('is taken over by another who waits, if it failed in a way that passes', () => {
    const rig = new ControlRig();
    const { run } = rig.begin(ONCE);
    const waiting = rig.join(ONCE);
    failAtProvider(run);
    const { run: again, reader } = rig.lead(waiting.ticket, { kind: 'idempotency' });
    succeed(again, ['b']);
    expect(reader.told).toBe('head bytes end');
    expect(rig.join(ONCE).text).toBe('b');
  });
});

describe('an object that is asked for both kinds', () => {
  it('serves the one that came first', () => {
    const rig = new ControlRig();
    const { run } = rig.begin();
    expect(rig.join(ONCE).last).toEqual({ type: 'conflict', reason: 'other-kind' });
    succeed(run, ['a']);
    expect(rig.join(ONCE).last).toEqual({ type: 'conflict', reason: 'other-kind' });
  });

  it('lets a cacheable request be answered elsewhere', () => {
    const rig = new ControlRig();
    const { run } = rig.begin(ONCE);
    expect(rig.join().last).toEqual({ type: 'alone' });
    succeed(run, ['a']);
    expect(rig.join().last).toEqual({ type: 'alone' });
  });
});
