/**
 * What isolates and the Vantage of their region tell each other. Numbers are deltas since the isolate's last report that was
 * taken, states are as they are now; a report that is lost loses measurements and nothing else.
 */

/** Counts by step of `LatencyScale`, sparse: `[step, count, …]`. */
export type SparseCounts = readonly number[];

export interface TargetReport {
  /** `provider/model`. */
  readonly target: string;
  readonly colo: string;
  readonly firstToken: SparseCounts;
  readonly total: SparseCounts;
  readonly successes: number;
  readonly failures: number;
  readonly slow: number;
}

export interface StateReport {
  readonly target: string;
  /** Calls of this isolate that are under way. */
  readonly inFlight: number;
  /** By the clock; 0: closed, not cooling. */
  readonly openUntil: number;
  readonly coolingUntil: number;
  /** When a probe closed the circuit, by the clock; 0: never. Opens before that are over. */
  readonly closedAt: number;
}

export interface CredentialReport {
  /** `Credential.stateId`, and a model where the state counts for one alone: `id model`. */
  readonly id: string;
  readonly state: 'active' | 'cooling' | 'exhausted' | 'invalid';
  /** By the clock. */
  readonly until: number;
  /** When it was learnt, by the clock: the newest word counts. */
  readonly at: number;
}

export interface AliasReport {
  readonly alias: string;
  readonly requests: number;
  /** Further calls to a target that was tried, and hedges. */
  readonly further: number;
}

export interface VantageReport {
  /** Of this isolate; made when it starts. */
  readonly isolate: string;
  readonly measured: readonly TargetReport[];
  readonly states: readonly StateReport[];
  readonly credentials: readonly CredentialReport[];
  readonly aliases: readonly AliasReport[];
}

/** What all isolates of the region told, this one included. */
export interface RegionPicture {
  /** By the Vantage's clock. */
  readonly at: number;
  readonly targets: readonly TargetPicture[];
  readonly credentials: readonly CredentialReport[];
  /** Of the last minute. */
  readonly aliases: readonly AliasReport[];
}

export interface TargetPicture {
  readonly target: string;
  /** Decayed to `at`. */
  readonly firstToken: SparseCounts;
  readonly total: SparseCounts;
  /** Of the last minute; 0 again after a probe closed the circuit. */
  readonly successes: number;
  readonly failures: number;
  readonly slow: number;
  /** Of the other isolates. */
  readonly inFlight: number;
  readonly openUntil: number;
  readonly coolingUntil: number;
  readonly closedAt: number;
  readonly seenAt: number;
}

/** The Vantage of one region, a Durable Object. */
export interface VantageStub {
  sync(report: VantageReport): Promise<RegionPicture>;
  /** For `GET /admin/v1/routing/health`. */
  view(): Promise<RegionView>;
}

export interface RegionView {
  readonly region: string;
  readonly at: number;
  readonly isolates: number;
  readonly targets: readonly TargetView[];
  readonly credentials: readonly CredentialReport[];
  readonly aliases: readonly AliasReport[];
}

export interface TargetView {
  readonly target: string;
  readonly circuit: 'closed' | 'open';
  readonly open_until: string | null;
  readonly cooling_until: string | null;
  readonly in_flight: number;
  readonly successes: number;
  readonly failures: number;
  readonly slow: number;
  readonly first_token_ms: { readonly p50: number; readonly p95: number; readonly weight: number } | null;
  readonly total_ms: { readonly p50: number; readonly p95: number; readonly weight: number } | null;
  /** By data centre. */
  readonly colos: readonly {
    readonly colo: string;
    readonly calls: number;
    readonly first_token_ms: { readonly p50: number; readonly p95: number; readonly weight: number } | null;
    readonly total_ms: { readonly p50: number; readonly p95: number; readonly weight: number } | null;
  }[];
}
