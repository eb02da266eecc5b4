/** How the credentials of providers are doing, by what providers said of them. */

export type CredentialState = 'active' | 'cooling' | 'exhausted' | 'invalid' | 'disabled';

export interface CredentialStanding {
  readonly state: CredentialState;
  /** When it may be asked again, by the clock; 0 for `active`. */
  readonly until: number;
}

export interface CredentialStates {
  /** `stateId`: of the credential; `model`: limits may count for one model alone. */
  standing(stateId: string, model: string, now: number): CredentialStanding;
  /** Tokens that the provider said are left for this minute; `null`: it did not say. */
  tokensLeft(stateId: string, model: string, now: number): number | null;
  /** Learns from the headers of any answer (`x-ratelimit-*`, `anthropic-ratelimit-*`). */
  learn(stateId: string, model: string, headers: Headers, now: number): void;
  /** A 429: rest until then. */
  cool(stateId: string, model: string, until: number, now: number): void;
  /** Its quota is used up, or its money. */
  exhaust(stateId: string, until: number, now: number): void;
  /** It was refused. */
  invalidate(stateId: string, until: number, now: number): void;
  /**
   * An answer came: whatever was held against it is over. `askedAt`: when that call began; what was learnt since then stays. By
   * default, nothing was.
   */
  works(stateId: string, model: string, now: number, askedAt?: number): void;
}
