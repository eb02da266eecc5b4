/** What a command is. The groups in `commands/` make them; `dispatch.ts` finds and runs them. */
import type { ApiClient } from './api-client.ts';
import type { OptionRule, Options } from './arguments.ts';
import type { Output } from './output.ts';
import type { World } from './world.ts';

export interface Call {
  /** As many as the command names. */
  readonly positionals: readonly string[];
  readonly options: Options;
  readonly output: Output;
  readonly world: World;
  /** The admin API. Looks for the credential only now: an import needs none. Throws `UsageError`. */
  readonly connect: () => ApiClient;
}

export interface Command {
  /** `keys create` */
  readonly name: string;
  readonly summary: string;
  /** `['NAME']` */
  readonly positionals: readonly string[];
  readonly options: readonly OptionRule[];
  /** Throws what `failures.ts` has. */
  readonly run: (call: Call) => Promise<void>;
}

/** `keys create NAME [--project PROJECT] [--model MODEL]…` */
export function usageOf({ name, positionals, options }: Command): string {
  return [name, ...positionals, ...options.map(usageOfOption)].join(' ');
}

export function usageOfOption({ name, kind, value, short }: OptionRule): string {
  const flag = short === undefined ? `--${name}` : `-${short}|--${name}`;
  if (kind === 'flag') return `[${flag}]`;
  return `[${flag} ${value ?? 'VALUE'}]${kind === 'texts' ? '…' : ''}`;
}
