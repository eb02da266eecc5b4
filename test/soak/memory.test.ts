/** Memory of the Worker's process under many streams, and under one reader that is slow. Figures are printed. */
import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { mib, residentMib, watchMemory } from '../support/memory.ts';
import {
  BodyReader,
  countLines,
  drained,
  errorAtEnd,
  send,
  sendForEver,
  splitEvents,
  startEvents,
} from '../support/streaming.ts';
import { chatStream, sse, startUpstream, type Upstream } from '../support/upstream.ts';

const STREAMS = 500;
const EVENTS = 20;
const TICK_MS = 500;
const WARM_UPS = 5;
const MEBIBYTE = 1024 * 1024;
const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

describe('memory', () => {
  let upstream: Upstream;
  let gateway: Gateway;
  let sent: number;

  beforeAll(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
      config: {
        providers: { up: standIn(upstream.url) },
        models: {
          direct: { retries: 0, targets: [{ provider: 'up', model: 'm' }] },
          native: { targets: [{ provider: 'up', model: 'm' }], metering: false },
        },
      },
    });
    upstream.answer(
      sse(
        chatStream(
          Array.from({ length: EVENTS }, () => 'warm'),
          { usage: USAGE },
        ),
      ),
    );
    for (let index = 0; index < 200; index += 1) await (await ask()).text();
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });
  beforeEach(() => {
    gateway.lines.length = 0;
    upstream.calls.length = 0;
    sent = 0;
  });

  const ask = (model = 'direct'): Promise<Response> =>
    gateway.post('/v1/chat/completions', {
      model,
      stream: true,
      messages: [{ role: 'user', content: 'hi' }],
    });

  it(`${STREAMS} slow streams at once hold a constant memory, leave none behind, and are settled once each`, async () => {
    const words = Array.from({ length: EVENTS }, (_, index) => `word ${index} `);
    const events = splitEvents(chatStream(words, { usage: USAGE }));
    const expected = chatStream(words);
    // By what the client was told, because a client that finds its idle connection closed sends again.
    const requestIds = new Set<string | null>();

    /** All streams open, then an event for each of them at every tick; the memory at the opening and each tick. */
    async function round(tickMs: number): Promise<number[]> {
      const open: ServerResponse[] = [];
      upstream.answer((_, response) => {
        startEvents(response);
        response.write(events[0]);
        open.push(response);
      });
      const readers = await Promise.all(
        Array.from({ length: STREAMS }, async () => {
          const response = await ask();
          requestIds.add(response.headers.get('x-request-id'));
          const reader = new BodyReader(response);
          await reader.until(events[0] ?? '');
          return reader;
        }),
      );
      const samples = [residentMib(gateway.pid)];
      for (const event of events.slice(1)) {
        await Promise.all(open.map((response) => send(response, event)));
        await delay(tickMs);
        samples.push(residentMib(gateway.pid));
      }
      for (const response of open) response.end();
      for (const reader of readers) expect(await reader.rest()).toBe(expected);
      return samples;
    }

    const idle = residentMib(gateway.pid);
    const [opened = 0] = await round(20);
    const perStreamKib = ((opened - idle) * 1024) / STREAMS;
    console.log(
      `${STREAMS} streams: ${mib(idle)} before, ${mib(opened)} open: ${perStreamKib.toFixed(0)} KiB each`,
    );
    expect(perStreamKib).toBeLessThan(512);
    // The collector lets the heap grow to the size of its work before it keeps it there.
    for (let warmUp = 0; warmUp < WARM_UPS; warmUp += 1) await round(20);
    const peaks: number[] = [];
    for (let measured = 0; measured < 2; measured += 1) {
      const samples = await round(TICK_MS);
      const early = Math.max(...samples.slice(0, 5));
      const late = Math.max(...samples.slice(-5));
      console.log(
        `${STREAMS} streams over ${(TICK_MS * samples.length) / 1000} s: ${mib(early)} early, ${mib(late)} late`,
      );
      expect(late - early).toBeLessThan(24);
      peaks.push(Math.max(...samples));
    }
    expect((peaks[1] ?? 0) - (peaks[0] ?? 0)).toBeLessThan(24);

    expect(requestIds.size).toBe((1 + WARM_UPS + 2) * STREAMS);
    const settled = () => gateway.lines.filter(({ request_id }) => requestIds.has(String(request_id)));
    await vi.waitUntil(() => settled().length >= requestIds.size, { timeout: 30_000 });
    expect(settled().length).toBe(requestIds.size);
    expect(new Set(settled().map(({ request_id }) => request_id)).size).toBe(requestIds.size);
    expect(new Set(settled().map(({ ending }) => ending))).toEqual(new Set(['complete']));
  }, 180_000);

  describe('traps A5: more than any socket holds', () => {
    // Linux lets the two connections on the way take up tens of megabytes each before anybody has to wait.
    const TOTAL = 160 * MEBIBYTE;
    const event = splitEvents(chatStream(['x'.repeat(4000)]))[1] ?? '';
    const eventBlock = event.repeat(16);
    const [role = ''] = splitEvents(chatStream([]));
    const finish = chatStream([]).slice(role.length);
    const blocks = Math.ceil(TOTAL / eventBlock.length);

    /** Writes as fast as the gateway takes it, and counts. */
    async function pour(response: ServerResponse, block: string | Buffer, times: number): Promise<void> {
      for (let index = 0; index < times && !response.destroyed; index += 1) {
        if (!response.write(block)) await drained(response);
        sent += block.length;
      }
    }

    function pourEvents(): void {
      upstream.answer(async (_, response) => {
        startEvents(response);
        await send(response, role);
        await pour(response, eventBlock, blocks);
        response.end(finish);
      });
    }

    function pourBytes(): void {
      const block = Buffer.alloc(64 * 1024, 0x31);
      upstream.answer(async (_, response) => {
        response.writeHead(200, { 'content-type': 'audio/mpeg' });
        await pour(response, block, TOTAL / block.length);
        response.end();
      });
    }

    beforeAll(async () => {
      for (const [, start, connect] of WAYS) {
        start();
        for await (const _ of await connect()); // once at full speed, so that the heap has its size
      }
    }, 60_000);

    /** `node:http`, because its streams can really be left unread. */
    async function open(path: string, body: object): Promise<IncomingMessage> {
      const call = request(gateway.url + path, {
        method: 'POST',
        agent: false,
        headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      });
      call.end(JSON.stringify(body));
      const [response] = await once(call, 'response');
      return response;
    }
    const chat = (model: string) =>
      open('/v1/chat/completions', { model, stream: true, messages: [{ role: 'user', content: 'hi' }] });
    const WAYS = [
      ['as metered events', pourEvents, () => chat('direct'), blocks * eventBlock.length],
      ['as events that nobody meters', pourEvents, () => chat('native'), blocks * eventBlock.length],
      [
        'as bytes',
        pourBytes,
        () => open('/v1/audio/speech', { model: 'up/tts', input: 'hi', voice: 'v' }),
        TOTAL,
      ],
    ] as const;

    it.each(WAYS)('%s wait at the provider while the reader waits', async (_, start, connect, total) => {
      start();
      const { before, peak } = await watchMemory(gateway.pid, async () => {
        const response = await connect();
        expect(response.statusCode).toBe(200);
        let seen = -1;
        // Nobody reads: what the sockets and the gateway hold fills up, and then nothing moves.
        await vi.waitUntil(
          () => {
            const isStill = sent > 0 && sent === seen;
            seen = sent;
            return isStill;
          },
          { timeout: 30_000, interval: 500 },
        );
        console.log(`stalled after ${mib(sent / MEBIBYTE)} of ${mib(total / MEBIBYTE)}`);
        expect(sent).toBeLessThan(total / 2);
        let received = 0;
        for await (const chunk of response) received += (chunk as Buffer).length;
        expect(received).toBeGreaterThanOrEqual(total);
      });
      console.log(`stalled reader: ${mib(before)} before, ${mib(peak)} at most`);
      expect(peak - before).toBeLessThan(20);
    });

    it.each(WAYS)('%s through a slow reader keep the memory flat', async (_, start, connect, total) => {
      start();
      const { before, peak } = await watchMemory(gateway.pid, async () => {
        const response = await connect();
        let received = 0;
        for await (const chunk of response) {
          received += (chunk as Buffer).length;
          await delay(1);
        }
        expect(received).toBeGreaterThanOrEqual(total);
      });
      console.log(`slow reader: ${mib(before)} before, ${mib(peak)} at most`);
      expect(peak - before).toBeLessThan(20);
    });
  });

  it('traps B3: events without end cost no more than the largest event may, and leave nothing behind', async () => {
    upstream.answer(async (_, response) => {
      startEvents(response);
      await send(
        response,
        `${splitEvents(chatStream(['x']))
          .slice(0, 2)
          .join('')}data: `,
      );
      await sendForEver(response, Buffer.alloc(MEBIBYTE, 0x61));
    });
    const peaks: number[] = [];
    const start = residentMib(gateway.pid);
    for (let round = 0; round < 6; round += 1) {
      const { peak } = await watchMemory(gateway.pid, async () => {
        const text = await (await ask()).text();
        expect(errorAtEnd(text)).toHaveProperty('code');
      });
      peaks.push(peak);
    }
    console.log(`endless events: ${mib(start)} before, at most ${peaks.map(mib).join(', ')}`);
    expect(Math.max(...peaks) - start).toBeLessThan(128);
    expect(Math.max(...peaks.slice(3)) - Math.max(...peaks.slice(0, 3))).toBeLessThan(40);
  });

  it('streams that clients leave, one after the other, leave nothing behind', async () => {
    upstream.answer(async (_, response) => {
      startEvents(response);
      await sendForEver(
        response,
        Buffer.from(
          chatStream(['x'.repeat(500)])
            .split('data: [DONE]')[0]
            ?.slice(0, -200) ?? '',
        ),
      );
    });
    const round = async () => {
      for (let index = 0; index < 200; index += 1) {
        const reader = (await ask()).body?.getReader();
        await reader?.read();
        await reader?.cancel();
      }
      return residentMib(gateway.pid);
    };
    const rounds = [await round(), await round(), await round(), await round()];
    console.log(`800 abandoned streams: ${rounds.map(mib).join(', ')}`);
    expect((rounds[3] ?? 0) - Math.max(...rounds.slice(0, 3))).toBeLessThan(24);
    await vi.waitUntil(() => countLines(gateway).size >= 800, { timeout: 30_000 });
    expect([...countLines(gateway).values()].every((count) => count === 1)).toBe(true);
    expect(new Set(gateway.lines.map(({ ending }) => ending))).toEqual(new Set(['client_abort']));
  }, 120_000);
});
