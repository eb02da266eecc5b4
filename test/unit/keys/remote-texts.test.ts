import { describe, expect, it } from 'vitest';
import { MAX_DOCUMENT_BYTES } from '../../../src/keys/fetch-text.ts';
import { BROKEN_STORE, createHost, createStore } from './key-set-host.ts';

const URL_A = 'https://id.example/keys';
/** `printf 'https://id.example/keys' | sha256sum` */
const NAME_A = 'jwks/1795ddef3f50ae4012def311fefbadbe3995f3956f401ad20db12b75ac2a380e';
const MINUTE = 60_000;

const isSound = (text: string): boolean => text.startsWith('sound');
const saying = (text: string) => () => new Response(text);
const failing = () => new Response('sound but no', { status: 500 });

describe('a remote text', () => {
  it('is asked for with all bounds of a stranger', async () => {
    const host = createHost(saying('sound 1'));
    expect(await host.isolate().current(URL_A, isSound, host.access)).toBe('sound 1');
    const [asked] = host.asked;
    expect(asked?.url).toBe(URL_A);
    expect(asked?.init).toMatchObject({ redirect: 'manual', headers: { accept: 'application/json' } });
    expect(asked?.init.signal).toBeInstanceOf(AbortSignal);
    expect(asked?.init.method ?? 'GET').toBe('GET');
    expect(host.logged).toEqual([]);
  });

  it('is kept in the isolate for ten minutes', async () => {
    const host = createHost(saying('sound 1'));
    const texts = host.isolate();
    await texts.current(URL_A, isSound, host.access);
    host.answer = saying('sound 2');
    host.clock.now += 10 * MINUTE - 1;
    expect(await texts.current(URL_A, isSound, host.access)).toBe('sound 1');
    expect(host.asked).toHaveLength(1);
    host.clock.now += 1;
    expect(await texts.current(URL_A, isSound, host.access)).toBe('sound 2');
    expect(host.asked).toHaveLength(2);
  });

  it('is kept in the store for an hour, for all isolates, under the hash of its URL', async () => {
    const host = createHost(saying('sound 1'));
    const store = createStore();
    await host.isolate(store).current(URL_A, isSound, host.access);
    await host.settled();
    expect(store.puts).toEqual([{ name: NAME_A, expirationTtl: 3600 }]);
    expect(store.texts.get(NAME_A)).toBe('sound 1');
    host.answer = failing;
    expect(await host.isolate(store).current(URL_A, isSound, host.access)).toBe('sound 1');
    expect(host.asked).toHaveLength(1);
  });

  it('does not wait for the store to keep it', async () => {
    const host = createHost(saying('sound 1'));
    const store = { get: async () => null, put: () => new Promise<void>(() => undefined) };
    expect(await host.isolate(store).current(URL_A, isSound, host.access)).toBe('sound 1');
  });

  it('comes from the network when the store throws, or holds garbage', async () => {
    const host = createHost(saying('sound 1'));
    expect(await host.isolate(BROKEN_STORE).current(URL_A, isSound, host.access)).toBe('sound 1');
    await host.settled();
    const store = createStore(new Map([[NAME_A, 'garbage']]));
    expect(await host.isolate(store).current(URL_A, isSound, host.access)).toBe('sound 1');
    await host.settled();
    expect(store.texts.get(NAME_A)).toBe('sound 1');
  });

  it('is one for each URL', async () => {
    const host = createHost((url) => new Response(`sound ${url}`));
    const texts = host.isolate(createStore());
    for (const url of [URL_A, `${URL_A}?p=1`, URL_A])
      expect(await texts.current(url, isSound, host.access)).toBe(`sound ${url}`);
    expect(host.asked).toHaveLength(2);
  });
});

describe('a remote text that cannot be had', () => {
  const stream = (...pieces: (string | Error)[]) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces.shift();
        if (piece === undefined) controller.close();
        else if (typeof piece === 'string') controller.enqueue(new TextEncoder().encode(piece));
        else controller.error(piece);
      },
    });

  it.each([
    ['a refusal', () => new Response('sound', { status: 404 }), 'answered with status 404'],
    [
      'a redirect',
      () => new Response('sound', { status: 302, headers: { location: 'https://evil.example' } }),
      'answered with status 302',
    ],
    ['another success', () => new Response('sound', { status: 203 }), 'answered with status 203'],
    ['nonsense', () => new Response('<html>'), 'makes no sense'],
    ['nothing', () => new Response(null), 'makes no sense'],
    ['no text', () => new Response(new Uint8Array([0x73, 0xff])), 'could not be read'],
    ['a broken body', () => new Response(stream('sound', new Error('reset'))), 'could not be read'],
    [
      'no connection',
      () => {
        throw new Error('refused');
      },
      'could not be read',
    ],
    ['too much', () => new Response(`sound${' '.repeat(MAX_DOCUMENT_BYTES)}`), 'is longer than 262144'],
  ])('because of %s is null, and told in the log', async (_, answer, problem) => {
    const host = createHost(answer);
    const store = createStore();
    expect(await host.isolate(store).current(URL_A, isSound, host.access)).toBeNull();
    await host.settled();
    expect(host.logged).toEqual([
      {
        type: 'identity_document_unavailable',
        url: URL_A,
        problem: expect.stringMatching(`^${problem}`),
      },
    ]);
    expect(store.puts).toEqual([]);
  });

  it('may be as long as the bound, and is read no further than that', async () => {
    const whole = 'sound'.padEnd(MAX_DOCUMENT_BYTES);
    const host = createHost(saying(whole));
    expect(await host.isolate().current(URL_A, isSound, host.access)).toBe(whole);
    let pulled = 0;
    let isCancelled = false;
    host.answer = () =>
      new Response(
        new ReadableStream<Uint8Array>({
          pull(controller) {
            pulled += 1;
            controller.enqueue(new Uint8Array(64 * 1024).fill(0x73));
          },
          cancel() {
            isCancelled = true;
          },
        }),
        { headers: { 'content-length': '10' } },
      );
    expect(await host.isolate().current(URL_A, isSound, host.access)).toBeNull();
    expect(isCancelled).toBe(true);
    expect(pulled).toBeLessThan(8);
  });

  it('is not asked for again for five seconds', async () => {
    const host = createHost(failing);
    const texts = host.isolate();
    expect(await texts.current(URL_A, isSound, host.access)).toBeNull();
    host.answer = saying('sound 1');
    host.clock.now += 4999;
    expect(await texts.current(URL_A, isSound, host.access)).toBeNull();
    expect(host.asked).toHaveLength(1);
    host.clock.now += 1;
    expect(await texts.current(URL_A, isSound, host.access)).toBe('sound 1');
  });

  it('is found in the store in the meantime', async () => {
    const host = createHost(failing);
    const store = createStore();
    const texts = host.isolate(store);
    expect(await texts.current(URL_A, isSound, host.access)).toBeNull();
    store.texts.set(NAME_A, 'sound of another isolate');
    expect(await texts.current(URL_A, isSound, host.access)).toBe('sound of another isolate');
  });

  it('is asked for once, however many come at once', async () => {
    const host = createHost(saying('sound 1'));
    const texts = host.isolate();
    const both = [1, 2, 3].map(() => texts.current(URL_A, isSound, host.access));
    expect(await Promise.all(both)).toEqual(['sound 1', 'sound 1', 'sound 1']);
    expect(host.asked).toHaveLength(1);
  });
});

describe('a remote text that somebody found wanting', () => {
  it('is asked for anew, and kept for everybody', async () => {
    const host = createHost(saying('sound 1'));
    const store = createStore();
    const texts = host.isolate(store);
    await texts.current(URL_A, isSound, host.access);
    host.answer = saying('sound 2');
    host.clock.now += 30_000;
    expect(await texts.refetched(URL_A, isSound, host.access)).toBe('sound 2');
    expect(await texts.current(URL_A, isSound, host.access)).toBe('sound 2');
    await host.settled();
    expect(store.texts.get(NAME_A)).toBe('sound 2');
  });

  it('goes to the network once in half a minute, however often it is asked for', async () => {
    const host = createHost(saying('sound 1'));
    const texts = host.isolate();
    await texts.current(URL_A, isSound, host.access);
    for (let second = 0; second < 120; second += 1) {
      host.clock.now += 1000;
      expect(await texts.refetched(URL_A, isSound, host.access)).toBe('sound 1');
    }
    expect(host.asked).toHaveLength(1 + 120 / 30);
  });

  it('costs no write to the store when it is what it was', async () => {
    const host = createHost(saying('sound 1'));
    const store = createStore();
    const texts = host.isolate(store);
    await texts.current(URL_A, isSound, host.access);
    host.clock.now += 30_000;
    await texts.refetched(URL_A, isSound, host.access);
    await host.settled();
    expect(host.asked).toHaveLength(2);
    expect(store.puts).toHaveLength(1);
  });

  it('stays what it was when that fails, and is left alone for half a minute', async () => {
    const host = createHost(saying('sound 1'));
    const texts = host.isolate();
    await texts.current(URL_A, isSound, host.access);
    host.answer = failing;
    host.clock.now += 30_000;
    expect(await texts.refetched(URL_A, isSound, host.access)).toBe('sound 1');
    expect(await texts.current(URL_A, isSound, host.access)).toBe('sound 1');
    host.answer = saying('sound 2');
    host.clock.now += 29_999;
    expect(await texts.refetched(URL_A, isSound, host.access)).toBe('sound 1');
    host.clock.now += 1;
    expect(await texts.refetched(URL_A, isSound, host.access)).toBe('sound 2');
  });

  it('cannot be had while another request asks: neither old nor asked for twice', async () => {
    const host = createHost(saying('sound 1'));
    const texts = host.isolate();
    await texts.current(URL_A, isSound, host.access);
    host.clock.now += 30_000;
    const { promise, resolve } = Promise.withResolvers<Response>();
    host.answer = () => promise;
    const first = texts.refetched(URL_A, isSound, host.access);
    expect(await texts.refetched(URL_A, isSound, host.access)).toBeNull();
    expect(await texts.current(URL_A, isSound, host.access)).toBe('sound 1');
    resolve(new Response('sound 2'));
    expect(await first).toBe('sound 2');
    expect(await texts.refetched(URL_A, isSound, host.access)).toBe('sound 2');
    expect(host.asked).toHaveLength(2);
  });

  it('is asked for to the end, though the client leaves', async () => {
    const host = createHost(saying('sound 1'));
    const texts = host.isolate();
    void texts.refetched(URL_A, isSound, host.access);
    await host.settled();
    expect(await texts.current(URL_A, isSound, host.access)).toBe('sound 1');
    expect(host.asked).toHaveLength(1);
  });
});
