/** What the admin API asks of provider secrets: never a value, not even a sealed one. */
import { type Page, type PageInput, readPage } from './pages.ts';
import { type SecretResource, type SecretRow, toSecretResource } from './secret-commands.ts';
import type { Reader } from './transaction.ts';

export const secretQueries = {
  'secrets.list': (reader: Reader, input: PageInput): Page<SecretResource> =>
    readPage(reader, UNSEALED, [], input, (row: SecretRow & { seq: number }) => toSecretResource(row)),
};

const UNSEALED = '(SELECT seq, name, version, updated_by, updated_at FROM secrets)';
