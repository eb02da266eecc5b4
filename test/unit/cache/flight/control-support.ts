/** The control of a Flight with a clock that a test turns, its runs driven by hand, and readers that take what is there. */

import { concat } from '../../../../src/bytes.ts';
import { FlightControl } from '../../../../src/cache/flight/flight-control.ts';
import type { FrameSource } from '../../../../src/cache/flight/frame-log.ts';
import {
  decodeFrame,
  decodeFrameHeader,
  type FlightFrame,
  FRAME_HEADER_BYTES,
} from '../../../../src/cache/flight/frames.ts';
import type { KeptAbout, KeptResult, KeptResults } from '../../../../src/cache/flight/kept-results.ts';
import type { JoinMessage, LeadMessage } from '../../../../src/cache/flight/messages.ts';
import type { Run } from '../../../../src/cache/flight/run.ts';
import type { Seat } from '../../../../src/cache/flight/seat.ts';
import type { CanonicalEvent } from '../../../../src/dialects/canonical-events.ts';
import type { ErrorWire } from '../../../../src/errors.ts';
import { VirtualTime } from '../../limits/waiting/virtual-time.ts';
import { anEntry, NOW, utf8 } from '../entries.ts';

/** Those who ask in this form are told the bytes of the run. */
export const FORM = 'chat stream';
export const OTHER_FORM = 'messages whole';
export const TOTAL_MS = 120_000;

export const joining = (fields: Partial<JoinMessage> = {}): JoinMessage => ({
  kind: 'cache',
  form: FORM,
  fingerprint: null,
  maxAgeMs: null,
  ignoresStanding: false,
  followers: 'live',
  ...fields,
});

export const leading = (ticket: string, fields: Partial<LeadMessage> = {}): LeadMessage => ({
  ticket,
  requestId: 'req_1',
  arrivedAt: NOW,
  clientAddress: '192.0.2.1',
  kind: 'cache',
  form: FORM,
  totalMs: TOTAL_MS,
  ...fields,
});

export const aFailure = (status: number, code: string): ErrorWire => ({
  status,
  headers: { 'retry-after': '7' },
  error: { message: `failed with ${code}`, type: 'server_error', param: null, code },
});

export const delta = (text: string): CanonicalEvent => ({ type: 'part-delta', choice: 0, part: 0, text });

/** One result, in memory. */
export class MemoryResults implements KeptResults {
  kept: { readonly about: KeptAbout; readonly frames: Uint8Array } | null = null;
  /** Throws instead of keeping. */
  isFull = false;

  current(): KeptResult | null {
    const { kept } = this;
    return kept === null ? null : { about: kept.about, open: () => once(kept.frames) };
  }

  keep(about: KeptAbout, frames: Iterable<Uint8Array>): void {
    if (this.isFull) throw new Error('the disk is full');
    this.kept = { about, frames: concat([...frames]) };
  }

  clear(): void {
    this.kept = null;
  }
}

function once(frames: Uint8Array): FrameSource {
  let left = [frames];
  return {
    take: () => left.splice(0),
    get hasMore() {
      return left.length > 0;
    },
    close: () => {
      left = [];
    },
  };
}

/** Whoever took a seat. */
export class TestReader {
  readonly seat: Seat;
  readonly frames: FlightFrame[] = [];

  constructor(seat: Seat) {
    this.seat = seat;
  }

  /** Takes all that is there. */
  read(): readonly FlightFrame[] {
    const pieces: Uint8Array[] = [];
    for (let bytes = this.seat.take(); bytes !== null; bytes = this.seat.take()) pieces.push(bytes);
    this.frames.push(...decodeAll(concat(pieces)));
    return this.frames;
  }

  /** The types of the frames so far, each once in a row. */
  get told(): string {
    const types = this.read().map(({ type }) => type);
    return types.filter((type, i) => type !== types[i - 1]).join(' ');
  }

  get text(): string {
    return new TextDecoder().decode(
      concat(this.read().flatMap((frame) => (frame.type === 'bytes' ? [frame.bytes] : []))),
    );
  }

  get events(): readonly CanonicalEvent[] {
    return this.read().flatMap((frame) => (frame.type === 'events' ? frame.events : []));
  }

  get head() {
    return this.read().find((frame) => frame.type === 'head')?.head;
  }

  get ticket(): string | null {
    const [first] = this.read();
    return first?.type === 'lead' ? first.ticket : null;
  }

  get last(): FlightFrame | undefined {
    return this.read().at(-1);
  }
}

function decodeAll(bytes: Uint8Array): FlightFrame[] {
  const frames: FlightFrame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { type, length } = decodeFrameHeader(bytes.subarray(at, at + FRAME_HEADER_BYTES));
    const end = at + FRAME_HEADER_BYTES + length;
    frames.push(decodeFrame(type, bytes.subarray(at + FRAME_HEADER_BYTES, end)));
    at = end;
  }
  return frames;
}

export class ControlRig {
  readonly time = new VirtualTime(NOW);
  readonly results = new MemoryResults();
  readonly lines: object[] = [];
  readonly control: FlightControl;
  #tickets = 0;

  constructor(maxLogBytes = 1_000_000) {
    this.control = new FlightControl({
      results: this.results,
      now: () => this.time.now,
      newTicket: () => {
        this.#tickets += 1;
        return `ticket-${this.#tickets}`;
      },
      startTimer: this.time.startTimer,
      log: (line) => void this.lines.push(line),
      maxLogBytes,
    });
  }

  join(fields: Partial<JoinMessage> = {}): TestReader {
    return new TestReader(this.control.join(joining(fields)));
  }

  /** Throws if the ticket is not good. */
  lead(ticket: string | null, fields: Partial<LeadMessage> = {}): { reader: TestReader; run: Run } {
    const { seat, run } = this.control.lead(leading(ticket ?? '', fields));
    if (run === null) throw new Error(`${ticket} is not good`);
    return { reader: new TestReader(seat), run };
  }

  /** Comes first, and leads. */
  begin(fields: Partial<Pick<JoinMessage, 'kind' | 'form' | 'fingerprint'>> & Partial<LeadMessage> = {}) {
    const { kind = 'cache', form = FORM, fingerprint = null } = fields;
    return this.lead(this.join({ kind, form, fingerprint }).ticket, fields);
  }

  leave(...readers: readonly TestReader[]): void {
    for (const { seat } of readers) this.control.leave(seat);
  }
}

/** What a run does, step by step, as the pipeline and the body would have it. */
export const HEADERS = new Headers({
  'content-type': 'text/event-stream',
  'x-edgeway-provider': 'openai',
  'x-ratelimit-remaining-requests': '9',
  'content-length': '99',
  'set-cookie': 'a=b',
});

export function succeed(run: Run, texts: readonly string[], isKept = true): void {
  run.opened(200, HEADERS);
  for (const text of texts) {
    run.events([delta(text)]);
    run.append(utf8(text));
  }
  complete(run, isKept, texts.join(''));
}

/** The end of a success. */
export function complete(run: Run, isKept = true, body = 'whole'): void {
  run.settled('complete', null);
  run.finished(anEntry({}, body), isKept);
  run.closed('ended');
}

/** An answer that is no success, as the gateway gives it. */
export function refuse(run: Run, status: number, code: string, ending: string): void {
  const error = aFailure(status, code);
  run.settled(ending, error);
  run.opened(status, new Headers({ 'content-type': 'application/json', 'x-ratelimit-limit-requests': '1' }));
  run.append(utf8(JSON.stringify({ error: error.error })));
  run.closed('ended');
}

export const failAtProvider = (run: Run): void => refuse(run, 502, 'provider_unreachable', 'upstream_error');
export const hitOwnLimit = (run: Run): void => refuse(run, 429, 'request_limit_exceeded', 'rejected');
