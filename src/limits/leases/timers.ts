/** A call of a Ledger that has no answer by then counts as lost. */
export const CALL_MS = 1500;

/** Timers of the request that runs. Handed in, so that a simulation has a time of its own. */
export interface Timers {
  set(run: () => void, ms: number): unknown;
  clear(timer: unknown): void;
}

export const PLATFORM_TIMERS: Timers = {
  set: (run, ms) => setTimeout(run, ms),
  // The type of a timer differs between the platforms that this runs on; what comes back is what `set` gave.
  clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

export function sleep(timers: Timers, ms: number): Promise<void> {
  return new Promise((resolve) => {
    timers.set(resolve, ms);
  });
}

/** A timer that rings so late says that this isolate is busy: the answer may be here, and only not looked at. */
const BUSY_MS = 50;
const LOOK_AGAIN_MS = 100;
/** A busy isolate waits so much longer, and no more. */
const MOST_MORE_MS = 3000;

/** Rejects when `work` does, or after `ms` of an isolate that is not too busy to hear; the work itself goes on. */
export function within<Value>(
  work: Promise<Value>,
  ms: number,
  timers: Timers,
  now: () => number,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const lastAt = now() + ms + MOST_MORE_MS;
    let timer: unknown;
    const wait = (forMs: number): void => {
      const dueAt = now() + forMs;
      timer = timers.set(() => {
        const at = now();
        if (at - dueAt >= BUSY_MS && at < lastAt) wait(LOOK_AGAIN_MS);
        else reject(new Error(`no answer within ${ms} ms`));
      }, forMs);
    };
    wait(ms);
    work.then(
      (value) => {
        timers.clear(timer);
        resolve(value);
      },
      (error: unknown) => {
        timers.clear(timer);
        reject(error);
      },
    );
  });
}
