/** Gives one outgoing call its credential. The only place that knows where each auth scheme puts it. */
import type { Transport } from '../../context.ts';
import type { IsolateCache } from '../../isolate-cache.ts';
import type { Provider } from '../provider.ts';
import type { AuthScheme } from '../provider-row.ts';
import { bearerHeader } from './access-token.ts';
import type { Credential } from './credential.ts';
import { entraTokenKey, entraTokenRequest } from './entra-token.ts';
import { googleTokenKey, googleTokenRequest } from './google-token.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import { signAws } from './sign-aws.ts';

export { AuthorizationFailed } from './authorization-failed.ts';

export interface AuthorizeDeps {
  readonly fetch: Transport;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Access tokens, as text; an hour of life is enough. */
  readonly tokens: IsolateCache<string>;
  /** Ends a trade for a token. */
  readonly signal: AbortSignal;
}

/**
 * Headers to add, names in lowercase. Plain schemes, and tokens that are remembered, answer at once without a
 * promise: the hot path awaits nothing. Throws `AuthorizationFailed`, and `InvalidRequest` for a body that the
 * scheme cannot sign.
 */
export function authorize(
  call: OutgoingCall,
  provider: Provider,
  credential: Credential,
  deps: AuthorizeDeps,
): Record<string, string> | Promise<Record<string, string>> {
  const { id, value, parts } = credential;
  if (parts === undefined) return value === null ? {} : plainHeader(provider.auth, value);
  switch (parts.kind) {
    case 'aws-keys':
      return signAws(call, parts, deps.now());
    case 'service-account':
      return bearerHeader(googleTokenRequest(id, parts, deps.now), deps);
    case 'entra-client':
      return bearerHeader(entraTokenRequest(id, parts), deps);
  }
}

/** After a refusal by the provider: the next call trades for a new token. */
export function forgetToken({ id, parts }: Credential, tokens: IsolateCache<string>): void {
  if (parts?.kind === 'service-account') tokens.delete(googleTokenKey(id, parts));
  else if (parts?.kind === 'entra-client') tokens.delete(entraTokenKey(id, parts));
}

/**
 * What of the added headers must never be shown: access tokens are in no configuration. For the redactor's `also`.
 */
export const secretsIn = (added: Readonly<Record<string, string>>): string[] =>
  Object.values(added).flatMap((value) => (value.startsWith('Bearer ') ? [value.slice(7)] : []));

function plainHeader(auth: AuthScheme, value: string): Record<string, string> {
  switch (auth.kind) {
    case 'none':
      return {};
    case 'bearer':
    case 'sigv4': // a Bedrock API key
      return { authorization: `Bearer ${value}` };
    case 'header':
      return { [auth.name.toLowerCase()]: value };
    case 'google-service-account':
      return value.startsWith('ya29.') ? { authorization: `Bearer ${value}` } : { 'x-goog-api-key': value };
    case 'entra':
      return isJwt(value) ? { authorization: `Bearer ${value}` } : { [auth.header]: value };
  }
}

const isJwt = (value: string): boolean => /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(value);
