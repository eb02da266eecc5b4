/**
 * A stream that another object relays, on its way to one of those who wait for it: the very bytes where the client is
 * served in the same form, else canonical steps, written in its own.
 */

import { concat } from '../bytes.ts';
import type { FlightFrame } from '../cache/flight/frames.ts';
import { DOOR_CODECS } from '../dialects/registry.ts';
import { type ErrorWire, RelayedFailure, toErrorWire } from '../errors.ts';
import { brokenFlight } from './cache/broken-flight.ts';
import { keepAliveWith, type RelayOptions } from './relay-options.ts';
import { toEnding } from './settle.ts';

type Options = RelayOptions<'followed'>;

/** Resolves when the stream has ended, one way or another, and is settled. */
export async function relayFollowed(options: Options): Promise<void> {
  const { body, writer, run, exchange } = options;
  const { filler } = DOOR_CODECS[exchange.route.dialect];
  const keepAlive = keepAliveWith(body.translated?.door.keepAlive ?? filler, options);
  const onward = new Onward(options);
  try {
    for (;;) {
      const frame = await body.frames.next();
      if (writer.isGone) break;
      if (frame === null) {
        await onward.fail(brokenFlight());
        break;
      }
      keepAlive.progress();
      const pressure = onward.pass(frame);
      if (pressure !== null) await pressure;
      if (frame.type === 'end' || frame.type === 'failed') break;
    }
  } catch {
    await onward.fail(brokenFlight());
  } finally {
    keepAlive.stop();
    await body.frames.cancel();
  }
  if (writer.isGone) exchange.settlement.finish('client_abort', null);
  await writer.close();
  run.finish();
}

class Onward {
  readonly #options: Options;
  readonly #encoder;
  #hasWritten = false;

  constructor(options: Options) {
    this.#options = options;
    const { translated } = options.body;
    this.#encoder = translated?.door.createStreamEncoder(translated.canonical) ?? null;
  }

  /** `null`, or what to wait for: a client that is slow. */
  pass(frame: FlightFrame): Promise<void> | null {
    const { writer, body, exchange } = this.#options;
    const { settlement } = exchange;
    switch (frame.type) {
      case 'bytes':
        settlement.markFirstToken();
        return writer.write(frame.bytes);
      case 'events':
        if (this.#encoder === null) return null;
        settlement.markFirstToken();
        this.#hasWritten = true;
        return this.#write(frame.events.map((event) => this.#encoder?.encode(event) ?? new Uint8Array(0)));
      case 'answer': {
        if (this.#hasWritten) return null;
        const events = body.tell(frame.entry);
        if (events === null) throw new Error('the answer cannot be told as a stream');
        settlement.markFirstToken();
        return this.#write(events);
      }
      case 'end':
        if (this.#hasWritten && this.#encoder !== null) this.#write([this.#encoder.end()]);
        settlement.finish('complete', null);
        return null;
      case 'failed':
        return this.fail(frame.error, body.translated === null);
      default:
        return null;
    }
  }

  /** Our error event, and nothing after it; bytes that were relayed tell it themselves. */
  fail(wire: ErrorWire, isToldInBytes = false): Promise<void> | null {
    const { exchange, writer } = this.#options;
    const error = new RelayedFailure(wire);
    exchange.settlement.finish(toEnding(error), null, 0, wire.error.code);
    if (isToldInBytes) return null;
    const { encodeFailure } = DOOR_CODECS[exchange.route.dialect];
    return writer.write(
      this.#hasWritten && this.#encoder !== null
        ? this.#encoder.fail(toErrorWire(error))
        : encodeFailure(toErrorWire(error), null),
    );
  }

  #write(pieces: readonly Uint8Array[]): Promise<void> | null {
    return this.#options.writer.write(concat(pieces));
  }
}
