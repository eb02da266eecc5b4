import { afterEach, describe, expect, it, vi } from 'vitest';
import { concat } from '../../../src/bytes.ts';
import { GatewayUnavailable, RequestTooLarge } from '../../../src/errors.ts';
import { BodyMemory, BodyShare } from '../../../src/gateway/body-memory.ts';
import { ClientLeft, Departure } from '../../../src/gateway/client-left.ts';

/** A body of chunks of these lengths; `isOpen` leaves it waiting behind them. */
function bodyOf(lengths: readonly number[], isOpen = false): ReadableStream<Uint8Array> {
  const left = [...lengths];
  return new ReadableStream({
    pull(controller) {
      const length = left.shift();
      if (length !== undefined) controller.enqueue(new Uint8Array(length).fill(length));
      else if (!isOpen) controller.close();
    },
  });
}

interface ShareOptions {
  readonly lengths?: readonly number[];
  readonly body?: ReadableStream<Uint8Array> | null;
  readonly contentLength?: number;
  readonly maxBytes?: number;
  readonly memory?: BodyMemory;
  readonly signal?: AbortSignal;
}

const share = (options: ShareOptions) =>
  new BodyShare({
    incoming: new Response(options.body === undefined ? bodyOf(options.lengths ?? []) : options.body),
    contentLength: options.contentLength ?? null,
    maxBytes: options.maxBytes ?? 1000,
    memory: options.memory ?? new BodyMemory(1000),
    departure: new Departure(options.signal ?? new AbortController().signal),
  });

describe('BodyMemory', () => {
  it('gives what can be done without only while half of it stays free', () => {
    const memory = new BodyMemory(10);
    expect(memory.takeSpare(6)).toBe(false);
    expect(memory.takeSpare(5)).toBe(true);
    expect(memory.takeSpare(1)).toBe(false);
    expect(memory.take(5)).toBe(true);
    memory.give(6);
    expect(memory.takeSpare(1)).toBe(true);
  });

  it('gives up to its bound, and again what was given back', () => {
    const memory = new BodyMemory(10);
    expect(memory.take(6)).toBe(true);
    expect(memory.take(5)).toBe(false);
    expect(memory.takenBytes).toBe(6);
    expect(memory.take(4)).toBe(true);
    memory.give(6);
    expect(memory.take(6)).toBe(true);
    expect(memory.takenBytes).toBe(10);
  });
});

describe('BodyShare', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('hands out the body, counts what came, and gives it back exactly once', async () => {
    const memory = new BodyMemory(1000);
    const one = share({ lengths: [3, 4, 5], memory });
    const other = share({ lengths: [7], memory });
    expect(await one.readAll()).toEqual(
      concat([3, 4, 5].map((length) => new Uint8Array(length).fill(length))),
    );
    await other.readAll();
    expect(memory.takenBytes).toBe(19);
    one.release();
    one.release();
    expect(memory.takenBytes).toBe(7);
    other.release();
    expect(memory.takenBytes).toBe(0);
  });

  it('has nothing where there is no body', async () => {
    const one = share({ body: null });
    expect(await one.readAll()).toEqual(new Uint8Array(0));
    one.release();
  });

  it('lets what comes after the release pass without counting it, and still bounds the body', async () => {
    const memory = new BodyMemory(10);
    const one = share({ lengths: [10, 10, 10], maxBytes: 25, memory });
    await one.read();
    one.release();
    expect((await one.read())?.length).toBe(10);
    expect(memory.takenBytes).toBe(0);
    await expect(one.read()).rejects.toBeInstanceOf(RequestTooLarge);
  });

  it('traps H10: refuses a body larger than the limit by the bytes that come, whatever was declared', async () => {
    const memory = new BodyMemory(1000);
    const one = share({ lengths: [60, 60], contentLength: 10, maxBytes: 100, memory });
    await expect(one.readAll()).rejects.toThrow('100 bytes');
    one.release();
    expect(memory.takenBytes).toBe(0);
  });

  it('traps H10: takes a body of exactly the limit', async () => {
    const one = share({ lengths: [60, 40], contentLength: 100, maxBytes: 100 });
    expect((await one.readAll()).length).toBe(100);
  });

  it('refuses a body that is declared too large, without taking memory for it', async () => {
    const memory = new BodyMemory(1000);
    const one = share({ lengths: [60, 60], contentLength: 101, maxBytes: 100, memory });
    await expect(one.read()).rejects.toBeInstanceOf(RequestTooLarge);
    expect(memory.takenBytes).toBe(0);
  });

  it('refuses a body that is too large also when its sender falls silent', async () => {
    vi.useFakeTimers();
    const one = share({ body: bodyOf([60, 60], true), maxBytes: 100 });
    const refusal = expect(one.readAll()).rejects.toBeInstanceOf(RequestTooLarge);
    await vi.advanceTimersByTimeAsync(60_000);
    await refusal;
  });

  it('leaves no timer behind when it refuses', async () => {
    vi.useFakeTimers();
    const one = share({ lengths: [60, 60, 60, 60], maxBytes: 100 });
    await expect(one.readAll()).rejects.toBeInstanceOf(RequestTooLarge);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('turns a body away when the isolate is full, and keeps the count right', async () => {
    const memory = new BodyMemory(100);
    const first = share({ lengths: [80], memory });
    const second = share({ lengths: [10, 30], memory });
    await first.readAll();
    await expect(second.readAll()).rejects.toBeInstanceOf(GatewayUnavailable);
    expect(memory.takenBytes).toBe(90);
    second.release();
    expect(memory.takenBytes).toBe(80);
    first.release();
    expect(memory.takenBytes).toBe(0);
  });

  it('takes a body that breaks off for a client that has left', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new TypeError('reset')),
    });
    await expect(share({ body }).read()).rejects.toBeInstanceOf(ClientLeft);
  });

  it('ends a read that waits when the client leaves', async () => {
    const controller = new AbortController();
    const one = share({ body: bodyOf([5], true), signal: controller.signal });
    expect((await one.read())?.length).toBe(5);
    const waiting = expect(one.read()).rejects.toBeInstanceOf(ClientLeft);
    controller.abort();
    await waiting;
  });

  it('ends a read for a client that had left before', { timeout: 2000 }, async () => {
    const one = share({ body: bodyOf([], true), signal: AbortSignal.abort() });
    await expect(one.read()).rejects.toBeInstanceOf(ClientLeft);
  });
});
