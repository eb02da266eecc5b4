/**
 * Vendors that do what a test tells them, one a wire form. Each test names itself in its prompt (`label:…`), so that
 * many can run at once.
 */
import { send, startEvents } from '../streaming.ts';
import { type Handler, json, type ReceivedCall, startUpstream } from '../upstream.ts';
import { type Form, VENDORS } from './vendor-forms.ts';

/** Answers honestly, as a stream if that was asked for. Who speaks chat may be asked for a response as well. */
export const honest =
  (form: Form, text: string): Handler =>
  (call, response, request) => {
    const isResponse = form === 'openai-chat' && call.path.endsWith('/responses');
    const { stream, whole, wantsStream, streamType } = VENDORS[isResponse ? 'openai-responses' : form];
    if (!wantsStream(call)) return json(whole(text))(call, response, request);
    response.writeHead(200, { 'content-type': streamType });
    const pieces = [stream.preamble, stream.content(text), stream.end];
    response.end(Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)))); // bytes are taken as well
  };

/** Fails with the vendor's own error body. */
export const failing = (
  form: Form,
  status: number,
  words: string,
  headers: Record<string, string> = {},
): Handler => json(VENDORS[form].error(status, words), status, headers);

/** Sends these pieces of a stream, and leaves it open. */
export const begun =
  (form: Form, ...pieces: readonly (string | Uint8Array)[]): Handler =>
  async (_, response) => {
    startEvents(response, { 'content-type': VENDORS[form].streamType });
    for (const piece of pieces) await send(response, piece);
  };

export interface Vendor {
  readonly baseUrl: string;
  /** What answers calls with this label from now on. */
  on(label: string, handler: Handler): void;
  /** Calls with this label, in order. */
  calls(label: string): readonly ReceivedCall[];
  /** The nth call with this label; waits for it. */
  call(label: string, index?: number): Promise<ReceivedCall>;
  stop(): Promise<void>;
}

/** Answers honestly with its form's name where nothing else was said. */
export async function startVendor(form: Form, name: string): Promise<Vendor> {
  const handlers = new Map<string, Handler>();
  const calls = new Map<string, ReceivedCall[]>();
  const waiting = new Set<() => void>();
  const upstream = await startUpstream((call, response, request) => {
    upstream.calls.length = 0; // kept here, by label
    const label = /label:([\w-]+)/.exec(call.body.toString())?.[1] ?? '';
    calls.set(label, [...(calls.get(label) ?? []), call]);
    for (const wake of waiting) wake();
    return (handlers.get(label) ?? honest(form, name))(call, response, request);
  });
  const callsOf = (label: string): readonly ReceivedCall[] => calls.get(label) ?? [];
  return {
    baseUrl: `${upstream.url}${VENDORS[form].base}`,
    on: (label, handler) => void handlers.set(label, handler),
    calls: callsOf,
    call: async (label, index = 0) => {
      for (;;) {
        const call = callsOf(label)[index];
        if (call !== undefined) return call;
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
    },
    stop: () => upstream.stop(),
  };
}
