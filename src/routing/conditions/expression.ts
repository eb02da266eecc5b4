/** Pieces of a compiled condition: closures, with as much of their type as is known before a request comes. */
import type { RoutingQuestion } from '../routing-question.ts';
import { ConditionMistake } from './mistake.ts';
import { isEqual, isIn, isOrdered, type Order } from './values.ts';

/** `any`: what a client sends as metadata. All but `bool` and `list` may be `null` at a request. */
export type Kind = 'bool' | 'number' | 'text' | 'list' | 'null' | 'any';

export interface Expression {
  readonly kind: Kind;
  /** Index of its first character. */
  readonly at: number;
  readonly read: (question: RoutingQuestion) => unknown;
  /** Its value where it is the same for every request. */
  readonly constant?: { readonly value: unknown };
  /** `has` may ask for it. */
  readonly mayBeMissing?: true;
}

const IN_WORDS: Readonly<Record<Kind, string>> = {
  bool: 'true or false',
  number: 'a number',
  text: 'a text',
  list: 'a list',
  null: 'null',
  any: 'anything',
};

/** Throws `ConditionMistake` where `expression` can be none of `kinds`. */
export function expectKind(expression: Expression, kinds: readonly Kind[], wanted: string): void {
  const { kind, at } = expression;
  if (kind !== 'any' && !kinds.includes(kind))
    throw new ConditionMistake(`this is ${IN_WORDS[kind]}, where ${wanted} is needed`, at);
}

export const expectCondition = (expression: Expression): void =>
  expectKind(expression, ['bool'], 'something that is true or false');

export const constantOf = (value: unknown, kind: Kind, at: number): Expression => ({
  kind,
  at,
  read: () => value,
  constant: { value },
});

/** Whatever is not `true` counts as false. */
export function anyOf(parts: readonly Expression[]): Expression {
  return combined(parts, (question) => parts.some(({ read }) => read(question) === true));
}

export function allOf(parts: readonly Expression[]): Expression {
  return combined(parts, (question) => parts.every(({ read }) => read(question) === true));
}

function combined(parts: readonly Expression[], read: Expression['read']): Expression {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  for (const part of parts) expectCondition(part);
  return { kind: 'bool', at: first?.at ?? 0, read };
}

export function negated(part: Expression, at: number): Expression {
  expectCondition(part);
  return { kind: 'bool', at, read: (question) => part.read(question) !== true };
}

export function choice(condition: Expression, one: Expression, other: Expression): Expression {
  expectCondition(condition);
  return {
    kind: one.kind === other.kind ? one.kind : 'any',
    at: condition.at,
    read: (question) => (condition.read(question) === true ? one : other).read(question),
  };
}

export function equality(a: Expression, isWanted: boolean, b: Expression): Expression {
  const isComparable =
    a.kind === b.kind || [a.kind, b.kind].some((kind) => kind === 'any' || kind === 'null');
  if (!isComparable)
    throw new ConditionMistake(`${IN_WORDS[a.kind]} is never equal to ${IN_WORDS[b.kind]}`, b.at);
  return {
    kind: 'bool',
    at: a.at,
    read: (question) => isEqual(a.read(question), b.read(question)) === isWanted,
  };
}

export function ordering(a: Expression, order: Order, b: Expression): Expression {
  for (const side of [a, b]) expectKind(side, ['number', 'text'], 'a number or a text');
  if (a.kind !== b.kind && a.kind !== 'any' && b.kind !== 'any')
    throw new ConditionMistake(`${IN_WORDS[a.kind]} and ${IN_WORDS[b.kind]} are in no order`, b.at);
  return { kind: 'bool', at: a.at, read: (question) => isOrdered(a.read(question), order, b.read(question)) };
}

export function membership(value: Expression, holder: Expression): Expression {
  expectKind(holder, ['list'], 'a list');
  const { constant } = holder;
  if (constant !== undefined && Array.isArray(constant.value) && constant.value.every(isScalar)) {
    const entries = new Set<unknown>(constant.value);
    return { kind: 'bool', at: value.at, read: (question) => entries.has(value.read(question)) };
  }
  return {
    kind: 'bool',
    at: value.at,
    read: (question) => isIn(value.read(question), holder.read(question)),
  };
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

export function listOf(entries: readonly Expression[], at: number): Expression {
  const constants = entries.flatMap(({ constant }) => (constant === undefined ? [] : [constant.value]));
  if (constants.length === entries.length) return constantOf(constants, 'list', at);
  return { kind: 'list', at, read: (question) => entries.map(({ read }) => read(question)) };
}
