/** Takes known secrets out of text that somebody else wrote, and keeps it short. */

/** Longest text of a provider that travels on, in bytes. */
export const MAX_PROVIDER_TEXT_BYTES = 2048;
/** Shorter values are no secrets, and would eat ordinary words. */
export const MIN_SECRET_LENGTH = 8;
export const REPLACEMENT = '[redacted]';

/** `also` are further secrets of this request, such as the client's own key. */
export type Redact = (text: string, also?: readonly string[]) => string;

export function createRedactor(secrets: readonly string[]): Redact {
  const known = toForms(secrets);
  return (text, also = []) => {
    let redacted = text;
    for (const form of also.length === 0 ? known : toForms([...secrets, ...also]))
      redacted = redacted.replaceAll(form, REPLACEMENT);
    return capBytes(redacted, MAX_PROVIDER_TEXT_BYTES);
  };
}

const toForms = (secrets: readonly string[]): string[] => longestFirst([...secrets]).flatMap(formsOf);

/** A secret that contains another must go first, or its rest would stay. */
const longestFirst = (secrets: string[]): string[] =>
  secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH).sort((a, b) => b.length - a.length);

/** As it is, as it stands in a URL, in JSON, and in Basic or other base64. */
function formsOf(secret: string): string[] {
  const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  if (/^[\x20-\x7e]+$/.test(secret)) forms.push(btoa(secret).replace(/=+$/, ''));
  return [...new Set(forms)];
}

/** Cut on a character's edge, never inside one. */
function capBytes(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text; // a UTF-16 unit takes three bytes at most
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= maxBytes) return text;
  return `${new TextDecoder().decode(bytes.subarray(0, maxBytes - 3)).replace(/\ufffd$/, '')}…`;
}
