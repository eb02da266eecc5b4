/**
 * A provider that can be called: a row of the catalogue (or none, for a custom one), the operator's entry and
 * the secrets, put together once per configuration.
 */
import type { ProviderEntry } from '../config/schema.ts';
import type { ConfigMistake } from '../errors.ts';
import { refuseBaseUrl } from './base-url.ts';
import type { AuthScheme, DialectId, ProviderRow, Quirk } from './provider-row.ts';

/** The credential of one account at a provider. `null` value: the call goes out without one. */
export interface Credential {
  /** `openai#1`: names it in logs and health state, where the value must never stand. */
  readonly id: string;
  readonly value: string | null;
}

export interface Provider {
  readonly id: string;
  readonly dialect: DialectId;
  readonly transport: 'network' | 'simulator';
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly auth: AuthScheme;
  readonly credentials: readonly Credential[];
  /** Added to every call; the operator's. */
  readonly headers: Readonly<Record<string, string>>;
  /** Azure deployment URLs: the `api-version` to send. */
  readonly apiVersion: string | null;
  /** Globs of bare model names that go here. */
  readonly serves: readonly string[];
  /** Model ids for `GET /v1/models`. */
  readonly models: readonly string[];
  readonly quirks: readonly Quirk[];
}

/** Dialects that this version can forward to. */
const SERVED_DIALECTS: readonly DialectId[] = ['openai-chat'];

export interface ProviderSources {
  readonly id: string;
  readonly entry: ProviderEntry;
  readonly row: ProviderRow | undefined;
  readonly secret: (name: string) => string | undefined;
}

/** The provider, or `undefined` if it is off (no credential) or mistaken; mistakes are added to `mistakes`. */
export function resolveProvider(sources: ProviderSources, mistakes: ConfigMistake[]): Provider | undefined {
  const { id, entry, row } = sources;
  const at = (field: string) => `providers.${id}.${field}`;
  const found = mistakes.length;
  const refuse = (field: string, message: string) => mistakes.push({ path: at(field), message });

  const dialect = entry.dialect ?? row?.dialect ?? 'openai-chat';
  if (!SERVED_DIALECTS.includes(dialect)) refuse('dialect', `\`${dialect}\` is not served by this version`);

  const baseUrl = resolveBaseUrl(sources, refuse);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(entry.headers ?? {})) {
    const resolved = resolveSecret(value, sources.secret);
    if (resolved === undefined) refuse(`headers.${name}`, missingSecret(value));
    else if (!isHeaderText(resolved)) refuse(`headers.${name}`, UNSENDABLE);
    else headers[name] = resolved;
  }
  const credentials = resolveCredentials(sources, refuse);
  if (mistakes.length > found || baseUrl === undefined || credentials === undefined) return undefined;
  return {
    id,
    dialect,
    transport: 'network',
    baseUrl: baseUrl.replace(/\/+$/, ''),
    auth: row?.auth ?? { kind: 'bearer' },
    credentials,
    headers,
    apiVersion: entry.api_version ?? null,
    serves: entry.models ?? row?.serves ?? [],
    models: entry.models?.filter((model) => !model.includes('*')) ?? row?.models ?? [],
    quirks: row?.quirks ?? [],
  };
}

type Refuse = (field: string, message: string) => void;

function resolveBaseUrl({ entry, row }: ProviderSources, refuse: Refuse): string | undefined {
  const template = entry.base_url ?? row?.baseUrl ?? undefined;
  if (template === undefined) {
    refuse('base_url', 'is needed: the catalogue has no address for this provider');
    return undefined;
  }
  const settings: Record<string, unknown> = { ...entry };
  let missing = false;
  const url = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = settings[name];
    if (typeof value === 'string') return value;
    missing = true;
    refuse(name, 'is needed for the address of this provider, or set `base_url`');
    return '';
  });
  if (missing) return undefined;
  // A row's own address is trusted as it stands: local servers live on loopback by their documentation.
  const refusal = entry.base_url === undefined ? undefined : refuseBaseUrl(url, entry.allow_insecure);
  if (refusal === undefined) return url;
  refuse('base_url', refusal);
  return undefined;
}

/** `[]` of the entry means no credential; an absent field means the row's own secret, and none of it means off. */
function resolveCredentials(sources: ProviderSources, refuse: Refuse): Credential[] | undefined {
  const { id, entry, row, secret } = sources;
  const withoutCredential = [{ id: `${id}#0`, value: null }];
  if (entry.api_keys !== undefined) {
    const values = entry.api_keys.map((text, index) => {
      const value = resolveSecret(text, secret);
      if (value === undefined) refuse(`api_keys[${index}]`, missingSecret(text));
      else if (!isCredential(value)) refuse(`api_keys[${index}]`, UNSENDABLE);
      return { id: `${id}#${index + 1}`, value: value ?? null };
    });
    return values.length === 0 ? withoutCredential : values;
  }
  const value = row?.secretName == null ? '' : (secret(row.secretName)?.trim() ?? '');
  if (value !== '') {
    if (!isCredential(value)) refuse('api_keys', `the secret ${row?.secretName} ${UNSENDABLE}`);
    return [{ id: `${id}#1`, value }];
  }
  const needsNone = row === undefined || row.secretName === null || entry.base_url !== undefined;
  return needsNone ? withoutCredential : undefined;
}

const UNSENDABLE = 'holds line breaks or characters that no header can carry';
const isCredential = (value: string): boolean => /^[\x21-\x7e]+$/.test(value);
const isHeaderText = (value: string): boolean => /^[\t\x20-\x7e]*$/.test(value);

/** `$NAME` becomes the secret of that name, anything else is itself; `undefined` if the secret is not set. */
function resolveSecret(text: string, secret: (name: string) => string | undefined): string | undefined {
  const name = secretName(text);
  return name === undefined ? text : secret(name)?.trim() || undefined;
}

const secretName = (text: string): string | undefined => /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(text)?.[1];

const missingSecret = (text: string): string => `needs the secret ${secretName(text)}, which is not set`;
