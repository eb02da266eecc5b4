/**
 * Signatures after the Standard Webhooks convention (https://www.standardwebhooks.com): whoever knows the secret can
 * tell that a message is ours, unchanged and recent, with any library that knows the convention.
 */

const PREFIX = 'whsec_';

export interface SignedMessage {
  readonly id: string;
  /** When this attempt is sent, seconds since the Unix epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/** The headers of a message; without a secret it is only named. */
export async function messageHeaders(
  message: SignedMessage,
  secret: string | undefined,
): Promise<Record<string, string>> {
  const headers = { 'webhook-id': message.id, 'webhook-timestamp': String(message.timestamp) };
  return secret === undefined ? headers : { ...headers, 'webhook-signature': await sign(message, secret) };
}

/** `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. */
async function sign({ id, timestamp, body }: SignedMessage, secret: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', secretBytes(secret), algorithm, false, ['sign']);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, signed));
  return `v1,${btoa(String.fromCharCode(...signature))}`;
}

/** `whsec_` and base64, as the convention writes secrets; any other text is the secret itself. */
function secretBytes(secret: string): Uint8Array {
  if (secret.startsWith(PREFIX)) {
    try {
      return Uint8Array.from(atob(secret.slice(PREFIX.length)), (character) => character.charCodeAt(0));
    } catch {
      // Not base64 after all.
    }
  }
  return new TextEncoder().encode(secret);
}
