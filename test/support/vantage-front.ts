/** Makes Vantages unreachable at will, and counts who calls them: the control of `vantage-front.js`. */
import { fileURLToPath } from 'node:url';
import { startUpstream } from './upstream.ts';

/** The Worker in front of the Vantages. */
export const VANTAGE_FRONT_MODULE = fileURLToPath(new URL('./vantage-front.js', import.meta.url));

/**
 * `down`: a call throws, and does not reach the object. `reset`: it throws as one to an object that the platform resets.
 * `hang`: no answer until another mode is set. `lose-answers`: the object does what it is told, and the caller gets an
 * error. `garbage`: the same, and the caller gets what no Vantage says.
 */
export type VantageMode = 'up' | 'down' | 'reset' | 'hang' | 'lose-answers' | 'garbage';

export interface VantageFront {
  /** Of the control, on loopback. */
  readonly port: number;
  /** From now on, for all Vantages. */
  set(mode: VantageMode): void;
  /** Calls so far, whatever became of them: of a method, to the Vantage of a region. */
  calls(method: 'sync' | 'view', region: string): number;
  stop(): Promise<void>;
}

export async function startVantageFront(): Promise<VantageFront> {
  const counts = new Map<string, number>();
  let mode: VantageMode = 'up';
  let waiting: (() => void)[] = [];

  const server = await startUpstream(async ({ path }, response) => {
    server.calls.length = 0; // counted here
    counts.set(path, (counts.get(path) ?? 0) + 1);
    while (mode === 'hang') await new Promise<void>((resolve) => waiting.push(resolve));
    response.end(mode);
  });
  return {
    port: server.port,
    set: (next) => {
      mode = next;
      for (const wake of waiting.splice(0)) wake();
    },
    calls: (method, region) => counts.get(`/${method}?vantage=vantage:${region}`) ?? 0,
    stop: () => {
      waiting = [];
      return server.stop();
    },
  };
}
