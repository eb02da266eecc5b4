/** What a provider is taken for if no row says more than its wire form. */
import type { ProviderEntry } from '../config/schema.ts';
import type { AuthScheme, Continuing, DialectId, EmbeddingsForm, RerankForm } from './provider-row.ts';

interface DialectDefaults {
  readonly auth: AuthScheme;
  readonly embeddings: EmbeddingsForm | null;
  readonly rerank: RerankForm | null;
  /** Of servers that no row knows: most that speak OpenAI's form render the last turn as it stands. */
  readonly continuing: Continuing;
}

const BEARER: AuthScheme = { kind: 'bearer' };

export const GOOGLE_CLOUD: AuthScheme = {
  kind: 'google-service-account',
  scope: 'https://www.googleapis.com/auth/cloud-platform',
};

/** The scope is that of `openai/README.md` (Azure) and of Microsoft's key-less authentication to its models. */
export const entra = (header: string): AuthScheme => ({
  kind: 'entra',
  header,
  scope: 'https://cognitiveservices.azure.com/.default',
});

const NEVER: Continuing = { kind: 'never' };
const AS_CLAUDE: Continuing = { kind: 'as-claude' };

export const DIALECT_DEFAULTS: Readonly<Record<DialectId, DialectDefaults>> = {
  'openai-chat': { auth: BEARER, embeddings: 'openai', rerank: 'generic', continuing: { kind: 'always' } },
  'openai-responses': { auth: BEARER, embeddings: 'openai', rerank: 'generic', continuing: NEVER },
  'anthropic-messages': {
    auth: { kind: 'header', name: 'x-api-key' },
    embeddings: null,
    rerank: null,
    continuing: AS_CLAUDE,
  },
  gemini: {
    auth: { kind: 'header', name: 'x-goog-api-key' },
    embeddings: 'gemini',
    rerank: null,
    continuing: NEVER,
  },
  'bedrock-converse': {
    auth: { kind: 'sigv4', service: 'bedrock' },
    embeddings: 'bedrock',
    rerank: 'bedrock',
    continuing: AS_CLAUDE,
  },
  'cohere-chat': { auth: BEARER, embeddings: 'cohere', rerank: 'cohere', continuing: NEVER },
  'ollama-chat': { auth: BEARER, embeddings: 'ollama', rerank: null, continuing: NEVER },
};

/** Of a provider without a row: what its entry holds says what it wants. */
export function customAuth(entry: ProviderEntry, dialect: DialectId): AuthScheme {
  if (entry.service_account !== undefined) return GOOGLE_CLOUD;
  if (entry.access_key_id !== undefined) return { kind: 'sigv4', service: 'bedrock' };
  if (entry.client_secret !== undefined)
    return entra(dialect === 'anthropic-messages' ? 'x-api-key' : 'api-key');
  return DIALECT_DEFAULTS[dialect].auth;
}
