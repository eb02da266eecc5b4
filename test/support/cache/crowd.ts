/** Many clients that ask the same at the same time, over connections of their own, so that each can leave by itself. */
import { request } from 'node:http';
import { dataOf } from '../streaming.ts';
import { numbersIn } from './numbered-vendor.ts';

export interface CrowdAsk {
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly text: string;
  readonly stream: boolean;
}

export interface Ended {
  /** `null`: it left, or its connection broke before there was a status. */
  readonly status: number | null;
  readonly cache: string | null;
  readonly body: string;
  /** The body came to its end. */
  readonly isWhole: boolean;
}

export class CrowdClient {
  readonly stream: boolean;
  /** Resolves in any case, once nothing more will come. */
  readonly ended: Promise<Ended>;
  hasLeft = false;
  readonly #request: ReturnType<typeof request>;

  constructor({ url, key, model, text, stream }: CrowdAsk) {
    this.stream = stream;
    const { promise, resolve } = Promise.withResolvers<Ended>();
    this.ended = promise;
    let body = '';
    let status: number | null = null;
    let cache: string | null = null;
    const end = (isWhole: boolean) => resolve({ status, cache, body, isWhole });
    this.#request = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    });
    this.#request.on('error', () => end(false));
    this.#request.on('close', () => end(false));
    this.#request.on('response', (response) => {
      status = response.statusCode ?? null;
      cache = response.headers['x-edgeway-cache']?.toString() ?? null;
      response.setEncoding('utf8').on('data', (piece: string) => {
        body += piece;
      });
      response.on('error', () => end(false));
      response.on('end', () => end(response.complete));
    });
    this.#request.end(JSON.stringify({ model, stream, messages: [{ role: 'user', content: text }] }));
  }

  leave(): void {
    this.hasLeft = true;
    this.#request.socket?.resetAndDestroy();
    this.#request.destroy();
  }
}

/** What an answer says, whole or as a stream; throws for one that does not come to a good end. */
export function saidIn({ stream }: Pick<CrowdClient, 'stream'>, { status, body, isWhole }: Ended): string {
  if (status !== 200 || !isWhole) throw new Error(`${status}, whole: ${isWhole}: ${body.slice(-600)}`);
  if (!stream) {
    const { choices } = JSON.parse(body);
    if (choices[0].finish_reason !== 'stop') throw new Error(body);
    return choices[0].message.content;
  }
  const data = dataOf(body);
  if (data.at(-1) !== '[DONE]') throw new Error(`no end: ${body.slice(-600)}`);
  const choices = data.slice(0, -1).flatMap((one) => JSON.parse(one).choices);
  if (choices.at(-1).finish_reason !== 'stop') throw new Error(`no finish: ${body.slice(-600)}`);
  return choices.map(({ delta }: { delta: { content?: string } }) => delta.content ?? '').join('');
}

/** The call whose answer this text is, piece by piece and in order; throws for a mixed one, or half of one. */
export function wholeCallOf(said: string, pieces: number): number {
  const [number] = numbersIn(said);
  const expected = Array.from({ length: pieces }, (_, index) => `<${number}:${index}> `).join('');
  if (said !== expected) throw new Error(`not one answer: ${JSON.stringify(said)}`);
  return number as number; // it stands in the text
}

export function countBy<Value>(
  values: readonly Value[],
  name: (value: Value) => string,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[name(value)] = (counts[name(value)] ?? 0) + 1;
  return counts;
}
