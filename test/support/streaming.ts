/** What tests of streams need: gates, reading a body piece by piece, and event streams cut into events. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { vi } from 'vitest';
import type { Gateway } from './gateway.ts';
import type { LogLine } from './workerd.ts';

/** A point at which one side waits for the other. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function createGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

/** Reads a response's body as far as a test wants it. */
export class BodyReader {
  /** What has come so far. */
  text = '';
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(response: Response) {
    if (response.body === null) throw new Error('the response has no body');
    this.#reader = response.body.getReader();
  }

  /** Waits until `holds` is true of the text so far, and returns the text. Rejects if the body ends before. */
  async until(holds: string | ((text: string) => boolean)): Promise<string> {
    const isThere = typeof holds === 'string' ? (text: string) => text.includes(holds) : holds;
    while (!isThere(this.text)) {
      if (!(await this.#more())) throw new Error(`the body ended with ${JSON.stringify(this.text)}`);
    }
    return this.text;
  }

  /** The whole text, at the end. */
  async rest(): Promise<string> {
    while (await this.#more());
    return this.text;
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    this.text += this.#decoder.decode(value, { stream: !done });
    return !done;
  }
}

/** The `data` of each event that a client by the book dispatches; an event without its blank line is none. */
export function dataOf(stream: string): string[] {
  const blocks = stream
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n\n')
    .slice(0, -1);
  const found: string[] = [];
  for (const block of blocks) {
    const lines = block.split('\n').filter((line) => /^data(:|$)/.test(line));
    if (lines.length > 0) found.push(lines.map((line) => line.replace(/^data:? ?/, '')).join('\n'));
  }
  return found;
}

/** Cuts a stream with LF line ends into its events, blank lines included. */
export const splitEvents = (stream: string): string[] => stream.match(/[\s\S]*?\n\n/g) ?? [];

/** The keep-alive comments that the gateway puts between events. */
export const withoutComments = (stream: string): string => stream.replace(/^:.*\n\n/gm, '');

/** The error of a stream's last event; fails if that is none. */
export function errorAtEnd(stream: string): Record<string, unknown> {
  const last = JSON.parse(dataOf(stream).at(-1) ?? 'null');
  if (typeof last?.error !== 'object') throw new Error(`no error at the end of ${JSON.stringify(stream)}`);
  return last.error;
}

export function startEvents(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.socket?.setNoDelay(true);
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
}

/** Writes, and waits until the bytes were handed to the operating system. */
export const send = (response: ServerResponse, bytes: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => response.write(bytes, () => resolve()));

/** Adds no listener that stays behind when the wait was in vain, as `once` of `node:events` would. */
export const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });

/** Writes one piece after the other for as long as the other side takes them; returns how many bytes it took. */
export async function sendForEver(response: ServerResponse, piece: Uint8Array): Promise<number> {
  let sent = 0;
  while (!response.destroyed) {
    sent += piece.length;
    if (!response.write(piece)) await drained(response);
  }
  return sent;
}

/** A name for a request whose answer may never show a request id: it comes back in the log line's `metadata`. */
export function createLabel(): { headers: Record<string, string>; lines(gateway: Gateway): LogLine[] } {
  const label = randomUUID();
  return {
    headers: { 'x-edgeway-metadata': JSON.stringify({ label }) },
    lines: (gateway) =>
      gateway.lines.filter(
        ({ type, metadata }) =>
          type === 'request' && (metadata as { label?: string } | null)?.label === label,
      ),
  };
}

/** The log line of a labelled request; waits for it. */
export const lineOfLabel = (gateway: Gateway, label: ReturnType<typeof createLabel>): Promise<LogLine> =>
  vi.waitUntil(() => label.lines(gateway)[0], { timeout: 30_000, interval: 25 });

/** Log lines by request id, for the claim that each request is settled exactly once. */
export function countLines(gateway: Gateway): Map<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const { type, request_id } of gateway.lines) {
    if (type === 'request') counts.set(request_id, (counts.get(request_id) ?? 0) + 1);
  }
  return counts;
}
