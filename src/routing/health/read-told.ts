/**
 * Reports and pictures as they come over the wire, made fit for use: the other side may be of another version, and one
 * broken number would stay in the sums. What is missing counts as nothing, what cannot be as the nearest that can, and
 * of lists that are too long the first part.
 */
import { isRecord } from '../../is-record.ts';
import type {
  AliasReport,
  CredentialReport,
  RegionPicture,
  SparseCounts,
  StateReport,
  TargetPicture,
  TargetReport,
  VantageReport,
} from './vantage-protocol.ts';

export const MAX_TARGETS = 500;
export const MAX_CREDENTIALS = 1000;
export const MAX_ALIASES = 500;
/** Of `measured`: a target comes once for each colo that the isolate serves. */
const MAX_MEASURED = 2000;
/** An alias, a target and an id with a model may be as long as a model's name is. */
const MAX_NAME = 500;
const MAX_COUNT = 1_000_000;
/** Of a histogram. */
const MAX_PAIRS = 500;
const HOUR_MS = 3_600_000;
/** So far clocks may be apart. Who told something has to know it again in what he hears, so it is not put right. */
const SKEW_MS = 60_000;
/** A quota may be spent until the month ends. */
const MAX_CREDENTIAL_MS = 32 * 24 * HOUR_MS;

/** `now`: by the reader's clock. No circuit and no cooldown lasts longer than an hour. */
export function readReport(told: unknown, now: number): VantageReport {
  const report = isRecord(told) ? told : {};
  return {
    isolate: nameOf(report.isolate) ?? '',
    measured: readAll(report.measured, MAX_MEASURED, readMeasured),
    states: readAll(report.states, MAX_TARGETS, (one) => readState(one, now)),
    credentials: readAll(report.credentials, MAX_CREDENTIALS, (one) => readCredential(one, now)),
    aliases: readAll(report.aliases, MAX_ALIASES, readAlias),
  };
}

/** As `readReport`. */
export function readPicture(told: unknown, now: number): RegionPicture {
  const picture = isRecord(told) ? told : {};
  return {
    at: timeOf(picture.at, now),
    targets: readAll(picture.targets, MAX_TARGETS, (one) => readTarget(one, now)),
    credentials: readAll(picture.credentials, MAX_CREDENTIALS, (one) => readCredential(one, now)),
    aliases: readAll(picture.aliases, MAX_ALIASES, readAlias),
  };
}

type Told = Readonly<Record<string, unknown>>;

function readAll<Value>(list: unknown, most: number, read: (one: Told) => Value | null): Value[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, most).flatMap((one) => {
    const value = isRecord(one) ? read(one) : null;
    return value === null ? [] : [value];
  });
}

function readMeasured(told: Told): TargetReport | null {
  const target = nameOf(told.target);
  const colo = nameOf(told.colo);
  return target === null || colo === null ? null : { target, colo, ...readMeasurements(told) };
}

function readState(told: Told, now: number): StateReport | null {
  const target = nameOf(told.target);
  return target === null ? null : { target, inFlight: countOf(told.inFlight), ...readTimes(told, now) };
}

function readTarget(told: Told, now: number): TargetPicture | null {
  const state = readState(told, now);
  return state === null ? null : { ...state, ...readMeasurements(told), seenAt: timeOf(told.seenAt, now) };
}

const readMeasurements = (told: Told) => ({
  firstToken: readCounts(told.firstToken),
  total: readCounts(told.total),
  successes: countOf(told.successes),
  failures: countOf(told.failures),
  slow: countOf(told.slow),
});

const readTimes = (told: Told, now: number) => ({
  openUntil: timeOf(told.openUntil, now + HOUR_MS),
  coolingUntil: timeOf(told.coolingUntil, now + HOUR_MS),
  closedAt: timeOf(told.closedAt, now + SKEW_MS),
});

const STATES = ['active', 'cooling', 'exhausted', 'invalid'] as const;

function readCredential(told: Told, now: number): CredentialReport | null {
  const id = nameOf(told.id);
  const state = STATES.find((one) => one === told.state);
  if (id === null || state === undefined) return null;
  return {
    id,
    state,
    until: timeOf(told.until, now + MAX_CREDENTIAL_MS),
    at: timeOf(told.at, now + SKEW_MS),
  };
}

function readAlias(told: Told): AliasReport | null {
  const alias = nameOf(told.alias);
  return alias === null ? null : { alias, requests: countOf(told.requests), further: countOf(told.further) };
}

/** Pairs of a step, which is whole, and a weight above zero. */
function readCounts(told: unknown): SparseCounts {
  if (!Array.isArray(told)) return [];
  const counts: number[] = [];
  for (let at = 0; at + 1 < told.length && counts.length < 2 * MAX_PAIRS; at += 2) {
    const step: unknown = told[at];
    const weight = numberOf(told[at + 1], MAX_COUNT);
    if (typeof step === 'number' && Number.isInteger(step) && step >= 0 && weight > 0)
      counts.push(step, weight);
  }
  return counts;
}

const nameOf = (told: unknown): string | null =>
  typeof told === 'string' && told !== '' && told.length <= MAX_NAME ? told : null;

const countOf = (told: unknown): number => Math.floor(numberOf(told, MAX_COUNT));

const timeOf = (told: unknown, latest: number): number => numberOf(told, latest);

/** Anything that is no number counts as 0. */
const numberOf = (told: unknown, most: number): number =>
  typeof told === 'number' && told > 0 ? Math.min(told, most) : 0;
