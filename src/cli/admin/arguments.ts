/** The options of a command: described once, for the parser and for the help. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './failures.ts';

export interface OptionRule {
  readonly name: string;
  /** `flag` takes no value; `texts` may be given more than once. */
  readonly kind: 'flag' | 'text' | 'texts' | 'number';
  /** What stands for the value in the help: `PROJECT`. */
  readonly value?: string;
  readonly short?: string;
}

export const GLOBAL_OPTIONS: readonly OptionRule[] = [
  { name: 'url', kind: 'text', value: 'URL' },
  { name: 'token-file', kind: 'text', value: 'FILE' },
  { name: 'allow-http', kind: 'flag' },
  { name: 'json', kind: 'flag' },
  { name: 'help', kind: 'flag', short: 'h' },
];

/** The values that were given, by the kind that their rule says. */
export interface Options {
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  /** A whole number above 0. Throws `UsageError`. */
  number(name: string): number | undefined;
}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly options: Options;
}

/** Throws `UsageError`. */
export function parseArguments(args: readonly string[], rules: readonly OptionRule[]): Arguments {
  refuseCredentials(args);
  const { values, positionals } = parse(args, [...GLOBAL_OPTIONS, ...rules]);
  const given = (name: string): readonly string[] => {
    const value = values[name];
    return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];
  };
  const options: Options = {
    text: (name) => given(name)[0],
    texts: given,
    flag: (name) => values[name] === true,
    number: (name) => {
      const [text] = given(name);
      return text === undefined ? undefined : parseNumber(text, `--${name}`);
    },
  };
  return { positionals, options };
}

export function parseNumber(text: string, name: string): number {
  if (!/^\d{1,15}$/.test(text) || Number(text) === 0)
    throw new UsageError(`${name} is a whole number above 0`);
  return Number(text);
}

/** An argument shows in the list of processes, and stays in the history of the shell. */
function refuseCredentials(args: readonly string[]): void {
  if (args.some((one) => /^--(admin-)?token(=|$)/.test(one)))
    throw new UsageError(
      'a credential is no argument, because arguments show in process lists: set EDGEWAY_ADMIN_TOKEN, or name a file with --token-file',
    );
}

function parse(args: readonly string[], rules: readonly OptionRule[]) {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const { name, kind, short } of rules)
    options[name] = {
      type: kind === 'flag' ? 'boolean' : 'string',
      ...(kind === 'texts' ? { multiple: true } : {}),
      ...(short === undefined ? {} : { short }),
    };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node's text names the option, and ends with advice that does not fit here.
    const [sentence = 'arguments that make no sense'] =
      error instanceof Error ? error.message.split('. ') : [];
    throw new UsageError(sentence);
  }
}
