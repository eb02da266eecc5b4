/** Which rows are on without a word in the document. */
import type { ProviderRow } from '../provider-row.ts';
import { DEFAULT_SECRETS } from './parts-fields.ts';
import { hasDefaultParts } from './read-parts.ts';
import { partSchemeOf } from './resolve-credentials.ts';
import { type ReadSecret, readSecret } from './secret-reference.ts';

/**
 * Whether the Worker's secrets alone switch this row on: it has a credential, and an address that needs nothing from
 * the document.
 */
export function isOnBySecrets(row: ProviderRow, secret: ReadSecret): boolean {
  if (row.secretName === null || row.baseUrl === null) return false;
  const scheme = partSchemeOf(row.auth);
  const hasParts = scheme !== null && hasDefaultParts(scheme, { row, secret });
  const isPlain = !Object.values(DEFAULT_SECRETS).includes(row.secretName);
  if (!hasParts && !(isPlain && readSecret(row.secretName, secret) !== undefined)) return false;
  return (row.settings ?? []).every((name) => hasSource(row, name, secret));
}

/** A service account says which project is its own. */
function hasSource(row: ProviderRow, name: string, secret: ReadSecret): boolean {
  if (name === 'project' && row.auth.kind === 'google-service-account') return true;
  const source = row.settingSources?.[name];
  return (
    source?.otherwise !== undefined ||
    (source?.variables ?? []).some((variable) => readSecret(variable, secret) !== undefined)
  );
}
