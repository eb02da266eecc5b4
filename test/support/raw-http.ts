/** Requests that `fetch` refuses to send: bodies that never end, chunks of a chosen size, bytes that are no HTTP. */
import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request whose body is sent piece by piece. */
export interface Upload {
  /** The whole answer. Rejects if the connection ends without one. */
  readonly response: Promise<Response>;
  /** Sends a piece; resolves when more may be sent, or when the answer is there already. */
  write(piece: Buffer | string): Promise<void>;
  end(): void;
  /** Breaks the connection off: by a reset, or by a mere close, which might be half a goodbye. */
  abort(how?: 'reset' | 'close'): void;
}

/** Without a `content-length` header each `write` is an HTTP chunk of its own. */
export function openUpload(url: string, { method = 'POST', headers = {} }: RawRequest = {}): Upload {
  const request = httpRequest(url, { method, headers, agent: false });
  request.setNoDelay(true);
  request.flushHeaders();
  const response = answerOf(request);
  response.catch(() => undefined); // an aborted upload has none, and nobody may be waiting
  const gone = new Promise<void>((resolve) => {
    request.once('response', () => resolve());
    request.once('close', () => resolve());
  });
  return {
    response,
    write: async (piece) => {
      if (request.destroyed) return;
      if (!request.write(piece)) await Promise.race([once(request, 'drain').catch(() => undefined), gone]);
    },
    end: () => request.end(),
    abort: (how = 'reset') => {
      if (how === 'reset') request.socket?.resetAndDestroy();
      request.destroy();
    },
  };
}

/** Sends the pieces and waits for the answer, which may come before they are all sent. */
export async function sendPieces(
  url: string,
  pieces: Iterable<Buffer | string>,
  options: RawRequest = {},
): Promise<Response> {
  const upload = openUpload(url, options);
  for (const piece of pieces) await upload.write(piece);
  upload.end();
  return upload.response;
}

function answerOf(request: ClientRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    request.on('error', (error) => {
      // The server answers and hangs up while we still send: the answer counts.
      if (!isAnswered) reject(error);
    });
    request.on('close', () => {
      if (!isAnswered) reject(new Error('the connection ended without an answer'));
    });
    request.on('response', (message) => {
      isAnswered = true;
      readAll(message).then((body) => {
        request.destroy();
        const init = { status: message.statusCode ?? 0, headers: toHeaders(message) };
        resolve(new Response(body === '' ? null : body, init));
      }, reject);
    });
  });
}

async function readAll(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function toHeaders({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return headers;
}

/** Writes bytes to the port and returns whatever comes back until the other side hangs up. */
export async function sendBytes(url: string, bytes: Buffer | string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (data) => {
    text += data;
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}
