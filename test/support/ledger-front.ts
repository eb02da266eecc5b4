/** Makes Ledgers unreachable at will, all or one, and counts who calls them: the control of `ledger-front.js`. */
import { fileURLToPath } from 'node:url';
import { type Handler, startUpstream } from './upstream.ts';

/** The Worker in front of the Ledgers. */
export const LEDGER_FRONT_MODULE = fileURLToPath(new URL('./ledger-front.js', import.meta.url));

/**
 * `down`: a call throws, and does not reach the object. `overloaded`: the same, marked as the platform marks it.
 * `reset`: it throws as a call to an object that the platform resets, after which its stub is broken. `hang`: no answer
 * until another mode is set. `lose-answers`: the object does what it is told, and the caller gets an error. `slowMs`: it
 * is told, and answers, so much later, or when another mode is set.
 */
export type LedgerMode =
  | 'up'
  | 'down'
  | 'overloaded'
  | 'reset'
  | 'hang'
  | 'lose-answers'
  | { readonly slowMs: number };

export interface LedgerFront {
  /** Of the control, on loopback. */
  readonly port: number;
  /**
   * For all Ledgers, whatever was set for one of them; with `ledger` for those whose names begin so
   * (`key:`, `project:web`), until the next `set` without it.
   */
  set(mode: LedgerMode, ledger?: string): void;
  /** Calls so far, whatever became of them: of all Ledgers, or of those whose names begin so. */
  calls(ledger?: string): number;
  /** The names of the Ledgers that were called, in the order of their first calls. */
  ledgers(): readonly string[];
  stop(): Promise<void>;
}

export async function startLedgerFront(): Promise<LedgerFront> {
  const counts = new Map<string, number>();
  const exceptions = new Map<string, LedgerMode>();
  let mode: LedgerMode = 'up';
  let waiting: (() => void)[] = [];

  const modeOf = (ledger: string): LedgerMode =>
    [...exceptions].find(([prefix]) => ledger.startsWith(prefix))?.[1] ?? mode;

  /** Whether another mode is set within a time; without one, waits for it. */
  const isChanged = (withinMs?: number): Promise<boolean> =>
    new Promise((resolve) => {
      waiting.push(() => resolve(true));
      if (withinMs !== undefined) setTimeout(resolve, withinMs, false).unref();
    });

  async function verdict(ledger: string): Promise<string> {
    for (;;) {
      const current = modeOf(ledger);
      if (current === 'hang') await isChanged();
      else if (typeof current === 'string') return current;
      else if (!(await isChanged(current.slowMs))) return 'up';
    }
  }

  const answer: Handler = async ({ path }, response) => {
    const ledger = new URL(path, 'http://control').searchParams.get('ledger') ?? '';
    counts.set(ledger, (counts.get(ledger) ?? 0) + 1);
    response.end(await verdict(ledger));
  };

  const server = await startUpstream(async (call, ...rest) => {
    server.calls.length = 0; // counted here, by Ledger
    await answer(call, ...rest);
  });
  return {
    port: server.port,
    set: (next, ledger) => {
      if (ledger === undefined) {
        mode = next;
        exceptions.clear();
      } else exceptions.set(ledger, next);
      for (const wake of waiting.splice(0)) wake();
    },
    calls: (prefix = '') =>
      [...counts].reduce((sum, [ledger, count]) => (ledger.startsWith(prefix) ? sum + count : sum), 0),
    ledgers: () => [...counts.keys()],
    stop: () => {
      waiting = [];
      return server.stop();
    },
  };
}
