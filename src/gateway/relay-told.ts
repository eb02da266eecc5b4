/** A whole answer on its way to a client that waits for events: at once, or at the pace at which it first came. */
import type { RelayOptions } from './relay-options.ts';

/** Nobody is kept waiting for longer than this by an answer that is here. In milliseconds. */
const MAX_PACED_MS = 60_000;

/** Resolves when the stream has ended, and is settled. */
export async function relayTold({ body, writer, run, exchange }: RelayOptions<'told'>): Promise<void> {
  const { settlement } = exchange;
  settlement.markFirstToken();
  const { events, overMs = 0 } = body;
  const stepMs = Math.min(overMs, MAX_PACED_MS) / Math.max(1, events.length - 1);
  let waitedMs = 0;
  for (const event of events) {
    if (writer.isGone) break;
    const pressure = writer.write(event);
    if (pressure !== null) await pressure;
    waitedMs += stepMs;
    if (waitedMs < MIN_WAIT_MS) continue;
    await pause(waitedMs);
    waitedMs = 0;
  }
  settlement.finish(writer.isGone ? 'client_abort' : 'complete', body.usage);
  if (body.whole !== undefined) run.recorder?.whole(body.whole, body.canonical ?? null);
  await writer.close();
}

/** Shorter waits are put together: a timer costs more than an event. */
const MIN_WAIT_MS = 4;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
