/** Writes `multipart/form-data` bytes by hand, well-formed or not. */

export interface FormPart {
  /** The whole header block of the part, without the blank line behind it. */
  readonly head: string;
  readonly content: Buffer | string;
}

export const BOUNDARY = '----edgeway-test-0123456789';

export const field = (name: string, content: string): FormPart => ({
  head: `Content-Disposition: form-data; name="${name}"`,
  content,
});

export const file = (content: Buffer | string, name = 'file', filename = 'speech.mp3'): FormPart => ({
  head: `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: audio/mpeg`,
  content,
});

export function encodeForm(parts: readonly FormPart[], boundary = BOUNDARY): Buffer {
  const pieces = parts.flatMap(({ head, content }) => [
    Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

export const formType = (boundary = BOUNDARY): string => `multipart/form-data; boundary=${boundary}`;

/** As an independent parser reads it. */
export async function readForm(body: Buffer, contentType: string): Promise<FormData> {
  return new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
}
