/** What a deployment of another gateway asks of a provider. */
import type { Credential } from './secret-names.ts';

/** Fields of a provider's entry that hold a credential. */
export type CredentialField =
  | 'access_key_id'
  | 'secret_access_key'
  | 'session_token'
  | 'service_account'
  | 'client_secret';

export interface ProviderWish {
  /** Id of a catalogue row; `null` for one of its own kind, which speaks OpenAI's form at its `baseUrl`. */
  readonly vendor: string | null;
  /** What it is called if it cannot have the vendor's id. */
  readonly name: string;
  /** Where the file says it. */
  readonly path: string;
  readonly baseUrl?: string;
  /** `region`, `resource`, `project`, `api_version`, …: a text, or a variable. */
  readonly settings?: Readonly<Record<string, string | Credential | undefined>>;
  readonly apiKeys?: readonly Credential[];
  readonly parts?: Readonly<Partial<Record<CredentialField, Credential | undefined>>>;
  readonly headers?: Readonly<Record<string, string | Credential>>;
  /** It wants no credential. */
  readonly isOpen?: boolean;
}
