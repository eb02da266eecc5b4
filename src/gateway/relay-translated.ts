/**
 * A stream of another wire form on its way to the client, written anew in the form of the door. Where it is plain text
 * and breaks off, another target may go on with it in the same stream (`continuation/`).
 */
import { concat } from '../bytes.ts';
import type { CanonicalEvent } from '../dialects/canonical.ts';
import type { StreamEncoder } from '../dialects/codec.ts';
import type { RawErrorFields } from '../dialects/straight.ts';
import { InternalError, toErrorWire } from '../errors.ts';
import { logCause } from '../log-cause.ts';
import type { Watchdog } from '../streaming/watchdog.ts';
import type { Ending } from '../telemetry/request-log.ts';
import { estimateUsage } from '../usage/usage.ts';
import { AnswerProgress } from './answer-progress.ts';
import { ClientLeft } from './client-left.ts';
import { Stitcher } from './continuation/stitcher.ts';
import { ours } from './ours.ts';
import { AttemptFailed, failedSuccess, toFailure, unreachable } from './provider-failure.ts';
import { keepAliveWith, type RelayOptions } from './relay-options.ts';
import { toEnding } from './settle.ts';

type Options = RelayOptions<'translated'>;

/** Stands in `native_finish_reason` and in the log where a budget ended an answer. */
const SPENT = 'budget_exceeded';

/** Resolves when the stream has ended, one way or another, and is settled. */
export async function relayTranslated(options: Options): Promise<void> {
  const keepAlive = keepAliveWith(options.body.door.keepAlive, options);
  const passage = new TranslatedPassage(options, keepAlive);
  try {
    let broken = await passage.pass();
    while (broken !== null) broken = (await passage.goOn(broken)) ? await passage.pass() : null;
  } finally {
    keepAlive.stop();
    await options.writer.close();
  }
}

class TranslatedPassage {
  readonly #options: Options;
  readonly #keepAlive: Watchdog;
  readonly #encoder: StreamEncoder;
  /** `null`: no other target may go on. */
  readonly #stitcher: Stitcher | null;
  /** Of the call whose answer is passing. */
  #body: Options['body'];
  #progress: AnswerProgress;
  /** Why the last call broke off of which anything was told. */
  #broken: AttemptFailed | null = null;

  constructor(options: Options, keepAlive: Watchdog) {
    this.#options = options;
    this.#keepAlive = keepAlive;
    this.#body = options.body;
    this.#encoder = options.body.door.createStreamEncoder(options.body.canonical);
    this.#stitcher = options.body.asked === null ? null : new Stitcher();
    this.#progress = new AnswerProgress({ ...options, call: options.body.call });
  }

  /** `null`: the stream has ended. Else why it broke off, where it is a text that may be gone on with. */
  async pass(): Promise<AttemptFailed | null> {
    const { call, events } = this.#body;
    try {
      await this.#run();
    } catch (error) {
      const reason = call.explain(error);
      const isWhole = events.isComplete && events.error === null && this.#stitcher?.isUnfit !== true;
      call.abort(reason);
      // Whatever breaks after the whole answer has come breaks nothing.
      if (isWhole) this.#complete();
      else if (reason instanceof AttemptFailed && this.#stitcher?.isOpenText === true) return reason;
      else this.#end(reason);
    }
    return null;
  }

  /** Whether another target goes on; if none does, the stream has ended. */
  async goOn(reason: AttemptFailed): Promise<boolean> {
    const { run, body } = this.#options;
    const stitcher = this.#stitcher;
    if (this.#broken === null || stitcher?.isUntold !== true) this.#broken = reason;
    if (stitcher === null || body.asked === null) return this.#end(this.#broken);
    const { usage, outputCharacters } = this.#body.events;
    const { said } = stitcher;
    const broken = { reason, asked: body.asked, said, usage, outputCharacters };
    try {
      const continuation = await run.continueAfter?.(broken);
      if (!continuation) return this.#end(this.#broken);
      stitcher.continueWith(continuation, continuation.charged);
      this.#body = continuation.body;
    } catch (error) {
      return this.#end(error instanceof Error ? error : new InternalError(error));
    }
    run.recorder?.keepNothing();
    this.#progress = new AnswerProgress({ ...this.#options, call: this.#body.call });
    return true;
  }

  /** Throws what ends the stream early. */
  async #run(): Promise<void> {
    const { call, events, backlog } = this.#body;
    const { bill } = this.#options.exchange.settlement;
    await this.#pass(backlog);
    for (;;) {
      if (bill.isSpentAfter(events.outputCharacters) && !events.isComplete) return this.#cut();
      const batch = await events.next();
      if (batch === null) break;
      const pressure = this.#pass(batch);
      if (pressure !== null) await pressure;
    }
    if (!events.isComplete) throw new AttemptFailed(unreachable(call.provider));
    this.#complete();
  }

  /** The budget is spent: the answer ends here, in good form, and the provider is told to stop. */
  #cut(): void {
    const { call, events } = this.#body;
    this.#complete(events.cut(SPENT), SPENT);
    call.abort(new ClientLeft());
  }

  /**
   * The closing events, behind those of `last`. Usage that no provider told is estimated: a client that asked for it gets
   * some (traps C6).
   */
  #complete(last: readonly CanonicalEvent[] = [], errorCode: string | null = null): void {
    const { exchange } = this.#options;
    const { events } = this.#body;
    const usage = estimateUsage(exchange.settlement.inputCharacters, events.outputCharacters);
    const closing = this.#told(events.usage === null ? [...last, { type: 'usage' as const, usage }] : last);
    const pieces = closing.map((event) => this.#encoder.encode(event));
    pieces.push(this.#encoder.end());
    this.#settle('complete', errorCode);
    this.#write(pieces);
  }

  /** The client has left, or is told of a failure, and nothing after it. */
  #end(reason: Error): false {
    if (reason instanceof ClientLeft) {
      this.#settle('client_abort');
      return false;
    }
    const { exchange, run } = this.#options;
    const error = toFailure(reason);
    if (error instanceof InternalError) logCause(error, exchange.context);
    const wire = toErrorWire(error);
    this.#settle(toEnding(error), error.code);
    run.recorder?.failed(wire);
    const held = this.#stitcher?.end() ?? [];
    this.#write([...held.map((event) => this.#encoder.encode(event)), this.#encoder.fail(wire)]);
    return false;
  }

  #settle(ending: Ending, errorCode: string | null = null): void {
    const { usage, outputCharacters } = this.#body.events;
    this.#options.exchange.settlement.finish(ending, usage, outputCharacters, errorCode);
  }

  /** As the client is to be told, and whoever else listens. */
  #told(batch: readonly CanonicalEvent[]): readonly CanonicalEvent[] {
    const { clientModel, canonical } = this.#options.body;
    const named = batch.map((event) =>
      event.type === 'start' && event.model === '' ? { ...event, model: clientModel } : event,
    );
    const told = this.#stitcher?.take(named) ?? named;
    this.#options.run.recorder?.translated(told, canonical);
    return told;
  }

  /** One write for what one read brought. Throws the failure that one of the events tells. */
  #pass(batch: readonly CanonicalEvent[]): Promise<void> | null {
    const { exchange } = this.#options;
    const { call, events } = this.#body;
    const senseless = (event: RawErrorFields | null) =>
      new AttemptFailed(failedSuccess(event, call.provider, (text) => exchange.redact(text, call.secrets)));
    const pieces: Uint8Array[] = [];
    const told = this.#told(batch);
    if (batch.length > 0) this.#progress.data(events.hasContent, events.isComplete, events.usage !== null);
    for (const event of told) {
      if (event.type === 'error') {
        this.#write(pieces);
        throw senseless(event.error);
      }
      const bytes = ours(() => this.#encoder.encode(event));
      if (bytes.length > 0) pieces.push(bytes);
    }
    const pressure = this.#write(pieces);
    if (this.#stitcher?.isUnfit === true) throw senseless(null);
    return pressure;
  }

  #write(pieces: readonly Uint8Array[]): Promise<void> | null {
    if (pieces.length === 0) return null;
    this.#keepAlive.progress();
    const pressure = this.#options.writer.write(concat(pieces));
    return pressure === null ? null : this.#body.call.whileSuspended(pressure);
  }
}
