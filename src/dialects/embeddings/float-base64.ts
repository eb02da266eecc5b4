/**
 * Vectors as OpenAI's API packs them: base64 of little-endian 32-bit floats.
 * https://platform.openai.com/docs/api-reference/embeddings/create#embeddings-create-encoding_format
 */
const FLOAT_BYTES = 4;
const CHUNK = 0x8000; // arguments of one call; more overflows the stack

export function encodeFloats(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * FLOAT_BYTES));
  for (let i = 0; i < vector.length; i++) view.setFloat32(i * FLOAT_BYTES, vector[i] ?? 0, true);
  const bytes = new Uint8Array(view.buffer);
  let binary = '';
  for (let i = 0; i < bytes.length; i += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  }
  return btoa(binary);
}

/** `null` if it is not base64 of whole floats. */
export function decodeFloats(text: string): readonly number[] | null {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return null;
  }
  if (binary.length % FLOAT_BYTES !== 0) return null;
  const view = new DataView(new ArrayBuffer(binary.length));
  for (let i = 0; i < binary.length; i++) view.setUint8(i, binary.charCodeAt(i));
  return Array.from({ length: binary.length / FLOAT_BYTES }, (_, i) =>
    view.getFloat32(i * FLOAT_BYTES, true),
  );
}
