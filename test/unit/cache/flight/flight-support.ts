/** A Flight of its own for each test, whose requests are answered by the test, on a clock that stands. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { concat } from '../../../../src/bytes.ts';
import type { FlightObject } from '../../../../src/cache/flight/flight.ts';
import {
  type FlightStub,
  type FrameReader,
  joinFlight,
  leadFlight,
} from '../../../../src/cache/flight/flight-client.ts';
import type { FlightRun } from '../../../../src/cache/flight/flight-run.ts';
import type { FlightFrame } from '../../../../src/cache/flight/frames.ts';
import type { JoinMessage, LeadMessage } from '../../../../src/cache/flight/messages.ts';
import { joining, leading } from './control-support.ts';

/** As `wrangler.toml` binds it. */
const { FLIGHT } = env as unknown as { readonly FLIGHT: DurableObjectNamespace<FlightObject> };

/** Far ahead: an alarm rings when its time is past by the real clock, and here it rings when the test says so. */
export const NOON = Date.parse('2036-11-21T12:00:00Z');

export type Answer = (request: Request, run: FlightRun) => Promise<Response>;

/** What a subclass gives; the tests put theirs in its place. */
type Open = FlightObject & { answer: Answer };

export class TestFlight {
  readonly #name = `test:${crypto.randomUUID()}`;
  now = NOON;
  answer: Answer;

  private constructor(answer: Answer) {
    this.answer = answer;
  }

  static async create(answer: Answer): Promise<TestFlight> {
    const flight = new TestFlight(answer);
    await flight.#prepare();
    return flight;
  }

  /** A stub is of no use once its object broke. */
  get stub(): FlightStub {
    return this.#object as unknown as FlightStub;
  }

  get #object(): DurableObjectStub<FlightObject> {
    return FLIGHT.getByName(this.#name);
  }

  join(fields: Partial<JoinMessage> = {}): Promise<FrameReader> {
    return joinFlight(this.stub, joining(fields));
  }

  /** Joins, and leads with the ticket that is offered. */
  async lead(fields: Partial<JoinMessage> & Partial<LeadMessage> = {}, init: Partial<RequestInit> = {}) {
    const [offer] = await readAll(await this.join(fields));
    if (offer?.type !== 'lead') throw new Error(`told ${offer?.type}, and not to lead`);
    return this.leadWith(offer.ticket, fields, init);
  }

  leadWith(ticket: string, fields: Partial<LeadMessage> = {}, init: Partial<RequestInit> = {}) {
    const { kind = 'cache', form, totalMs, generation } = fields;
    const message = leading(ticket, {
      kind,
      ...(form === undefined ? {} : { form }),
      ...(totalMs === undefined ? {} : { totalMs }),
      ...(generation === undefined ? {} : { generation }),
    });
    const request = {
      url: 'https://edge.example/v1/chat/completions?a=%C3%BC',
      method: 'POST',
      headers: new Headers(init.headers),
      body: init.body ?? null,
      cf: { country: 'IS' },
    };
    return leadFlight(this.stub, request, message);
  }

  /** In the object: what belongs to it cannot be touched from elsewhere. */
  within<Value>(read: (state: DurableObjectState) => Value | Promise<Value>): Promise<Value> {
    return runInDurableObject(this.#object, (_, state) => read(state));
  }

  get alarm(): Promise<number | null> {
    return this.within(({ storage }) => storage.getAlarm());
  }

  ringAlarm(): Promise<boolean> {
    return runDurableObjectAlarm(this.#object);
  }

  /** Its memory is lost in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.within((state) => state.abort('killed by a test')).catch(() => undefined);
    await this.#prepare();
  }

  /** Its memory is lost while nothing goes on. */
  async evict(): Promise<void> {
    await evictDurableObject(this.#object);
    await this.#prepare();
  }

  async #prepare(): Promise<void> {
    await runInDurableObject(this.#object, (object) => {
      object.now = () => this.now;
      (object as Open).answer = (request, run) => this.answer(request, run);
    });
  }
}

/** To the last frame. Rejects as the reader does. */
export async function readAll(reader: FrameReader): Promise<FlightFrame[]> {
  const frames: FlightFrame[] = [];
  for (let frame = await reader.next(); frame !== null; frame = await reader.next()) frames.push(frame);
  return frames;
}

export const textOf = (frames: readonly FlightFrame[]): string =>
  new TextDecoder().decode(concat(frames.flatMap((frame) => (frame.type === 'bytes' ? [frame.bytes] : []))));

/** The types of the frames, each once in a row. */
export const typesOf = (frames: readonly FlightFrame[]): string =>
  frames
    .map(({ type }) => type)
    .filter((type, i, all) => type !== all[i - 1])
    .join(' ');

/** A body that is written piece by piece, in the object that it was made in. */
export class Feed {
  readonly body: ReadableStream<Uint8Array>;
  isCancelled = false;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor() {
    this.body = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => {
        this.isCancelled = true;
      },
    });
  }

  write(text: string): void {
    this.#controller?.enqueue(new TextEncoder().encode(text));
  }

  end(): void {
    this.#controller?.close();
  }

  break(): void {
    this.#controller?.error(new Error('upstream broke'));
  }
}

/** A run as its test drives it, step by step. */
export class DrivenRun {
  readonly run: FlightRun;
  readonly feed = new Feed();
  readonly request: Request;
  aborted: string[] = [];

  constructor(request: Request, run: FlightRun) {
    this.run = run;
    this.request = request;
    request.signal.addEventListener('abort', () => void this.aborted.push('request'));
    run.signal.addEventListener('abort', () => void this.aborted.push('run'));
  }
}
