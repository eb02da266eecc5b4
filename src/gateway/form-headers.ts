/** What a client says of the wire form in headers: it goes up with the body. */
import type { UpstreamCodec } from '../dialects/codec.ts';

/** Headers of the client that belong to the wire form: version and beta features. */
export function formHeaders({ dialect }: UpstreamCodec, client: Headers): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of FORM_HEADERS[dialect] ?? []) {
    const value = client.get(name);
    if (value !== null) headers[name] = value;
  }
  return headers;
}

const FORM_HEADERS: Readonly<Record<string, readonly string[]>> = {
  'anthropic-messages': ['anthropic-version', 'anthropic-beta'],
  'openai-responses': ['openai-beta'],
};
