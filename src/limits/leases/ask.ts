/** What the gateway asks of the leases, and what it is given. */
import type { AlertRouting, Consumption, Room } from '../ledger-protocol.ts';
import type { Scope } from '../scope.ts';
import type { Units } from '../units.ts';

export interface Ask {
  readonly requestId: string;
  /** Each with a Ledger of its own. */
  readonly scopes: readonly Scope[];
  readonly units: Units;
  /**
   * The client stated a limit, so tokens cannot be more than this: a bucket that cannot hold them refuses. Else they are
   * cut to what the bucket can hold.
   */
  readonly isBounded: boolean;
  /** Who is told of thresholds. */
  readonly alerts: AlertRouting['webhooks'] | null;
  /** The longest that the request may run. A grant that is neither settled nor touched by then is settled as it is held. */
  readonly maxMs?: number;
  /** Ends waiting; what was taken goes back. */
  readonly signal?: AbortSignal;
}

/** The request that pays for what is done on its time: its `waitUntil`. */
export interface DeskWork {
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** One for each target that cost something. */
export interface SettledPart {
  /** `requests` is 1 in exactly one part of a request, else 0. */
  readonly used: Units;
  readonly consumption: Consumption;
}

/** Units that a request has taken of all its scopes. */
export interface Grant {
  /** The tightest over the scopes, for `x-ratelimit-*`. */
  readonly room: Room;
  /** Some Ledger could not be reached, and its scope lets requests go on then. */
  readonly isUnchecked: boolean;
  /** The most that is held in any scope, of each unit. */
  readonly held: Units;
  /** More for a running stream: `true` if every scope had it. A refusal takes nothing. */
  extend(units: Units): boolean | Promise<boolean>;
  /**
   * How the request ended; later calls do nothing. Without parts nothing was used, and the request counts as one that
   * began.
   */
  settle(parts: readonly SettledPart[]): void;
  /** While a long request runs, at least every 10 s: keeps its leases alive. */
  touch(): void;
}
