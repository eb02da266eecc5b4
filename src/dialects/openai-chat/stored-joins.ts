/**
 * How what a chunk says joins what chunks before it said. By default the later word counts, and `null` and an empty
 * text take nothing away (wire 25, 39); objects join member by member.
 */

import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { isCut } from './finish-reasons.ts';

/** `before` is `undefined` at first, and may be changed: it is nobody else's. */
export type Join = (before: unknown, next: unknown) => unknown;

/** By the name of the member; `null` for those that are passed over. */
export type Joins = ReadonlyMap<string, Join | null>;

export const joinsOf = (joins: Readonly<Record<string, Join | null>>): Joins =>
  new Map(Object.entries(joins));

const NO_JOINS: Joins = new Map();

const later: Join = (before, next) =>
  next === null || next === undefined || next === '' ? (before ?? next) : next;

/** A word that says that the answer was cut is not taken back by a later one. */
export const cutOrLater: Join = (before, next) =>
  typeof before === 'string' && isCut(before) ? before : later(before, next);

/** The first word counts. */
export const earlier: Join = (before, next) => later(next, before);

export const replaced: Join = (before, next) =>
  isRecord(before) && isRecord(next) ? joinedBy(NO_JOINS, replaced)(before, next) : later(before, next);

export const joinedText: Join = (before, next) =>
  typeof before === 'string' && typeof next === 'string' ? before + next : later(before, next);

/** Lists grow, everything else as by default. */
export const appended: Join = (before, next) => {
  if (!Array.isArray(before) || !Array.isArray(next)) return replaced(before, next);
  for (const one of next) before.push(one); // in place: a list of probabilities grows by one a token
  return before;
};

/** Of objects. Members without a rule join by `otherwise`. */
export const joinedBy =
  (joins: Joins, otherwise: Join): Join =>
  (before, next) => {
    if (!isRecord(next)) return later(before, next);
    const members = new Map(Object.entries(isRecord(before) ? before : {}));
    joinInto(members, next, joins, otherwise);
    return Object.fromEntries(members);
  };

/** Lists side by side, all of which grow. */
export const joinedLists: Join = joinedBy(NO_JOINS, appended);

/** The same as `joinedBy` for an object that stays in pieces as long as it grows. */
export function joinInto(
  members: Map<string, unknown>,
  next: JsonObject,
  joins: Joins,
  otherwise: Join = replaced,
): void {
  for (const name of Object.keys(next)) {
    const join = joins.get(name);
    const before = members.get(name);
    // Most chunks repeat most members.
    if (join === null || (join === undefined && before === next[name])) continue;
    members.set(name, (join ?? otherwise)(before, next[name]));
  }
}

/**
 * Lists of blocks that come in pieces: the first of a delta may go on with the last one before it. What stands in one
 * delta is not joined, so that a list that came whole stays as it is.
 */
export const joinedBlocks =
  (goesOn: (last: JsonObject, next: JsonObject) => boolean, join: Join): Join =>
  (before, next) => {
    if (!Array.isArray(before) || !Array.isArray(next)) return later(before, next);
    const [first, ...others] = next;
    const last = before.at(-1);
    if (!isRecord(first) || !isRecord(last) || !goesOn(last, first)) return appended(before, next);
    before[before.length - 1] = join(last, first);
    return appended(before, others);
  };
