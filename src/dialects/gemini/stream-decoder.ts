/** Chunks of `streamGenerateContent`, into events. There is no end marker: the finish reason ends it (wire 3). */
import { isRecord } from '../../is-record.ts';
import type { StreamFrame } from '../../streaming/frames.ts';
import type { CanonicalEvent } from '../canonical.ts';
import type { StreamDecoder } from '../codec.ts';
import { parseExactJson } from '../json.ts';
import { errorIn, readError } from './error-fields.ts';
import { ResponseReader } from './response-reader.ts';

export class GeminiStreamDecoder implements StreamDecoder {
  readonly #reader = new ResponseReader(false);
  #hasFailed = false;

  push({ data }: StreamFrame): readonly CanonicalEvent[] {
    if (data === null || this.#hasFailed) return [];
    const chunk = parseExactJson(data);
    if (errorIn(chunk) !== null) {
      this.#hasFailed = true;
      const { retryAfterMs: _, ...error } = readError(chunk) ?? {
        message: null,
        type: null,
        param: null,
        code: null,
      };
      return [{ type: 'error', error }];
    }
    return isRecord(chunk) ? this.#reader.read(chunk) : [];
  }

  end(): readonly CanonicalEvent[] {
    return this.#hasFailed ? [] : this.#reader.end();
  }
}
