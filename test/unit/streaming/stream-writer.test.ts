import { describe, expect, it } from 'vitest';
import { MAX_PENDING_BYTES, StreamWriter } from '../../../src/streaming/stream-writer.ts';

const bytesOf = (length: number, value = 1) => new Uint8Array(length).fill(value);

/** A writer, and how often it was told that its reader has gone. */
function create(): { writer: StreamWriter; gone: () => number } {
  let count = 0;
  const writer = new StreamWriter(() => {
    count += 1;
  });
  return { writer, gone: () => count };
}

/** Whether `work` is settled once everything that can go on without I/O has gone on. */
async function isSettled(work: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  work.then(settle, settle);
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  return settled;
}

describe('StreamWriter', () => {
  it('delivers everything that was written, in order, and then the end', async () => {
    const { writer, gone } = create();
    const received = new Response(writer.readable).arrayBuffer();
    for (let value = 0; value < 200; value += 1) await writer.write(bytesOf(3, value));
    await writer.close();
    const expected = Array.from({ length: 600 }, (_, at) => Math.floor(at / 3));
    expect([...new Uint8Array(await received)]).toEqual(expected);
    expect(gone()).toBe(0);
  });

  it('does not wait for the reader while little is pending', async () => {
    const { writer } = create();
    for (let i = 0; i < 8; i += 1) expect(writer.write(bytesOf(1000))).toBeNull();
    await writer.readable.cancel();
  });

  it('waits for a slow reader once more than the bound is pending', async () => {
    const { writer } = create();
    await writer.write(bytesOf(MAX_PENDING_BYTES));
    const beyond = writer.write(bytesOf(1));
    expect(await isSettled(beyond ?? Promise.resolve())).toBe(false);
    const received = new Response(writer.readable).arrayBuffer();
    await beyond;
    await writer.close();
    expect((await received).byteLength).toBe(MAX_PENDING_BYTES + 1);
  });

  it('tells once that the reader has gone, and lets a waiting write go on', async () => {
    const { writer, gone } = create();
    await writer.write(bytesOf(MAX_PENDING_BYTES));
    const beyond = writer.write(bytesOf(1));
    await writer.readable.cancel();
    await beyond;
    await writer.write(bytesOf(10));
    await writer.close();
    expect(gone()).toBe(1);
    expect(writer.isGone).toBe(true);
  });

  it('writes nothing for an empty chunk', async () => {
    const { writer } = create();
    await writer.write(bytesOf(0));
    const received = new Response(writer.readable).arrayBuffer();
    await writer.write(bytesOf(2));
    await writer.close();
    expect((await received).byteLength).toBe(2);
  });

  it('breaks the body off when it is aborted, after what was written', async () => {
    const { writer } = create();
    const reader = writer.readable.getReader();
    const written = writer.write(bytesOf(4));
    expect((await reader.read()).value?.length).toBe(4);
    await written;
    const rest = reader.read();
    const failure = expect(rest).rejects.toThrow('upstream broke');
    await writer.abort(new Error('upstream broke'));
    await failure;
  });

  it('neither close nor abort rejects once the reader has gone', async () => {
    const { writer } = create();
    await writer.readable.cancel();
    await expect(writer.close()).resolves.toBeUndefined();
    await expect(writer.abort(new Error('late'))).resolves.toBeUndefined();
  });

  it('tells observers that all has gone when the reader has it, and not before', async () => {
    const told: string[] = [];
    const writer = new StreamWriter(() => undefined, {
      onWrite: () => told.push('write'),
      onEnd: () => told.push('end'),
      onClosed: () => told.push('closed'),
    });
    writer.write(bytesOf(1));
    const closing = writer.close();
    expect(await isSettled(closing)).toBe(false);
    expect(told).toEqual(['write', 'end']);
    await new Response(writer.readable).arrayBuffer();
    await closing;
    expect(told).toEqual(['write', 'end', 'closed']);
  });

  it('tells them too when the reader has left, or the body is broken off', async () => {
    let closed = 0;
    const create = () => {
      const observer = { onWrite: () => undefined, onEnd: () => undefined };
      return new StreamWriter(() => undefined, { ...observer, onClosed: () => (closed += 1) });
    };
    const left = create();
    await left.readable.cancel();
    await left.close();
    const broken = create();
    broken.readable.cancel();
    await broken.abort(new Error('upstream broke'));
    expect(closed).toBe(2);
  });
});
