/**
 * A provider that can be called: a row of the catalogue (or none, for a custom one), the operator's entry and
 * the secrets, put together once per configuration.
 */
import type { ProviderEntry } from '../config/schema.ts';
import type { KeySelection } from '../config/schema-provider-keys.ts';
import type { Carried } from '../dialects/codec.ts';
import type { ConfigMistake } from '../errors.ts';
import { resolveBaseUrl, withProject } from './address.ts';
import { CREDENTIAL_REFUSALS } from './credential-refusals.ts';
import type { Credential } from './credentials/credential.ts';
import type { Refuse } from './credentials/read-parts.ts';
import { keySelectionOf, resolveCredentials } from './credentials/resolve-credentials.ts';
import { missingSecret, type ReadSecret, resolveSecret, UNSENDABLE } from './credentials/secret-reference.ts';
import { customAuth, DIALECT_DEFAULTS } from './dialect-defaults.ts';
import type {
  AuthScheme,
  Continuing,
  DialectId,
  EmbeddingsForm,
  PriceSource,
  ProviderRow,
  Quirk,
  RerankForm,
} from './provider-row.ts';
import { resolveSettings } from './settings.ts';

export type { Credential } from './credentials/credential.ts';

export interface Provider {
  readonly id: string;
  readonly dialect: DialectId;
  /** Forms besides `dialect` that it serves itself, below the same base URL. */
  readonly alsoSpeaks: readonly DialectId[];
  readonly carries: readonly Carried[];
  /** `null`: none. */
  readonly embeddings: EmbeddingsForm | null;
  /** `null`: none. */
  readonly rerank: RerankForm | null;
  readonly hosting: 'vertex' | null;
  readonly transport: 'network' | 'simulator';
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly auth: AuthScheme;
  readonly credentials: readonly Credential[];
  /** Which of the credentials a request is made with first. */
  readonly keySelection: KeySelection;
  /** Added to every call; the operator's. */
  readonly headers: Readonly<Record<string, string>>;
  /** Azure deployment URLs: the `api-version` to send. */
  readonly apiVersion: string | null;
  /** Globs of bare model names that go here. */
  readonly serves: readonly string[];
  /** Model ids for `GET /v1/models`. */
  readonly models: readonly string[];
  readonly quirks: readonly Quirk[];
  readonly continuing: Continuing;
  /** Absent: no list has its prices. */
  readonly prices?: PriceSource;
}

export interface ProviderSources {
  readonly id: string;
  readonly entry: ProviderEntry;
  readonly row: ProviderRow | undefined;
  readonly secret: ReadSecret;
}

/** The provider, or `undefined` if it is off (no credential) or mistaken; mistakes are added to `mistakes`. */
export function resolveProvider(sources: ProviderSources, mistakes: ConfigMistake[]): Provider | undefined {
  const { id, entry, row } = sources;
  const found = mistakes.length;
  const refuse: Refuse = (field, message) => {
    const path = `providers.${id}.${field}`;
    if (!mistakes.some((mistake) => mistake.path === path)) mistakes.push({ path, message });
  };

  const form = resolveForm(entry, row);
  const settings = resolveSettings(sources, refuse);
  const credentials = resolveCredentials({ ...sources, auth: form.auth, region: settings.region }, refuse);
  const isOff = credentials === undefined && mistakes.length === found;
  const baseUrl = resolveBaseUrl(sources, withProject(settings, credentials, isOff), refuse);
  const headers = resolveHeaders(sources, refuse);
  if (mistakes.length > found || baseUrl === undefined || credentials === undefined) return undefined;
  return {
    id,
    ...form,
    transport: 'network',
    baseUrl: baseUrl.replace(/\/+$/, ''),
    credentials,
    keySelection: keySelectionOf(sources),
    headers,
    apiVersion: entry.api_version ?? null,
    serves: entry.models ?? row?.serves ?? [],
    models: entry.models?.filter((model) => !model.includes('*')) ?? row?.models ?? [],
    quirks: row?.quirks ?? refusalsOf(form.dialect),
  };
}

const refusalsOf = (dialect: DialectId): readonly Quirk[] =>
  Object.hasOwn(CREDENTIAL_REFUSALS, dialect)
    ? CREDENTIAL_REFUSALS[dialect as keyof typeof CREDENTIAL_REFUSALS] // it was just looked up
    : [];

type Form = Pick<
  Provider,
  | 'dialect'
  | 'alsoSpeaks'
  | 'carries'
  | 'embeddings'
  | 'rerank'
  | 'hosting'
  | 'auth'
  | 'continuing'
  | 'prices'
>;

/** What is spoken. An entry with a dialect that the row does not know is a provider of its own kind. */
function resolveForm(entry: ProviderEntry, row: ProviderRow | undefined): Form {
  const dialect = entry.dialect ?? row?.dialect ?? 'openai-chat';
  const defaults = DIALECT_DEFAULTS[dialect];
  const spoken = row === undefined ? [] : [row.dialect, ...(row.alsoSpeaks ?? [])];
  if (row === undefined || !spoken.includes(dialect)) {
    const auth = customAuth(entry, dialect);
    const isVertex = auth.kind === 'google-service-account';
    return {
      dialect,
      alsoSpeaks: [],
      carries: [],
      embeddings: isVertex && dialect === 'gemini' ? 'vertex' : defaults.embeddings,
      rerank: defaults.rerank,
      hosting: isVertex && dialect === 'anthropic-messages' ? 'vertex' : null,
      auth,
      continuing: defaults.continuing,
    };
  }
  return {
    dialect,
    // Deployment URLs with a version are those of chat completions, and an operator who names a form means that one.
    alsoSpeaks:
      entry.api_version === undefined && entry.dialect === undefined
        ? spoken.filter((one) => one !== dialect)
        : [],
    carries: row.carries ?? [],
    embeddings: row.embeddings === undefined ? DIALECT_DEFAULTS[row.dialect].embeddings : row.embeddings,
    rerank: row.rerank ?? null,
    hosting: row.hosting ?? null,
    auth: row.auth,
    continuing: row.continuing ?? unsaid(defaults.continuing),
    prices: row.prices ?? { as: row.id },
  };
}

/** A vendor that is known, and of which nothing is known here, is not tried. */
const unsaid = (usual: Continuing): Continuing => (usual.kind === 'always' ? { kind: 'never' } : usual);

function resolveHeaders({ entry, secret }: ProviderSources, refuse: Refuse): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(entry.headers ?? {})) {
    const resolved = resolveSecret(value, secret);
    if (resolved === undefined) refuse(`headers.${name}`, missingSecret(value));
    else if (!isHeaderText(resolved)) refuse(`headers.${name}`, UNSENDABLE);
    else headers[name] = resolved;
  }
  return headers;
}

const isHeaderText = (value: string): boolean => /^[\t\x20-\x7e]*$/.test(value);
