/** Serves one stand-in on loopback, and keeps what it got. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { startUpstream, type Upstream } from '../upstream.ts';
import { Refusal } from './closed.ts';
import type { Answer, Form, Incoming } from './form.ts';
import { instanceOf } from './schemas.ts';
import { type Heard, scriptOf } from './script.ts';

export interface StandInCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** What was understood, or why it was refused. */
  readonly heard: Heard | null;
  readonly refusal: string | null;
}

export interface StandIn {
  readonly dialect: string;
  /** Ends where a provider's `base_url` does. */
  readonly baseUrl: string;
  /** Calls whose body names this label (`label:…` in a text), in order. */
  callsOf(label: string): readonly StandInCall[];
  stop(): Promise<void>;
}

export async function startStandIn(form: Form): Promise<StandIn> {
  const calls = new Map<string, StandInCall[]>();
  const upstream: Upstream = await startUpstream(async (call, response) => {
    upstream.calls.length = 0; // kept here, by label
    const url = new URL(call.path, `http://${call.headers.host}`);
    const seen = { path: call.path, headers: call.headers };
    let body: unknown;
    const keep = (heard: Heard | null, refusal: string | null): void => {
      const [, label = ''] = /label:([\w-]+)/.exec(call.body.toString()) ?? [];
      const known = calls.get(label) ?? [];
      calls.set(label, [...known, { ...seen, body, heard, refusal }]);
    };
    try {
      body = parse(call.body);
      const incoming: Incoming = {
        method: call.method,
        url,
        headers: call.headers,
        raw: call.body,
        body,
      };
      const heard = form.hear(incoming);
      const script = scriptOf(heard, instanceOf);
      keep(heard, null);
      await say(form, script, heard, response);
    } catch (error) {
      if (!(error instanceof Refusal)) console.error(`stand-in ${form.dialect}:`, error);
      const refusal =
        error instanceof Refusal ? error : new Refusal('', `stand-in: ${String(error)}`, { status: 500 });
      keep(null, `${refusal.path}: ${refusal.message}`);
      answer(response, form.refuse(refusal));
    }
  });
  return {
    dialect: form.dialect,
    baseUrl: `${upstream.url}${form.base}`,
    callsOf: (label) => calls.get(label) ?? [],
    stop: () => upstream.stop(),
  };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new Refusal('', 'We could not parse the JSON body of your request.');
  }
}

async function say(
  form: Form,
  script: ReturnType<typeof scriptOf>,
  heard: Heard,
  response: ServerResponse,
): Promise<void> {
  if (script.fails !== undefined && !(heard.wantsStream && script.breaks !== undefined)) {
    return answer(response, form.fail(script.fails));
  }
  if (!heard.wantsStream) return answer(response, { status: 200, body: form.whole(script, heard) });
  const { contentType, pieces } = form.stream(script, heard);
  response.socket?.setNoDelay(true);
  response.writeHead(200, { 'content-type': contentType });
  for (const piece of pieces) {
    if (response.destroyed) return;
    response.write(piece);
    await new Promise((resolve) => setImmediate(resolve)); // so that pieces leave as chunks of their own
  }
  if (script.breaks === 'reset') {
    await new Promise<void>((resolve) => response.write('', () => resolve()));
    response.socket?.resetAndDestroy();
  } else {
    response.end();
  }
}

function answer(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
