/** What `index.ts` hands to the doors through Hono's `c.env`, and what they note in `c.var`. */
import type { FlightRun } from '../cache/flight/flight-run.ts';
import type { RequestContext } from '../context.ts';
import type { Services } from '../gateway/services.ts';
import type { Settlement } from '../gateway/settle.ts';

export interface HttpEnv {
  Bindings: {
    readonly context: RequestContext;
    /** Throws `InvalidConfig`. */
    readonly services: () => Services;
    /** The control plane's own application. */
    readonly admin: (request: Request, context: RequestContext) => Promise<Response>;
    /** Set in an object that runs the request on behalf of all who wait for the same. */
    readonly flight: FlightRun | null;
  };
  Variables: {
    /** Absent on routes that are not logged (health, the landing page). */
    settlement?: Settlement;
  };
}
