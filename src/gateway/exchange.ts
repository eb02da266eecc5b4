/** What flows through the pipeline. */

import type { FlightRun } from '../cache/flight/flight-run.ts';
import type { ModelEntry, Timeouts } from '../config/schema.ts';
import type { RequestContext } from '../context.ts';
import type { PathCall } from '../dialects/json-request.ts';
import type { Route } from '../dialects/routes.ts';
import type { Credential, Provider } from '../providers/provider.ts';
import type { Redact } from '../redact.ts';
import type { Candidate } from '../routing/candidate.ts';
import type { RegionHealth } from '../routing/health/region-health.ts';
import type { Place } from '../routing/place.ts';
import type { IncomingBody } from './body-memory.ts';
import type { Departure } from './client-left.ts';
import type { Identity } from './identify.ts';
import type { Services } from './services.ts';
import type { Settlement } from './settle.ts';

/** One request, as a door hands it over. */
export interface Exchange {
  readonly context: RequestContext;
  readonly services: Services;
  readonly settlement: Settlement;
  readonly route: Route;
  /** What the path says, where the form says it there. */
  readonly inPath: PathCall | null;
  readonly identity: Identity;
  readonly headers: Headers;
  readonly incoming: IncomingBody;
  readonly departure: Departure;
  /** Set where this request is run on behalf of all who wait for the same. */
  readonly flight: FlightRun | null;
  /** Where the client is. */
  readonly place: Place;
  /** As the client sent it: what another object is handed that runs the request. */
  readonly url: string;
  /** Takes the configuration's secrets and the client's key out of a provider's words. */
  readonly redact: Redact;
}

/** A provider and a model that may be asked, with the credentials to ask with. */
export interface Target {
  readonly provider: Provider;
  readonly model: string;
  readonly credentials: readonly Credential[];
  readonly reason: string;
  /** `last`: its circuit is open, or it cools down: asked when all others failed. */
  readonly standing: 'yes' | 'last';
  readonly arm: string;
  /** Context window in tokens; `null`: not known. */
  readonly contextTokens: number | null;
  /** Whether the model goes on with an assistant turn that a request ends with, as the operator says; `null`: not said. */
  readonly continues: boolean | null;
  /** Members of the body that only this target understands. */
  readonly set?: Readonly<Record<string, string>>;
}

/** Where a request goes, in order, and by which rules. */
export interface Plan {
  /** The alias that was named; `null` for `provider/model` and bare names. */
  readonly alias: string | null;
  readonly targets: readonly Target[];
  readonly timeouts: Timeouts;
  /** Further tries on the same target. */
  readonly retries: number;
  readonly isMetered: boolean;
  /** Where requests for this alias may wait for their turn; `null`: nowhere of its own. */
  readonly waitingRoom: ModelEntry['waiting_room'] | null;
  /** Of the alias that was named; `DEFAULT_RULES` where none was. */
  readonly rules: AliasRules;
  /** Every target that was considered, with those that may not be asked. */
  readonly considered: readonly Candidate[];
  /** As `Candidates.reach`. */
  readonly reach: string | null;
  /** The targets' health where this request came from. */
  readonly health: RegionHealth;
}

/** What an alias does when a target is slow or fails. */
export type AliasRules = Pick<
  ModelEntry,
  'breaker' | 'hedge' | 'mid_stream_failover' | 'fallback_on' | 'shadow'
>;

export const DEFAULT_RULES: AliasRules = {
  mid_stream_failover: false,
  fallback_on: { statuses: [], context_window: true, content_policy: false },
};

/** `provider/model`, as grants and logs name a target. */
export const targetName = (target: Pick<Target, 'provider' | 'model'>): string =>
  `${target.provider.id}/${target.model}`;
