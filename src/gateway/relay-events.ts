/**
 * Events on their way to the client. The upstream's bytes go on in order and unchanged, but for what the contract
 * names: our own usage event is taken out, comments are put between events after a long silence, a missing end
 * marker is added to an answer that is whole, and the first failure ends the stream with our error event.
 */
import { concat } from '../bytes.ts';
import { DOOR_CODECS, UPSTREAM_CODECS } from '../dialects/registry.ts';
import { toErrorWire } from '../errors.ts';
import type { Watchdog } from '../streaming/watchdog.ts';
import type { Ending } from '../telemetry/request-log.ts';
import { AnswerProgress } from './answer-progress.ts';
import { ClientLeft } from './client-left.ts';
import { AttemptFailed, failedSuccess, toFailure, unreachable } from './provider-failure.ts';
import { keepAliveWith, type RelayOptions } from './relay-options.ts';
import { toEnding } from './settle.ts';
import type { ReadEvent } from './upstream-events.ts';

/** After `[DONE]` usage may still come (traps B5); nobody waits longer for it than this. */
const AFTER_DONE_MS = 1000;

type Options = RelayOptions<'events'>;

/** Resolves when the stream has ended, one way or another, and is settled. */
export async function relayEvents(options: Options): Promise<void> {
  const { writer, body } = options;
  const { call } = body;
  const { filler } = DOOR_CODECS[options.exchange.route.dialect];
  const keepAlive = keepAliveWith(filler, options);
  const passage = new Passage(options, keepAlive);
  try {
    await passage.run();
    passage.settle('complete');
    await writer.close();
  } catch (error) {
    const reason = call.explain(error);
    // Whatever breaks after the whole answer has come breaks nothing.
    if (body.events.observer.isComplete && !passage.hasFailed) {
      passage.settle('complete');
      await passage.writeEnd();
    } else if (reason instanceof ClientLeft) {
      passage.settle('client_abort');
    } else {
      await passage.fail(reason);
    }
    call.abort(reason);
    await writer.close();
  } finally {
    keepAlive.stop();
  }
}

class Passage {
  hasFailed = false;
  readonly #options: Options;
  readonly #keepAlive: Watchdog;
  readonly #progress: AnswerProgress;
  #isDone = false;
  /** Whether the last event was passed on. */
  #passes = true;
  /** The last bytes that went: whether the last event is closed can be seen from them. */
  #tail: Uint8Array = new Uint8Array(0);

  constructor(options: Options, keepAlive: Watchdog) {
    this.#options = options;
    this.#keepAlive = keepAlive;
    this.#progress = new AnswerProgress({ ...options, call: options.body.call });
  }

  /** Throws what ends the stream early. */
  async run(): Promise<void> {
    const { body } = this.#options;
    const { call } = body;
    await this.#pass(body.backlog);
    for (;;) {
      const batch = await body.events.next();
      if (batch === null) break;
      const pressure = this.#pass(batch);
      if (pressure !== null) await pressure;
    }
    if (!body.events.observer.isComplete) throw new AttemptFailed(unreachable(call.provider));
    await this.writeEnd();
  }

  /** The end marker, where the answer is whole and the upstream sent none. */
  async writeEnd(): Promise<void> {
    const { doneMarker } = this.#options.body.events.observer;
    if (this.#isDone || doneMarker === null) return;
    this.#isDone = true;
    await this.#write([this.#separator(), doneMarker]);
  }

  /** Our error event, and nothing after it. */
  async fail(reason: Error): Promise<void> {
    const error = toFailure(reason);
    this.hasFailed = true;
    this.settle(toEnding(error), error.code);
    const { events } = this.#options.body;
    const { encodeFailure } = DOOR_CODECS[this.#options.exchange.route.dialect];
    const wire = toErrorWire(error);
    this.#options.run.recorder?.failed(wire);
    await this.#write([this.#separator(), events.own(encodeFailure(wire, events.observer))]);
  }

  settle(ending: Ending, errorCode: string | null = null): void {
    const { observer } = this.#options.body.events;
    this.#options.exchange.settlement.finish(ending, observer.usage, observer.outputCharacters, errorCode);
  }

  /** One write for what one read brought. Throws the failure that one of the events tells. */
  #pass(batch: readonly ReadEvent[]): Promise<void> | null {
    const pieces: Uint8Array[] = [];
    this.#options.run.recorder?.events(batch.map(({ event }) => event));
    for (const read of batch) {
      if (read.event.data !== null) this.#note(read);
      if (read.event.closesPrevious !== true) this.#passes = this.#mayPass(read);
      if (this.#passes) pieces.push(read.event.bytes);
      const failure = this.#failureIn(read);
      if (failure === null) continue;
      this.#write(pieces);
      throw failure;
    }
    return this.#write(pieces);
  }

  #note({ meaning }: ReadEvent): void {
    const { body } = this.#options;
    const { call } = body;
    const { observer } = body.events;
    this.#progress.data(meaning === 'content', observer.isComplete, observer.usage !== null);
    // What may be cut is not relayed here: this only reserves what the answer needs beyond its estimate.
    if (meaning === 'content') this.#options.exchange.settlement.bill.isSpentAfter(observer.outputCharacters);
    if (meaning === 'done') call.limitSilence(AFTER_DONE_MS);
  }

  #mayPass({ event, meaning }: ReadEvent): boolean {
    const { body } = this.#options;
    if (this.#isDone) return event.data === null; // `[DONE]` ends what the client sees of data
    switch (meaning) {
      case 'usage':
        return !body.stripsUsage;
      case 'error':
        return false;
      case 'done':
        this.#isDone = body.events.observer.isComplete;
        return this.#isDone;
      default:
        return true;
    }
  }

  #failureIn({ meaning }: ReadEvent): AttemptFailed | null {
    const { body, exchange } = this.#options;
    const { call } = body;
    const { observer } = body.events;
    if (this.#isDone) return null; // what the client sees has ended, and it was whole
    this.hasFailed ||= meaning === 'error';
    if (meaning === 'error')
      return new AttemptFailed(
        failedSuccess(
          UPSTREAM_CODECS[exchange.route.dialect].readError(observer.error, new Headers()),
          call.provider,
          (text) => exchange.redact(text, call.secrets),
        ),
      );
    if (meaning === 'done' && !observer.isComplete) return new AttemptFailed(unreachable(call.provider));
    return null;
  }

  /** `null`, or what to wait for: a client that is slow. An await for every chunk would cost as much as its JSON. */
  #write(pieces: readonly Uint8Array[]): Promise<void> | null {
    const bytes = pieces.length === 1 ? pieces[0] : concat(pieces);
    if (bytes === undefined || bytes.length === 0) return null;
    this.#tail = bytes.length >= TAIL_BYTES ? bytes.subarray(-TAIL_BYTES) : concat([this.#tail, bytes]);
    this.#keepAlive.progress();
    const { body, writer } = this.#options;
    const { call } = body;
    const pressure = writer.write(bytes);
    return pressure === null ? null : call.whileSuspended(pressure);
  }

  /** The upstream's last event may lack its blank line: ours must not become part of it. */
  #separator(): Uint8Array {
    const isClosed = this.#tail.length === 0 || endsEvent(this.#tail);
    return isClosed ? new Uint8Array(0) : new Uint8Array([0x0a, 0x0a]);
  }
}

/** CRLF twice. */
const TAIL_BYTES = 4;

/** Whether the bytes end with a blank line, in any of the three line ends. */
function endsEvent(bytes: Uint8Array): boolean {
  const [a, b, c] = [bytes.at(-1), bytes.at(-2), bytes.at(-3)];
  return (
    (a === 0x0a && (b === 0x0a || (b === 0x0d && c === 0x0a))) || (a === 0x0d && (b === 0x0d || b === 0x0a))
  );
}
