/** A vendor of every form and route that answers at once and bills what a test chose. */
import { send, startEvents } from '../streaming.ts';
import { type Handler, json, type ReceivedCall, startUpstream, type Upstream } from '../upstream.ts';
import { formOf, sideAnswer, type VendorBill } from './bills.ts';

/** Fits any reservation for a request that states `max_tokens` of 10 or more. */
export const SMALL_BILL: VendorBill = { input: 1, output: 10 };

export const wantsStream = ({ path, body }: ReceivedCall): boolean =>
  path.includes('streamGenerateContent') || /"stream": ?true/.test(body.toString('latin1'));

export interface BilledAnswer {
  /** Default: `SMALL_BILL`; `null`: a chat that tells no usage. */
  readonly bill?: VendorBill | null;
  readonly text?: string;
  /** Waited for before anything is sent. */
  readonly before?: Promise<unknown>;
}

/** Answers whatever is asked, as a stream if that was asked for. */
export const billed =
  ({ bill: told = SMALL_BILL, text = 'Hello there', before }: BilledAnswer = {}): Handler =>
  async (call, response, request) => {
    await before;
    const bill = told ?? SMALL_BILL;
    const form = formOf(call.path.replace(/\?.*$/, ''), bill);
    if (form === null) {
      const answer = sideAnswer(call.path, call.body, bill);
      if (Buffer.isBuffer(answer)) response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(answer);
      else await json(answer)(call, response, request);
    } else if (wantsStream(call)) {
      startEvents(response);
      const end = told === null ? form.end(bill).replace(/data: .*"choices":\[\].*\n\n/, '') : form.end(bill);
      response.end(form.preamble + form.content(text) + end);
    } else {
      const whole = form.whole(bill, text);
      await json(told === null ? { ...whole, usage: undefined } : whole)(call, response, request);
    }
  };

/** An answer that has begun. */
export interface BegunAnswer {
  readonly response: Parameters<Handler>[1];
  readonly request: Parameters<Handler>[2];
  /** Its honest end. */
  readonly end: string;
  /** An event with more content. */
  more(text: string): string;
}

/**
 * Sends the beginning of a stream and `text` as its first content, and then does what `rest` says; of what asks for no
 * stream, half a body.
 */
export const begun =
  (text: string, rest: (part: BegunAnswer) => unknown, bill: VendorBill = SMALL_BILL): Handler =>
  async (call, response, request) => {
    const form = formOf(call.path.replace(/\?.*$/, ''), bill);
    if (form === null) throw new Error(`${call.path} does not stream`);
    if (wantsStream(call)) {
      startEvents(response);
      await send(response, form.preamble + form.content(text));
      await rest({ response, request, end: form.end(bill), more: form.content });
      return;
    }
    const whole = JSON.stringify(form.whole(bill, text));
    const half = Math.floor(whole.length / 2);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
    await send(response, whole.slice(0, half));
    await rest({ response, request, end: whole.slice(half), more: form.content });
  };

export interface BillingVendor extends Upstream {
  /** What answers calls that name this label anywhere in their body (`label:…`), instead of the handler for all. */
  on(label: string, handler: Handler): void;
  /** The first call with this label; waits for it. */
  labelled(label: string): Promise<ReceivedCall>;
  /** Entries of the configuration's `providers`: `up` (OpenAI's forms), `claude`, `google`. */
  readonly providers: Readonly<Record<string, object>>;
}

export async function startBillingVendor(): Promise<BillingVendor> {
  let handler = billed();
  const handlers = new Map<string, Handler>();
  const labelled = new Map<string, PromiseWithResolvers<ReceivedCall>>();
  const first = (label: string): PromiseWithResolvers<ReceivedCall> => {
    const known = labelled.get(label) ?? Promise.withResolvers<ReceivedCall>();
    labelled.set(label, known);
    return known;
  };
  const upstream = await startUpstream((call, ...rest) => {
    const label = /label:[\w-]+/.exec(call.body.toString('latin1'))?.[0];
    if (label !== undefined) first(label).resolve(call);
    return (handlers.get(label ?? '') ?? handler)(call, ...rest);
  });
  const entry = (path: string, fields: object = {}): object => ({
    base_url: upstream.url + path,
    api_keys: ['sk-upstream-secret-0001'],
    allow_insecure: true,
    ...fields,
  });
  return Object.assign(upstream, {
    answer: (next: Handler) => {
      handler = next;
    },
    on: (label: string, next: Handler) => void handlers.set(label, next),
    labelled: (label: string) => first(label).promise,
    providers: {
      up: entry('/v1'),
      claude: entry('/v1', { dialect: 'anthropic-messages' }),
      google: entry('/v1beta', { dialect: 'gemini' }),
    },
  });
}
