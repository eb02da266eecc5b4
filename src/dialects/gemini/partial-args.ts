/**
 * Arguments that come as JSON paths with values (wire 36), told on as pieces of JSON text. A model writes its
 * arguments from front to back, so what was left is never entered again.
 * Source: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc
 */
import { isLongNumber } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { textOf } from '../json.ts';

type Key = string | number;

export class PartialArgs {
  /** The key last written in each open object or array, from the outermost. */
  #keys: readonly Key[] = [];
  #isInString = false;

  /** `partial`: one element of `partialArgs`. Returns the piece of text. */
  write(partial: JsonObject): string {
    const keys = parsePath(textOf(partial.jsonPath));
    const isString = typeof partial.stringValue === 'string';
    const goesOn = partial.willContinue === true;
    if (keys.length === 0) return '';
    if (sameKeys(keys, this.#keys)) {
      if (!this.#isInString || !isString) return '';
      this.#isInString = goesOn;
      return escapeText(textOf(partial.stringValue)) + (goesOn ? '' : '"');
    }
    const before = this.#closeString() + this.#moveTo(keys);
    if (!isString) return before + plainValue(partial);
    this.#isInString = goesOn;
    return `${before}"${escapeText(textOf(partial.stringValue))}${goesOn ? '' : '"'}`;
  }

  /** What closes all that is open; `''` if nothing was written. */
  end(): string {
    const closing = this.#closeString() + closers(this.#keys);
    this.#keys = [];
    return closing;
  }

  #closeString(): string {
    const closing = this.#isInString ? '"' : '';
    this.#isInString = false;
    return closing;
  }

  #moveTo(keys: readonly Key[]): string {
    const last = this.#keys;
    this.#keys = keys;
    if (last.length === 0) return openers(keys);
    const differs = keys.findIndex((key, depth) => key !== last[depth]);
    const at = differs === -1 ? keys.length - 1 : differs;
    const key = keys[at];
    const name = typeof key === 'string' ? `${JSON.stringify(key)}:` : '';
    return `${closers(last.slice(at + 1))},${name}${openers(keys.slice(at + 1))}`;
  }
}

const escapeText = (text: string): string => JSON.stringify(text).slice(1, -1);

const openers = (keys: readonly Key[]): string =>
  keys.map((key) => (typeof key === 'number' ? '[' : `{${JSON.stringify(key)}:`)).join('');

const closers = (keys: readonly Key[]): string =>
  keys
    .map((key) => (typeof key === 'number' ? ']' : '}'))
    .reverse()
    .join('');

const sameKeys = (a: readonly Key[], b: readonly Key[]): boolean =>
  a.length === b.length && a.every((key, depth) => key === b[depth]);

function plainValue({ numberValue, boolValue }: JsonObject): string {
  if (typeof numberValue === 'number' || isLongNumber(numberValue)) return JSON.stringify(numberValue);
  return typeof boolValue === 'boolean' ? String(boolValue) : 'null';
}

/** `$.operations[0].action`, `$['a b']`. https://www.rfc-editor.org/rfc/rfc9535 */
function parsePath(path: string): readonly Key[] {
  const steps = path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[(['"])((?:\\.|(?!\3).)*)\3\]/gs);
  return [...steps].map(([, name, index, , quoted]) => {
    if (index !== undefined) return Number(index);
    return name ?? (quoted ?? '').replace(/\\(.)/gs, '$1');
  });
}
