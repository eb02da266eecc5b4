/**
 * The provider's stand-in, in a process of its own: raw sockets and bytes made beforehand, so that it costs far
 * less than what is measured. How it answers stands in the request's `user` field, which every contender passes on.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  ANTHROPIC_BURST,
  BURST,
  CONTENT,
  STREAM_CHUNKS,
  STREAM_START,
  streamEnd,
  WHOLE_ANSWER,
} from './sse-answers.ts';
import { vectorsAnswer } from './vector-answers.ts';

const PACE_MS = 20;
const SHORT_PACE_MS = 5;
const SHORT_CHUNKS = 6;
const SLOW_PACE_MS = 500;

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const USER_FIELD = '"user":"bench-';
/** Where Anthropic's form has it. */
const ANTHROPIC_USER_FIELD = '"user_id":"bench-';

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  let held: Buffer | null = null;
  socket.on('data', (data) => {
    const bytes: Buffer = held === null ? data : Buffer.concat([held, data]);
    if (isWhole(bytes)) {
      held = null;
      answer(socket, bytes);
    } else held = bytes;
  });
});

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());

/** Since the last question: requests, and texts of those for embeddings. */
let asked = { calls: 0, inputs: 0 };
process.on('message', () => {
  process.send?.(asked);
  asked = { calls: 0, inputs: 0 };
});

/** One request at a time comes on a connection; it declares its length, is chunked, or has no body. */
function isWhole(bytes: Buffer): boolean {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return false;
  const head = bytes.toString('latin1', 0, headEnd + 2);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= headEnd + 4 + Number(length);
  return !/\r\ntransfer-encoding:/i.test(head) || bytes.subarray(-5).equals(LAST_CHUNK);
}

function answer(socket: Socket, request: Buffer): void {
  asked.calls += 1;
  if (request.includes(ANTHROPIC_USER_FIELD)) {
    socket.write(ANTHROPIC_BURST); // the only one that is asked for in this form
    return;
  }
  const at = request.indexOf(USER_FIELD);
  const behaviour = request.toString('latin1', at + USER_FIELD.length, at + USER_FIELD.length + 5);
  const hasUsage = behaviour !== 'whole' && request.includes('"include_usage":true');
  switch (behaviour) {
    case 'vecto': {
      const { input } = JSON.parse(request.toString('utf8', request.indexOf(HEAD_END) + HEAD_END.length));
      asked.inputs += input.length;
      socket.write(vectorsAnswer(input.length));
      break;
    }
    case 'burst':
      socket.write(hasUsage ? BURST.withUsage : BURST.withoutUsage);
      break;
    case 'paced':
      pace(socket, STREAM_CHUNKS, PACE_MS, hasUsage);
      break;
    case 'short':
      pace(socket, SHORT_CHUNKS, SHORT_PACE_MS, hasUsage);
      break;
    case 'slow1':
      pace(socket, Number.POSITIVE_INFINITY, SLOW_PACE_MS, hasUsage);
      break;
    default:
      socket.write(WHOLE_ANSWER);
  }
}

function pace(socket: Socket, chunks: number, paceMs: number, hasUsage: boolean): void {
  socket.write(STREAM_START);
  let sent = 2;
  const timer = setInterval(() => {
    sent += 1;
    if (socket.destroyed) clearInterval(timer);
    else if (sent < chunks) socket.write(CONTENT);
    else {
      clearInterval(timer);
      socket.write(streamEnd(hasUsage));
    }
  }, paceMs);
}
