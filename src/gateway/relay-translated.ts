/** A stream of another wire form on its way to the client, written anew in the form of the door. */
import { concat } from '../bytes.ts';
import type { CanonicalEvent } from '../dialects/canonical.ts';
import type { StreamEncoder } from '../dialects/codec.ts';
import { InternalError, toErrorWire } from '../errors.ts';
import { logCause } from '../log-cause.ts';
import type { Watchdog } from '../streaming/watchdog.ts';
import type { Ending } from '../telemetry/request-log.ts';
import { estimateUsage } from '../usage/usage.ts';
import { AnswerProgress } from './answer-progress.ts';
import { ClientLeft } from './client-left.ts';
import { ours } from './ours.ts';
import { AttemptFailed, failedSuccess, toFailure, unreachable } from './provider-failure.ts';
import { keepAliveWith, type RelayOptions } from './relay-options.ts';
import { toEnding } from './settle.ts';

type Options = RelayOptions<'translated'>;

/** Stands in `native_finish_reason` and in the log where a budget ended an answer. */
const SPENT = 'budget_exceeded';

/** Resolves when the stream has ended, one way or another, and is settled. */
export async function relayTranslated(options: Options): Promise<void> {
  const { writer, body } = options;
  const { call } = body;
  const keepAlive = keepAliveWith(body.door.keepAlive, options);
  const passage = new TranslatedPassage(options, keepAlive);
  try {
    await passage.run();
  } catch (error) {
    const reason = call.explain(error);
    // Whatever breaks after the whole answer has come breaks nothing.
    if (body.events.isComplete && body.events.error === null) passage.complete();
    else if (reason instanceof ClientLeft) passage.settle('client_abort');
    else passage.fail(reason);
    call.abort(reason);
  } finally {
    keepAlive.stop();
    await writer.close();
  }
}

class TranslatedPassage {
  readonly #options: Options;
  readonly #keepAlive: Watchdog;
  readonly #encoder: StreamEncoder;
  readonly #progress: AnswerProgress;

  constructor(options: Options, keepAlive: Watchdog) {
    this.#options = options;
    this.#keepAlive = keepAlive;
    this.#encoder = options.body.door.createStreamEncoder(options.body.canonical);
    this.#progress = new AnswerProgress({ ...options, call: options.body.call });
  }

  /** Throws what ends the stream early. */
  async run(): Promise<void> {
    const { body } = this.#options;
    const { call } = body;
    const { bill } = this.#options.exchange.settlement;
    await this.#pass(body.backlog);
    for (;;) {
      if (bill.isSpentAfter(body.events.outputCharacters) && !body.events.isComplete) return this.#cut();
      const batch = await body.events.next();
      if (batch === null) break;
      const pressure = this.#pass(batch);
      if (pressure !== null) await pressure;
    }
    if (!body.events.isComplete) throw new AttemptFailed(unreachable(call.provider));
    this.complete();
  }

  /** The budget is spent: the answer ends here, in good form, and the provider is told to stop. */
  #cut(): void {
    const { body } = this.#options;
    const { call } = body;
    this.complete(body.events.cut(SPENT), SPENT);
    call.abort(new ClientLeft());
  }

  /**
   * The closing events, behind those of `last`. Usage that no provider told is estimated: a client that asked for it gets
   * some (traps C6).
   */
  complete(last: readonly CanonicalEvent[] = [], errorCode: string | null = null): void {
    const { body, exchange } = this.#options;
    const usage = estimateUsage(exchange.settlement.inputCharacters, body.events.outputCharacters);
    const closing = body.events.usage === null ? [...last, { type: 'usage' as const, usage }] : last;
    this.#options.run.recorder?.translated(closing, body.canonical);
    const pieces = closing.map((event) => this.#encoder.encode(event));
    pieces.push(this.#encoder.end());
    this.settle('complete', errorCode);
    this.#write(pieces);
  }

  /** Our error event, and nothing after it. */
  fail(reason: Error): void {
    const error = toFailure(reason);
    if (error instanceof InternalError) logCause(error, this.#options.exchange.context);
    const wire = toErrorWire(error);
    this.settle(toEnding(error), error.code);
    this.#options.run.recorder?.failed(wire);
    this.#write([this.#encoder.fail(wire)]);
  }

  settle(ending: Ending, errorCode: string | null = null): void {
    const { events } = this.#options.body;
    this.#options.exchange.settlement.finish(ending, events.usage, events.outputCharacters, errorCode);
  }

  /** One write for what one read brought. Throws the failure that one of the events tells. */
  #pass(batch: readonly CanonicalEvent[]): Promise<void> | null {
    const { body, exchange } = this.#options;
    const { call } = body;
    const { events } = body;
    const pieces: Uint8Array[] = [];
    const named = batch.map((event) =>
      event.type === 'start' && event.model === '' ? { ...event, model: body.clientModel } : event,
    );
    this.#options.run.recorder?.translated(named, body.canonical);
    if (batch.length > 0) this.#progress.data(events.hasContent, events.isComplete, events.usage !== null);
    for (const event of named) {
      if (event.type === 'error') {
        this.#write(pieces);
        throw new AttemptFailed(
          failedSuccess(event.error, call.provider, (text) => exchange.redact(text, call.secrets)),
        );
      }
      const bytes = ours(() => this.#encoder.encode(event));
      if (bytes.length > 0) pieces.push(bytes);
    }
    return this.#write(pieces);
  }

  #write(pieces: readonly Uint8Array[]): Promise<void> | null {
    if (pieces.length === 0) return null;
    this.#keepAlive.progress();
    const { body, writer } = this.#options;
    const { call } = body;
    const pressure = writer.write(concat(pieces));
    return pressure === null ? null : call.whileSuspended(pressure);
  }
}
