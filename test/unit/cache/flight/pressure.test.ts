import { describe, expect, it } from 'vitest';
import { FrameLog } from '../../../../src/cache/flight/frame-log.ts';
import { utf8 } from '../entries.ts';
import { ControlRig, complete, delta, HEADERS, OTHER_FORM } from './control-support.ts';

const LIMIT = 10_000;
const CHUNK = utf8('x'.repeat(1000));

/** A run that has told more than is held; its leader has read nothing. */
function overflowing(kind: 'cache' | 'idempotency' = 'cache') {
  const rig = new ControlRig(LIMIT);
  const fields = { kind, fingerprint: null };
  const { reader: leader, run } = rig.begin(fields);
  const follower = rig.join(fields);
  const finished = rig.join({ ...fields, followers: 'finished' });
  const answerOnly = rig.join({ ...fields, followers: 'finished', form: OTHER_FORM });
  run.opened(200, HEADERS);
  let pressure: Promise<void> | null = null;
  let chunks = 0;
  for (; pressure === null; chunks += 1) pressure = run.append(CHUNK);
  return { rig, leader, follower, finished, answerOnly, run, pressure, chunks, fields };
}

/** Whether it has been settled by now. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  return Promise.race([
    promise.then(() => true),
    Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => false),
  ]);
}

describe('a run that tells more than is held', () => {
  it('waits for its slowest reader, and goes on when that has read', async () => {
    const { leader, follower, pressure, run, chunks } = overflowing();
    expect(chunks).toBe(10);
    leader.read();
    expect(await isSettled(pressure)).toBe(false);
    follower.seat.take();
    await pressure;
    expect(run.append(CHUNK)).toBeNull();
  });

  it('tells all of it to those who read, however slow', async () => {
    const { leader, follower, run, pressure, chunks } = overflowing();
    let sent = chunks;
    let isPressed: Promise<void> | null = pressure;
    for (; sent < 100; sent += 1) {
      if (isPressed !== null) {
        follower.read();
        leader.read();
        await isPressed;
      }
      isPressed = run.append(CHUNK);
    }
    complete(run);
    for (const reader of [leader, follower])
      expect([reader.text.length, reader.told]).toEqual([100_000, 'head bytes end']);
  });

  it('goes on when the slow one leaves', async () => {
    const { rig, leader, follower, pressure } = overflowing();
    leader.read();
    rig.leave(follower);
    await pressure;
  });

  it('cuts off who takes nothing for a minute, and only that', async () => {
    const { rig, leader, follower, pressure, run } = overflowing();
    leader.read();
    await rig.time.pass(59_999);
    expect(follower.seat.isBroken).toBe(false);
    await rig.time.pass(1);
    expect([follower.seat.isBroken, leader.seat.isBroken]).toEqual([true, false]);
    await pressure;
    run.append(CHUNK);
    complete(run);
    expect([leader.text.length, leader.told]).toEqual([11_000, 'head bytes end']);
  });

  it('is given up if nobody takes anything', async () => {
    const { rig, run, answerOnly, pressure } = overflowing();
    rig.leave(answerOnly);
    await rig.time.pass(60_000);
    expect(run.signal.aborted).toBe(true);
    await pressure;
    expect(rig.join().told).toBe('lead');
  });

  it('cannot be joined any more, and sends away those who want all of the bytes at its end', () => {
    const { rig, finished, answerOnly, run, leader, follower } = overflowing();
    expect([finished.told, rig.join().told, rig.join({ form: OTHER_FORM }).told]).toEqual([
      'alone',
      'alone',
      'alone',
    ]);
    for (const reader of [leader, follower]) reader.read();
    complete(run);
    expect(answerOnly.told).toBe('head answer end');
    expect(rig.join().told).toBe('head answer end'); // the entry itself stands
  });

  it('and is made once cannot be joined, and is not kept: its key is free when it has ended', () => {
    const { rig, finished, run, fields, leader, follower } = overflowing('idempotency');
    const tooLarge = { type: 'conflict', reason: 'too-large' };
    expect([finished.last, rig.join(fields).last]).toEqual([tooLarge, tooLarge]);
    for (const reader of [leader, follower]) reader.read();
    run.settled('complete', null);
    run.closed('ended');
    expect(leader.told).toBe('head bytes end');
    expect(rig.results.kept).toBeNull();
    expect(rig.join(fields).told).toBe('lead');
  });
});

describe('a log', () => {
  const frame = (text: string) => utf8(text);

  it('is whole up to its bound, and then holds what is still to be read', () => {
    const log = new FrameLog(10);
    const cursor = log.open('bytes', () => undefined);
    log.append('bytes', frame('12345'));
    log.append('events', frame('67890'));
    expect([log.isWhole, log.isPressed]).toEqual([true, false]);
    log.append('bytes', frame('a'));
    expect([log.isWhole, log.isPressed]).toEqual([false, true]);
    expect(cursor.take(100).map((bytes) => new TextDecoder().decode(bytes))).toEqual(['12345', 'a']);
    expect(log.isPressed).toBe(false);
  });

  it('is not pressed by what none of its readers is told', () => {
    const log = new FrameLog(10);
    const cursor = log.open('bytes', () => undefined);
    for (let i = 0; i < 100; i += 1) log.append('events', frame('events'));
    expect(log.isPressed).toBe(false);
    log.append('bytes', frame('abc'));
    expect(cursor.take(100)).toHaveLength(1);
  });

  it('gives at least one frame, and no more than asked for', () => {
    const log = new FrameLog(1000);
    for (const text of ['12345', '12345', '12345']) log.append('bytes', frame(text));
    const cursor = log.open('bytes', () => undefined);
    expect([cursor.take(1).length, cursor.take(10).length, cursor.take(10).length]).toEqual([1, 2, 0]);
  });

  it('wakes those who are told, and nobody else', () => {
    const log = new FrameLog(1000);
    const woken: string[] = [];
    log.open('bytes', () => woken.push('bytes'));
    log.open('events', () => woken.push('events'));
    log.append('events', frame('e'));
    expect(woken).toEqual(['events']);
  });

  it('keeps its count over many frames that came and went', () => {
    const log = new FrameLog(100);
    const cursor = log.open('bytes', () => undefined);
    const told: string[] = [];
    for (let i = 0; i < 10_000; i += 1) {
      log.append('bytes', frame(`${i};`));
      if (i % 7 === 0) told.push(...cursor.take(1000).map((bytes) => new TextDecoder().decode(bytes)));
    }
    told.push(...cursor.take(1000).map((bytes) => new TextDecoder().decode(bytes)));
    expect(told.join('')).toBe(Array.from({ length: 10_000 }, (_, i) => `${i};`).join(''));
  });
});

it('steps of an answer that is made once are not held: all its readers are told bytes', () => {
  const rig = new ControlRig(100);
  const { run } = rig.begin({ kind: 'idempotency' });
  for (let i = 0; i < 100; i += 1) run.events([delta('text')]);
  expect(run.record.log.isWhole).toBe(true);
});

it('an answer in one piece is told in several, so that a slow reader holds little of it', () => {
  const rig = new ControlRig();
  const { reader, run } = rig.begin();
  run.opened(200, HEADERS);
  run.append(utf8('x'.repeat(600_000)));
  run.append(utf8('y'.repeat(10)));
  const taken = reader.seat.take();
  expect(taken?.length).toBeLessThan(300_000);
  const sizes = reader.read().flatMap((frame) => (frame.type === 'bytes' ? [frame.bytes.length] : []));
  expect(sizes).toEqual([262_144, 75_712, 10]);
});
