/** Makes the Registry unreachable at will, and counts who calls it: the control of `registry-front.js`. */
import { fileURLToPath } from 'node:url';
import { type Handler, startUpstream } from './upstream.ts';

/** The Worker in front of the Registry. */
export const FRONT_MODULE = fileURLToPath(new URL('./registry-front.js', import.meta.url));

/**
 * `down`: a call throws, and does not reach the object. `reset`: it throws as a call to an object that the platform
 * resets, after which its stub is broken. `hang`: no answer until another mode is set. `lose-answers`: the object does
 * what it is told, and the caller gets an error. `slowMs`: it answers so much later, or when another mode is set.
 */
export type RegistryMode = 'up' | 'down' | 'reset' | 'hang' | 'lose-answers' | { readonly slowMs: number };

export interface RegistryFront {
  /** Of the control, on loopback. */
  readonly port: number;
  set(mode: RegistryMode): void;
  /** Calls so far, whatever became of them; of one method, or of all. */
  calls(name?: string): number;
  stop(): Promise<void>;
}

export async function startRegistryFront(): Promise<RegistryFront> {
  const counts = new Map<string, number>();
  let mode: RegistryMode = 'up';
  let waiting: (() => void)[] = [];

  /** Whether another mode is set within a time; without one, waits for it. */
  const isChanged = (withinMs?: number): Promise<boolean> =>
    new Promise((resolve) => {
      waiting.push(() => resolve(true));
      if (withinMs !== undefined) setTimeout(resolve, withinMs, false).unref();
    });

  async function verdict(): Promise<string> {
    for (;;) {
      const current = mode;
      if (current === 'hang') await isChanged();
      else if (typeof current === 'string') return current;
      else if (!(await isChanged(current.slowMs))) return 'up';
    }
  }

  const answer: Handler = async ({ path }, response) => {
    const name = path.slice(1);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    response.end(await verdict());
  };

  const server = await startUpstream(answer);
  return {
    port: server.port,
    set: (next) => {
      mode = next;
      for (const wake of waiting.splice(0)) wake();
    },
    calls: (name) =>
      name === undefined ? [...counts.values()].reduce((sum, one) => sum + one, 0) : (counts.get(name) ?? 0),
    stop: () => {
      waiting = [];
      return server.stop();
    },
  };
}
