/**
 * What happens when a client leaves. Raw workerd tells a Worker at once of a connection that was reset, and of one
 * that was closed only when the Worker next writes (platform.md §3): so most clients here reset, and those that
 * close do so under a gateway with a small `keep_alive_ms`.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorBody, hang } from '../support/faults.ts';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { LeavingClient } from '../support/leaving-client.ts';
import {
  countLines,
  createGate,
  lineOfLabel,
  send,
  sendForEver,
  splitEvents,
  startEvents,
} from '../support/streaming.ts';
import {
  chatCompletion,
  chatStream,
  type Handler,
  json,
  sse,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts';

const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
const EXACT = { input_tokens: 5, output_tokens: 2, estimated: false };
const [ROLE = '', FIRST = '', SECOND = ''] = splitEvents(chatStream(['one', 'two']));

/** A refusal costs nothing; whether it had been heard when the client left is anybody's guess. */
const NOTHING_OR_INPUT = expect.toBeOneOf([null, expect.objectContaining({ estimated: true })]);

describe('a client that leaves', () => {
  let upstream: Upstream;
  let healthy: Upstream;
  /** Everything that listens on a port of its own for one test. */
  let sink: Sink;
  let gateway: Gateway;
  let restless: Gateway;
  const labels = new Map<Gateway, LeavingClient['label'][]>();

  beforeAll(async () => {
    upstream = await startUpstream();
    healthy = await startUpstream((call, ...rest) =>
      (JSON.parse(call.body.toString()).stream ? sse(chatStream(['x'])) : json(chatCompletion('x')))(
        call,
        ...rest,
      ),
    );
    sink = await startSink();
    const first = { provider: 'up', model: 'm' };
    /** It is refused below; that is nothing to the others. */
    const refused = { provider: 'up', model: 'refused' };
    const config = {
      providers: {
        up: standIn(upstream.url),
        healthy: standIn(healthy.url),
        sink: standIn(sink.url),
      },
      models: {
        backed: { retries: 2, targets: [first, { provider: 'healthy', model: 'm' }] },
        retried: { retries: 5, targets: [refused] },
        direct: { retries: 0, targets: [first] },
        native: { targets: [first], metering: false },
        ears: { retries: 0, targets: [{ provider: 'sink', model: 'whisper' }] },
      },
    };
    gateway = await startGateway({ config });
    restless = await startGateway({ config: { ...config, keep_alive_ms: 50 } });
    labels.set(gateway, []).set(restless, []);
  });
  afterAll(async () => {
    for (const one of [gateway, restless, upstream, healthy, sink]) await one.stop();
  });
  beforeEach(() => {
    upstream.calls.length = 0;
    healthy.calls.length = 0;
  });

  function start(
    body: object | null,
    path: string,
    through: Gateway = gateway,
    headers: Record<string, string> = {},
  ): LeavingClient {
    const client = new LeavingClient(through, path, body, headers);
    labels.get(through)?.push(client.label);
    return client;
  }
  const chat = (model: string, stream: boolean, through: Gateway = gateway) =>
    start({ model, stream, messages: [{ role: 'user', content: 'hi' }] }, '/v1/chat/completions', through);
  const speak = () => start({ model: 'up/tts', input: 'hello', voice: 'v' }, '/v1/audio/speech');

  /** The upstream hears of it, nobody else is asked, and it is logged as what it was. */
  async function expectAbort({ label }: LeavingClient, fields: object = {}, through: Gateway = gateway) {
    await (await upstream.call(0)).closed;
    expect(await lineOfLabel(through, label)).toMatchObject({
      ending: 'client_abort',
      attempts: 1,
      provider: 'up',
      usage: { estimated: true },
      ...fields,
    });
    expect([upstream.calls.length, healthy.calls.length]).toEqual([1, 0]);
  }

  /** Sends these bytes of a stream, and then nothing. */
  const stall =
    (bytes: string, onSent: () => void = () => undefined): Handler =>
    async (_, response) => {
      startEvents(response);
      await send(response, bytes);
      onSent();
    };

  describe.each([
    ['a stream', true],
    ['an answer', false],
  ])('while it waits for %s', (_, stream) => {
    it.each(['backed', 'retried', 'native'])(
      'traps A1, G6: ends the upstream call before its headers, and nothing is retried (%s)',
      async (model) => {
        upstream.answer(hang);
        const client = chat(model, stream);
        await upstream.call(0);
        client.leave();
        await expectAbort(client);
      },
    );

    it('traps G6: is not tried for again while a refusal is being waited out', async () => {
      const refused = createGate();
      upstream.answer(async (...call) => {
        await json(errorBody('slow down'), 429, { 'retry-after': '4' })(...call);
        refused.open();
      });
      const client = chat('retried', stream);
      await refused.opened;
      client.leave();
      await expectAbort(client, { usage: NOTHING_OR_INPUT });
    });

    it('ends a call whose refusal is still being told, and nothing is retried', async () => {
      const sent = createGate();
      upstream.answer((_, response) => {
        response.writeHead(500, { 'content-type': 'application/json' });
        response.write('{"error":', () => sent.open());
      });
      const client = chat('backed', stream);
      await sent.opened;
      client.leave();
      await expectAbort(client);
    });
  });

  it.each(['backed', 'retried', 'direct'])('ends a stream before its first token (%s)', async (model) => {
    const sent = createGate();
    upstream.answer(stall(ROLE, sent.open));
    const client = chat(model, true);
    await sent.opened;
    client.leave();
    await expectAbort(client);
  });

  it.each(['backed', 'direct'])(
    'traps A2: ends a stream that is silent in its middle (%s)',
    async (model) => {
      upstream.answer(stall(ROLE + FIRST));
      const client = chat(model, true);
      await client.until(FIRST);
      client.leave();
      await expectAbort(client, { status: 200 });
    },
  );

  it.each(['reset', 'close'] as const)('traps A3: ends a stream that is busy (%s)', async (how) => {
    upstream.answer(async (_, response) => {
      startEvents(response);
      await send(response, ROLE + FIRST);
      await sendForEver(response, Buffer.from(SECOND.repeat(20)));
    });
    const client = chat('backed', true);
    await client.until(SECOND);
    client.leave(how);
    await expectAbort(client, { status: 200 });
    const { usage } = await lineOfLabel(gateway, client.label);
    expect((usage as { output_tokens: number }).output_tokens).toBeGreaterThan(0);
  });

  describe('by closing, which a keep-alive comment brings to light,', () => {
    it.each(['backed', 'retried', 'direct'])('ends a stream without headers (%s)', async (model) => {
      upstream.answer(hang);
      const client = chat(model, true, restless);
      await client.until(':');
      client.leave('close');
      await expectAbort(client, { status: 200 }, restless);
    });

    it.each(['backed', 'direct'])('ends a stream before its first token (%s)', async (model) => {
      upstream.answer(stall(ROLE));
      const client = chat(model, true, restless);
      await client.until(':');
      client.leave('close');
      await expectAbort(client, { status: 200 }, restless);
    });

    it('ends a stream that is silent in its middle', async () => {
      upstream.answer(stall(ROLE + FIRST));
      const client = chat('backed', true, restless);
      await client.until(FIRST);
      client.leave('close');
      await expectAbort(client, { status: 200 }, restless);
    });

    it('is not tried for again while a refusal is being waited out', async () => {
      upstream.answer(json(errorBody('slow down'), 429, { 'retry-after': '4' }));
      const client = chat('retried', true, restless);
      await client.until(':');
      client.leave('close');
      await expectAbort(client, { status: 200, usage: NOTHING_OR_INPUT }, restless);
    });
  });

  it('ends a JSON body in its middle', async () => {
    const sent = createGate();
    upstream.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"choices":[', () => sent.open());
    });
    const client = chat('backed', false);
    await sent.opened;
    client.leave();
    await expectAbort(client);
  });

  it('ends a stream that nobody meters', async () => {
    upstream.answer(stall(ROLE + FIRST));
    const client = chat('native', true);
    await client.until(FIRST);
    client.leave();
    await (await upstream.call(0)).closed;
  });

  describe('while it listens to speech', () => {
    const startSound: Handler = async (_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      await send(response, Buffer.alloc(4096, 0x31));
    };

    it('ends a call without headers', async () => {
      upstream.answer(hang);
      const client = speak();
      await upstream.call(0);
      client.leave();
      await expectAbort(client);
    });

    it('ends a download that is silent', async () => {
      upstream.answer(startSound);
      const client = speak();
      await client.until('1');
      client.leave();
      await expectAbort(client, { status: 200 });
    });

    it.each(['reset', 'close'] as const)('ends a download that is busy (%s)', async (how) => {
      upstream.answer(async (call, response, request) => {
        await startSound(call, response, request);
        await sendForEver(response, Buffer.alloc(64 * 1024, 0x31));
      });
      const client = speak();
      await client.until('1'.repeat(200_000));
      client.leave(how);
      await expectAbort(client, { status: 200 });
    });
  });

  it.each(['reset', 'close'] as const)(
    'in the middle of an upload ends the upstream call (%s)',
    async (how) => {
      const client = start(null, '/v1/audio/transcriptions', gateway, {
        'content-type': 'multipart/form-data; boundary=cut',
      });
      const part = (head: string) => `--cut\r\ncontent-disposition: form-data; ${head}\r\n\r\n`;
      client.request.write(`${part('name="model"')}ears\r\n${part('name="file"; filename="a.mp3"')}`);
      client.request.write(Buffer.alloc(1024 * 1024, 1));
      const socket = await sink.receives(200_000);
      const closed = once(socket, 'close');
      client.leave(how);
      await closed;
      expect(await lineOfLabel(gateway, client.label)).toMatchObject({ ending: 'client_abort', attempts: 1 });
    },
  );

  describe('traps G7: with a whole answer', () => {
    it.each([
      ['reset', true],
      ['reset', false],
      ['close', true],
      ['close', false],
    ] as const)(
      'right at [DONE] is settled as complete, with its usage (%s, upstream ends: %s)',
      async (how, ends) => {
        upstream.answer(async (_, response) => {
          startEvents(response);
          await send(response, chatStream(['one', 'two'], { usage: USAGE }));
          if (ends) response.end();
        });
        const client = chat('backed', true);
        await client.until('[DONE]');
        client.leave(how);
        expect(await lineOfLabel(gateway, client.label)).toMatchObject({
          ending: 'complete',
          status: 200,
          usage: EXACT,
        });
        await (await upstream.call(0)).closed;
      },
    );

    it('after the finish reason is settled as complete', async () => {
      upstream.answer(stall(chatStream(['one'], { usage: USAGE, done: false })));
      const client = chat('backed', true);
      await client.until('"stop"');
      client.leave();
      expect(await lineOfLabel(gateway, client.label)).toMatchObject({ ending: 'complete', usage: EXACT });
      await (await upstream.call(0)).closed;
    });
  });

  it('among a hundred others disturbs none of them', async () => {
    const gate = createGate();
    upstream.answer(async (_, response) => {
      startEvents(response);
      await send(response, ROLE + FIRST);
      await gate.opened;
      response.end(chatStream(['one', 'two']).slice((ROLE + FIRST).length));
    });
    const clients = Array.from({ length: 100 }, () => chat('up/m', true));
    for (const client of clients) await client.until(FIRST);
    const leavers = clients.filter((_, index) => index % 2 === 0);
    for (const client of leavers) client.leave();
    for (const { label } of leavers)
      expect(await lineOfLabel(gateway, label)).toMatchObject({ ending: 'client_abort' });
    gate.open();
    for (const client of clients.filter((_, index) => index % 2 === 1)) {
      expect(await client.whole()).toBe(chatStream(['one', 'two']));
      expect(await lineOfLabel(gateway, client.label)).toMatchObject({ ending: 'complete' });
    }
  });

  it('is settled exactly once, in each of the tests of this file', () => {
    for (const [through, made] of labels) {
      expect(made.map((label) => label.lines(through).length)).toEqual(made.map(() => 1));
      expect([...countLines(through).values()]).toEqual(made.map(() => 1));
    }
  });
});

/** Takes in whatever comes and never answers. */
interface Sink {
  readonly url: string;
  /** The connection on which this many bytes have come; each is handed out once. */
  receives(bytes: number): Promise<Socket>;
  stop(): Promise<void>;
}

async function startSink(): Promise<Sink> {
  const sockets = new Set<Socket>();
  const waiting: { bytes: number; resolve: (socket: Socket) => void }[] = [];
  const server = createServer((socket) => {
    let received = 0;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      received += bytes.length;
      const index = waiting.findIndex((one) => received >= one.bytes);
      if (index === -1) return;
      waiting.splice(index, 1)[0]?.resolve(socket);
      received = Number.NEGATIVE_INFINITY;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    receives: (bytes) => new Promise((resolve) => waiting.push({ bytes, resolve })),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
