/** Where a file names no credential, the other gateway took it from its environment, and ours takes it from secrets. */
import type { ProviderRow } from '../../../providers/provider-row.ts';
import type { Notes } from './note.ts';

/** Names the secrets, so that whoever checks the document is told which are missing. */
export function defaultCredentials(row: ProviderRow, notes: Notes, path: string): Record<string, unknown> {
  const fields = defaultFields(row);
  const names = Object.values(fields)
    .flat()
    .map((reference) => reference.slice(1));
  if (names.length > 0)
    notes.add(
      'check',
      path,
      `names no credential of ${row.name}: put it into the secret${names.length > 1 ? 's' : ''} ${names.join(', ')}`,
    );
  return fields;
}

/** By field, `$NAME` of the secrets that the vendor's own SDK reads. */
export function defaultFields(row: ProviderRow): Record<string, string | string[]> {
  switch (row.auth.kind) {
    case 'none':
      return {};
    case 'sigv4':
      return { access_key_id: '$AWS_ACCESS_KEY_ID', secret_access_key: '$AWS_SECRET_ACCESS_KEY' };
    case 'google-service-account':
      return { service_account: '$GOOGLE_SERVICE_ACCOUNT' };
    case 'bearer':
    case 'header':
    case 'entra':
      return row.secretName === null ? { api_keys: [] } : { api_keys: [`$${row.secretName}`] };
  }
}
