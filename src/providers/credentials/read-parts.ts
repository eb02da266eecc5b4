/** Reads a credential that is more than one text: AWS keys, a Google service account, a client of Microsoft Entra. */
import type { ProviderEntry } from '../../config/schema.ts';
import type { AuthScheme, ProviderRow } from '../provider-row.ts';
import type { CredentialParts, ServiceAccount } from './credential.ts';
import { DEFAULT_SECRETS, FIELDS, type PartField, type PartScheme } from './parts-fields.ts';
import {
  isSendable,
  missingSecret,
  type ReadSecret,
  readSecret,
  resolveSecret,
  UNSENDABLE,
} from './secret-reference.ts';
import { readServiceAccount } from './service-account.ts';
import { entraTokenUrl, refuseTokenUrl } from './token-url.ts';

/** Takes a mistake: the field, and what is wrong with it in words that hold no value. */
export type Refuse = (field: string, message: string) => void;

export interface CredentialSources {
  readonly id: string;
  readonly entry: ProviderEntry;
  readonly row: ProviderRow | undefined;
  readonly secret: ReadSecret;
  readonly auth: AuthScheme;
  /** For signatures; `undefined` if nobody said. */
  readonly region: string | undefined;
}

type Values = Partial<Record<PartField, string>>;

/** Whether this is a row's own scheme, and the Worker has every secret that it needs. */
export const hasDefaultParts = (
  scheme: PartScheme,
  { row, secret }: Pick<CredentialSources, 'row' | 'secret'>,
): boolean =>
  row?.auth.kind === scheme &&
  FIELDS[scheme].every(
    ({ name, isOptional }) => isOptional || readSecret(DEFAULT_SECRETS[name], secret) !== undefined,
  );

/** `isNamed`: the entry has at least one of the fields. `undefined` with a mistake. */
export function readParts(
  scheme: PartScheme,
  isNamed: boolean,
  sources: CredentialSources,
  refuse: Refuse,
): CredentialParts | undefined {
  const values: Values = {};
  let isWhole = true;
  for (const { name, isOptional = false } of FIELDS[scheme]) {
    const said = sources.entry[name];
    // A session token belongs to one pair of keys: the Worker's is never put to the entry's.
    const mayDefault = sources.row?.auth.kind === scheme && !(isOptional && isNamed);
    const text = said ?? (mayDefault ? `$${DEFAULT_SECRETS[name]}` : undefined);
    const value = text === undefined ? undefined : resolveSecret(text, sources.secret);
    if (value !== undefined) {
      values[name] = value;
      if (name !== 'service_account' && !isSendable(value)) refuse(name, UNSENDABLE);
    } else if (!isOptional || said !== undefined) {
      refuse(name, text === undefined ? 'is needed too' : missingSecret(text));
      isWhole = false;
    }
  }
  return isWhole ? toParts(values, sources, refuse) : undefined;
}

function toParts(
  values: Values,
  { entry, auth, region }: CredentialSources,
  refuse: Refuse,
): CredentialParts | undefined {
  switch (auth.kind) {
    case 'sigv4': {
      if (region === undefined) {
        refuse('region', 'is needed to sign calls');
        return undefined;
      }
      const { access_key_id = '', secret_access_key = '', session_token = null } = values;
      return {
        kind: 'aws-keys',
        accessKeyId: access_key_id,
        secretAccessKey: secret_access_key,
        sessionToken: session_token,
        region,
        service: auth.service,
      };
    }
    case 'google-service-account':
      return toServiceAccount(values.service_account ?? '', auth.scope, entry, refuse);
    case 'entra': {
      const { tenant_id = '', client_id = '', client_secret = '' } = values;
      const tokenUrl = entry.token_url ?? entraTokenUrl(tenant_id);
      const refusal = refuseTokenUrl(tokenUrl, 'entra', entry.allow_insecure);
      if (refusal !== undefined) refuse('token_url', refusal);
      const { scope } = auth;
      return { kind: 'entra-client', clientId: client_id, clientSecret: client_secret, tokenUrl, scope };
    }
    default:
      return undefined;
  }
}

function toServiceAccount(
  text: string,
  scope: string,
  entry: ProviderEntry,
  refuse: Refuse,
): ServiceAccount | undefined {
  const read = readServiceAccount(text, scope);
  if ('mistake' in read) {
    refuse('service_account', read.mistake);
    return undefined;
  }
  const tokenUrl = entry.token_url ?? read.account.tokenUrl;
  const refusal = refuseTokenUrl(tokenUrl, 'google', entry.allow_insecure);
  if (refusal !== undefined) {
    if (entry.token_url !== undefined) refuse('token_url', refusal);
    else refuse('service_account', `has a \`token_uri\` that ${refusal}`);
  }
  return { ...read.account, tokenUrl };
}
