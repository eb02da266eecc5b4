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

/** How a credential goes out. `none` never sends one. A key never stands in a URL. */
export type AuthScheme =
  | { readonly kind: 'bearer' }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'none' };

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
  /**
   * Ends where the vendor's documentation ends it; `{setting}` stands for a setting of the provider entry.
   * `null`: the operator has to say where it is.
   */
  readonly baseUrl: string | null;
  /** Settings that `baseUrl` needs, by their names in the configuration document. */
  readonly settings?: readonly string[];
  readonly auth: AuthScheme;
  /** The Worker secret that switches the provider on; `null` where no credential is needed. */
  readonly secretName: string | null;
  /** Globs (`*` only) of bare model names that this vendor serves as its own; `[]` for hosts of others' models. */
  readonly serves: readonly string[];
  /** A few current model ids, for `GET /v1/models` when the document names none. */
  readonly models: readonly string[];
  readonly quirks: readonly Quirk[];
  /** The vendor's page that the row was written from. */
  readonly docs: string;
}
