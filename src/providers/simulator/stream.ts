/** Plays a script as a body: pulled by its reader, paced by timers, ended at once by abort or cancel. */
import type { Step } from './script.ts';

/** Characters that one read may get when nothing is paced. */
const MAX_READ_CHARS = 16 * 1024;
/** The longest delay a timer takes (about 24 days). */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Resolves after `ms` (at once for 0); rejects with the signal's reason as soon as it aborts. Leaves no timer behind. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason);
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      },
      Math.min(ms, MAX_TIMER_MS),
    );
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Never resolves; rejects with the signal's reason. It holds a timer all the while, because workerd ends a
 * request that waits for nothing ("code had hung") where a silent upstream would keep it waiting.
 */
export async function hang(signal: AbortSignal): Promise<never> {
  for (;;) await sleep(MAX_TIMER_MS, signal);
}

/**
 * A body that plays `script`. Steps are taken only when a read waits for them, so a slow reader slows it down.
 * An abort errors it with the signal's reason; so does a `break` step, as a broken connection would.
 */
export function playScript(script: Iterable<Step>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const steps = script[Symbol.iterator]();
  const encoder = new TextEncoder();
  const stopped = new AbortController();
  let upcoming = steps.next();
  let onAbort = () => {};

  /** All text that may go out now, up to the limit of one read. */
  const takeText = (): string => {
    let text = '';
    while (!upcoming.done && upcoming.value.kind === 'send' && text.length < MAX_READ_CHARS) {
      text += upcoming.value.text;
      upcoming = steps.next();
    }
    return text;
  };
  const release = () => signal.removeEventListener('abort', onAbort);

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        onAbort = () => {
          stopped.abort(signal.reason);
          controller.error(signal.reason);
        };
        if (signal.aborted) onAbort();
        else signal.addEventListener('abort', onAbort, { once: true });
      },
      async pull(controller) {
        for (;;) {
          const text = takeText();
          if (text !== '') return controller.enqueue(encoder.encode(text));
          if (upcoming.done || upcoming.value.kind === 'break') {
            release();
            if (upcoming.done) return controller.close();
            throw new Error('The simulated connection broke.');
          }
          if (upcoming.value.kind === 'hang') await hang(stopped.signal);
          if (upcoming.value.kind === 'wait') await sleep(upcoming.value.ms, stopped.signal);
          upcoming = steps.next();
        }
      },
      cancel(reason) {
        release();
        stopped.abort(reason);
      },
    },
    // Nothing is made ahead of a read: an error discards what waits in the queue, and would swallow tokens.
    { highWaterMark: 0 },
  );
}
