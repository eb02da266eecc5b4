/** A target that was considered for a request. */

export interface Candidate {
  readonly provider: string;
  readonly model: string;
  /** Why it stands where it stands, or why it is not asked: one line, without values of the client's. */
  readonly reason: string;
  /**
   * `yes`: asked in its turn. `last`: its circuit is open or it cools down, and it is asked when all others failed. `no`: a
   * rule keeps this request away from it, whatever fails.
   */
  readonly standing: 'yes' | 'last' | 'no';
  /** Name of the arm of the outermost alias that leads here. */
  readonly arm: string;
  /** `null`: nobody said, and no list knows. */
  readonly contextTokens: number | null;
  /** As the operator says; `null`: not said. */
  readonly continues: boolean | null;
}

export interface Candidates {
  /** Those that may be asked first, in order; those that may not, behind them. No target stands in it twice. */
  readonly all: readonly Candidate[];
  /**
   * Where conditions decide who may answer this request: those targets, in words for the cache's key, so that nobody is told
   * what a target said that their own request is kept away from. `null`: any request for the alias may have any answer. What
   * changes by health, chance or price never stands in it, and neither do `regions`: they say who is asked first, and any
   * target may answer from anywhere when others fail. `residency` is the same for all requests, so it stands in the policy.
   */
  readonly reach: string | null;
}
