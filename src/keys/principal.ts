/**
 * Who is asking, and what they may do. Made by `identify` only; everything that spends money asks for one.
 */
import type { LimitEntry, WaitingRoom } from '../config/schema-limits.ts';
import { matchesAnyGlob } from '../glob.ts';
import { type IpRange, isInRanges, parseIpRange } from '../ip-range.ts';

export interface Principal {
  /** The key's name, never the key. */
  readonly keyName: string;
  /** What tokens name their parent by; `null` for who is no key. */
  readonly keyId: string | null;
  readonly project: string;
  readonly organization: string | null;
  /** Id and name of the token that was sent, if it was one that a key minted. */
  readonly token: { readonly id: string; readonly name: string | null } | null;
  /** On whose behalf the credential asks, where it says so. */
  readonly endUser: string | null;
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
  /** What it may use and spend, as it stands in its entry; `{}` sets no limit. */
  readonly limits: LimitEntry;
  /** Where requests beyond a limit wait for their turn; `null`: nowhere. */
  readonly waitingRoom: WaitingRoom | null;
  /**
   * What its use is counted under, everywhere and for as long as it exists: unlike that of any other credential, and
   * nothing that opens a door. A rotation keeps it.
   */
  readonly ledgerId: string;
  readonly isMetered: boolean;
  /** What is asked and answered goes to the log. */
  readonly logsContent: boolean;
  /** Whose rights these are a part of: what that one may not do, this one may not either. */
  readonly within: Principal | null;
}

/**
 * `name` is an alias as written, or `provider/model`. An alias grants its own targets, so they are not checked
 * against `models` again; only `mayReach` is asked for each of them.
 */
export const mayUseModel = ({ models, within }: Principal, name: string): boolean =>
  (models === null || matchesAnyGlob(models, name)) && (within === null || mayUseModel(within, name));

/** Checked at every attempt, on the resolved target, whatever name led to it. */
export const mayReach = ({ deniedModels, within }: Principal, target: string): boolean =>
  !matchesAnyGlob(deniedModels, target) && (within === null || mayReach(within, target));

/** `now` in milliseconds since the Unix epoch. */
export const isExpired = ({ expiresAt, within }: Principal, now: number): boolean =>
  (expiresAt !== null && now >= expiresAt) || (within !== null && isExpired(within, now));

/** An address that nobody told lies in no range. */
export const mayComeFrom = ({ ipRanges, within }: Principal, address: string | null): boolean =>
  (ipRanges === null || isInRanges(address ?? '', ipRanges)) &&
  (within === null || mayComeFrom(within, address));

/** `route` is a public name such as `/v1/chat/completions`; a grant may leave `/v1` out. */
export const mayUseRoute = ({ routes, within }: Principal, route: string): boolean =>
  (routes === null || matchesAnyGlob(routes, route) || matchesAnyGlob(routes, route.replace(/^\/v1/, ''))) &&
  (within === null || mayUseRoute(within, route));

/** Texts that are no range match no address. */
export const toIpRanges = (texts: readonly string[] | null): IpRange[] | null =>
  texts?.map(parseIpRange).filter((range) => range !== undefined) ?? null;
