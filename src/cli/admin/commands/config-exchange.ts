/** The configuration document on its way from a file to the gateway, and the version that it is meant for. */
import { readFile } from 'node:fs/promises';
import type { ApiAnswer, ApiClient } from '../api-client.ts';
import type { Call } from '../command.ts';
import { ApiRefusal, CommandFailed } from '../failures.ts';

/** `-` is standard input. A mistake tells no text of the document, which may hold a secret. */
export async function readDocument({ positionals: [file = ''], world }: Call): Promise<unknown> {
  const text = file === '-' ? await world.readInput() : await readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    const [, at] = /at position (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
    throw new CommandFailed(`${file} is not JSON${at === undefined ? '' : ` (at character ${at})`}`);
  }
}

const readText = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch(() => {
    throw new CommandFailed(`cannot read ${file}`);
  });

export interface PutOptions {
  readonly isDryRun: boolean;
  readonly ifMatch?: string | null;
}

/** Throws `CommandFailed` if another writer came first. */
export async function putDocument(
  client: ApiClient,
  document: unknown,
  { isDryRun, ifMatch = null }: PutOptions,
): Promise<ApiAnswer> {
  try {
    return await client.send({
      method: 'PUT',
      path: '/config',
      query: { dry_run: isDryRun ? 'true' : undefined },
      body: document,
      headers: ifMatch === null ? {} : { 'if-match': ifMatch },
    });
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.status !== 412) throw error;
    throw new CommandFailed(
      `the configuration is no longer version ${versionOf(ifMatch ?? '')}: somebody else changed it. Look at \`config diff\` again, then push again.`,
    );
  }
}

/** `ETag` of the active document. */
export async function currentEtag(client: ApiClient): Promise<string> {
  const { etag } = await client.send({ method: 'GET', path: '/config' });
  if (etag === null) throw new CommandFailed('the gateway does not tell the version of its configuration');
  return etag;
}

/** `"7"` and `W/"7"` are `7`: something in front may have weakened the tag. */
export const versionOf = (etag: string): string => etag.replace(/^(W\/)?"(.*)"$/, '$2');
