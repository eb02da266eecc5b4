/**
 * The object of identical requests in flight, and of a request with an `Idempotency-Key`: makes one call for all who come,
 * and every client reads from it, the first included. Spoken to by `flight-client.ts`. What was kept survives the loss
 * of its memory; a call that was running does not, and whoever read it sees the stream break.
 */
import { DurableObject } from 'cloudflare:workers';
import { type ErrorWire, InternalError, toErrorWire, toGatewayError } from '../../errors.ts';
import { logCause } from '../../log-cause.ts';
import { FlightControl } from './flight-control.ts';
import type { FlightRun } from './flight-run.ts';
import { type JoinMessage, LEAD_HEADER, type LeadMessage } from './messages.ts';
import { runAnswer } from './run-answer.ts';
import { seatStream } from './seat-stream.ts';
import { StoredResults } from './stored-results.ts';

/** Beyond it a run is told to those who read it, and to nobody else. */
const MAX_LOG_BYTES = 32 * 1024 * 1024;

/** `Env`: of the Worker, which whoever answers needs. */
export abstract class FlightObject<Env = unknown> extends DurableObject<Env> {
  /** Milliseconds since the Unix epoch. Tests put their own here; nothing else does. */
  now: () => number = Date.now;
  readonly #results: StoredResults;
  readonly #control: FlightControl;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#results = new StoredResults(state.storage, (work) => state.waitUntil(work));
    this.#control = new FlightControl({
      results: this.#results,
      now: () => this.now(),
      newTicket: () => crypto.randomUUID(),
      startTimer,
      log: writeLine,
      maxLogBytes: MAX_LOG_BYTES,
    });
  }

  /** As the gateway answers `request`, told of it by `run`. Its signal is that of the run, and not of any client. */
  protected abstract answer(request: Request, run: FlightRun): Promise<Response>;

  /** Frames, until the end of what this reader is told. */
  override async fetch(request: Request): Promise<Response> {
    const led = request.headers.get(LEAD_HEADER);
    const seat =
      led === null ? this.#control.join(await request.json<JoinMessage>()) : this.#lead(request, led);
    return new Response(seatStream(seat, () => this.#control.leave(seat)));
  }

  override async alarm(): Promise<void> {
    await this.#results.expire(this.now());
  }

  #lead(request: Request, led: string) {
    const message = JSON.parse(decodeURIComponent(led)) as LeadMessage; // as `flight-client.ts` writes it
    const { seat, run } = this.#control.lead(message);
    if (run === null) return seat;
    const answer = async () => this.answer(original(request, run.signal), run.toFlightRun());
    // The client may leave before its answer: the call goes on for the others, and the object stays for it.
    this.ctx.waitUntil(runAnswer(run, { answer, explain: (thrown) => explain(thrown, message.requestId) }));
    return seat;
  }
}

/** As the client sent it. */
function original(request: Request, signal: AbortSignal): Request {
  const headers = new Headers(request.headers);
  headers.delete(LEAD_HEADER);
  const { url, method, body, cf } = request;
  return new Request(url, { method, headers, body, signal, ...(cf === undefined ? {} : { cf }) });
}

function explain(thrown: unknown, requestId: string): ErrorWire {
  const error = toGatewayError(thrown);
  if (error instanceof InternalError) logCause(error, { log: writeLine, requestId });
  return toErrorWire(error);
}

const writeLine = (line: object): void => console.log(JSON.stringify(line));

function startTimer(delayMs: number, ring: () => void): () => void {
  const timer = setTimeout(ring, delayMs);
  return () => clearTimeout(timer);
}
