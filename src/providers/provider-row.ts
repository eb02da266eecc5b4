/**
 * The shape of a vendor as data. `catalogue.ts` holds the rows; nothing else in the gateway names a vendor.
 */
export const DIALECTS = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'bedrock-converse',
  'cohere-chat',
  'ollama-chat',
] as const;

/** A wire form. */
export type DialectId = (typeof DIALECTS)[number];

/**
 * What some vendors of OpenAI's chat form take, and others refuse as unknown or ignore. Told by the catalogue row:
 * members of messages, the role `developer`, and the newer name of the limit (else `max_tokens`).
 */
export type Carried =
  | 'cache_control'
  | 'reasoning_content'
  | 'reasoning_details'
  | 'thought_signature'
  | 'developer'
  | 'max_completion_tokens';

/**
 * How a credential goes out. A key never stands in a URL.
 *
 * - `bearer`, `header`: a plain key, as it is. `none` never sends one.
 * - `sigv4`: AWS keys sign each call for `service`; a Bedrock API key goes out as a bearer token.
 * - `google-service-account`: a service account's key is traded for an access token of `scope`; an access token
 *   (`ya29.…`) goes out as a bearer token, any other plain key as `x-goog-api-key`.
 * - `entra`: a client secret of Microsoft Entra is traded for an access token of `scope`; an access token (a JWT)
 *   goes out as a bearer token, any other plain key in `header`.
 */
export type AuthScheme =
  | { readonly kind: 'bearer' }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'sigv4'; readonly service: 'bedrock' | 'bedrock-mantle' }
  | { readonly kind: 'google-service-account'; readonly scope: string }
  | { readonly kind: 'entra'; readonly header: string; readonly scope: string };

/** The form in which a provider takes embeddings. */
export type EmbeddingsForm =
  | 'openai'
  | 'gemini'
  | 'vertex'
  | 'bedrock'
  | 'cohere'
  | 'voyage'
  | 'jina'
  | 'ollama';

/** The form in which a provider ranks documents. `generic`: `/rerank` as at Cohere v1 and Jina. */
export type RerankForm = 'cohere' | 'voyage' | 'jina' | 'dashscope' | 'generic' | 'bedrock';

/**
 * Whether a vendor's models go on with the assistant turn that a request ends with. `as-claude`: older Claude models
 * do (`dialects/claude/model-traits.ts`), and nobody else's. `marked`: where `mark` of that message is `true`, and the
 * base URL ends with `below`.
 */
export type Continuing =
  | { readonly kind: 'never' | 'always' | 'as-claude' }
  | {
      readonly kind: 'marked';
      readonly mark: 'prefix' | 'partial';
      readonly below?: string;
      readonly source: string;
    };

/** Where the price list (`usage/price-list-data.ts`) has a vendor's prices. */
export interface PriceSource {
  /** The list's own id of the vendor. */
  readonly as: string;
  /** What may stand in front of model ids, and does not in the list. */
  readonly withoutPrefix?: string;
}

/** Where a setting comes from if the provider's entry does not say: Worker variables in order, then a fixed value. */
export interface SettingSource {
  readonly variables?: readonly string[];
  readonly otherwise?: string;
}

/**
 * One way in which a vendor differs from the plain OpenAI API. `source` is the page or recording that shows it.
 *
 * - `rejects-stream-options`: `stream_options` is answered with an error; usage is not asked for.
 * - `never-sends-finish-reason`: `[DONE]` counts as the end of a stream.
 * - `credential-refusal`: this status, if the message or code contains `text` (case-insensitive) where given,
 *   means that our credential was refused. 401 always does.
 * - `forwards-request-header`: a client header that this vendor understands and that may travel on.
 */
export type Quirk =
  | { readonly kind: 'rejects-stream-options'; readonly source: string }
  | { readonly kind: 'never-sends-finish-reason'; readonly source: string }
  | {
      readonly kind: 'credential-refusal';
      readonly status: number;
      readonly text?: string;
      readonly source: string;
    }
  | { readonly kind: 'forwards-request-header'; readonly header: string; readonly source: string };

export interface ProviderRow {
  /** Used in `provider/model`, in the configuration and in `x-edgeway-provider`. */
  readonly id: string;
  readonly name: string;
  readonly dialect: DialectId;
  /** Forms besides `dialect` that the vendor serves itself, below the same base URL and with the same credential. */
  readonly alsoSpeaks?: readonly DialectId[];
  /** What of others' fields this vendor takes back in chat messages; another would refuse them. */
  readonly carries?: readonly Carried[];
  /** Absent: as usual for the dialect. `null`: none. */
  readonly embeddings?: EmbeddingsForm | null;
  /** Absent or `null`: none. */
  readonly rerank?: RerankForm | null;
  /** A host that puts the model into the path and the form's version into the body. */
  readonly hosting?: 'vertex';
  /**
   * Ends where the vendor's documentation ends it; `{setting}` stands for a setting of the provider entry.
   * `null`: the operator has to say where it is.
   */
  readonly baseUrl: string | null;
  /** Settings that `baseUrl` needs, by their names in the configuration document. */
  readonly settings?: readonly string[];
  /** By setting. */
  readonly settingSources?: Readonly<Record<string, SettingSource>>;
  /** Base URLs of values of `region` whose host has another form. */
  readonly regionBaseUrls?: Readonly<Record<string, string>>;
  readonly auth: AuthScheme;
  /**
   * The Worker secret that switches the provider on; `null` where no credential is needed. The auth scheme may know
   * others that do so too: `credentials/default-secrets.ts`.
   */
  readonly secretName: string | null;
  /** Globs (`*` only) of bare model names that this vendor serves as its own; `[]` for hosts of others' models. */
  readonly serves: readonly string[];
  /** A few current model ids, for `GET /v1/models` when the document names none. */
  readonly models: readonly string[];
  readonly quirks: readonly Quirk[];
  /** Absent: as usual for forms in which only Claude is served; else never. */
  readonly continuing?: Continuing;
  /** Absent: prices under `id`, if there are any. */
  readonly prices?: PriceSource;
  /** The vendor's page that the row was written from. */
  readonly docs: string;
}
