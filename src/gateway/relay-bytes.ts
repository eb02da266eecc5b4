/**
 * Sound, pictures and long vectors on their way to the client: whatever comes goes on, and the client's connection
 * breaks where the upstream's does.
 */

import { readUsage } from '../dialects/openai/usage.ts';
import { isRecord } from '../is-record.ts';
import type { Usage } from '../usage/usage.ts';
import { ClientLeft } from './client-left.ts';
import { toFailure } from './provider-failure.ts';
import type { RelayOptions } from './relay-options.ts';
import { toEnding } from './settle.ts';

/** Resolves when the body has ended, one way or another, and is settled. */
export async function relayBytes({
  body,
  call,
  writer,
  run,
  exchange,
  idleMs,
}: RelayOptions<'bytes'>): Promise<void> {
  const { settlement } = exchange;
  const tail = new UsageTail();
  const pass = async (chunk: Uint8Array) => {
    if (body.isJson) tail.push(chunk);
    const pressure = writer.write(chunk);
    if (pressure !== null) await call.whileSuspended(pressure);
  };
  call.watchIdle(idleMs);
  try {
    settlement.markFirstToken();
    for (const chunk of body.first) await pass(chunk);
    for (;;) {
      const { done, value } = await body.reader.read();
      if (done) break;
      await pass(value);
    }
    settlement.finish('complete', tail.usage());
    await writer.close();
  } catch (error) {
    const reason = call.explain(error);
    call.abort(reason);
    settlement.finish(reason instanceof ClientLeft ? 'client_abort' : toEnding(toFailure(reason)), null);
    await writer.abort(reason);
  }
  run.finish();
}

/** OpenAI's long answers close with `"usage": {…}`; elsewhere nothing is found, and nothing is claimed. */
class UsageTail {
  static readonly #LENGTH = 4096;
  #text = '';

  push(chunk: Uint8Array): void {
    const end = new TextDecoder().decode(chunk.subarray(Math.max(0, chunk.length - UsageTail.#LENGTH)));
    this.#text = (this.#text + end).slice(-UsageTail.#LENGTH);
  }

  usage(): Usage | null {
    const key = this.#text.lastIndexOf('"usage"');
    const start = this.#text.indexOf('{', key);
    if (key === -1 || start === -1) return null;
    for (let end = this.#text.indexOf('}', start); end !== -1; end = this.#text.indexOf('}', end + 1)) {
      try {
        const value: unknown = JSON.parse(this.#text.slice(start, end + 1));
        return isRecord(value) ? readUsage(value) : null;
      } catch {
        // An inner object's brace: the next one may close it.
      }
    }
    return null;
  }
}
