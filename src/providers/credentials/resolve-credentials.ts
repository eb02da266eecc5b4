/**
 * The credentials of a provider, from its entry, or from the Worker secrets of its row. A mistake names the field and
 * never a value. A secret that belongs to a vendor is never taken for a provider of another name (traps H3).
 */
import type { ApiKeyEntry, KeySelection } from '../../config/schema-provider-keys.ts';
import type { AuthScheme } from '../provider-row.ts';
import { type Credential, noCredential, partsCredential, plainCredential } from './credential.ts';
import { DEFAULT_SECRETS, FIELDS, type PartScheme } from './parts-fields.ts';
import { type CredentialSources, hasDefaultParts, type Refuse, readParts } from './read-parts.ts';
import { isSendable, missingSecret, readSecret, resolveSecret, UNSENDABLE } from './secret-reference.ts';

/** In the order of the document. `undefined`: the provider is off, or mistaken. */
export function resolveCredentials(sources: CredentialSources, refuse: Refuse): Credential[] | undefined {
  const { id, entry, row } = sources;
  refuseStrayFields(sources, refuse);
  const keys = entry.api_keys?.map((one, index) => readKey(one, `api_keys[${index}]`, sources, refuse));
  refuseSharedNames(entry.api_keys ?? [], refuse);
  const scheme = partSchemeOf(sources.auth);
  const namesParts = scheme !== null && FIELDS[scheme].some(({ name }) => entry[name] !== undefined);
  const isSilent = keys === undefined && !namesParts;

  const found: ((id: string) => Credential)[] = (keys ?? []).filter((one) => one !== undefined);
  const plain = isSilent ? plainDefault(sources, refuse) : undefined;
  if (plain !== undefined) found.push((place) => plainCredential(place, plain));
  if (scheme !== null && (namesParts || (isSilent && hasDefaultParts(scheme, sources)))) {
    const parts = readParts(scheme, namesParts, sources, refuse);
    if (parts !== undefined) found.push((place) => partsCredential(place, parts));
  }

  const credentials = found.map((make, index) => make(`${id}#${index + 1}`));
  if (credentials.length > 0) return credentials;
  const wantsNone = keys !== undefined && keys.length === 0;
  const needsNone = row === undefined || row.secretName === null || entry.base_url !== undefined;
  return wantsNone || (isSilent && needsNone) ? [noCredential(`${id}#0`)] : undefined;
}

/** Who gives a weight wants it used. */
export function keySelectionOf({ entry }: Pick<CredentialSources, 'entry'>): KeySelection {
  const isWeighted =
    entry.api_keys?.some((one) => typeof one !== 'string' && one.weight !== undefined) ?? false;
  return entry.key_selection ?? (isWeighted ? 'weighted' : 'in_order');
}

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

/** Given its place in the list, unless it has a name. A disabled one may have lost its secret. */
function readKey(
  entry: ApiKeyEntry,
  field: string,
  { id, secret }: CredentialSources,
  refuse: Refuse,
): ((place: string) => Credential) | undefined {
  const { key, weight = 1, disabled = false, name } = typeof entry === 'string' ? { key: entry } : entry;
  const path = typeof entry === 'string' ? field : `${field}.key`;
  const value = resolveSecret(key, secret);
  if (value === undefined) {
    if (!disabled) refuse(path, missingSecret(key));
    return undefined;
  }
  if (!isSendable(value)) refuse(path, UNSENDABLE);
  const traits = { weight, isDisabled: disabled };
  return (place) => plainCredential(name === undefined ? place : `${id}#${name}`, value, traits);
}

/** What is known of a credential goes by its name: two of one name would share their standing. */
function refuseSharedNames(entries: readonly ApiKeyEntry[], refuse: Refuse): void {
  const taken = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    if (typeof entry === 'string' || entry.name === undefined) continue;
    if (taken.has(entry.name))
      refuse(`api_keys[${index}].name`, 'stands at another key of this provider too');
    taken.add(entry.name);
  }
}

/** The row's own secret, unless that is a credential of parts. */
function plainDefault({ row, secret }: CredentialSources, refuse: Refuse): string | undefined {
  const name = row?.secretName ?? null;
  if (name === null || Object.values(DEFAULT_SECRETS).includes(name)) return undefined;
  const value = readSecret(name, secret);
  if (value !== undefined && !isSendable(value)) refuse('api_keys', `the secret ${name} ${UNSENDABLE}`);
  return value;
}
