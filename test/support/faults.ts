/** Ways in which a provider fails, each as a handler of the stand-in, with what a client is owed for it. */
import { chatCompletion, chatStream, type Handler, json, sse } from './upstream.ts';

export type Mode = 'stream' | 'not a stream';

/** What may be tried after a failure, by contract.md §4 and design.md §5. */
export type Recovery =
  /** The same target again, or the next one. */
  | 'retry'
  /** The next target; the same one only after a wait that is too long for this request. */
  | 'next target only'
  | 'none';

export interface Fault {
  readonly name: string;
  readonly handler: Handler;
  readonly modes: readonly Mode[];
  readonly recovery: Recovery;
  readonly status: number;
  /** `error.code`. */
  readonly code: string | RegExp;
  readonly ending: 'upstream_error' | 'timeout';
  /** Which of the suite's timeouts is short. */
  readonly timeout?: 'headers_ms' | 'first_token_ms' | 'idle_ms';
  readonly retryAfter?: string;
  /** The provider's words that have to arrive, or that must not. */
  readonly says?: string;
  readonly keepsQuiet?: string;
  /** With nothing left to try, what came before goes out as it came, so the failure is told in the stream. */
  readonly toldInStream?: boolean;
}

const BOTH: readonly Mode[] = ['stream', 'not a stream'];
const STREAM: readonly Mode[] = ['stream'];
const WHOLE: readonly Mode[] = ['not a stream'];

/** Never answers; the connection stays until the gateway closes it. */
export const hang: Handler = () => undefined;

export const reset: Handler = (_call, _response, request) => void request.socket.resetAndDestroy();

export const errorBody = (message: string, fields: Record<string, unknown> = {}): object => ({
  error: { message, type: 'invalid_request_error', param: 'messages', code: 'odd_code', ...fields },
});

/** A page of a proxy in front of the provider. */
const HTML = '<!doctype html><title>Bad gateway</title><p>proxy-words-0001</p>';

const html =
  (status: number): Handler =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'text/html' }).end(HTML);

const rejected = (status: number, recovery: Recovery): Fault => ({
  name: `status ${status}`,
  handler: json(errorBody(`words of ${status}`), status),
  modes: BOTH,
  recovery,
  status,
  code: 'odd_code',
  ending: 'upstream_error',
  says: `words of ${status}`,
});

const failed = (status: number, retryAfter?: string, recovery: Recovery = 'retry'): Fault => ({
  name: `status ${status}${retryAfter === undefined ? '' : ` with Retry-After ${retryAfter}`}`,
  handler: json(
    errorBody(`words of ${status}`),
    status,
    retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  ),
  modes: BOTH,
  recovery,
  status,
  code: 'provider_error',
  ending: 'upstream_error',
  says: `words of ${status}`,
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

const broken = (name: string, handler: Handler, fields: Partial<Fault> = {}): Fault => ({
  name,
  handler,
  modes: BOTH,
  recovery: 'retry',
  status: 502,
  code: /^provider_(error|unreachable)$/,
  ending: 'upstream_error',
  ...fields,
});

const silent = (name: string, handler: Handler, timeout: Fault['timeout'], modes: readonly Mode[]): Fault =>
  broken(name, handler, {
    modes,
    status: 504,
    code: 'provider_timeout',
    ending: 'timeout',
    ...(timeout === undefined ? {} : { timeout }),
  });

const COMPLETION = JSON.stringify(chatCompletion('never whole'));
const ROLE_ONLY = chatStream([]).split('\n\n')[0] ?? '';

export const FAULTS: readonly Fault[] = [
  broken('a connection reset before headers', reset, { code: 'provider_unreachable' }),
  silent('no headers in time', hang, 'headers_ms', BOTH),
  {
    ...silent(
      'headers and no first token in time',
      (_, response) =>
        void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`${ROLE_ONLY}\n\n`),
      'first_token_ms',
      STREAM,
    ),
    toldInStream: true,
  },
  silent(
    'headers and then nothing but comments',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const ping = setInterval(() => response.write(': ping\n\n'), 50);
      response.on('close', () => clearInterval(ping));
    },
    'first_token_ms',
    STREAM,
  ),
  silent(
    'half a JSON body and then silence',
    (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': COMPLETION.length })
        .write(COMPLETION.slice(0, 40)),
    'idle_ms',
    BOTH,
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
    code: 'provider_credential_rejected',
    says: '',
    keepsQuiet: 'words of 401',
  },
  {
    ...rejected(429, 'next target only'),
    name: 'status 429 insufficient_quota',
    handler: json(errorBody('words of quota', { code: 'insufficient_quota' }), 429),
    status: 502,
    code: 'provider_credential_rejected',
    says: '',
    keepsQuiet: 'words of quota',
  },
  failed(429),
  failed(429, '1'),
  failed(429, '77', 'next target only'),
  failed(500),
  failed(502),
  failed(503, '1'),
  failed(503, '78', 'next target only'),
  failed(529),
  broken('an HTML page with status 502', html(502), {
    code: 'provider_error',
    keepsQuiet: 'proxy-words-0001',
  }),
  broken('an HTML page with status 200', html(200), { keepsQuiet: 'proxy-words-0001' }),
  broken('a 200 that is an error', json(errorBody('words of a 200')), {
    code: 'provider_error',
    says: 'words of a 200',
  }),
  broken('a 200 with an empty body', json('')),
  broken('a 200 that is JSON and no object', json('[1]')),
  broken('a JSON body that ends early', json(COMPLETION.slice(0, 40))),
  broken('a JSON body whose connection breaks', async (_call, response, request) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': COMPLETION.length });
    response.write(COMPLETION.slice(0, 40), () => request.socket.resetAndDestroy());
  }),
  broken(
    'a stream whose first event is an error',
    sse(`data: ${JSON.stringify(errorBody('words of an event'))}\n\n${chatStream(['late'])}`),
    { modes: STREAM, code: 'provider_error', says: 'words of an event' },
  ),
  broken(
    'an error event under its own event name',
    sse(`event: error\ndata: ${JSON.stringify({ message: 'words of an event' })}\n\n`),
    { modes: STREAM, code: 'provider_error', says: 'words of an event' },
  ),
  broken('a stream that ends before its first event', sse(''), { modes: STREAM }),
  broken('a stream of [DONE] alone', sse('data: [DONE]\n\n'), { modes: STREAM }),
  broken('an event stream where none was asked for', sse(chatStream(['unasked'])), { modes: WHOLE }),
];
