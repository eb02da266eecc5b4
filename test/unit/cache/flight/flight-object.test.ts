import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { FlightBroken, type FrameReader } from '../../../../src/cache/flight/flight-client.ts';
import type { FlightRun } from '../../../../src/cache/flight/flight-run.ts';
import { IDEMPOTENCY_MS, STANDING_MS } from '../../../../src/cache/flight/kept-results.ts';
import { StoredResults } from '../../../../src/cache/flight/stored-results.ts';
import { LimitExceeded, toErrorWire } from '../../../../src/errors.ts';
import { anEntry } from '../entries.ts';
import { delta, FORM, OTHER_FORM } from './control-support.ts';
import { DrivenRun, NOON, readAll, TestFlight, textOf, typesOf } from './flight-support.ts';

const STREAM = { 'content-type': 'text/event-stream; charset=utf-8' };

/** Answers at once, as a whole. */
const whole =
  (text: string, mayBeKept = true) =>
  async (_: Request, run: FlightRun): Promise<Response> => {
    run.tap.events([delta(text)]);
    run.settled('complete', null);
    run.tap.finished(anEntry({}, text), mayBeKept);
    return new Response(text, { headers: { 'content-type': 'application/json' } });
  };

/** A Flight whose run does what the test says, inside the object. */
async function driven(init: ResponseInit = { headers: STREAM }) {
  let driven: DrivenRun | null = null;
  const flight = await TestFlight.create(async (request, run) => {
    driven = new DrivenRun(request, run);
    return new Response(driven.feed.body, init);
  });
  const drive = (act: (run: DrivenRun) => void): Promise<void> =>
    flight.within(() => {
      if (driven === null) throw new Error('nothing runs');
      act(driven);
    });
  return { flight, drive };
}

async function nextText(reader: FrameReader): Promise<string> {
  const frame = await reader.next();
  return frame === null ? '' : textOf([frame]);
}

describe('a Flight', () => {
  it('has the leader’s request answered as its client sent it', async () => {
    let seen: unknown;
    const flight = await TestFlight.create(async (request, run) => {
      const { requestId, arrivedAt, clientAddress, kind } = run;
      seen = {
        url: request.url,
        method: request.method,
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
        cf: request.cf,
        run: { requestId, arrivedAt, clientAddress, kind },
      };
      return whole('ok')(request, run);
    });
    const headers = { authorization: 'Bearer ew-key', 'content-type': 'application/json', 'x-own': 'a, b' };
    const reader = await flight.lead({}, { headers, body: '{"text":"日本"}' });
    expect(typesOf(await readAll(reader))).toBe('head bytes end');
    expect(seen).toEqual({
      url: 'https://edge.example/v1/chat/completions?a=%C3%BC',
      method: 'POST',
      headers: { ...headers, 'content-length': '17' },
      body: '{"text":"日本"}',
      cf: { country: 'IS' },
      run: { requestId: 'req_1', arrivedAt: 1_795_512_615_000, clientAddress: '192.0.2.1', kind: 'cache' },
    });
  });

  it('tells a run as it comes, to its leader, to followers, and to those who come late', async () => {
    const { flight, drive } = await driven();
    const leader = await flight.lead();
    const follower = await flight.join();
    for (const reader of [leader, follower])
      expect(await reader.next()).toMatchObject({ type: 'head', head: { status: 200, headers: STREAM } });
    await drive(({ feed }) => feed.write('one'));
    const late = await flight.join();
    expect((await late.next())?.type).toBe('head');
    for (const reader of [leader, follower, late]) expect(await nextText(reader)).toBe('one');
    await drive(({ feed, run }) => {
      feed.write('two');
      run.settled('complete', null);
      feed.end();
    });
    for (const reader of [leader, follower, late]) {
      const rest = await readAll(reader);
      expect([typesOf(rest), textOf(rest)]).toEqual(['bytes end', 'two']);
    }
  });

  it('goes on without its leader while somebody follows', async () => {
    const { flight, drive } = await driven();
    const leader = await flight.lead();
    const follower = await flight.join();
    await leader.next();
    await leader.cancel();
    expect((await follower.next())?.type).toBe('head');
    await drive(({ feed }) => feed.write('still here'));
    expect(await nextText(follower)).toBe('still here');
    await drive(({ feed, run, aborted }) => {
      expect([feed.isCancelled, aborted]).toEqual([false, []]);
      run.settled('complete', null);
      feed.end();
    });
    expect(typesOf(await readAll(follower))).toBe('end');
  });

  it('stops a call that nobody waits for: the request’s signal, the run’s, and the body', async () => {
    const { flight, drive } = await driven();
    const leader = await flight.lead();
    const follower = await flight.join();
    await leader.next();
    await follower.next();
    await leader.cancel();
    await follower.cancel();
    await vi.waitFor(() =>
      drive(({ feed, aborted }) =>
        expect([aborted.toSorted(), feed.isCancelled]).toEqual([['request', 'run'], true]),
      ),
    );
    flight.answer = whole('anew');
    expect(textOf(await readAll(await flight.lead()))).toBe('anew');
  });

  it('stops a call that nobody waits for before there is an answer', async () => {
    let aborted = false;
    const flight = await TestFlight.create(async (_, run) => {
      run.signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => undefined);
    });
    const leader = await flight.lead();
    const next = leader.next();
    await leader.cancel();
    expect(await next).toBeNull();
    await vi.waitFor(() => expect(aborted).toBe(true));
  });

  it('lets go of an answer that comes when nobody waits any more', async () => {
    const { flight, drive } = await driven();
    const answer = flight.answer;
    let answerLate = (): void => undefined;
    flight.answer = async (request, run) => {
      await new Promise<void>((resolve) => {
        answerLate = resolve;
      });
      return answer(request, run);
    };
    const leader = await flight.lead();
    await leader.cancel();
    flight.answer = whole('of the next');
    await vi.waitFor(async () => expect(typesOf(await readAll(await flight.join()))).toBe('lead'));
    await flight.within(() => answerLate());
    await vi.waitFor(() => drive(({ feed }) => expect(feed.isCancelled).toBe(true)));
  });

  it('hands the lead on when its leader is refused, and gives that leader the refusal', async () => {
    const refused = toErrorWire(
      new LimitExceeded({
        code: 'request_limit_exceeded',
        message: 'm',
        scope: 'key "a"',
        param: 'requests_per_minute',
        retryAfterMs: 1500,
      }),
    );
    const { flight, drive } = await driven({
      status: 429,
      headers: { 'content-type': 'application/json', ...refused.headers, etag: 'x' },
    });
    const leader = await flight.lead();
    const [second, third] = [await flight.join(), await flight.join({ form: OTHER_FORM })];
    await drive(({ run, feed }) => {
      run.settled('rejected', refused);
      feed.write(JSON.stringify({ error: refused.error }));
      feed.end();
    });
    const told = await readAll(leader);
    expect(told[0]).toEqual({
      type: 'head',
      head: {
        status: 429,
        headers: { 'content-type': 'application/json', 'retry-after': '2', 'retry-after-ms': '1500' },
        error: refused,
        told: 'bytes',
        storedAt: null,
      },
    });
    expect(JSON.parse(textOf(told))).toEqual({ error: refused.error });
    const [offer] = await readAll(second);
    flight.answer = whole('fine');
    const again = await flight.leadWith(offer?.type === 'lead' ? offer.ticket : '');
    expect(textOf(await readAll(again))).toBe('fine');
    expect(typesOf(await readAll(third))).toBe('head events answer end');
  });

  it('tells a failure of ours as one, when whoever answers throws', async () => {
    const flight = await TestFlight.create(async () => {
      throw new TypeError('x is not a function');
    });
    const [head, ...rest] = await readAll(await flight.lead());
    expect(head).toMatchObject({ head: { status: 500, error: { error: { code: 'internal_error' } } } });
    expect(rest).toEqual([{ type: 'end' }]);
  });

  it('tells a body that breaks as a failure, behind what came', async () => {
    const { flight, drive } = await driven();
    const leader = await flight.lead();
    await leader.next();
    await drive(({ feed }) => feed.write('part'));
    expect(await nextText(leader)).toBe('part');
    await drive(({ feed, run }) => {
      run.settled('upstream_error', null);
      feed.break();
    });
    expect(typesOf(await readAll(leader))).toBe('failed');
  });

  it('gives an answer without a body its end', async () => {
    const flight = await TestFlight.create(async (_, run) => {
      run.settled('complete', null);
      return new Response(null, { status: 204 });
    });
    expect(typesOf(await readAll(await flight.lead()))).toBe('head end');
  });

  it('does not know a ticket that it lost with its memory', async () => {
    const flight = await TestFlight.create(whole('a'));
    const [offer] = await readAll(await flight.join());
    await flight.evict();
    const late = await flight.leadWith(offer?.type === 'lead' ? offer.ticket : '');
    expect(await readAll(late)).toEqual([{ type: 'expired' }]);
  });

  it('breaks for those who wait when it loses its memory, and is led anew', async () => {
    const flight = await TestFlight.create(() => new Promise(() => undefined));
    const leader = await flight.lead();
    const follower = await flight.join();
    const reading = [leader, follower].map((reader) => reader.next().catch((error: unknown) => error));
    await flight.kill();
    for (const told of await Promise.all(reading)) expect(told).toBeInstanceOf(FlightBroken);
    flight.answer = whole('anew');
    expect(textOf(await readAll(await flight.lead()))).toBe('anew');
  });
});

describe('what a Flight keeps', () => {
  it('is told after its memory was lost: an answer that stands, for 90 seconds', async () => {
    const flight = await TestFlight.create(whole('{"a":1}'));
    await readAll(await flight.lead());
    await flight.evict();
    flight.now += STANDING_MS - 1;
    const frames = await readAll(await flight.join({ form: OTHER_FORM }));
    expect(frames).toMatchObject([
      { type: 'head', head: { status: 200, told: 'events', storedAt: flight.now - STANDING_MS + 1 } },
      { type: 'answer', entry: anEntry({}, '{"a":1}') },
      { type: 'end' },
    ]);
    flight.now += 1;
    expect(typesOf(await readAll(await flight.join()))).toBe('lead');
  });

  it('costs one row and an alarm, which leaves nothing behind', async () => {
    const flight = await TestFlight.create(whole('a'));
    const changes = () =>
      flight.within(({ storage }) => Number(storage.sql.exec('SELECT total_changes() AS n').one().n));
    const before = await changes();
    await readAll(await flight.lead());
    expect((await changes()) - before).toBe(2);
    expect(await flight.alarm).toBe(flight.now + STANDING_MS);
    await flight.ringAlarm(); // too early
    expect(await flight.alarm).toBe(flight.now + STANDING_MS);
    expect(typesOf(await readAll(await flight.join()))).toBe('head answer end');
    flight.now += STANDING_MS;
    await flight.ringAlarm();
    expect(await flight.alarm).toBeNull();
    const tables = await flight.within(({ storage }) => [
      ...storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'"),
    ]);
    expect(tables).toEqual([]);
  });

  it('costs nothing where nothing is kept', async () => {
    const flight = await TestFlight.create(whole('a', false));
    await readAll(await flight.lead());
    expect(await flight.alarm).toBeNull();
    expect(await flight.within(({ storage }) => [...storage.kv.list()])).toEqual([]);
  });

  it('is the whole answer to a request that is made once, byte for byte, however large', async () => {
    const once = { kind: 'idempotency', fingerprint: 'f' } as const;
    const bytes = new Uint8Array(9_000_000);
    for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    const flight = await TestFlight.create(async (_, run) => {
      run.settled('complete', null);
      return new Response(bytes.slice(), { headers: { 'content-type': 'audio/mpeg', 'x-ratelimit-a': '1' } });
    });
    const digestOf = async (parts: readonly Uint8Array[]) =>
      createHash('sha256')
        .update(new Uint8Array(await new Blob([...parts]).arrayBuffer()))
        .digest('hex');
    const bytesIn = (frames: Awaited<ReturnType<typeof readAll>>) =>
      frames.flatMap((frame) => (frame.type === 'bytes' ? [frame.bytes] : []));
    const digest = await digestOf([bytes]);
    const first = await readAll(await flight.lead(once));
    expect(await digestOf(bytesIn(first))).toBe(digest);
    for (const hasMemory of [true, false]) {
      if (!hasMemory) await flight.evict();
      flight.now += 3_600_000;
      const again = await readAll(await flight.join({ ...once, form: OTHER_FORM }));
      expect(await digestOf(bytesIn(again))).toBe(digest);
      expect(again[0]).toMatchObject({ head: { told: 'bytes', headers: { 'content-type': 'audio/mpeg' } } });
    }
    const rows = await flight.within(({ storage }) => [...storage.kv.list()].map(([, row]) => row));
    expect(rows.map((row) => (row as { frames: Uint8Array }).frames.length <= 1_900_000)).toEqual(
      Array(5).fill(true),
    );
    const conflict = await readAll(await flight.join({ ...once, fingerprint: 'other' }));
    expect(conflict).toEqual([{ type: 'conflict', reason: 'other-body' }]);
    expect(await flight.alarm).toBe(NOON_PLUS_A_DAY(flight));
  });

  it('is a refusal of a request that is made once', async () => {
    const once = { kind: 'idempotency', fingerprint: 'f' } as const;
    const error = { status: 422, headers: {}, error: { message: 'm', type: 't', param: null, code: 'c' } };
    let calls = 0;
    const flight = await TestFlight.create(async (_, run) => {
      calls += 1;
      run.settled('upstream_error', error);
      return Response.json({ error: error.error }, { status: 422 });
    });
    const first = await readAll(await flight.lead(once));
    await flight.evict();
    const again = await readAll(await flight.join({ ...once, form: FORM }));
    expect(textOf(again)).toBe(textOf(first));
    expect(again[0]).toMatchObject({ head: { status: 422, error } });
    expect(calls).toBe(1);
  });

  it('is replaced by a later one, however much shorter', async () => {
    const flight = await TestFlight.create(whole('x'.repeat(5_000_000)));
    await readAll(await flight.lead());
    flight.answer = whole('short');
    await readAll(await flight.lead({ ignoresStanding: true }));
    await flight.evict();
    expect(await readAll(await flight.join())).toMatchObject([
      {},
      { entry: { body: new TextEncoder().encode('short') } },
      {},
    ]);
  });

  it('does not come back once it was dropped', async () => {
    const flight = await TestFlight.create(whole('a'));
    await readAll(await flight.lead());
    expect(typesOf(await readAll(await flight.join({ ignoresStanding: true })))).toBe('lead');
    await flight.evict();
    expect(typesOf(await readAll(await flight.join()))).toBe('lead');
  });

  it('breaks for who still reads it when another has taken its place', async () => {
    const flight = await TestFlight.create(whole('unused'));
    const about = {
      kind: 'idempotency',
      fingerprint: 'f',
      storedAt: 0,
      expiresAt: NOON,
      generation: 0,
    } as const;
    await flight.within(({ storage }) => {
      const results = new StoredResults(storage, () => undefined);
      const large = () => Array.from({ length: 5 }, () => new Uint8Array(1_900_000));
      results.keep(about, large());
      const source = results.current()?.open();
      expect([source?.take(1).length, source?.take(1).length]).toEqual([1, 1]);
      results.keep(about, large());
      expect(() => source?.take(1)).toThrow('no longer kept');
      expect(results.current()?.open().take(1)).toHaveLength(1);
    });
  });

  it('of another version is as good as nothing', async () => {
    const flight = await TestFlight.create(whole('a'));
    await flight.within(({ storage }) =>
      storage.kv.put('result/0', { version: 0, frames: new Uint8Array(3) }),
    );
    await flight.evict();
    expect(typesOf(await readAll(await flight.join()))).toBe('lead');
  });
});

/** When the result of a run expires that was over two hours ago. */
const NOON_PLUS_A_DAY = ({ now }: TestFlight): number => now - 2 * 3_600_000 + IDEMPOTENCY_MS;
