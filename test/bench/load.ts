/** The load generator, in a process of its own: does one task at a time, as the harness sends them. */
import { HttpConnection, type Timing } from './http-connection.ts';
import { SERIAL } from './requests.ts';
import { percentile } from './statistics.ts';

export type LoadTask = {
  readonly port: number;
  readonly request: string;
  readonly numbers?: Numbers;
} & (
  | { /** As fast as they are answered. */ readonly kind: 'closed'; connections: number; requests: number }
  | { /** At a fixed rate, answered or not. */ readonly kind: 'open'; perSecond: number; requests: number }
  | { /** Streams that stay open until the next `release`. */ readonly kind: 'hold'; connections: number }
  | { readonly kind: 'release' }
);

/** What stands in the place of `SERIAL`, one after the other, and from the beginning again: default from 1, without end. */
export interface Numbers {
  readonly from: number;
  readonly count: number;
}

export interface LoadResult {
  readonly seconds: number;
  /** Milliseconds. */
  readonly wholeP50: number;
  readonly wholeP99: number;
  readonly firstByteP50: number;
}

process.on('disconnect', () => process.exit());
process.on('message', async ({ task }: { task: LoadTask }) => {
  try {
    process.send?.({ result: await run(task) });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});

let held: HttpConnection[] = [];

/** The bytes of the next request: always the same, unless the request is numbered. */
function bytesOf({ request, numbers = EVER_NEW }: LoadTask): () => Buffer {
  const pieces = request.split(SERIAL);
  if (pieces.length === 1) {
    const bytes = Buffer.from(request);
    return () => bytes;
  }
  const { from, count } = numbers;
  let sent = 0;
  return () => {
    const serial = String(from + (sent % count)).padStart(SERIAL.length, '0');
    sent += 1;
    return Buffer.from(pieces.join(serial));
  };
}

const EVER_NEW: Numbers = { from: 1, count: Number.POSITIVE_INFINITY };

async function run(task: LoadTask): Promise<LoadResult> {
  const next = bytesOf(task);
  const startedAt = performance.now();
  const timings = await perform(task, next);
  return {
    seconds: (performance.now() - startedAt) / 1000,
    wholeP50: percentile(
      timings.map(({ wholeMs }) => wholeMs),
      0.5,
    ),
    wholeP99: percentile(
      timings.map(({ wholeMs }) => wholeMs),
      0.99,
    ),
    firstByteP50: percentile(
      timings.map(({ firstByteMs }) => firstByteMs),
      0.5,
    ),
  };
}

function perform(task: LoadTask, next: () => Buffer): Promise<Timing[]> {
  switch (task.kind) {
    case 'closed':
      return runClosed(task.port, next, task.connections, task.requests);
    case 'open':
      return runOpen(task.port, next, task.perSecond, task.requests);
    case 'hold':
      return hold(task.port, next, task.connections);
    case 'release':
      for (const connection of held.splice(0)) connection.close();
      return Promise.resolve([]);
  }
}

async function runClosed(
  port: number,
  next: () => Buffer,
  connections: number,
  requests: number,
): Promise<Timing[]> {
  const timings: Timing[] = [];
  let left = requests;
  const client = async () => {
    const connection = new HttpConnection(port);
    while (left > 0) {
      left -= 1;
      timings.push(await connection.send(next()));
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, client));
  return timings;
}

/** A connection is opened where none is free, so that a slow answer delays no other request. */
async function runOpen(
  port: number,
  next: () => Buffer,
  perSecond: number,
  requests: number,
): Promise<Timing[]> {
  const free: HttpConnection[] = [];
  const answers: Promise<Timing>[] = [];
  const startedAt = performance.now();
  const sendOne = async () => {
    const connection = free.pop() ?? new HttpConnection(port);
    const timing = await connection.send(next());
    free.push(connection);
    return timing;
  };
  while (answers.length < requests) {
    const due = Math.min(requests, Math.ceil(((performance.now() - startedAt) / 1000) * perSecond));
    while (answers.length < due) answers.push(sendOne());
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const timings = await Promise.all(answers);
  for (const connection of free) connection.close();
  return timings;
}

/** Resolves when every stream has brought its first byte. */
async function hold(port: number, next: () => Buffer, connections: number): Promise<Timing[]> {
  held = Array.from({ length: connections }, () => new HttpConnection(port));
  await Promise.all(
    held.map(
      (connection) =>
        new Promise<void>((resolve, reject) => {
          connection.send(next(), resolve).catch(reject);
        }),
    ),
  );
  return [];
}
