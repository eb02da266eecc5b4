/** Where a request came from, and which region's measurements count for it. */

export interface Place {
  /** `EU`, `NA`, …, as Cloudflare names continents; `null`: not known. */
  readonly continent: string | null;
  /** ISO 3166-1, two letters. */
  readonly country: string | null;
  /** IATA code of the data centre. */
  readonly colo: string | null;
}

export const NOWHERE: Place = { continent: null, country: null, colo: null };
