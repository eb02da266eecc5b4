/**
 * Providers that fail, before every door: straight and translated. What a client of a door is told stands in that
 * door's own form, another target of another form may make it good, and a broken stream never ends like a whole one.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DOORS, textIn } from '../support/doors/calls.ts';
import { DOOR_FAULTS } from '../support/doors/faults.ts';
import {
  aliasOf,
  BEHIND,
  caseProvider,
  edgewayHeaders,
  GOOD_TEXT,
  type Lab,
  type LabRequest,
  startLab,
  type Way,
} from '../support/doors/lab.ts';
import { type DoorId, errorAtEnd, readError, WHOLE_MARKS, wordFor } from '../support/doors/told-error.ts';
import { BILLED, FORMS, type Form, VENDORS } from '../support/doors/vendor-forms.ts';
import { begun, failing, honest } from '../support/doors/vendors.ts';
import { hang } from '../support/faults.ts';
import { LeavingClient } from '../support/leaving-client.ts';
import { BodyReader, countLines, lineOfLabel, sendForEver } from '../support/streaming.ts';
import { type Handler, json } from '../support/upstream.ts';

vi.setConfig({ maxConcurrency: 8 });

/** Every door before every form; `faults.test.ts` has chat before its own. */
const PAIRS = DOORS.flatMap((door) => FORMS.map((form) => ({ door, form }))).filter(
  ({ door, form }) => !(door === 'openai-chat' && form === door),
);
const STREAM_OR_NOT = [true, false];
const mode = (stream: boolean) => (stream ? 'stream' : 'not a stream');

const faultsOf = (door: DoorId, form: Form) =>
  DOOR_FAULTS.flatMap((fault, number) =>
    STREAM_OR_NOT.filter((stream) => fault.streams === undefined || fault.streams === stream).map(
      (stream) => ({
        ...fault,
        form,
        stream,
        mode: mode(stream),
        id: `${door}-${form}-${number}-${stream ? 's' : 'w'}`,
      }),
    ),
  );

let lab: Lab;
/** Another gateway before vendors of its own, whose patience is short. */
let restless: Lab;
const requestIds = new Set<string>();
beforeAll(async () => {
  lab = await startLab({ cases: PAIRS.flatMap(({ door, form }) => faultsOf(door, form)) });
  restless = await startLab({ config: { keep_alive_ms: 50 } });
});
afterAll(async () => {
  await lab.stop();
  await restless.stop();
});

type Answered = Response & { body: NonNullable<Response['body']> };

/** Sends, and remembers that it has to be settled. */
const send = async (request: LabRequest, ...how: Parameters<LabRequest['send']>): Promise<Answered> =>
  remembered(await request.send(...how));

const sendCase = async (request: LabRequest, ...how: Parameters<LabRequest['sendCase']>): Promise<Answered> =>
  remembered(await request.sendCase(...how));

function remembered(response: Response): Answered {
  requestIds.add(response.headers.get('x-request-id') ?? '');
  return response as Answered; // every answer here has a body
}

const told = async (door: DoorId, response: Response) =>
  readError(door, response.status, await response.text(), response.headers.get('x-request-id'));

/** The answer of the healthy vendor of another form, and nothing of the first. */
async function expectBehind(door: DoorId, form: Form, request: LabRequest, response: Response) {
  const body = await response.text();
  expect(response.status).toBe(200);
  expect(textIn(door, body)).toBe(GOOD_TEXT);
  if (!body.startsWith('{')) expect(body).toMatch(WHOLE_MARKS[door]);
  expect(body).not.toContain('words of');
  expect(body).not.toContain('never');
  const provider = `good-${BEHIND[form]}`;
  expect(edgewayHeaders(response)).toEqual({ attempts: '2', provider, model: 'good-model' });
  expect(await request.line(response)).toMatchObject({
    ending: 'complete',
    status: 200,
    attempts: 2,
    provider,
    model: 'good-model',
    usage: BILLED,
  });
  expect([request.calls.length, request.callsBehind.length]).toEqual([1, 1]);
}

describe.concurrent.each(PAIRS)('$door before $form', ({ door, form }) => {
  const faults = faultsOf(door, form);

  it.each(faults)('tells of $name ($mode)', async (fault) => {
    const request = lab.request(door, form, fault.stream);
    request.on(fault.handler(form));
    const response = await sendCase(request, 'alone', fault);
    const upModel = { provider: caseProvider('alone', fault), model: 'up-model' };
    expect(response.status).toBe(fault.status);
    const text = await response.text();
    const error = readError(door, response.status, text, response.headers.get('x-request-id'));
    expect(error.word).toMatch(wordFor(door, fault.status));
    if (door !== 'anthropic-messages') expect(error.code).toMatch(fault.code);
    if (fault.says !== undefined) expect(error.message).toContain(fault.says);
    if (fault.keepsQuiet !== undefined) expect(text).not.toContain(fault.keepsQuiet);
    expect(response.headers.get('retry-after')).toBe(fault.retryAfter ?? null);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(edgewayHeaders(response)).toEqual({ attempts: '1', ...upModel });
    expect(await request.line(response)).toMatchObject({
      ending: fault.ending,
      status: fault.status,
      attempts: 1,
      // A vendor that was too slow has read the question, and bills it.
      usage: fault.ending === 'timeout' ? { estimated: true, output_tokens: 0 } : null,
      ...upModel,
    });
    expect(request.calls).toHaveLength(1);
    await request.calls[0]?.closed;
  });

  it.each(faults.filter(({ recovery }) => recovery === 'retry'))(
    'asks once more after $name ($mode)',
    async (fault) => {
      const request = lab.request(door, form, fault.stream);
      const again = honest(form, 'second try');
      request.on((...call) => (request.calls.length === 1 ? fault.handler(form) : again)(...call));
      const response = await sendCase(request, 'retried', fault);
      const upModel = { provider: caseProvider('retried', fault), model: 'up-model' };
      const body = await response.text();
      expect(response.status).toBe(200);
      expect(textIn(door, body)).toBe('second try');
      expect(edgewayHeaders(response)).toEqual({ attempts: '2', ...upModel });
      expect(await request.line(response)).toMatchObject({ ending: 'complete', attempts: 2, usage: BILLED });
    },
  );

  it.each(faults.filter(({ recovery }) => recovery !== 'none'))(
    'goes to a target of another form after $name ($mode)',
    async (fault) => {
      const request = lab.request(door, form, fault.stream);
      request.on(fault.handler(form));
      const response = await sendCase(request, 'backed', fault);
      await expectBehind(door, form, request, response);
      await request.calls[0]?.closed;
    },
  );

  it.each(faults.filter(({ recovery }) => recovery === 'none'))(
    'traps I5: asks nobody else after $name ($mode)',
    async (fault) => {
      const request = lab.request(door, form, fault.stream);
      request.on(fault.handler(form));
      const response = await sendCase(request, 'backed', fault);
      expect(response.status).toBe(fault.status);
      expect((await told(door, response)).message).toContain(fault.says);
      expect([request.calls.length, request.callsBehind.length]).toEqual([1, 0]);
    },
  );

  it.each(STREAM_OR_NOT)('traps I4: tells that nobody listens (stream: %s)', async (stream) => {
    const request = lab.request(door, form, stream);
    const response = await send(request, 'dead');
    expect(response.status).toBe(502);
    const error = await told(door, response);
    expect(error.word).toMatch(wordFor(door, 502));
    if (door !== 'anthropic-messages') expect(error.code).toBe('provider_unreachable');
  });

  it.each(STREAM_OR_NOT)('total_ms ends the request over all attempts (stream: %s)', async (stream) => {
    const request = lab.request(door, form, stream);
    request.on(hang);
    const response = await send(request, 'backed', 'total_ms');
    expect(response.status).toBe(504);
    expect((await told(door, response)).word).toMatch(wordFor(door, 504));
    expect(await request.line(response)).toMatchObject({ ending: 'timeout', status: 504, attempts: 1 });
    expect(request.callsBehind).toHaveLength(0);
    await request.calls[0]?.closed;
  });

  describe('a stream', () => {
    const { preamble, content, end, error } = VENDORS[form].stream;
    const first = content('half a sen');

    /** Ways to break off behind the first content. */
    const BREAKS: Readonly<Record<string, Handler>> = {
      'its own error': async (call, response, request) => {
        await begun(form, preamble, first, error('words of an event'))(call, response, request);
        await sendForEver(response, Buffer.from(': still here\n\n'.repeat(50)));
      },
      'a reset': async (call, response, request) => {
        await begun(form, preamble, first)(call, response, request);
        request.socket.resetAndDestroy();
      },
      'a clean end of the body': async (call, response, request) => {
        await begun(form, preamble, first)(call, response, request);
        response.end();
      },
      'half of its last event': async (call, response, request) => {
        const rest = Buffer.from(end as string); // bytes are taken as well
        await begun(form, preamble, first, rest.subarray(0, 30))(call, response, request);
        response.end();
      },
    };

    it.each(
      Object.keys(BREAKS).flatMap((how) =>
        (['alone', 'retried', 'backed'] as const).map((way): [string, Way] => [how, way]),
      ),
    )('traps C11, C14: that breaks off behind content by %s is told as a failure (%s)', async (how, way) => {
      const request = lab.request(door, form, true);
      request.on(BREAKS[how] as Handler); // by its key
      const response = await send(request, way);
      const text = await response.text();
      expect(response.status).toBe(200);
      expect(textIn(door, text)).toContain('half a sen');
      const failure = errorAtEnd(door, text);
      if (how === 'its own error') expect(failure.message).toBe('words of an event');
      expect(failure.word).toMatch(wordFor(door, 502));
      expect(await request.line(response)).toMatchObject({
        ending: 'upstream_error',
        status: 200,
        attempts: 1,
        provider: `up-${form}`,
        usage: { output_tokens: expect.any(Number) },
      });
      expect([request.calls.length, request.callsBehind.length]).toEqual([1, 0]);
      await request.calls[0]?.closed;
    });

    it('that stalls behind content is told as a timeout', async () => {
      const request = lab.request(door, form, true);
      request.on(begun(form, preamble, first));
      const response = await send(request, 'backed', 'idle_ms');
      const failure = errorAtEnd(door, await response.text());
      expect(failure.word).toMatch(wordFor(door, 504));
      if (door !== 'anthropic-messages') expect(failure.code).toBe('provider_timeout');
      expect(await request.line(response)).toMatchObject({
        ending: 'timeout',
        status: 200,
        attempts: 1,
        usage: { estimated: expect.any(Boolean) },
      });
      await request.calls[0]?.closed;
    });

    it('that outlasts total_ms is told as a timeout, however busy it is', async () => {
      const request = lab.request(door, form, true);
      request.on(async (call, response, incoming) => {
        await begun(form, preamble, first)(call, response, incoming);
        const talk = setInterval(() => response.write(content('more')), 50);
        response.on('close', () => clearInterval(talk));
      });
      const response = await send(request, 'backed', 'total_ms');
      const text = await response.text();
      expect(text).not.toMatch(WHOLE_MARKS[door]);
      expect(text).toMatch(/provider_timeout|"(api|timeout)_error"/);
      expect(await request.line(response)).toMatchObject({ ending: 'timeout', status: 200, attempts: 1 });
      await request.calls[0]?.closed;
    });

    it.each([
      ['an error', [preamble, error('words of an event')]],
      ['a clean end', [preamble]],
    ] as const)(
      'traps C12, C15: with %s behind its preamble is made good by another form, and shows nothing',
      async (_, pieces) => {
        const request = lab.request(door, form, true);
        request.on(async (call, response, incoming) => {
          await begun(form, ...pieces)(call, response, incoming);
          response.end();
        });
        const response = await send(request, 'backed');
        await expectBehind(door, form, request, response);
      },
    );

    it('traps C18: with a preamble and no content is not waited for longer than first_token_ms', async () => {
      const request = lab.request(door, form, true);
      request.on(begun(form, preamble));
      const response = await send(request, 'backed', 'first_token_ms');
      await expectBehind(door, form, request, response);
      await request.calls[0]?.closed;
    });

    it('hands each piece on before the next one exists', async () => {
      const request = lab.request(door, form, true);
      const pieces = Promise.withResolvers<void>();
      request.on(async (call, response, incoming) => {
        await begun(form, preamble, content('first words'))(call, response, incoming);
        await pieces.promise;
        response.end(end);
      });
      const response = await send(request, 'backed');
      const reader = new BodyReader(response);
      await reader.until('first words');
      pieces.resolve();
      expect(await reader.rest()).toMatch(WHOLE_MARKS[door]);
      expect(await request.line(response)).toMatchObject({ ending: 'complete', usage: BILLED });
    });

    it('that the client leaves in its middle is closed upstream, and settled once', async () => {
      const request = lab.request(door, form, true);
      request.on(begun(form, preamble, first));
      const alias = aliasOf('backed', form);
      const client = new LeavingClient(lab.gateway, request.path(alias), request.body(alias));
      await client.until('half a sen');
      const left = Date.now();
      client.leave();
      await request.calls[0]?.closed;
      expect(Date.now() - left).toBeLessThan(10_000); // a bound for a busy machine; it is at once
      expect(await lineOfLabel(lab.gateway, client.label)).toMatchObject({
        ending: 'client_abort',
        attempts: 1,
        provider: `up-${form}`,
        usage: { output_tokens: expect.any(Number) },
      });
      expect([request.calls.length, request.callsBehind.length]).toEqual([1, 0]);
      expect(client.label.lines(lab.gateway)).toHaveLength(1);
    });

    it('that the client leaves before its first token is closed upstream, and nobody else is asked', async () => {
      const request = lab.request(door, form, true);
      request.on(hang);
      const alias = aliasOf('backed', form);
      const client = new LeavingClient(lab.gateway, request.path(alias), request.body(alias));
      const call = await lab.vendors[form].call(request.label);
      client.leave();
      await call.closed;
      expect(await lineOfLabel(lab.gateway, client.label)).toMatchObject({
        ending: 'client_abort',
        attempts: 1,
      });
      expect([request.calls.length, request.callsBehind.length]).toEqual([1, 0]);
    });

    it('traps B6: that comes as whole JSON is told as a stream', async () => {
      const request = lab.request(door, form, true);
      request.on(json(VENDORS[form].whole('all at once')));
      const response = await send(request, 'alone');
      const text = await response.text();
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      expect(textIn(door, text)).toBe('all at once');
      expect(text).toMatch(WHOLE_MARKS[door]);
      expect(await request.line(response)).toMatchObject({ ending: 'complete', usage: BILLED });
    });

    it('without metering is served all the same', async () => {
      const request = lab.request(door, form, true);
      const response = await send(request, 'native');
      const text = await response.text();
      expect(textIn(door, text)).toBe('from the first');
      expect(text).toMatch(WHOLE_MARKS[door]);
      await request.line(response);
    });

    it('traps C16, C17: gets keep-alives before headers, and a later failure in the stream', async () => {
      const request = restless.request(door, form, true);
      const fail = Promise.withResolvers<void>();
      request.on(async (...call) => {
        await fail.promise;
        await failing(form, 429, 'words of 429', { 'retry-after': '9' })(...call);
      });
      const response = await request.send('alone');
      expect(response.status).toBe(200);
      const reader = new BodyReader(response);
      await reader.until((text) => keepAlives(text) >= 2);
      fail.resolve();
      const text = await reader.rest();
      const failure = errorAtEnd(door, text);
      expect(failure.message).toBe('words of 429');
      expect(failure.word).toMatch(wordFor(door, 429));
      expect(await request.line(response)).toMatchObject({ ending: 'upstream_error', status: 200 });
    });

    it('traps C16, C17: gets keep-alives before headers, and then another target’s answer', async () => {
      const request = restless.request(door, form, true);
      const fail = Promise.withResolvers<void>();
      request.on(async (...call) => {
        await fail.promise;
        await failing(form, 529, 'words of 529')(...call);
      });
      const response = await request.send('backed');
      const reader = new BodyReader(response);
      await reader.until((text) => keepAlives(text) >= 1);
      fail.resolve();
      const text = await reader.rest();
      expect(textIn(door, text)).toBe(GOOD_TEXT);
      expect(text).toMatch(WHOLE_MARKS[door]);
      expect(text).not.toContain('words of');
      expect(await request.line(response)).toMatchObject({ ending: 'complete', attempts: 2, usage: BILLED });
    });

    it('traps C16: gets keep-alives in a long silence behind content, between events', async () => {
      const request = restless.request(door, form, true);
      const go = Promise.withResolvers<void>();
      request.on(async (call, response, incoming) => {
        await begun(form, preamble, first)(call, response, incoming);
        await go.promise;
        response.end(end);
      });
      const response = await request.send('alone');
      const reader = new BodyReader(response);
      await reader.until((text) => keepAlives(text.slice(text.indexOf('half a sen'))) >= 2);
      // Clients of Anthropic's form know pings; straight, nothing but comments may be put in (contract.md §3).
      if (door === 'anthropic-messages' && form !== door)
        expect(reader.text.slice(reader.text.indexOf('half a sen'))).toContain('event: ping\n');
      go.resolve();
      const text = await reader.rest();
      expect(textIn(door, text)).toBe('half a sen');
      expect(text).toMatch(WHOLE_MARKS[door]);
      expect(await request.line(response)).toMatchObject({ ending: 'complete', usage: BILLED });
    });

    it('traps A5: waits for a slow client instead of reading on', async () => {
      const request = lab.request(door, form, true);
      const piece = content('x'.repeat(64 * 1024));
      let sent = 0;
      request.on(async (call, response, incoming) => {
        await begun(form, preamble)(call, response, incoming);
        sent = await sendForEver(response, Buffer.from(piece as string)); // bytes are taken as well
      });
      const alias = aliasOf('backed', form);
      const client = new LeavingClient(lab.gateway, request.path(alias), request.body(alias));
      const response = await client.response;
      await client.until('xxxx');
      response.pause();
      const vendor = await lab.vendors[form].call(request.label);
      // It has stopped when nothing more is taken: the test's own timeout is the bound.
      await vi.waitUntil(async () => isStill(() => client.text.length), { timeout: 20_000 });
      client.leave();
      await vendor.closed;
      expect(await lineOfLabel(lab.gateway, client.label)).toMatchObject({ ending: 'client_abort' });
      await vi.waitUntil(() => sent > 0);
      expect(sent).toBeLessThan(64 * 1024 * 1024);
    });
  });

  it('without metering a whole answer is served all the same', async () => {
    const request = lab.request(door, form, false);
    const response = await send(request, 'native');
    expect(textIn(door, await response.text())).toBe('from the first');
    await request.line(response);
  });

  it('a whole answer that the client does not wait for is closed upstream', async () => {
    const request = lab.request(door, form, false);
    request.on(hang);
    const alias = aliasOf('retried', form);
    const client = new LeavingClient(lab.gateway, request.path(alias), request.body(alias));
    const call = await lab.vendors[form].call(request.label);
    client.leave();
    await call.closed;
    expect(await lineOfLabel(lab.gateway, client.label)).toMatchObject({
      ending: 'client_abort',
      attempts: 1,
    });
    expect(request.calls).toHaveLength(1);
  });
});

/** Comments, pings, and at the Gemini doors empty events. */
const keepAlives = (text: string): number =>
  (text.match(/^(:|event: ping$)/gm) ?? []).length + (text.match(/(?<=^|\n)\r\n\r\n/g) ?? []).length;

/** Whether a number stays what it is for a while. */
async function isStill(read: () => number): Promise<boolean> {
  const before = read();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return read() === before;
}

it('settles every request of this file exactly once', async () => {
  for (const id of requestIds) await lab.gateway.lineOf(id);
  const counts = countLines(lab.gateway);
  expect([...requestIds].filter((id) => counts.get(id) !== 1)).toEqual([]);
});
