/**
 * Edge copies: what the Registry publishes to KV, and what isolates are told of it directly. The names under which
 * copies stand in KV are made here and nowhere else.
 *
 * KV is up to a minute behind, can be empty, and can hold what anybody wrote: a copy that does not read as one is
 * none, and of two copies of a key the one with the higher version counts.
 */
import type { LimitEntry, WaitingRoom } from '../config/schema-limits.ts';
import { isRecord } from '../is-record.ts';
import { type InvalidationsCopy, isInvalidationsCopy } from './invalidations-copy.ts';

export type KeyStatus = 'active' | 'disabled' | 'revoked' | 'deleted';

/** A minted key as the edge needs to know it. */
export interface KeyCopy {
  /** `key_…` */
  readonly id: string;
  /** Grows with every change of the key. */
  readonly version: number;
  readonly status: KeyStatus;
  readonly name: string;
  readonly project: string;
  readonly organization: string | null;
  /** Hashes under which the key is known, and until when (ms): two during the overlap of a rotation. */
  readonly secrets: readonly { readonly sha256: string; readonly expiresAt: number | null }[];
  readonly models: readonly string[] | null;
  readonly deniedModels: readonly string[];
  readonly routes: readonly string[] | null;
  readonly ipRanges: readonly string[] | null;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number | null;
  readonly tags: readonly string[];
  readonly logContent: boolean;
  readonly isMetered: boolean;
  /** The contract's limit fields, as they stand in a key entry. */
  readonly limits: LimitEntry;
  /** Absent: none, as in copies from before there were any. */
  readonly waitingRoom?: WaitingRoom;
}

/** What the edge has to know of all projects and organisations at once. */
export interface TenantsCopy {
  readonly version: number;
  /** Names of disabled ones: no credential of theirs is good. */
  readonly closedProjects: readonly string[];
  readonly closedOrganizations: readonly string[];
  /** By project: issuers whose JWTs are credentials of it, as they stand in `projects.<name>.issuers`. */
  readonly issuers: Readonly<Record<string, readonly unknown[]>>;
  /** Limit fields, by name; those who have none are not listed. */
  readonly projectLimits: Readonly<Record<string, LimitEntry>>;
  readonly organizationLimits: Readonly<Record<string, LimitEntry>>;
  /** By project: its organisation, if that is one of `organizationLimits`. Not every credential names its own. */
  readonly organizations: Readonly<Record<string, string>>;
}

/** The active configuration document; no text while the variable's document is the one that counts. */
export interface ConfigCopy {
  /** Grows with every activation. */
  readonly version: number;
  /** Number of the active version of the document, as the admin API counts them; 0: the variable's. */
  readonly number: number;
  readonly text: string | null;
}

/** Provider secrets, sealed under the master secret. */
export interface SecretsCopy {
  readonly version: number;
  readonly sealed: Readonly<Record<string, string>>;
}

export interface Copies {
  readonly tenants: TenantsCopy;
  readonly config: ConfigCopy;
  readonly secrets: SecretsCopy;
  readonly cache: InvalidationsCopy;
}
export type CopyName = keyof Copies;
export const COPY_NAMES: readonly CopyName[] = ['tenants', 'config', 'secrets', 'cache'];

/** KV names. */
export const keyCopyName = (sha256: string): string => `key/${sha256}`;
export const keyCopyNameById = (id: string): string => `key-id/${id}`;
export const copyName = (name: CopyName): string => `copy/${name}`;

/** `null` for text that is no key copy. */
export function parseKeyCopy(text: string | null): KeyCopy | null {
  const value = parseRecord(text);
  const isCopy =
    value !== null &&
    typeof value.id === 'string' &&
    isWhole(value.version) &&
    isOneOf(value.status, KEY_STATUSES) &&
    typeof value.name === 'string' &&
    typeof value.project === 'string' &&
    isNullOr(value.organization, isString) &&
    Array.isArray(value.secrets) &&
    value.secrets.every(isSecret) &&
    isNullOr(value.models, isStrings) &&
    isStrings(value.deniedModels) &&
    isNullOr(value.routes, isStrings) &&
    isNullOr(value.ipRanges, isStrings) &&
    isNullOr(value.expiresAt, isWhole) &&
    isStrings(value.tags) &&
    typeof value.logContent === 'boolean' &&
    typeof value.isMetered === 'boolean' &&
    isLimits(value.limits) &&
    (value.waitingRoom === undefined || isWaitingRoom(value.waitingRoom));
  return isCopy ? (value as unknown as KeyCopy) : null; // every member was looked at
}

/** `null` for text that is no copy of this kind. */
export function parseCopy<Name extends CopyName>(name: Name, text: string | null): Copies[Name] | null {
  const value = parseRecord(text);
  if (value === null || !isWhole(value.version)) return null;
  return COPY_CHECKS[name](value) ? (value as unknown as Copies[Name]) : null; // looked at by its check
}

const KEY_STATUSES: readonly KeyStatus[] = ['active', 'disabled', 'revoked', 'deleted'];

const COPY_CHECKS: Readonly<Record<CopyName, (value: Record<string, unknown>) => boolean>> = {
  tenants: (value) =>
    isStrings(value.closedProjects) &&
    isStrings(value.closedOrganizations) &&
    isRecord(value.issuers) &&
    Object.values(value.issuers).every(Array.isArray) &&
    // A copy from before limits were told would read as if there were none.
    isRecordOf(value.projectLimits, isLimits) &&
    isRecordOf(value.organizationLimits, isLimits) &&
    isRecordOf(value.organizations, isString),
  // A version without its document would let the variable's count in its place.
  config: ({ number, text }) => (number === 0 ? text === null : isWhole(number) && isString(text)),
  secrets: (value) => isRecord(value.sealed) && Object.values(value.sealed).every(isString),
  cache: isInvalidationsCopy,
};

function parseRecord(text: string | null): Record<string, unknown> | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

const NUMBER_LIMITS = [
  'requests_per_minute',
  'tokens_per_minute',
  'requests_per_day',
  'tokens_per_day',
  'burst_requests',
  'burst_tokens',
  'concurrency',
];
const WINDOWS = ['day', 'week', 'month', 'total'];

/** By hand: a schema is dear to build, and limits are read with every key. What is no limit would limit nothing. */
const isLimits = (value: unknown): boolean =>
  isRecord(value) &&
  NUMBER_LIMITS.every((name) => value[name] === undefined || isPositive(value[name])) &&
  (value.budgets === undefined || (Array.isArray(value.budgets) && value.budgets.every(isBudget)));

const isBudget = (value: unknown): boolean =>
  isRecord(value) &&
  isAmount(value.usd) &&
  (value.soft_usd === undefined || isAmount(value.soft_usd)) &&
  isOneOf(value.window, WINDOWS) &&
  (value.rolling === undefined || typeof value.rolling === 'boolean') &&
  (value.time_zone === undefined || isString(value.time_zone));

const isWaitingRoom = (value: unknown): boolean =>
  isRecord(value) && isAmount(value.max_wait_seconds) && isPositive(value.max_waiters);

const isString = (value: unknown): value is string => typeof value === 'string';
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const isPositive = (value: unknown): boolean => isWhole(value) && value > 0;
const isAmount = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0; // a finite one is a number
const isRecordOf = (value: unknown, check: (value: unknown) => boolean): boolean =>
  isRecord(value) && Object.values(value).every(check);
const isStrings = (value: unknown): boolean => Array.isArray(value) && value.every(isString);
const isNullOr = (value: unknown, check: (value: unknown) => boolean): boolean =>
  value === null || check(value);
const isOneOf = (value: unknown, values: readonly string[]): boolean =>
  isString(value) && values.includes(value);
const isSecret = (value: unknown): boolean =>
  isRecord(value) && isString(value.sha256) && isNullOr(value.expiresAt, isWhole);
