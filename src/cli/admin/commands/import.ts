/**
 * `import …`: a rival's models and keys as a configuration document. Asks no gateway. What does the work is loaded only
 * then: it brings half of the gateway along, which every other command would wait for.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { OptionRule } from '../arguments.ts';
import type { Call, Command } from '../command.ts';
import { CommandFailed } from '../failures.ts';
import { type Imported, UnreadableFile } from '../import/note.ts';

const OUTPUT: OptionRule = { name: 'output', kind: 'text', value: 'FILE', short: 'o' };

const LITELLM: Command = {
  name: 'import litellm',
  summary:
    "turns a LiteLLM proxy's config.yaml (and the answer of its /key/list) into a configuration document",
  positionals: ['FILE'],
  options: [{ name: 'keys', kind: 'text', value: 'FILE' }, OUTPUT],
  async run(call) {
    const [file = ''] = call.positionals;
    const keys = call.options.text('keys');
    const [text, keysText] = [
      await readText(call, file),
      keys === undefined ? undefined : await readText(call, keys),
    ];
    const { importLitellm } = await import('../import/litellm.ts');
    await finish(
      call,
      reading(file, () => importLitellm(text, keysText)),
    );
  },
};

const ONE_API: Command = {
  name: 'import one-api',
  summary: 'turns channels and tokens of one-api or new-api (JSON) into a configuration document',
  positionals: ['FILE'],
  options: [OUTPUT],
  async run(call) {
    const [file = ''] = call.positionals;
    const text = await readText(call, file);
    const { importOneApi } = await import('../import/one-api.ts');
    await finish(
      call,
      reading(file, () => importOneApi(text)),
    );
  },
};

const readText = ({ world }: Call, file: string): Promise<string> =>
  file === '-'
    ? world.readInput()
    : readFile(file, 'utf8').catch(() => {
        throw new CommandFailed(`cannot read ${file}`);
      });

function reading(file: string, read: () => Imported): Imported {
  try {
    return read();
  } catch (error) {
    throw error instanceof UnreadableFile ? new CommandFailed(`${file}: ${error.message}`) : error;
  }
}

/** The document goes to standard output or a file, what there is to say about it to standard error. */
async function finish({ options, output }: Call, { document, notes }: Imported): Promise<void> {
  const { checkImported } = await import('../import/check-imported.ts');
  const { secrets, warnings } = checkImported(document);
  const file = options.text('output');
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (file !== undefined)
    await writeFile(file, text).catch(() => {
      throw new CommandFailed(`cannot write ${file}`);
    });
  output.show({ document, notes, secrets, warnings }, () => {
    if (file === undefined) output.raw(text);
    for (const { severity, path, reason } of notes)
      output.remark(`${severity.padEnd(7)}  ${path}: ${reason}`);
    for (const warning of warnings) output.remark(`warning  ${warning}`);
    for (const name of secrets) output.remark(`secret   ${name} has to be set`);
  });
}

export const IMPORT_COMMANDS: readonly Command[] = [LITELLM, ONE_API];
