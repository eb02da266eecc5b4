/** What every way of opening an answer needs to know of its call. */
import { concat } from '../bytes.ts';
import { parseExactJson } from '../dialects/json.ts';
import type { RawErrorFields } from '../dialects/straight.ts';
import type { Exchange } from './exchange.ts';
import { AttemptFailed, failedSuccess, unreachable } from './provider-failure.ts';
import type { ResponseIds } from './response-ids.ts';
import type { Translation } from './translation.ts';
import type { UpstreamCall } from './upstream-call.ts';

export interface OpenOptions {
  readonly call: UpstreamCall;
  readonly exchange: Exchange;
  readonly wantsStream: boolean;
  readonly wantsUsage: boolean;
  /** How many choices were asked for. */
  readonly choices: number;
  readonly isMetered: boolean;
  /** Events are held until the first content, because another try is possible. */
  readonly isHeld: boolean;
  readonly stripsUsage: boolean;
  readonly idleMs: number;
  readonly translation: Translation;
  /** The answer is about a response that was made before, perhaps one that failed. */
  readonly isStored: boolean;
  /** Ids that are sealed on their way; `null` if the route has none. */
  readonly ids: ResponseIds | null;
}

/** Held events before the first content; more than that is no preamble. */
export const MAX_HELD_BYTES = 1024 * 1024;

/** A 2xx that is an error, or (`raw` null) makes no sense. */
export const senseless = ({ call, exchange }: OpenOptions, raw: RawErrorFields | null): AttemptFailed =>
  new AttemptFailed(failedSuccess(raw, call.provider, (text) => exchange.redact(text, call.secrets)));

export const brokenOff = ({ call }: OpenOptions): AttemptFailed =>
  new AttemptFailed(unreachable(call.provider));

/** Answers that have to be read whole to be translated end here. */
const MAX_TRANSLATED_BYTES = 32 * 1024 * 1024;

/** All of a body, with the watch on its silence kept awake. Throws `AttemptFailed` if it is too large. */
export async function readBody(response: Response, options: OpenOptions): Promise<Uint8Array> {
  const { call } = options;
  const declared = Number(response.headers.get('content-length') ?? Number.NaN);
  if (declared <= SMALL_BYTES) return new Uint8Array(await response.arrayBuffer());
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    call.progress();
    chunks.push(value);
    length += value.length;
    if (length > MAX_TRANSLATED_BYTES) throw senseless(options, null);
  }
  return chunks.length === 0 ? new Uint8Array(0) : concat(chunks);
}

/** In one piece where that is known to be small: an await for each chunk costs more than the rest. */
const SMALL_BYTES = 4 * 1024 * 1024;
const decoder = new TextDecoder(); // keeps no state between calls without `stream`

/** For what is only looked at; `undefined` if it is not JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

/** For what is written again, with all digits of its integers; `undefined` if it is not JSON. */
export const parseExactBytes = (bytes: Uint8Array): unknown => parseExactJson(decoder.decode(bytes));
