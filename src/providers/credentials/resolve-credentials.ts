/**
 * The credentials of a provider, from its entry, or from the Worker secrets of its row. A mistake names the field and
 * never a value. A secret that belongs to a vendor is never taken for a provider of another name (traps H3).
 */
import type { AuthScheme } from '../provider-row.ts';
import {
  type Credential,
  type CredentialParts,
  noCredential,
  partsCredential,
  plainCredential,
} from './credential.ts';
import { DEFAULT_SECRETS, FIELDS, type PartScheme } from './parts-fields.ts';
import { type CredentialSources, hasDefaultParts, type Refuse, readParts } from './read-parts.ts';
import { isSendable, missingSecret, readSecret, resolveSecret, UNSENDABLE } from './secret-reference.ts';

/** In the order in which they are tried. `undefined`: the provider is off, or mistaken. */
export function resolveCredentials(sources: CredentialSources, refuse: Refuse): Credential[] | undefined {
  const { id, entry, row } = sources;
  refuseStrayFields(sources, refuse);
  const keys = entry.api_keys?.map((text, index) => readKey(text, `api_keys[${index}]`, sources, refuse));
  const scheme = partSchemeOf(sources.auth);
  const namesParts = scheme !== null && FIELDS[scheme].some(({ name }) => entry[name] !== undefined);
  const isSilent = keys === undefined && !namesParts;

  const found: (string | CredentialParts | undefined)[] = keys ?? [];
  if (isSilent) found.push(plainDefault(sources, refuse));
  if (scheme !== null && (namesParts || (isSilent && hasDefaultParts(scheme, sources))))
    found.push(readParts(scheme, namesParts, sources, refuse));

  const credentials = found
    .filter((one) => one !== undefined)
    .map((one, index) => toCredential(`${id}#${index + 1}`, one));
  if (credentials.length > 0) return credentials;
  const wantsNone = keys !== undefined && keys.length === 0;
  const needsNone = row === undefined || row.secretName === null || entry.base_url !== undefined;
  return wantsNone || (isSilent && needsNone) ? [noCredential(`${id}#0`)] : undefined;
}

const toCredential = (id: string, one: string | CredentialParts): Credential =>
  typeof one === 'string' ? plainCredential(id, one) : partsCredential(id, one);

export const partSchemeOf = ({ kind }: AuthScheme): PartScheme | null =>
  kind in FIELDS ? (kind as PartScheme) : null; // by its key

function refuseStrayFields({ entry, auth }: CredentialSources, refuse: Refuse): void {
  const message = 'is of no use to this provider';
  for (const [scheme, rules] of Object.entries(FIELDS)) {
    if (scheme === auth.kind) continue;
    for (const { name } of rules) if (entry[name] !== undefined) refuse(name, message);
  }
  const tradesForTokens = auth.kind === 'google-service-account' || auth.kind === 'entra';
  if (entry.token_url !== undefined && !tradesForTokens) refuse('token_url', message);
}

function readKey(
  text: string,
  field: string,
  { secret }: CredentialSources,
  refuse: Refuse,
): string | undefined {
  const value = resolveSecret(text, secret);
  if (value === undefined) refuse(field, missingSecret(text));
  else if (!isSendable(value)) refuse(field, UNSENDABLE);
  return value;
}

/** The row's own secret, unless that is a credential of parts. */
function plainDefault({ row, secret }: CredentialSources, refuse: Refuse): string | undefined {
  const name = row?.secretName ?? null;
  if (name === null || Object.values(DEFAULT_SECRETS).includes(name)) return undefined;
  const value = readSecret(name, secret);
  if (value !== undefined && !isSendable(value)) refuse('api_keys', `the secret ${name} ${UNSENDABLE}`);
  return value;
}
