/** Usage in an answer that is not held in one piece. */
import { readUsage } from '../dialects/openai/usage.ts';
import { isRecord } from '../is-record.ts';
import type { Usage } from '../usage/usage.ts';

/** OpenAI's long answers close with `"usage": {…}`; elsewhere nothing is found, and nothing is claimed. */
export class UsageTail {
  static readonly #LENGTH = 4096;
  #text = '';

  push(chunk: Uint8Array): void {
    const end = new TextDecoder().decode(chunk.subarray(Math.max(0, chunk.length - UsageTail.#LENGTH)));
    this.#text = (this.#text + end).slice(-UsageTail.#LENGTH);
  }

  usage(): Usage | null {
    const key = this.#text.lastIndexOf('"usage"');
    const start = this.#text.indexOf('{', key);
    if (key === -1 || start === -1) return null;
    for (let end = this.#text.indexOf('}', start); end !== -1; end = this.#text.indexOf('}', end + 1)) {
      try {
        const value: unknown = JSON.parse(this.#text.slice(start, end + 1));
        return isRecord(value) ? readUsage(value) : null;
      } catch {
        // An inner object's brace: the next one may close it.
      }
    }
    return null;
  }
}
