/** Ways in which a vendor of any form fails before it answers, with what a client of any door is owed for it. */
import { hang, reset } from '../faults.ts';
import { type Handler, json } from '../upstream.ts';
import type { ShortTimeout } from './lab.ts';
import { type Form, VENDORS } from './vendor-forms.ts';
import { begun, failing } from './vendors.ts';

export interface DoorFault {
  readonly name: string;
  handler(form: Form): Handler;
  /** `true`: streams only. `false`: whole answers only. */
  readonly streams?: boolean;
  /** By contract.md §4 and design.md §5: who may be asked next. */
  readonly recovery: 'retry' | 'next target only' | 'none';
  readonly status: number;
  readonly code: RegExp;
  readonly ending: 'upstream_error' | 'timeout';
  readonly timeout?: ShortTimeout;
  readonly retryAfter?: string;
  /** The vendor's words that have to arrive, or that must not. */
  readonly says?: string;
  readonly keepsQuiet?: string;
}

const rejected = (status: number, recovery: DoorFault['recovery']): DoorFault => ({
  name: `status ${status}`,
  handler: (form) => failing(form, status, `words of ${status}`),
  recovery,
  status,
  code: /./,
  ending: 'upstream_error',
  says: `words of ${status}`,
});

const failed = (
  status: number,
  retryAfter?: string,
  recovery: DoorFault['recovery'] = 'retry',
): DoorFault => ({
  ...rejected(status, recovery),
  name: `status ${status}${retryAfter === undefined ? '' : ` with Retry-After ${retryAfter}`}`,
  handler: (form) =>
    failing(
      form,
      status,
      `words of ${status}`,
      retryAfter === undefined ? {} : { 'retry-after': retryAfter },
    ),
  code: /^provider_error$/,
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

const broken = (name: string, handler: DoorFault['handler'], fields: Partial<DoorFault> = {}): DoorFault => ({
  name,
  handler,
  recovery: 'retry',
  status: 502,
  code: /^provider_(error|unreachable)$/,
  ending: 'upstream_error',
  ...fields,
});

const silent = (name: string, handler: DoorFault['handler'], fields: Partial<DoorFault>): DoorFault =>
  broken(name, handler, { status: 504, code: /^provider_timeout$/, ending: 'timeout', ...fields });

/** A page of a proxy in front of the vendor. */
const html =
  (status: number): Handler =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'text/html' }).end('<p>proxy-words-0001</p>');

const asStream =
  (form: Form, ...pieces: readonly (string | Uint8Array)[]): Handler =>
  async (call, response, request) => {
    await begun(form, ...pieces)(call, response, request);
    response.end();
  };

/** Half of an honest body: it is longer than this. */
const half = (form: Form): string => JSON.stringify(VENDORS[form].whole('never whole')).slice(0, 40);
const declared = { 'content-type': 'application/json', 'content-length': '400' };

export const DOOR_FAULTS: readonly DoorFault[] = [
  broken('a connection reset before headers', () => reset, { code: /^provider_unreachable$/ }),
  silent('no headers in time', () => hang, { timeout: 'headers_ms' }),
  silent('headers and no first token in time', (form) => begun(form), {
    timeout: 'first_token_ms',
    streams: true,
  }),
  silent(
    'half a JSON body and then silence',
    (form) => (_, response) => void response.writeHead(200, declared).write(half(form)),
    { timeout: 'idle_ms', streams: false },
  ),
  rejected(400, 'none'),
  rejected(403, 'none'),
  rejected(404, 'none'),
  rejected(408, 'retry'),
  rejected(409, 'retry'),
  rejected(413, 'none'),
  rejected(422, 'none'),
  {
    ...rejected(401, 'next target only'),
    status: 502,
    code: /^provider_credential_rejected$/,
    says: 'refused the gateway',
    keepsQuiet: 'words of 401',
  },
  failed(429),
  failed(429, '1'),
  failed(429, '77', 'next target only'),
  failed(500),
  failed(503, '1'),
  failed(503, '78', 'next target only'),
  failed(529),
  broken('an HTML page with status 502', () => html(502), {
    code: /^provider_error$/,
    keepsQuiet: 'proxy-words-0001',
  }),
  broken('an HTML page with status 200', () => html(200), { keepsQuiet: 'proxy-words-0001' }),
  broken('a 200 that is an error', (form) => json(VENDORS[form].error(500, 'words of a 200')), {
    code: /^provider_error$/,
  }),
  broken('a 200 with an empty body', () => json('')),
  broken('a 200 that is JSON and no object', () => json('[1]')),
  broken('a JSON body that ends early', (form) => json(half(form))),
  broken('a JSON body whose connection breaks', (form) => (_call, response, request) => {
    response.writeHead(200, declared);
    response.write(half(form), () => request.socket.resetAndDestroy());
  }),
  broken(
    'a stream whose first event is an error',
    (form) => asStream(form, VENDORS[form].stream.error('words of an event')),
    { streams: true, code: /^provider_error$/, says: 'words of an event' },
  ),
  broken('a stream that ends before its first event', (form) => asStream(form), { streams: true }),
  broken(
    'an event stream where none was asked for',
    (form) => asStream(form, VENDORS[form].stream.preamble, VENDORS[form].stream.end),
    { streams: false },
  ),
];
