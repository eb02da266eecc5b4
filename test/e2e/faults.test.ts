import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorBody, FAULTS, hang, type Mode, reset } from '../support/faults.ts';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import {
  countLines,
  createGate,
  dataOf,
  errorAtEnd,
  sendForEver,
  startEvents,
} from '../support/streaming.ts';
import {
  chatCompletion,
  chatStream,
  type Handler,
  json,
  type ReceivedCall,
  sse,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts';
import { freePort } from '../support/workerd.ts';

/** Long enough for a healthy stand-in on a busy machine, and short enough to wait for. */
const SHORT_MS = 600;
const SHORT_TIMEOUTS = ['headers_ms', 'first_token_ms', 'idle_ms', 'total_ms'] as const;
const MODES: readonly Mode[] = ['stream', 'not a stream'];

const GOOD = { provider: 'good', model: 'good-model' };
const REFUSED = { provider: 'refused', model: 'refused-model' };

/** The target that fails. Each alias has one of its own: what one test does to its health is nothing to the others. */
const badOf = (alias: string) => ({ provider: `bad-${alias}`, model: 'bad-model' });

/** Whether a circuit opens is a question of other suites. */
const OFF = { enabled: false };

/** Ways to recover: no retry, one retry, a second target. */
const WAYS = {
  alone: (bad: object) => ({ retries: 0, targets: [bad] }),
  retried: (bad: object) => ({ retries: 1, targets: [bad] }),
  backed: (bad: object) => ({ retries: 0, targets: [bad, GOOD], breaker: OFF }),
} as const;

const CASES = FAULTS.flatMap((fault, number) =>
  fault.modes.map((mode) => ({ ...fault, mode, id: `${number}-${mode === 'stream' ? 's' : 'w'}` })),
);
/** The alias of a way for one case, or for the tests that share it. */
const aliasOf = (way: keyof typeof WAYS, what: string | undefined) =>
  what === undefined ? way : `${way}-${what}`;

/** Each way: for each case, and to be shared with default timeouts and with each of them short. */
function aliases(): Record<string, object> {
  const models: Record<string, object> = {};
  const shared = [
    { what: undefined, timeout: undefined },
    ...SHORT_TIMEOUTS.map((timeout) => ({ what: timeout, timeout })),
  ];
  for (const [way, entryOf] of Object.entries(WAYS)) {
    for (const { what, timeout } of [...CASES.map(({ id, timeout }) => ({ what: id, timeout })), ...shared]) {
      const alias = aliasOf(way as keyof typeof WAYS, what);
      const timeouts = timeout === undefined ? {} : { timeouts: { [timeout]: SHORT_MS } };
      models[alias] = { ...entryOf(badOf(alias)), ...timeouts };
    }
  }
  return models;
}

const MOVING_ON = [
  ['429', json(errorBody('slow down'), 429)],
  ['429 with Retry-After', json(errorBody('slow down'), 429, { 'retry-after': '2' })],
  ['503 with Retry-After', json(errorBody('busy'), 503, { 'retry-after': '2' })],
  ['401', json(errorBody('who are you'), 401)],
] as const;
const movingOn = MOVING_ON.map((_, number) => `backed-with-retries-${number}`);

const answers = (text: string): Handler => {
  const whole = json(chatCompletion(text));
  const stream = sse(chatStream([text]));
  return (call, response, request) => (isStream(call) ? stream : whole)(call, response, request);
};
const isStream = ({ body }: ReceivedCall): boolean => JSON.parse(body.toString()).stream === true;
const modelOf = ({ body }: ReceivedCall): string => JSON.parse(body.toString()).model;
const keyOf = ({ headers }: ReceivedCall): string | undefined => headers.authorization;

describe('provider faults', () => {
  let bad: Upstream;
  let good: Upstream;
  let elsewhere: Upstream;
  let gateway: Gateway;
  const requestIds = new Set<string>();

  beforeAll(async () => {
    bad = await startUpstream();
    good = await startUpstream(answers('from good'));
    elsewhere = await startUpstream(answers('from elsewhere'));
    gateway = await startGateway({
      config: {
        providers: {
          ...Object.fromEntries(
            [...Object.keys(aliases()), ...movingOn, 'ten-hops'].map((alias) => [
              badOf(alias).provider,
              standIn(bad.url),
            ]),
          ),
          good: standIn(good.url),
          refused: standIn(`http://127.0.0.1:${await freePort()}`),
          'two-keys': standIn(bad.url, { api_keys: ['sk-upstream-first-01', 'sk-upstream-second-2'] }),
          'two-more': standIn(bad.url, { api_keys: ['sk-upstream-first-03', 'sk-upstream-second-4'] }),
          'two-poor': standIn(bad.url, { api_keys: ['sk-upstream-first-05', 'sk-upstream-second-6'] }),
          picky: standIn(bad.url),
          'picky-too': standIn(bad.url),
        },
        models: {
          ...aliases(),
          'refused-alone': { retries: 0, targets: [REFUSED], breaker: OFF },
          'refused-retried': { retries: 1, targets: [REFUSED], breaker: OFF },
          'refused-backed': { retries: 0, targets: [REFUSED, GOOD], breaker: OFF },
          ...Object.fromEntries(
            movingOn.map((alias) => [alias, { retries: 3, targets: [badOf(alias), GOOD] }]),
          ),
          'two-keys': { retries: 0, targets: [{ provider: 'two-keys', model: 'm' }] },
          'two-more': { retries: 2, targets: [{ provider: 'two-more', model: 'm' }] },
          'two-poor': { retries: 0, targets: [{ provider: 'two-poor', model: 'm' }, GOOD] },
          picky: { retries: 0, targets: [{ provider: 'picky', model: 'm' }] },
          'ten-hops': {
            retries: 0,
            targets: [
              ...Array.from({ length: 10 }, (_, hop) => ({ ...badOf('ten-hops'), model: `hop-${hop}` })),
              GOOD,
            ],
          },
        },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    for (const upstream of [bad, good, elsewhere]) await upstream.stop();
  });
  beforeEach(() => {
    for (const upstream of [bad, good, elsewhere]) upstream.calls.length = 0;
  });

  async function ask(
    model: string,
    mode: Mode,
    headers: Record<string, string> = {},
    fields: Record<string, unknown> = {},
  ): Promise<Response> {
    const messages = [{ role: 'user', content: 'hi' }];
    const body = { model, stream: mode === 'stream', messages, ...fields };
    const response = await gateway.post('/v1/chat/completions', body, headers);
    requestIds.add(response.headers.get('x-request-id') ?? '');
    return response;
  }
  const lineOf = (response: Response) => gateway.lineOf(response.headers.get('x-request-id'));

  /** The answer is that of a healthy target, unharmed, and told so in headers and log. */
  async function expectAnswer(
    response: Response,
    mode: Mode,
    { text, attempts, provider, model }: { text: string; attempts: number; provider: string; model: string },
  ) {
    const body = await response.text();
    expect(response.status).toBe(200);
    expect(mode === 'stream' ? body : JSON.parse(body)).toEqual(
      mode === 'stream' ? chatStream([text]) : chatCompletion(text),
    );
    expect(edgewayHeaders(response)).toEqual({ attempts: String(attempts), provider, model });
    expect(await lineOf(response)).toMatchObject({
      ending: 'complete',
      status: 200,
      attempts,
      provider,
      model,
    });
  }

  const edgewayHeaders = ({ headers }: Response) => ({
    attempts: headers.get('x-edgeway-attempts'),
    provider: headers.get('x-edgeway-provider'),
    model: headers.get('x-edgeway-model'),
  });

  describe('of a target that is alone and may not be tried again', () => {
    it.each(CASES)('tells the client of $name ($mode)', async (fault) => {
      bad.answer(fault.handler);
      const alias = aliasOf('alone', fault.id);
      const response = await ask(alias, fault.mode);
      const body = await response.text();
      const status = fault.toldInStream ? 200 : fault.status;
      expect(response.status).toBe(status);
      const error = fault.toldInStream ? errorAtEnd(body) : JSON.parse(body).error;
      expect(error).toEqual({
        message: expect.stringMatching(/./),
        type: expect.stringMatching(/./),
        param: error.param ?? null,
        code: fault.code instanceof RegExp ? expect.stringMatching(fault.code) : fault.code,
        ...('provider_code' in error ? { provider_code: error.provider_code } : {}),
      });
      if (fault.says) expect(error.message).toBe(fault.says);
      if (fault.keepsQuiet) expect(body).not.toContain(fault.keepsQuiet);
      expect(response.headers.get('retry-after')).toBe(fault.retryAfter ?? null);
      expect(edgewayHeaders(response)).toEqual({ attempts: '1', ...badOf(alias) });
      expect(await lineOf(response)).toMatchObject({
        ending: fault.ending,
        status,
        attempts: 1,
        ...badOf(alias),
      });
      expect(bad.calls).toHaveLength(1);
      await bad.calls[0]?.closed;
    });
  });

  describe('of a target that may be tried once more', () => {
    it.each(CASES.filter(({ recovery }) => recovery === 'retry'))(
      'is made good by a second try after $name ($mode)',
      async (fault) => {
        const second = answers('second try');
        bad.answer((...call) => (bad.calls.length === 1 ? fault.handler : second)(...call));
        const alias = aliasOf('retried', fault.id);
        const response = await ask(alias, fault.mode);
        await expectAnswer(response, fault.mode, { text: 'second try', attempts: 2, ...badOf(alias) });
        expect(bad.calls).toHaveLength(2);
      },
    );

    it.each(CASES.filter(({ recovery }) => recovery !== 'retry'))(
      'is not asked again after $name ($mode)',
      async (fault) => {
        bad.answer(fault.handler);
        const alias = aliasOf('retried', fault.id);
        const response = await ask(alias, fault.mode);
        expect(response.status).toBe(fault.status);
        expect(edgewayHeaders(response)).toEqual({ attempts: '1', ...badOf(alias) });
        await response.text();
        expect(await lineOf(response)).toMatchObject({ attempts: 1, status: fault.status });
        expect(bad.calls).toHaveLength(1);
      },
    );
  });

  describe('of a target with another behind it', () => {
    it.each(CASES.filter(({ recovery }) => recovery !== 'none'))(
      'is made good by the other after $name ($mode)',
      async (fault) => {
        bad.answer(fault.handler);
        const response = await ask(aliasOf('backed', fault.id), fault.mode);
        await expectAnswer(response, fault.mode, { text: 'from good', attempts: 2, ...GOOD });
        expect([bad.calls.length, good.calls.length]).toEqual([1, 1]);
        await bad.calls[0]?.closed;
      },
    );

    it.each(CASES.filter(({ recovery }) => recovery === 'none'))(
      'traps I5: does not trouble the other with a request that was refused with $name ($mode)',
      async (fault) => {
        bad.answer(fault.handler);
        const response = await ask(aliasOf('backed', fault.id), fault.mode);
        expect(response.status).toBe(fault.status);
        expect(await response.json()).toEqual(errorBody(fault.says ?? ''));
        expect([bad.calls.length, good.calls.length]).toEqual([1, 0]);
      },
    );

    it.each(MOVING_ON.map(([name, handler], number) => ({ name, handler, alias: movingOn[number] ?? '' })))(
      'traps I1: moves on at once on $name, whatever retries are left',
      async ({ handler, alias }) => {
        bad.answer(handler);
        const response = await ask(alias, 'not a stream');
        await expectAnswer(response, 'not a stream', { text: 'from good', attempts: 2, ...GOOD });
        expect(bad.calls).toHaveLength(1);
      },
    );

    it('tells the last failure when both fail', async () => {
      bad.answer(json(errorBody('first words'), 500));
      good.answer(json(errorBody('last words'), 429, { 'retry-after': '9' }));
      const response = await ask('backed', 'not a stream');
      good.answer(answers('from good'));
      expect(response.status).toBe(429);
      expect(response.headers.get('retry-after')).toBe('9');
      expect((await response.json()).error).toMatchObject({ message: 'last words', code: 'provider_error' });
      expect(edgewayHeaders(response)).toEqual({ attempts: '2', ...GOOD });
    });
  });

  describe('at the network', () => {
    it.each(MODES)('traps I4: tells that nobody listens (%s)', async (mode) => {
      const response = await ask('refused-alone', mode);
      expect(response.status).toBe(502);
      expect((await response.json()).error.code).toBe('provider_unreachable');
      expect(edgewayHeaders(response)).toEqual({ attempts: '1', ...REFUSED });
      expect(await lineOf(response)).toMatchObject({ ending: 'upstream_error', status: 502, attempts: 1 });
    });

    it.each(MODES)('traps I4: asks a port that refuses once more when told to (%s)', async (mode) => {
      const response = await ask('refused-retried', mode);
      expect(response.status).toBe(502);
      expect(edgewayHeaders(response)).toEqual({ attempts: '2', ...REFUSED });
      await response.text();
      expect(await lineOf(response)).toMatchObject({ ending: 'upstream_error', attempts: 2 });
    });

    it.each(MODES)('traps I4: goes to the next target when nobody listens (%s)', async (mode) => {
      const response = await ask('refused-backed', mode);
      await expectAnswer(response, mode, { text: 'from good', attempts: 2, ...GOOD });
    });

    it.each(MODES)('never follows a redirect, which would take the credential along (%s)', async (mode) => {
      bad.answer((_, response) => {
        response.writeHead(302, { location: `${elsewhere.url}/v1/chat/completions` }).end();
      });
      const alone = await ask('alone', mode);
      expect(alone.status).toBe(502);
      expect((await alone.json()).error.code).toBe('provider_error');
      expect(alone.headers.get('location')).toBeNull();
      const backed = await ask('backed', mode);
      await expectAnswer(backed, mode, { text: 'from good', attempts: 2, ...GOOD });
      expect(elsewhere.calls).toHaveLength(0);
    });
  });

  describe('in the middle of an answer', () => {
    const start: Handler = (_, response) => {
      startEvents(response);
      response.write(chatStream(['partial']).split('data: ').slice(0, 3).join('data: '));
    };

    it.each(['alone', 'retried', 'backed'] as const)(
      'ends a stream that stalls with an error event, and tries nothing else (%s)',
      async (way) => {
        bad.answer(start);
        const response = await ask(`${way}-idle_ms`, 'stream');
        const text = await response.text();
        expect(response.status).toBe(200);
        expect(errorAtEnd(text)).toMatchObject({ code: 'provider_timeout' });
        expect(text).not.toContain('[DONE]');
        expect(await lineOf(response)).toMatchObject({
          ending: 'timeout',
          status: 200,
          attempts: 1,
          usage: { estimated: true },
        });
        expect([bad.calls.length, good.calls.length]).toEqual([1, 0]);
        await bad.calls[0]?.closed;
      },
    );

    it('does not take comments for an answer that goes on', async () => {
      bad.answer(async (call, response, request) => {
        await start(call, response, request);
        const ping = setInterval(() => response.write(': ping\n\n'), 50);
        response.on('close', () => clearInterval(ping));
      });
      const response = await ask('alone-idle_ms', 'stream');
      expect(errorAtEnd(await response.text())).toMatchObject({ code: 'provider_timeout' });
      await bad.calls[0]?.closed;
    });

    it('ends a stream that outlasts total_ms, however busy it is', async () => {
      bad.answer(async (call, response, request) => {
        await start(call, response, request);
        const event = chatStream(['more']).split('\n\n')[1];
        const talk = setInterval(() => response.write(`${event}\n\n`), 50);
        response.on('close', () => clearInterval(talk));
      });
      const response = await ask('backed-total_ms', 'stream');
      const text = await response.text();
      expect(errorAtEnd(text)).toMatchObject({ code: 'provider_timeout' });
      expect(text).not.toContain('[DONE]');
      expect(await lineOf(response)).toMatchObject({ ending: 'timeout', attempts: 1 });
      expect(good.calls).toHaveLength(0);
      await bad.calls[0]?.closed;
    });
  });

  describe('against the bound on the whole', () => {
    it.each(MODES)('total_ms ends the request over all attempts (%s)', async (mode) => {
      bad.answer(hang);
      const response = await ask('backed-total_ms', mode);
      expect(response.status).toBe(504);
      expect((await response.json()).error.code).toBe('provider_timeout');
      expect(edgewayHeaders(response)).toEqual({ attempts: '1', ...badOf('backed-total_ms') });
      expect(await lineOf(response)).toMatchObject({ ending: 'timeout', status: 504, attempts: 1 });
      expect(good.calls).toHaveLength(0);
      await bad.calls[0]?.closed;
    });

    it.each(MODES)('x-edgeway-timeout-ms lowers it (%s)', async (mode) => {
      bad.answer(hang);
      const response = await ask('backed', mode, { 'x-edgeway-timeout-ms': String(SHORT_MS) });
      expect(response.status).toBe(504);
      expect((await response.json()).error.code).toBe('provider_timeout');
      expect(await lineOf(response)).toMatchObject({ ending: 'timeout', status: 504, attempts: 1 });
      expect(good.calls).toHaveLength(0);
      await bad.calls[0]?.closed;
    });

    it.each(MODES)('x-edgeway-timeout-ms never raises it (%s)', async (mode) => {
      bad.answer(hang);
      const response = await ask('backed-total_ms', mode, { 'x-edgeway-timeout-ms': '600000' });
      expect(response.status).toBe(504);
      await response.text();
      await bad.calls[0]?.closed;
    });

    it('waits for no retry that total_ms would end', async () => {
      bad.answer(json(errorBody('slow down'), 429, { 'retry-after': '4' }));
      const response = await ask('retried-total_ms', 'not a stream');
      expect([429, 504]).toContain(response.status);
      await response.text();
      expect(bad.calls).toHaveLength(1);
    });
  });

  describe('of credentials', () => {
    it('asks with the next key when the first is refused, and remembers that', async () => {
      const whole = answers('second key');
      const refusal = json(errorBody('first key is bad'), 401);
      bad.answer((call, ...rest) => (keyOf(call)?.includes('first') ? refusal : whole)(call, ...rest));
      const response = await ask('two-keys', 'not a stream');
      await expectAnswer(response, 'not a stream', {
        text: 'second key',
        attempts: 2,
        provider: 'two-keys',
        model: 'm',
      });
      expect(bad.calls.map(keyOf)).toEqual(['Bearer sk-upstream-first-01', 'Bearer sk-upstream-second-2']);
      const again = await ask('two-keys', 'stream');
      expect(again.headers.get('x-edgeway-attempts')).toBe('1');
      await again.text();
    });

    it("tells that all were refused as 502, in none of the provider's words", async () => {
      bad.answer(json(errorBody('words about sk-upstream-first-03'), 401));
      const response = await ask('two-more', 'not a stream');
      const body = await response.text();
      expect(response.status).toBe(502);
      expect(JSON.parse(body).error.code).toBe('provider_credential_rejected');
      expect(body).not.toContain('words about');
      expect(response.headers.get('www-authenticate')).toBeNull();
      expect(response.headers.get('x-edgeway-attempts')).toBe('2');
      expect(bad.calls).toHaveLength(2);
    });

    it('takes an account without money for a refused key, though its status is 429', async () => {
      bad.answer(json(errorBody('top up', { type: 'insufficient_quota', code: 'insufficient_quota' }), 429));
      const response = await ask('two-poor', 'stream');
      await expectAnswer(response, 'stream', { text: 'from good', attempts: 3, ...GOOD });
      expect(bad.calls.map(keyOf)).toEqual(['Bearer sk-upstream-first-05', 'Bearer sk-upstream-second-6']);
    });
  });

  describe('traps C5: a provider that refuses stream_options', () => {
    const refusal = json(
      errorBody('Unknown parameter: stream_options', { param: 'stream_options', code: 'unknown_parameter' }),
      400,
    );
    const refusesStreamOptions: Handler = (call, ...rest) =>
      ('stream_options' in JSON.parse(call.body.toString()) ? refusal : answers('plain'))(call, ...rest);

    it('is asked again without what the gateway had added, and from then on at once', async () => {
      bad.answer(refusesStreamOptions);
      const first = await ask('picky', 'stream');
      const expected = { text: 'plain', provider: 'picky', model: 'm' };
      await expectAnswer(first, 'stream', { ...expected, attempts: 2 });
      const second = await ask('picky', 'stream');
      await expectAnswer(second, 'stream', { ...expected, attempts: 1 });
      expect(bad.calls).toHaveLength(3);
    });

    it('is quoted to a client that sent them itself', async () => {
      bad.answer(refusesStreamOptions);
      const response = await ask('picky-too/m', 'stream', {}, { stream_options: { include_usage: true } });
      expect(response.status).toBe(400);
      expect((await response.json()).error).toMatchObject({
        param: 'stream_options',
        code: 'unknown_parameter',
      });
      expect(bad.calls).toHaveLength(1);
    });
  });

  describe('and their connections', () => {
    it.each(MODES)(
      'traps A13: ten targets that fail in a row are closed and forgotten (%s)',
      async (mode) => {
        bad.answer(async (_, response) => {
          response.writeHead(500, { 'content-type': 'text/html' });
          await sendForEver(response, Buffer.alloc(16 * 1024, 0x20));
        });
        const response = await ask('ten-hops', mode);
        await expectAnswer(response, mode, { text: 'from good', attempts: 11, ...GOOD });
        expect(bad.calls.map(modelOf)).toEqual(Array.from({ length: 10 }, (_, hop) => `hop-${hop}`));
        await Promise.all(bad.calls.map(({ closed }) => closed));
      },
    );

    it('a refusal whose body never ends is told all the same, and closed', async () => {
      bad.answer((_, response) => {
        response.writeHead(500, { 'content-type': 'application/json' }).write('{"error":{"message":"half');
      });
      const response = await ask('alone-idle_ms', 'not a stream');
      expect([500, 504]).toContain(response.status);
      expect(await response.text()).not.toContain('half');
      await bad.calls[0]?.closed;
    });

    it('a stream that fails before content is closed though its provider would go on', async () => {
      const closed = createGate();
      bad.answer(async (_, response) => {
        startEvents(response);
        response.write(`data: ${JSON.stringify(errorBody('no'))}\n\n`);
        await sendForEver(response, Buffer.from(': still here\n\n'.repeat(100)));
        closed.open();
      });
      const response = await ask('backed', 'stream');
      await expectAnswer(response, 'stream', { text: 'from good', attempts: 2, ...GOOD });
      await closed.opened;
    });

    it('a connection that was reset is not used for the next request', async () => {
      bad.answer(reset);
      expect((await ask('alone', 'not a stream')).status).toBe(502);
      bad.answer(answers('well again'));
      const response = await ask('alone', 'stream');
      expect(dataOf(await response.text()).at(-1)).toBe('[DONE]');
    });
  });

  it('settles every request of this file exactly once', async () => {
    for (const id of requestIds) await gateway.lineOf(id);
    expect(countLines(gateway)).toEqual(new Map([...requestIds].map((id) => [id, 1])));
  });
});
