/**
 * What each fault of a provider means, for a stream and for a whole answer: one table, after docs/routing.md and
 * docs/billing.md. Expectations of every alias follow from it (`expected.ts`); nothing here knows how a gateway works.
 */
import { errorBody, hang, type Mode, reset } from '../faults.ts';
import { type Handler, json, sse } from '../upstream.ts';
import * as does from './fault-handlers.ts';

/** Faults below HTTP, which no handler of a server can show. */
export type Network = 'nobody listens' | 'speaks no TLS' | 'has no address' | 'speaks no HTTP';

/**
 * - `answer`: is no fault, the answer is delivered.
 * - `final`: refuses this very request, and is told as it is.
 * - `again`: the same target once more where `retries` allows it, then the next.
 * - `next`: the next target at once; where there is none, the same once more.
 * - `elsewhere`: the next target; the same one never again within this request.
 * - `in-band`: content had gone out, so the stream ends with an error event.
 */
export type Remedy = 'answer' | 'final' | 'again' | 'next' | 'elsewhere' | 'in-band';

/** As `HealthCall.end` takes it. */
export type Verdict = 'success' | 'failure' | 'neutral';

export interface Meaning {
  readonly does: Handler | Network;
  readonly remedy: Remedy;
  readonly verdict: Verdict;
  /** What the client is told when nothing is left to try. */
  readonly status: number;
  readonly code: string | RegExp | null;
  readonly ending: 'complete' | 'upstream_error' | 'timeout';
  /** Of each such call: nothing, its input as estimated, that and the output that was seen, or what was told. */
  readonly charged: 'nothing' | 'input' | 'seen' | 'told';
  /** The timeouts have to be short. */
  readonly isSilent?: true;
  /** Seconds of `Retry-After`: more than anybody waits. The target is asked last for so long. */
  readonly rests?: number;
  /** The credential is left alone for some seconds at least: a target that has no other is asked last. */
  readonly marksCredential?: true;
  /** Something that is no content comes first: sent on where no further try is possible, and the failure is told behind it. */
  readonly hasPreamble?: true;
  /** Words of the provider that arrive, or that never do. */
  readonly says?: string;
  readonly hides?: string;
}

export interface Fault {
  readonly name: string;
  readonly modes: Readonly<Record<Mode, Meaning>>;
}

const both = (name: string, meaning: Meaning): Fault => ({
  name,
  modes: { stream: meaning, 'not a stream': meaning },
});

const each = (name: string, stream: Meaning, whole: Meaning): Fault => ({
  name,
  modes: { stream, 'not a stream': whole },
});

const broken = (how: Meaning['does'], fields: Partial<Meaning> = {}): Meaning => ({
  does: how,
  remedy: 'again',
  verdict: 'failure',
  status: 502,
  code: /^provider_(error|unreachable)$/,
  ending: 'upstream_error',
  charged: 'nothing',
  ...fields,
});

const unreachable = (how: Meaning['does']): Meaning => broken(how, { code: 'provider_unreachable' });

const silent = (how: Handler, fields: Partial<Meaning> = {}): Meaning =>
  broken(how, {
    remedy: 'next',
    status: 504,
    code: 'provider_timeout',
    ending: 'timeout',
    charged: 'input',
    isSilent: true,
    ...fields,
  });

const cutShort = (how: Handler, fields: Partial<Meaning> = {}): Meaning =>
  broken(how, { remedy: 'in-band', status: 200, charged: 'seen', ...fields });

const refuses = (status: number, fields: Partial<Meaning> = {}): Fault =>
  both(`status ${status}`, {
    does: json(errorBody(`words of ${status}`), status),
    remedy: 'final',
    verdict: 'neutral',
    status,
    code: 'odd_code',
    ending: 'upstream_error',
    charged: 'nothing',
    says: `words of ${status}`,
    ...fields,
  });

const fails = (status: number): Fault =>
  refuses(status, { remedy: 'again', verdict: 'failure', code: 'provider_error' });

const REST_SECONDS = 30;

const asksToWait = (status: number, fields: Partial<Meaning>): Fault => ({
  ...refuses(status, {
    does: json(errorBody(`words of ${status}`), status, { 'retry-after': String(REST_SECONDS) }),
    remedy: 'next',
    code: 'provider_error',
    rests: REST_SECONDS,
    ...fields,
  }),
  name: `status ${status} with Retry-After`,
});

const saysError = errorBody('words of an event');
const errorEvent = `data: ${JSON.stringify(saysError)}\n\n`;
const words = { code: 'provider_error', says: 'words of an event' } as const;

export const FAULTS: readonly Fault[] = [
  both('refused connection', unreachable('nobody listens')),
  both('connection reset', unreachable(reset)),
  both('TLS error', unreachable('speaks no TLS')),
  both('DNS failure', unreachable('has no address')),
  both('hang before headers', silent(hang)),
  each(
    'hang before the first token',
    silent(does.onlyARole, { hasPreamble: true }),
    silent(does.onlyHeaders),
  ),
  each(
    'stall in mid-stream',
    cutShort(does.contentAnd(does.nothing), { code: 'provider_timeout', ending: 'timeout', isSilent: true }),
    silent(does.halfABodyAnd(does.nothing)),
  ),
  refuses(400),
  refuses(401, {
    remedy: 'elsewhere',
    verdict: 'neutral',
    status: 502,
    code: 'provider_credential_rejected',
    marksCredential: true,
    says: '',
    hides: 'words of 401',
  }),
  refuses(403),
  refuses(408, { remedy: 'again', verdict: 'failure' }),
  refuses(409, { remedy: 'again' }),
  refuses(413),
  refuses(422),
  refuses(429, { remedy: 'next', verdict: 'neutral', code: 'provider_error', marksCredential: true }),
  asksToWait(429, { verdict: 'neutral' }),
  fails(500),
  fails(502),
  fails(503),
  asksToWait(503, { verdict: 'failure' }),
  fails(529),
  both('HTML error page', broken(does.html(502), { code: 'provider_error', hides: 'proxy-words-0001' })),
  both('200 with error JSON', broken(json(saysError), words)),
  each(
    'error event first',
    broken(sse(errorEvent), words),
    broken(sse(errorEvent), { hides: 'words of an event' }),
  ),
  each(
    'error event after content',
    cutShort(does.contentAnd(does.send(errorEvent)), words),
    broken(does.halfABodyAnd(does.send(errorEvent)), { hides: 'words of an event' }),
  ),
  each('truncated', cutShort(does.contentAnd(does.end)), broken(does.halfABodyAnd(does.cut))),
  both('slow drip', {
    does: does.drip('from bad'),
    remedy: 'answer',
    verdict: 'success',
    status: 200,
    code: null,
    ending: 'complete',
    charged: 'told',
  }),
  both('garbage bytes', broken(does.garbage)),
  both('garbage in the place of HTTP', unreachable('speaks no HTTP')),
];
