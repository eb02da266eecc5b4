/**
 * What one request may touch. Built once per request, in `index.ts`; no other module reads `env`, a global
 * clock or a global `fetch`.
 */
export interface RequestContext {
  /** `req_…`; sent to the client as `x-request-id` and logged. */
  readonly requestId: string;
  readonly fetch: Transport;
  /** Milliseconds since the Unix epoch. Stands still during CPU work on Workers: measure across I/O only. */
  readonly now: () => number;
  /** Uniform in [0, 1): jitter and weights. */
  readonly random: () => number;
  /** Aborts when the client leaves. Needs the `enable_request_signal` compatibility flag. */
  readonly signal: AbortSignal;
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Writes one structured line of the log. */
  readonly log: (line: object) => void;
  /** When the request arrived, by `now`. */
  readonly arrivedAt: number;
}

/** The way to an upstream: the network, or the simulator inside this Worker. */
export type Transport = (url: string, init: RequestInit) => Promise<Response>;
