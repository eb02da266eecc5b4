/**
 * Who is asking, and what they may do. Made by `identify` only; everything that spends money asks for one.
 */
import { matchesAnyGlob } from '../glob.ts';
import type { IpRange } from '../ip-range.ts';

export interface Principal {
  /** The key's name, never the key. */
  readonly keyName: string;
  readonly project: string;
  readonly organization: string | null;
  /** Globs of models; `null` means all. */
  readonly models: readonly string[] | null;
  /** Globs of resolved targets that are out of reach. */
  readonly deniedModels: readonly string[];
  /** Globs of routes; `null` means all. */
  readonly routes: readonly string[] | null;
  /** `null` means from anywhere. */
  readonly ipRanges: readonly IpRange[] | null;
  /** Milliseconds since the Unix epoch; `null` means never. */
  readonly expiresAt: number | null;
  readonly isMetered: boolean;
}

/**
 * `name` is an alias as written, or `provider/model`. An alias grants its own targets, so they are not checked
 * against `models` again; only `mayReach` is asked for each of them.
 */
export const mayUseModel = (principal: Principal, name: string): boolean =>
  principal.models === null || matchesAnyGlob(principal.models, name);

/** Checked at every attempt, on the resolved target, whatever name led to it. */
export const mayReach = (principal: Principal, target: string): boolean =>
  !matchesAnyGlob(principal.deniedModels, target);

/** `route` is a public name such as `/v1/chat/completions`; a grant may leave `/v1` out. */
export const mayUseRoute = (principal: Principal, route: string): boolean =>
  principal.routes === null ||
  matchesAnyGlob(principal.routes, route) ||
  matchesAnyGlob(principal.routes, route.replace(/^\/v1/, ''));
