/**
 * Sends to the admin API what `fetch` would tidy up or refuse to send: paths as they are, bytes that are no text, a body
 * to a GET. Connections are kept, so that thousands of calls are a matter of seconds.
 */
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';

export interface RawCall {
  readonly method: string;
  /** Sent as it is: from the first `/` on, query included. ASCII without spaces. */
  readonly path: string;
  /** A list becomes one header line each. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface RawClient {
  /** Rejects if the connection ends without an answer. */
  send(call: RawCall): Promise<RawAnswer>;
  close(): void;
}

/** More than a connection takes up before anybody reads it. */
const LARGE_BYTES = 64 * 1024;

/** `connections`: as many calls as may be under way. */
export function openRawClient(url: string, connections: number): RawClient {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const send = (call: RawCall, triesLeft = 3): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const { method, path, headers = {}, body } = call;
      const isLarge = body !== undefined && Buffer.byteLength(body) > LARGE_BYTES;
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const outgoing = request({
        agent,
        hostname,
        port,
        method,
        path,
        headers: { ...length, ...headers } as OutgoingHttpHeaders, // which has no read-only lists
      });
      let isAnswered = false;
      outgoing.on('response', (message) => {
        isAnswered = true;
        readAnswer(message).then(resolve, reject);
      });
      // A body that is refused before its end may break off: the answer that came counts.
      outgoing.on('error', (error) => {
        if (isAnswered) return;
        // The other side may close a connection that was kept, just as it is used again; and a body that is refused
        // unread may still be on its way when the connection closes, and the answer is lost with it.
        if (triesLeft > 0 && (outgoing.reusedSocket || isLarge))
          send(call, triesLeft - 1).then(resolve, reject);
        else reject(error);
      });
      outgoing.end(body);
    });
  return { send: (call) => send(call), close: () => agent.destroy() };
}

async function readAnswer(message: IncomingMessage): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer); // no encoding is set
  const headers = new Headers();
  const { rawHeaders } = message;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return { status: message.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString('utf8') };
}

/** Does `work` with every item, as many at once as `width` says; results in the order of the items. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const goOn = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: width }, goOn));
  return results;
}
