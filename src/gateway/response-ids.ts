/**
 * A provider's response ids in one answer, replaced by sealed ones wherever they stand; every other byte stays. An id
 * is learnt from the response objects in the answer, or is known from the request.
 */
import { replaceBytes } from '../bytes.ts';
import { isRecord } from '../is-record.ts';
import type { SseEvent } from '../streaming/sse.ts';

export class ResponseIds {
  /** The client's text by the provider's id, as JSON strings in bytes. */
  readonly #known = new Map<string, Replacement>();
  readonly #seal: (id: string) => Promise<string>;

  constructor(seal: (id: string) => Promise<string>, known: ReadonlyMap<string, string>) {
    this.#seal = seal;
    for (const [id, sealed] of known) this.#know(id, sealed);
  }

  async inEvents<Read extends { readonly event: SseEvent }>(reads: readonly Read[]): Promise<Read[]> {
    const sealed: Read[] = [];
    for (const read of reads) {
      const { event } = read;
      if (event.data !== null && NAMES_RESPONSE.test(event.data)) await this.#learn(parse(event.data));
      const data = event.data === null ? null : this.#replaceText(event.data);
      sealed.push({ ...read, event: { ...event, data, bytes: this.#replace(event.bytes) } });
    }
    return sealed;
  }

  /** `bytes`: the text of `body`. */
  async inBody(body: unknown, bytes: Uint8Array): Promise<Uint8Array> {
    await this.#learn(body);
    return this.#replace(bytes);
  }

  /** The client's text for the provider's id of a response. */
  sealed(id: string): Promise<string> {
    return id === '' ? Promise.resolve(id) : this.#seal(id);
  }

  /** Bytes of our own, in which only ids that are known by now can stand. */
  inOwn(bytes: Uint8Array): Uint8Array {
    return this.#replace(bytes);
  }

  async #learn(value: unknown): Promise<void> {
    if (!isRecord(value)) return;
    const own = typeof value.object === 'string' && value.object.startsWith('response') ? value : {};
    const inner = isRecord(value.response) ? value.response : {};
    const ids = [own.id, own.previous_response_id, inner.id, inner.previous_response_id, value.response_id];
    for (const id of ids) {
      if (typeof id !== 'string' || id === '' || this.#known.has(id)) continue;
      this.#know(id, await this.#seal(id));
    }
  }

  #know(id: string, sealed: string): void {
    const toBytes = (text: string) => new TextEncoder().encode(text);
    const [fromText, toText] = [JSON.stringify(id), JSON.stringify(sealed)];
    this.#known.set(id, { fromText, toText, from: toBytes(fromText), to: toBytes(toText) });
  }

  #replaceText(text: string): string {
    let replaced = text;
    for (const { fromText, toText } of this.#known.values()) replaced = replaced.replaceAll(fromText, toText);
    return replaced;
  }

  #replace(bytes: Uint8Array): Uint8Array {
    let replaced = bytes;
    for (const { from, to } of this.#known.values()) replaced = replaceBytes(replaced, from, to);
    return replaced;
  }
}

/** JSON strings, as text and in bytes. */
interface Replacement {
  readonly fromText: string;
  readonly toText: string;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** Events that hold a response object, or name one. Deltas do neither. */
const NAMES_RESPONSE = /"response(?:_id)?"\s*:/;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
