/** A document that was made by an import, checked as the gateway will check it, with its secrets taken for set. */
import { InvalidConfig } from '../../../errors.ts';
import { buildSnapshot } from '../../../gateway/snapshot.ts';
import { assumeSecrets } from '../../assumed-secrets.ts';
import { CommandFailed } from '../failures.ts';

export interface CheckedDocument {
  /** Secrets and variables that have to be set. */
  readonly secrets: readonly string[];
  readonly warnings: readonly string[];
}

/** Throws `CommandFailed` with every mistake: that would be one of the import. */
export function checkImported(document: Readonly<Record<string, unknown>>): CheckedDocument {
  const { variable, assumed } = assumeSecrets(JSON.stringify(document), () => undefined);
  try {
    const { warnings } = buildSnapshot(variable);
    return { secrets: [...assumed].sort(), warnings };
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    const mistakes = error.mistakes.map(({ path, message }) => `\n  ${path}: ${message}`);
    throw new CommandFailed(`the document that was made has mistakes:${mistakes.join('')}`);
  }
}
