/** The one hash that decides access (traps H15): keys, names of stored copies. */

/** Lowercase hex of the SHA-256 of `text` in UTF-8: 64 characters. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
