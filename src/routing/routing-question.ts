/** What strategies may look at when they choose. All of it is cheap, or is worked out when it is first asked for. */
import type { RegionHealth } from './health/region-health.ts';
import type { Place } from './place.ts';
import type { RequestShape } from './request-shape.ts';

export interface RoutingQuestion {
  readonly place: Place;
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The key that asks, as limits know it: unlike that of any other tenant. */
  readonly keyId: string;
  /** On whose behalf; `null`: nobody said. */
  readonly endUser: string | null;
  readonly project: string;
  /** `x-edgeway-metadata`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** A header of the client, of those that `routing.headers` names; `null`: it is not there, or not named. */
  readonly header: (name: string) => string | null;
  /** The client asked for a stream. `false` where no body is known. Cheap, other than `shape`. */
  readonly wantsStream: boolean;
  /** What the body says; worked out once. Where no body is known (or none can be read), the shape of an empty request. */
  readonly shape: () => RequestShape;
  /** Expected price at a target, in nano-dollars; `null`: not known. */
  readonly costAt: (provider: string, model: string) => number | null;
  /** What is known here of the targets' health. */
  readonly health: RegionHealth;
  /**
   * Why this provider's target cannot be asked right now however healthy it is (every credential cools down, none is set),
   * and until when; `null`: it can.
   */
  readonly blockedAt: (
    provider: string,
    model: string,
  ) => { readonly reason: string; readonly until: number } | null;
}
