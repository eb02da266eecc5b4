/** Credentials of a provider that is being made: which field or header of its entry refers to which secret. */
import type { ProviderRow } from '../../../providers/provider-row.ts';
import { defaultCredentials, defaultFields } from './default-credentials.ts';
import type { Notes } from './note.ts';
import type { ProviderWish } from './provider-wish.ts';
import { type Credential, isUsableName, type SecretNames } from './secret-names.ts';

/** The provider that the credentials are for. */
export interface Holder {
  readonly id: string;
  /** Of its vendor; `undefined` for a provider of its own kind. */
  readonly row: ProviderRow | undefined;
  /** It has the row's id, and all that the row knows. */
  readonly isFirst: boolean;
}

/** Makes members of a provider's entry from what a file asks. */
export type WriteCredentials = (wish: ProviderWish, holder: Holder) => Record<string, unknown>;

export function createCredentialWriter(notes: Notes, names: SecretNames): WriteCredentials {
  return (wish, holder) => {
    const { fields, headers = {} } = toCredentials(wish, holder);
    const all = { ...toHeaders(wish, holder), ...headers };
    return { ...fields, ...(Object.keys(all).length > 0 ? { headers: all } : {}) };
  };

  function toCredentials(wish: ProviderWish, { id, row, isFirst }: Holder): Written {
    const { apiKeys = [], parts = {}, path } = wish;
    const given = Object.entries(parts).filter(([, credential]) => credential !== undefined);
    if (wish.isOpen) return { fields: { api_keys: [] } };
    if (apiKeys.length === 0 && given.length === 0)
      return { fields: row === undefined ? { api_keys: [] } : defaultCredentials(row, notes, path) };
    const name = isFirst ? (row?.secretName ?? `${id}_API_KEY`) : `${id}_API_KEY`;
    const keys = apiKeys.map((key) => toReference(key, name, path));
    // A further account has to be told what the row would have known: in which header its key goes.
    if (!isFirst && row?.auth.kind === 'entra' && row.dialect === 'openai-chat' && keys[0] !== undefined)
      return { fields: { api_keys: [] }, headers: { [row.auth.header]: keys[0] } };
    // A pair of which the file has one half has the other in a secret.
    const otherwise = given.length > 0 && row?.auth.kind === 'sigv4' ? defaultFields(row) : {};
    const said = given.map(([field, part]) => [field, toReference(part, `${id}_${field}`, path)]);
    return {
      fields: { ...otherwise, ...Object.fromEntries(said), ...(keys.length > 0 ? { api_keys: keys } : {}) },
    };
  }

  /** The document would read a value that begins with `$` as a reference, so such a value is a credential too. */
  function toHeaders({ headers = {}, path }: ProviderWish, { id }: Holder): Record<string, string> {
    const written: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers)) {
      const isPlain = typeof value === 'string' && !value.startsWith('$');
      const credential: Credential = typeof value === 'string' ? { kind: 'value', value } : value;
      written[name] = isPlain ? value : toReference(credential, `${id}_${name}`, `${path}.${name}`);
    }
    return written;
  }

  function toReference(credential: Credential | undefined, wish: string, path: string): string {
    const isVariable = credential?.kind === 'variable';
    if (isVariable && isUsableName(credential.name)) return `$${credential.name}`;
    const name = names.allocate(wish);
    const what = isVariable
      ? 'the variable has a name that cannot be used here'
      : 'a credential stands in the file and was not copied';
    notes.add('check', path, `${what}: put it into the secret ${name}`);
    return `$${name}`;
  }
}

interface Written {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}
