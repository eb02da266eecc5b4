/** A client over `node:http` that can go away at any moment, politely or not. */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Gateway } from './gateway.ts';
import { createLabel } from './streaming.ts';

/**
 * How the connection ends. `reset` is what raw workerd notices at once, even while nothing is sent. After `close`
 * (a FIN, which might be half a goodbye) it notices when it next writes; Cloudflare's edge tells a Worker of both.
 */
export type Leaving = 'reset' | 'close';

export class LeavingClient {
  /** Finds the log line of a request that never saw its request id. */
  readonly label = createLabel();
  readonly request: ClientRequest;
  text = '';
  /** The headers are here. */
  readonly response: Promise<IncomingMessage>;
  #wake: () => void = () => undefined;
  #hasEnded = false;

  /** Sends `body` at once; without one the request stays open for its body. */
  constructor(gateway: Gateway, path: string, body: object | null, headers: Record<string, string> = {}) {
    this.request = request(gateway.url + path, {
      method: 'POST',
      agent: false,
      headers: {
        authorization: `Bearer ${gateway.key}`,
        'content-type': 'application/json',
        ...this.label.headers,
        ...headers,
      },
    });
    this.response = once(this.request, 'response').then(([response]) => this.#read(response));
    this.response.catch(() => undefined); // a client that leaves hears of it as an error
    this.request.on('error', () => undefined);
    if (body !== null) this.request.end(JSON.stringify(body));
  }

  /** Waits until the body holds `part`; rejects if it ends before. */
  async until(part: string): Promise<void> {
    await this.response;
    while (!this.text.includes(part)) {
      if (this.#hasEnded) throw new Error(`the body ended with ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async whole(): Promise<string> {
    const response = await this.response;
    if (!this.#hasEnded) await once(response, 'end');
    return this.text;
  }

  leave(how: Leaving = 'reset'): void {
    if (how === 'reset') this.request.socket?.resetAndDestroy();
    else this.request.destroy();
  }

  #read(response: IncomingMessage): IncomingMessage {
    response.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
      this.#wake();
    });
    response.on('error', () => undefined);
    response.on('close', () => {
      this.#hasEnded = true;
      this.#wake();
    });
    return response;
  }
}
