/** Which entries of two lists are the same ones, and how an entry is called, for `diff.ts`. */
import { isRecord } from '../is-record.ts';
import { clip, LONGEST_VALUE, shown } from './diff-texts.ts';

type Entry = Record<string, unknown>;

export interface ListRule {
  /** How an entry is called in a text. */
  readonly label: (entry: unknown) => string;
  /** What makes two entries the same one although they differ, the surest first. */
  readonly identities: readonly ((entry: Entry) => unknown)[];
  /** The order has an effect, so that an addition tells its place. */
  readonly isOrdered: boolean;
}

/** Entries without a name of their own are the same one only when they are equal. */
const ANONYMOUS: ListRule = { label: shown, identities: [], isOrdered: false };

const KEYS: ListRule = {
  label: labelled(({ name }) => shown(name)),
  // A key that was given another hash keeps its name, and one that was renamed keeps its hash.
  identities: [({ name, sha256 }) => [name, sha256], ({ name }) => name, ({ sha256 }) => sha256],
  isOrdered: false,
};

const TARGETS: ListRule = { label: labelled(targetName), identities: [targetName], isOrdered: true };

/** Secrets have been redacted. */
const API_KEYS: ListRule = {
  label: labelled(({ name, key }) => shown(name ?? key)),
  identities: [({ name, key }) => [name, key], ({ name }) => name, ({ key }) => key],
  isOrdered: true,
};

const BUDGETS: ListRule = {
  label: labelled(({ window }) => String(window)),
  identities: [({ window }) => window],
  isOrdered: false,
};

const ISSUERS: ListRule = {
  label: labelled(({ issuer }) => String(issuer)),
  identities: [({ issuer, audience }) => [issuer, audience], ({ issuer }) => issuer],
  isOrdered: true,
};

const GRANTS: ListRule = {
  label: labelled(({ group, role }) => `${shown(group)} as ${String(role)}`),
  identities: [({ group, role }) => [group, role], ({ group }) => group],
  isOrdered: false,
};

/** By the name of the list. */
const RULES = new Map<PropertyKey | undefined, ListRule>([
  ['keys', KEYS],
  ['targets', TARGETS],
  ['budgets', BUDGETS],
  ['issuers', ISSUERS],
  ['identity', ISSUERS],
  ['grants', GRANTS],
  ['api_keys', API_KEYS],
]);

export const listRule = (name: PropertyKey | undefined): ListRule => RULES.get(name) ?? ANONYMOUS;

function labelled(name: (entry: Entry) => string): (entry: unknown) => string {
  return (entry) => (isRecord(entry) ? clip(name(entry), LONGEST_VALUE) : shown(entry));
}

function targetName({ provider, model, alias }: Entry): string {
  return alias === undefined ? `${String(provider)}/${String(model)}` : `alias ${String(alias)}`;
}

/** For each entry of `before` the index of the same entry in `after`; `undefined` where there is none. */
export function pairEntries(
  before: readonly unknown[],
  after: readonly unknown[],
  { identities }: ListRule,
): (number | undefined)[] {
  const partners = new Array<number | undefined>(before.length).fill(undefined);
  const taken = new Set<number>();
  const identify = identities.map(
    (identity) => (entry: unknown) => (isRecord(entry) ? identity(entry) : undefined),
  );
  for (const identity of [(entry: unknown) => entry, ...identify]) {
    const waiting = new Map<string, number[]>();
    for (const [index, entry] of after.entries()) {
      const id = taken.has(index) ? undefined : canonicalText(identity(entry));
      if (id === undefined) continue;
      const others = waiting.get(id);
      if (others === undefined) waiting.set(id, [index]);
      else others.push(index);
    }
    for (const [index, entry] of before.entries()) {
      const id = partners[index] === undefined ? canonicalText(identity(entry)) : undefined;
      const partner = id === undefined ? undefined : waiting.get(id)?.shift();
      if (partner === undefined) continue;
      partners[index] = partner;
      taken.add(partner);
    }
  }
  return partners;
}

/** JSON with the members of each object in one order; `undefined` for what JSON cannot hold. */
export function canonicalText(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
