/** Functions and methods of conditions. */
import { matchesGlob } from '../../glob.ts';
import { constantOf, type Expression, expectKind } from './expression.ts';
import { ConditionMistake, suggestion } from './mistake.ts';
import { known, lowerAscii, memberOf, sizeOf } from './values.ts';

/** What the methods with one text say of theirs. The text stands in the condition, so that its length bounds the search. */
const TESTS: ReadonlyMap<string, (text: string, wanted: string) => boolean> = new Map([
  ['startsWith', (text: string, wanted: string) => text.startsWith(wanted)],
  ['endsWith', (text: string, wanted: string) => text.endsWith(wanted)],
  ['contains', (text: string, wanted: string) => text.includes(wanted)],
  ['matches', (text: string, wanted: string) => matchesGlob(wanted, text)],
]);
const METHODS = [...TESTS.keys(), 'lowerAscii'];

export const FUNCTIONS: readonly string[] = ['has', 'header', 'size'];

/** `args`: between the brackets. Throws `ConditionMistake`, as all of this file. */
export function callOf(
  name: string,
  args: readonly Expression[],
  at: number,
  headers: readonly string[],
): Expression {
  const [argument] = args;
  if (argument === undefined || args.length > 1)
    throw new ConditionMistake(`\`${name}\` takes one value`, at);
  switch (name) {
    case 'has':
      return presence(argument, at);
    case 'header':
      return headerOf(argument, at, headers);
    default:
      expectKind(argument, ['text', 'list'], 'a text or a list');
      return { kind: 'number', at, read: (question) => sizeOf(argument.read(question)) };
  }
}

function presence({ mayBeMissing, read, at: inside }: Expression, at: number): Expression {
  if (mayBeMissing !== true)
    throw new ConditionMistake('`has` asks for something that may be missing, as `metadata.tier`', inside);
  return { kind: 'bool', at, read: (question) => read(question) !== null };
}

function headerOf({ constant, at: inside }: Expression, at: number, headers: readonly string[]): Expression {
  if (typeof constant?.value !== 'string')
    throw new ConditionMistake('`header` takes the name of a header as a text', inside);
  const name = lowerAscii(constant.value);
  if (!headers.includes(name))
    throw new ConditionMistake(
      `this header is not one of \`routing.headers\`${suggestion(name, headers)}`,
      inside,
    );
  return { kind: 'text', at, read: (question) => known(question.header(name)), mayBeMissing: true };
}

export function methodOf(on: Expression, name: string, args: readonly Expression[], at: number): Expression {
  if (!METHODS.includes(name))
    throw new ConditionMistake(`\`${shortened(name)}\` is no method${suggestion(name, METHODS)}`, at);
  expectKind(on, ['text'], 'a text');
  const test = TESTS.get(name);
  if (test === undefined) return lowered(on, args, at);
  const [wanted] = args;
  const value = wanted?.constant?.value;
  if (typeof value !== 'string' || args.length > 1)
    throw new ConditionMistake(`\`${name}\` takes one text between quotation marks`, wanted?.at ?? at);
  return {
    kind: 'bool',
    at: on.at,
    read: (question) => {
      const text = on.read(question);
      return typeof text === 'string' && test(text, value);
    },
  };
}

function lowered(on: Expression, args: readonly Expression[], at: number): Expression {
  if (args.length > 0) throw new ConditionMistake('`lowerAscii` takes nothing between its brackets', at);
  const lower = (value: unknown) => (typeof value === 'string' ? lowerAscii(value) : null);
  if (on.constant !== undefined) return constantOf(lower(on.constant.value), 'text', on.at);
  return { kind: 'text', at: on.at, read: (question) => lower(on.read(question)) };
}

export function memberAt(holder: Expression, name: Expression): Expression {
  const isInList = name.kind === 'number';
  expectKind(holder, isInList ? ['list'] : [], isInList ? 'a list' : 'something with members');
  expectKind(name, ['text', 'number'], 'a name or a number');
  return {
    kind: 'any',
    at: holder.at,
    read: (question) => memberOf(holder.read(question), name.read(question)),
    mayBeMissing: true,
  };
}

/** A name as a mistake quotes it. */
export const shortened = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name);
