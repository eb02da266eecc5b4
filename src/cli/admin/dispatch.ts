/** From arguments to the command that they name, and to an exit code. */
import { createApiClient } from './api-client.ts';
import { GLOBAL_OPTIONS, parseArguments } from './arguments.ts';
import { type Command, usageOf, usageOfOption } from './command.ts';
import { AUDIT_COMMANDS } from './commands/audit.ts';
import { CACHE_COMMANDS } from './commands/cache.ts';
import { CONFIG_COMMANDS } from './commands/config.ts';
import { IMPORT_COMMANDS } from './commands/import.ts';
import { KEY_COMMANDS } from './commands/keys.ts';
import { REQUEST_COMMANDS } from './commands/requests.ts';
import { ROUTING_COMMANDS } from './commands/routing.ts';
import { SECRET_COMMANDS } from './commands/secrets.ts';
import { TENANT_COMMANDS } from './commands/tenants.ts';
import { USAGE_COMMANDS } from './commands/usage.ts';
import { readConnection } from './connection.ts';
import { describeFailure, exitCodeOf, UsageError } from './failures.ts';
import { createOutput } from './output.ts';
import type { World } from './world.ts';

export const COMMANDS: readonly Command[] = [
  ...KEY_COMMANDS,
  ...TENANT_COMMANDS,
  ...CONFIG_COMMANDS,
  ...SECRET_COMMANDS,
  ...REQUEST_COMMANDS,
  ...USAGE_COMMANDS,
  ...ROUTING_COMMANDS,
  ...CACHE_COMMANDS,
  ...AUDIT_COMMANDS,
  ...IMPORT_COMMANDS,
];

/** Resolves to the exit code: 0 done, 1 refused or failed, 2 not understood. */
export async function runCommand(args: readonly string[], world: World): Promise<0 | 1 | 2> {
  try {
    await run(args, world);
    return 0;
  } catch (failure) {
    world.writeError(describeFailure(failure));
    return exitCodeOf(failure);
  }
}

async function run(args: readonly string[], world: World): Promise<void> {
  const words = args.filter((word) => !word.startsWith('-'));
  const asksForHelp = words[0] === 'help' || args.some((word) => word === '-h' || word === '--help');
  if (asksForHelp || args.length === 0)
    return world.write(
      helpOn(
        words
          .filter((word) => word !== 'help')
          .slice(0, 2)
          .join(' '),
      ),
    );
  const command = findCommand(args);
  const { positionals, options } = parseArguments(args.slice(wordsOf(command)), command.options);
  if (positionals.length !== command.positionals.length)
    throw new UsageError(`usage: ${usageOf(command)}${adviceFor(command, positionals)}`);
  const output = createOutput(world, options.flag('json'));
  const connect = () => createApiClient(readConnection(options, world.environment), world);
  await command.run({ positionals, options, output, world, connect });
}

const wordsOf = ({ name }: Command): number => name.split(' ').length;

/** The words of a command, one or two, come first. */
function findCommand(args: readonly string[]): Command {
  const command = COMMANDS.find((one) => one.name === args.slice(0, wordsOf(one)).join(' '));
  if (command !== undefined) return command;
  const related = COMMANDS.filter((one) => one.name.startsWith(`${args[0]} `));
  const known = related.length > 0 ? `; there are ${related.map((one) => one.name).join(', ')}` : '';
  throw new UsageError(`there is no command of this name${known}. \`help\` lists all.`);
}

const adviceFor = ({ name }: Command, positionals: readonly string[]): string =>
  name === 'secrets put' && positionals.length > 1
    ? '\nThe value comes on standard input, because arguments show in process lists.'
    : '';

/** All commands, or those that begin with `prefix`. */
function helpOn(prefix: string): string {
  const chosen = COMMANDS.filter(({ name }) => name === prefix || name.startsWith(`${prefix} `));
  const shown = prefix === '' || chosen.length === 0 ? COMMANDS : chosen;
  const lines = shown.map((command) => `  ${usageOf(command)}\n      ${command.summary}\n`);
  return [
    'usage: npm run admin -- COMMAND …\n\n',
    ...lines,
    `\nEverywhere: ${GLOBAL_OPTIONS.map(usageOfOption).join(' ')}\n`,
    'EDGEWAY_URL is the gateway (default http://127.0.0.1:8787), EDGEWAY_ADMIN_TOKEN the credential.\n',
  ].join('');
}
