/**
 * Sound, pictures and long vectors on their way to the client: whatever comes goes on, and the client's connection
 * breaks where the upstream's does.
 */
import { ClientLeft } from './client-left.ts';
import { toFailure } from './provider-failure.ts';
import type { RelayOptions } from './relay-options.ts';
import { toEnding } from './settle.ts';
import { UsageTail } from './usage-tail.ts';

/** Resolves when the body has ended, one way or another, and is settled. */
export async function relayBytes({
  body,
  writer,
  run,
  exchange,
  idleMs,
}: RelayOptions<'bytes'>): Promise<void> {
  const { settlement } = exchange;
  const { call } = body;
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
