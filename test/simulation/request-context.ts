/**
 * Requests as the platform runs them: timers and answers of calls belong to the request on whose time they were asked
 * for, and when that is killed they never come. What waits for a promise of another request hangs here as it does there.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { DeskWork } from '../../src/limits/leases/limit-desk.ts';
import type { Timers } from '../../src/limits/leases/timers.ts';
import type { LedgerAnswer, LedgerCall } from '../../src/limits/ledger-protocol.ts';
import type { VirtualTime } from './virtual-time.ts';

export class RequestContext {
  isKilled = false;
  /** Nothing to do: the context lives until it is killed. */
  readonly work: DeskWork = { waitUntil: () => undefined };

  /** Whatever comes of `run` belongs to this request. */
  run<Value>(run: () => Value): Value {
    return CONTEXTS.run(this, run);
  }

  kill(): void {
    this.isKilled = true;
  }
}

const CONTEXTS = new AsyncLocalStorage<RequestContext>();

export function contextTimers(time: VirtualTime): Timers {
  return {
    set: (run, ms) => {
      const context = CONTEXTS.getStore();
      return time.after(ms, () => {
        if (context === undefined) run();
        else if (!context.isKilled) context.run(run);
      });
    },
    clear: (timer) => time.cancel(timer as ReturnType<VirtualTime['after']>),
  };
}

type Call = (ledger: string, call: LedgerCall) => Promise<LedgerAnswer>;

/** Answers reach nobody once the request that asked is killed. */
export function contextCall(call: Call): Call {
  return (ledger, told) => {
    const context = CONTEXTS.getStore();
    return new Promise((resolve, reject) => {
      call(ledger, told).then(
        (answer) => {
          if (context?.isKilled !== true) resolve(answer);
        },
        (error: unknown) => {
          if (context?.isKilled !== true) reject(error);
        },
      );
    });
  };
}
