/**
 * A vendor of every form and route whose answers tell whose they are: each piece of an answer holds the number of the
 * call, so that an answer that was kept, shared or mixed shows as one.
 */
import type { ServerResponse } from 'node:http';
import { wantsStream } from '../limits/billing-vendor.ts';
import { send, startEvents } from '../streaming.ts';
import { type Handler, json, type ReceivedCall, startUpstream, type Upstream } from '../upstream.ts';
import { piecedForm } from './numbered-forms.ts';
import { numberedSide } from './numbered-side-answers.ts';

export interface NumberedCall extends ReceivedCall {
  /** From 1 on, in the order of arrival. */
  readonly number: number;
}

/** What a call does; of `number` every piece of its answer tells. */
export type NumberedHandler = (number: number) => Handler;

export interface NumberedVendor {
  readonly url: string;
  /** Calls that name this label (`label:…`) in their body, in order. */
  calls(label: string): readonly NumberedCall[];
  /** All of them. */
  readonly all: readonly NumberedCall[];
  /** The nth call with this label, from 0 on; waits for it. */
  call(label: string, index?: number): Promise<NumberedCall>;
  /** What answers calls with this label from now on, instead of `numbered()`. */
  on(label: string, handler: NumberedHandler): void;
  /** Entries of the configuration's `providers`: one for each chat form: `up`, `keeper` (Responses), `claude`, `google`. */
  readonly providers: Readonly<Record<string, object>>;
  stop(): Promise<void>;
}

export interface NumberedOptions {
  /** Default: 4. */
  readonly pieces?: number;
  /** Waited for before anything is sent. */
  readonly before?: Promise<unknown>;
  /** Waited for before the nth piece of a stream, from 0 on. */
  readonly between?: (piece: number) => Promise<unknown> | undefined;
  /** Changes what a whole answer is, or the end of a stream. */
  readonly edit?: (text: string) => string;
}

/** The pieces of the text that a call is answered with. */
export const piecesOf = (number: number, count = 4): string[] =>
  Array.from({ length: count }, (_, index) => `<${number}:${index}> `);

/** The numbers of the calls of which something stands in `text`, each once. */
export const numbersIn = (text: string): number[] => [
  ...new Set([...text.matchAll(/<(\d+):\d+>/g)].map(([, number]) => Number(number))),
];

/** Answers honestly, as a stream if that was asked for. */
export const numbered =
  ({ pieces: count = 4, before, between, edit = (text) => text }: NumberedOptions = {}): NumberedHandler =>
  (number) =>
  async (call, response, request) => {
    await before;
    const form = piecedForm(call.path.replace(/\?.*$/, ''));
    if (form === null) {
      const answer = numberedSide(call.path, call.body, number);
      if (Buffer.isBuffer(answer)) response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(answer);
      else await json(edit(JSON.stringify(answer)))(call, response, request);
      return;
    }
    const pieces = piecesOf(number, count);
    const text = pieces.join('');
    if (!wantsStream(call)) {
      for (const [index] of pieces.entries()) await between?.(index);
      await json(edit(JSON.stringify(form.whole(text))))(call, response, request);
      return;
    }
    startEvents(response);
    await send(response, form.preamble);
    for (const [index, event] of form.contents(pieces).entries()) {
      await between?.(index);
      if (response.destroyed) return;
      await send(response, event);
    }
    response.end(edit(form.end(text)));
  };

/** Sends the first pieces of a stream, and then does what `rest` says. */
export const brokenAt =
  (piece: number, rest: (response: ServerResponse) => void): NumberedHandler =>
  (number) =>
  async (call, response) => {
    const form = piecedForm(call.path.replace(/\?.*$/, ''));
    if (form === null) throw new Error(`${call.path} does not stream`);
    startEvents(response);
    for (const event of [form.preamble, ...form.contents(piecesOf(number, piece))])
      await send(response, event);
    rest(response);
  };

export async function startNumberedVendor(): Promise<NumberedVendor> {
  const handlers = new Map<string, NumberedHandler>();
  const byLabel = new Map<string, NumberedCall[]>();
  const all: NumberedCall[] = [];
  const waiting = new Set<() => void>();
  const upstream: Upstream = await startUpstream((received, response, request) => {
    upstream.calls.length = 0; // kept here, with its number
    const label = labelIn(received);
    const call = { ...received, number: all.length + 1 };
    all.push(call);
    byLabel.set(label, [...(byLabel.get(label) ?? []), call]);
    for (const wake of waiting) wake();
    return (handlers.get(label) ?? numbered())(call.number)(call, response, request);
  });
  const calls = (label: string): readonly NumberedCall[] => byLabel.get(label) ?? [];
  const entry = (path: string, fields: object = {}): object => ({
    base_url: upstream.url + path,
    api_keys: ['sk-upstream-secret-0001'],
    allow_insecure: true,
    ...fields,
  });
  return {
    url: upstream.url,
    all,
    calls,
    call: async (label, index = 0) => {
      for (;;) {
        const call = calls(label)[index];
        if (call !== undefined) return call;
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
    },
    on: (label, handler) => void handlers.set(label, handler),
    providers: {
      up: entry('/v1'),
      keeper: entry('/v1', { dialect: 'openai-responses' }),
      claude: entry('/v1', { dialect: 'anthropic-messages' }),
      google: entry('/v1beta', { dialect: 'gemini' }),
    },
    stop: () => upstream.stop(),
  };
}

const labelIn = ({ body }: ReceivedCall): string => /label:[\w-]+/.exec(body.toString('latin1'))?.[0] ?? '';
