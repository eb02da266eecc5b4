/** What redis-server speaks on its port: RESP2, as much of it as a client needs. Source: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer; an error inside an array is a value like the others. */
export type Reply = string | number | null | RedisRefusal | readonly Reply[];

/** What redis-server says it will not do: `NOSCRIPT No matching script.` */
export class RedisRefusal extends Error {}

/** One connection. Commands are sent at once and answered in order. */
export interface RespConnection {
  /** Rejects with `RedisRefusal`, or with another error when the connection is gone: then nobody knows whether it ran. */
  send(command: readonly string[]): Promise<Exclude<Reply, RedisRefusal>>;
  readonly isOpen: boolean;
  close(): void;
}

interface Waiter {
  readonly resolve: (reply: Exclude<Reply, RedisRefusal>) => void;
  readonly reject: (error: Error) => void;
}

/** Rejects if nobody listens on the port. */
export async function connectResp(port: number): Promise<RespConnection> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.setNoDelay(true);
  return overSocket(socket);
}

function overSocket(socket: Socket): RespConnection {
  const waiters: Waiter[] = [];
  let received: Buffer = Buffer.alloc(0);
  let isOpen = true;

  const end = (): void => {
    isOpen = false;
    for (const { reject } of waiters.splice(0)) reject(new Error('the connection to redis-server ended'));
  };
  socket.on('error', end).on('close', end);
  socket.on('data', (data: Buffer) => {
    received = received.length === 0 ? data : Buffer.concat([received, data]);
    let at = 0;
    for (;;) {
      const read = readReply(received, at);
      if (read === null) break;
      at = read.end;
      const waiter = waiters.shift();
      if (read.reply instanceof RedisRefusal) waiter?.reject(read.reply);
      else waiter?.resolve(read.reply);
    }
    received = received.subarray(at);
  });

  return {
    get isOpen() {
      return isOpen;
    },
    send: (command) =>
      new Promise((resolve, reject) => {
        if (!isOpen) return reject(new Error('the connection to redis-server ended'));
        waiters.push({ resolve, reject });
        socket.write(encodeCommand(command));
      }),
    close: () => {
      socket.destroy();
    },
  };
}

const encodeCommand = (command: readonly string[]): string =>
  `*${command.length}\r\n${command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`;

/** `null`: not all of it is here. */
function readReply(bytes: Buffer, start: number): { readonly reply: Reply; readonly end: number } | null {
  const lineEnd = bytes.indexOf('\r\n', start);
  if (lineEnd === -1) return null;
  const line = bytes.toString('utf8', start + 1, lineEnd);
  const after = lineEnd + 2;
  switch (String.fromCharCode(bytes[start] ?? 0)) {
    case '+':
      return { reply: line, end: after };
    case '-':
      return { reply: new RedisRefusal(line), end: after };
    case ':':
      return { reply: Number(line), end: after };
    case '$':
      return readText(bytes, after, Number(line));
    case '*':
      return readList(bytes, after, Number(line));
    default:
      throw new Error(`not RESP: ${JSON.stringify(line)}`);
  }
}

function readText(bytes: Buffer, start: number, length: number) {
  if (length === -1) return { reply: null, end: start };
  if (bytes.length < start + length + 2) return null;
  return { reply: bytes.toString('utf8', start, start + length), end: start + length + 2 };
}

function readList(bytes: Buffer, start: number, length: number) {
  if (length === -1) return { reply: null, end: start };
  const reply: Reply[] = [];
  let end = start;
  for (let index = 0; index < length; index++) {
    const read = readReply(bytes, end);
    if (read === null) return null;
    reply.push(read.reply);
    end = read.end;
  }
  return { reply, end };
}
