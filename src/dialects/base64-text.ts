/** Text as the canonical form carries files: base64 of UTF-8. */
const CHUNK = 0x8000; // arguments of one call; more overflows the stack

export function encodeBase64Text(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (let i = 0; i < bytes.length; i += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  }
  return btoa(binary);
}

/** `null` if it is not base64 of UTF-8. */
export function decodeBase64Text(data: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(data), (unit) => unit.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
