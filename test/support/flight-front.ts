/** Makes Flights unreachable at will, and counts who calls them: the control of `flight-front.js`. */
import { fileURLToPath } from 'node:url';
import { startUpstream } from './upstream.ts';

/** The Worker in front of the Flights. */
export const FLIGHT_FRONT_MODULE = fileURLToPath(new URL('./flight-front.js', import.meta.url));

/**
 * `down`: a request throws, and does not reach the object. `overloaded`: the same, marked as the platform marks it.
 * `reset`: it throws as one to an object that the platform resets. `hang`: no answer until another mode is set.
 * `lose-answers`: the object does what it is told, and the caller gets an error. `garbage`: the same, and the caller gets
 * what nobody wrote. `break-off`: the first frames arrive, and then the stream breaks.
 */
export type FlightMode =
  | 'up'
  | 'down'
  | 'overloaded'
  | 'reset'
  | 'hang'
  | 'lose-answers'
  | 'garbage'
  | 'break-off';

export interface FlightFront {
  /** Of the control, on loopback. */
  readonly port: number;
  /** From now on; with `times`, for so many requests, and then `up`. */
  set(mode: FlightMode, times?: number): void;
  /** Requests so far, whatever became of them. */
  readonly calls: number;
  stop(): Promise<void>;
}

export async function startFlightFront(): Promise<FlightFront> {
  let current: { readonly mode: FlightMode; left: number } = { mode: 'up', left: 0 };
  let calls = 0;
  let waiting: (() => void)[] = [];

  function next(): FlightMode {
    const { mode } = current;
    if (mode === 'hang') return mode;
    current.left -= 1;
    if (current.left <= 0) current = { mode: 'up', left: 0 };
    return mode;
  }

  const server = await startUpstream(async (_, response) => {
    server.calls.length = 0; // counted here
    calls += 1;
    let mode = next();
    while (mode === 'hang') {
      await new Promise<void>((resolve) => waiting.push(resolve));
      mode = next();
    }
    response.end(mode);
  });
  return {
    port: server.port,
    get calls() {
      return calls;
    },
    set: (mode, times = Number.POSITIVE_INFINITY) => {
      current = { mode, left: times };
      for (const wake of waiting.splice(0)) wake();
    },
    stop: () => {
      waiting = [];
      return server.stop();
    },
  };
}
