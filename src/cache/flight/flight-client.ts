/** The way to a Flight and back: requests on a stub, and the frames that it answers with. */
import { concat } from '../../bytes.ts';
import { decodeFrame, decodeFrameHeader, type FlightFrame, FRAME_HEADER_BYTES } from './frames.ts';
import { JOIN_URL, type JoinMessage, LEAD_HEADER, type LeadMessage } from './messages.ts';

export type FlightStub = Pick<Fetcher, 'fetch'>;

/** The Flight could not be reached, or broke off: its memory went, and the call that it made with it. */
export class FlightBroken extends Error {}

/** A request as its client sent it. */
export interface LedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: BodyInit | null;
  /** Where the request came in. */
  readonly cf?: unknown;
}

/** Rejects with `FlightBroken`. The frames may take as long as the run does. */
export const joinFlight = (stub: FlightStub, message: JoinMessage): Promise<FrameReader> =>
  ask(stub, JOIN_URL, { method: 'POST', body: JSON.stringify(message) });

/** Has the request answered on behalf of all who wait. Rejects with `FlightBroken`. */
export function leadFlight(
  stub: FlightStub,
  { url, method, headers, body, cf }: LedRequest,
  message: LeadMessage,
): Promise<FrameReader> {
  const led = new Headers(headers);
  led.set(LEAD_HEADER, encodeURIComponent(JSON.stringify(message))); // a header holds no text of all scripts
  const place = cf === undefined ? {} : { cf: cf as RequestInitCfProperties };
  return ask(stub, url, { method, headers: led, body, redirect: 'manual', ...place });
}

async function ask(stub: FlightStub, url: string, init: RequestInit): Promise<FrameReader> {
  const response = await stub.fetch(url, init).catch((cause: unknown) => {
    throw new FlightBroken('the Flight could not be reached', { cause });
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new FlightBroken(`the Flight answered with status ${response.status}`);
  }
  return new FrameReader(response.body);
}

/** Behind these nothing comes. */
const LAST: readonly FlightFrame['type'][] = ['lead', 'expired', 'alone', 'conflict', 'end', 'failed'];

/** Takes the frames of one stream, however its bytes are cut. One `next` at a time. */
export class FrameReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #chunks: Uint8Array[] = [];
  #held = 0;
  #isOver = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** `null` behind the last frame, and once cancelled. Rejects with `FlightBroken` where the stream breaks before that. */
  async next(): Promise<FlightFrame | null> {
    if (this.#isOver) return null;
    try {
      const { type, length } = decodeFrameHeader(await this.#take(FRAME_HEADER_BYTES));
      const frame = decodeFrame(type, await this.#take(length));
      if (LAST.includes(type)) await this.cancel();
      return frame;
    } catch (cause) {
      if (this.#isOver) return null;
      await this.cancel();
      throw cause instanceof FlightBroken ? cause : new FlightBroken('the Flight broke off', { cause });
    }
  }

  /** This reader leaves; may be called at any time, and more than once. */
  async cancel(): Promise<void> {
    this.#isOver = true;
    this.#chunks = [];
    this.#held = 0;
    await this.#reader.cancel().catch(() => undefined);
  }

  async #take(length: number): Promise<Uint8Array> {
    while (this.#held < length) {
      const { done, value } = await this.#reader.read();
      if (done) throw new FlightBroken('the Flight broke off');
      this.#chunks.push(value);
      this.#held += value.length;
    }
    this.#held -= length;
    const pieces: Uint8Array[] = [];
    for (let missing = length; missing > 0; ) {
      const chunk = this.#chunks.shift() as Uint8Array; // as many bytes are held
      pieces.push(chunk.subarray(0, missing));
      if (chunk.length > missing) this.#chunks.unshift(chunk.subarray(missing));
      missing -= Math.min(missing, chunk.length);
    }
    return concat(pieces);
  }
}
