/** Reads a small public document of an identity provider, with every bound that a stranger's answer needs. */
import { concat } from '../bytes.ts';
import type { Transport } from '../context.ts';

/** Longest document, in bytes that were really read (traps H10). The largest key sets known have some 20 KiB. */
export const MAX_DOCUMENT_BYTES = 256 * 1024;
const TIMEOUT_MS = 5000;

export type FetchedText =
  | { readonly ok: true; readonly text: string }
  /** `problem`: for the operator's log, in our own words. */
  | { readonly ok: false; readonly problem: string };

/** Never throws. The timeout holds until the last byte of the body. */
export async function fetchText(url: string, fetch: Transport): Promise<FetchedText> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual', // the address was checked, where it leads to was not (traps H2)
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return { ok: false, problem: `answered with status ${response.status}` };
    }
    const bytes = await readCapped(response);
    if (bytes === null) return { ok: false, problem: `is longer than ${MAX_DOCUMENT_BYTES} bytes` };
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes) };
  } catch {
    return { ok: false, problem: 'could not be read: no answer in time, or none that is text' };
  }
}

/** `null` if there is more than may be. Throws if the body breaks off. */
async function readCapped(response: Response): Promise<Uint8Array | null> {
  if (response.body === null) return new Uint8Array(0);
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concat(chunks);
    length += value.length;
    if (length > MAX_DOCUMENT_BYTES) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
}
