/** The official OpenAI client against a gateway, and what a test wants to know of its traffic. */
import OpenAI, { type ClientOptions } from 'openai';

/** What a client needs to know of a gateway. */
interface Door {
  readonly url: string;
  readonly key: string;
}

/** Retries of its own would hide failures, so there are none unless a test asks for them. */
export const openAi = ({ url, key }: Door, options: ClientOptions = {}): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, ...options });

export interface SentRequest {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** A `fetch` for the client that keeps the exact bytes that went to the gateway. */
export function recordingFetch(): { readonly fetch: typeof fetch; readonly sent: SentRequest[] } {
  const sent: SentRequest[] = [];
  return {
    sent,
    fetch: async (input, init) => {
      if (String(input).startsWith('data:')) return fetch(input, init); // how the client tries out what we can do
      const request = new Request(input, init); // serialises a form once, with one boundary
      const body = Buffer.from(await request.arrayBuffer());
      sent.push({ url: request.url, headers: request.headers, body });
      const { method, headers, signal } = request;
      return fetch(request.url, { method, headers, signal, ...(body.length === 0 ? {} : { body }) });
    },
  };
}

/** The promise's value, or a failure that names what did not happen in time. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a call was refused with; a call that succeeds is a failure of the test. */
export async function refusal(call: PromiseLike<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('the call was not refused');
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
