/** Credentials that are more than one text: their fields in a provider's entry, and the Worker secrets beside them. */

export type PartScheme = 'sigv4' | 'google-service-account' | 'entra';

export type PartField =
  | 'access_key_id'
  | 'secret_access_key'
  | 'session_token'
  | 'service_account'
  | 'tenant_id'
  | 'client_id'
  | 'client_secret';

interface PartFieldRule {
  readonly name: PartField;
  readonly isOptional?: boolean;
}

export const FIELDS: Readonly<Record<PartScheme, readonly PartFieldRule[]>> = {
  sigv4: [
    { name: 'access_key_id' },
    { name: 'secret_access_key' },
    { name: 'session_token', isOptional: true },
  ],
  'google-service-account': [{ name: 'service_account' }],
  entra: [{ name: 'tenant_id' }, { name: 'client_id' }, { name: 'client_secret' }],
};

/** Named as the vendors' own SDKs name them, where they do. */
export const DEFAULT_SECRETS: Readonly<Record<PartField, string>> = {
  access_key_id: 'AWS_ACCESS_KEY_ID',
  secret_access_key: 'AWS_SECRET_ACCESS_KEY',
  session_token: 'AWS_SESSION_TOKEN',
  service_account: 'GOOGLE_SERVICE_ACCOUNT',
  tenant_id: 'AZURE_TENANT_ID',
  client_id: 'AZURE_CLIENT_ID',
  client_secret: 'AZURE_CLIENT_SECRET',
};
