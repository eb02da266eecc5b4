/** Reads the key file of a Google service account: https://cloud.google.com/iam/docs/keys-create-delete */
import { isRecord } from '../../is-record.ts';
import type { ServiceAccount } from './credential.ts';
import { GOOGLE_TOKEN_URL } from './token-url.ts';

export type ReadServiceAccount = { readonly account: ServiceAccount } | { readonly mistake: string };

/** `text`: the JSON of the key file. A mistake names a field, never a value. */
export function readServiceAccount(text: string, scope: string): ReadServiceAccount {
  const file = parseJson(text);
  if (!isRecord(file)) return { mistake: 'is not the JSON of a service account key' };
  if (file.type !== undefined && file.type !== 'service_account')
    return { mistake: 'is a credential of another type than `service_account`' };
  const { client_email: clientEmail, private_key: privateKey } = file;
  if (typeof clientEmail !== 'string' || clientEmail === '') return { mistake: 'has no `client_email`' };
  if (typeof privateKey !== 'string' || privateKey === '') return { mistake: 'has no `private_key`' };
  const pem = privateKey.replaceAll('\\n', '\n'); // escaped once more on its way through a shell or a file
  if (!PKCS8.test(pem)) return { mistake: 'has a `private_key` that is not PKCS #8 in PEM' };
  const account: ServiceAccount = {
    kind: 'service-account',
    clientEmail,
    privateKeyId: textOrNull(file.private_key_id),
    privateKey: pem,
    tokenUrl: textOrNull(file.token_uri) ?? GOOGLE_TOKEN_URL,
    scope,
    projectId: textOrNull(file.project_id),
  };
  return { account };
}

const PKCS8 = /^\s*-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END PRIVATE KEY-----\s*$/;

const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
