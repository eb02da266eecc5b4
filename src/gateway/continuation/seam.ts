/**
 * Where one model's text goes on with another's. The second may repeat the end of what was said, or all of it from its
 * beginning; what was said is not said twice. Its first words are held back until that is decided: no more than
 * `MAX_OVERLAP` characters, but for a repetition of everything, of which nothing is to be told anyway.
 */

/** Longest repeated end that is looked for, and longest text held back, in characters (UTF-16 code units). */
export const MAX_OVERLAP = 200;
/** Shorter ones are chance. */
const MIN_OVERLAP = 4;
/** `ha ha`, `0, 0, 0` and closing brackets repeat themselves without being said twice. */
const MIN_DIFFERENT = 3;

export class Seam {
  /** What was said, as the second model was told it: blanks at the end are no part of it. */
  readonly #said: string;
  /** Those blanks. */
  readonly #gap: string;
  /** What a repetition of everything begins with. */
  readonly #body: string;
  #held = '';
  /** Characters of `#body` that were repeated, once they are too many to be held. */
  #restated = 0;
  #state: 'holding' | 'restating' | 'in-gap' | 'open' | 'failed' = 'holding';

  constructor(said: string) {
    this.#said = said.trimEnd();
    this.#gap = said.slice(this.#said.length);
    this.#body = this.#said.trimStart();
  }

  /** Much was repeated from the beginning, but not to its end: nothing of it can be told. */
  get hasFailed(): boolean {
    return this.#state === 'failed';
  }

  /** What is to be told of the text so far, beyond what was told; `''` while that is not decided. */
  push(text: string): string {
    switch (this.#state) {
      case 'holding':
        this.#held += text;
        return this.#decide(false);
      case 'restating':
        return this.#restate(text, false);
      case 'in-gap':
        return this.#goOn(this.#held + text, false);
      case 'open':
        return text;
      case 'failed':
        return '';
    }
  }

  /** No more text comes. */
  end(): string {
    switch (this.#state) {
      case 'holding':
        return this.#decide(true);
      case 'in-gap':
        return this.#goOn(this.#held, true);
      case 'restating':
        this.#state = 'failed';
        return '';
      default:
        return '';
    }
  }

  #decide(isAll: boolean): string {
    const held = this.#held;
    // Blanks before a repetition are no part of it, and may be the beginning of something new.
    const start = held.trimStart();
    const restated = commonLength(start, this.#body);
    const isWhole = restated === this.#body.length && isTelling(this.#body);
    if (isWhole || restated > MAX_OVERLAP) return this.#restate(start, isAll);
    if (!isAll && this.#mayRepeat(held, start)) return '';
    const overlap = this.#overlap(held, '');
    const blanks = held.slice(0, held.length - start.length);
    const later = overlap === 0 ? this.#overlap(start, blanks) : 0;
    return this.#goOn(held.slice(later === 0 ? overlap : blanks.length + later), isAll);
  }

  /** More text could show a repetition, or a longer one. */
  #mayRepeat(held: string, start: string): boolean {
    if (held.length >= MAX_OVERLAP && start === '') return false;
    if (start.length < this.#body.length && this.#body.startsWith(start)) return true;
    const end = this.#said.slice(-MAX_OVERLAP);
    return [held, start].some((text) => {
      for (let at = 0; at < end.length - text.length; at += 1) if (end.startsWith(text, at)) return true;
      return false;
    });
  }

  /** How much of the beginning of `text`, before which `blanks` came, is the end of what was said. */
  #overlap(text: string, blanks: string): number {
    const said = this.#said;
    for (let length = Math.min(MAX_OVERLAP, text.length, said.length); length >= MIN_OVERLAP; length -= 1) {
      const repeated = text.slice(0, length);
      // What had been repeated before may well be meant to be.
      const wasRepeated = said.endsWith(repeated + blanks + repeated);
      if (said.endsWith(repeated) && isTelling(repeated) && !wasRepeated) return length;
    }
    return 0;
  }

  /** Compared as it comes: a long answer is not held a second time. */
  #restate(text: string, isAll: boolean): string {
    const length = commonLength(text, this.#body, this.#restated);
    this.#restated += length;
    this.#held = '';
    if (this.#restated === this.#body.length) return this.#goOn(text.slice(length), isAll);
    this.#state = isAll || length < text.length ? 'failed' : 'restating';
    return '';
  }

  /** Blanks that were told stand between what was said and `text`, which may begin with them. */
  #goOn(text: string, isAll: boolean): string {
    const gap = this.#gap;
    const isOpen = isAll || text.length >= gap.length || !gap.startsWith(text);
    this.#state = isOpen ? 'open' : 'in-gap';
    this.#held = isOpen ? '' : text;
    return isOpen ? text.slice(commonLength(text, gap)) : '';
  }
}

const isTelling = (text: string): boolean =>
  text.length >= MIN_OVERLAP && new Set(text.match(/[\p{L}\p{N}]/gu)).size >= MIN_DIFFERENT;

/** Of `one`, and of `other` from `from` on. */
function commonLength(one: string, other: string, from = 0): number {
  let length = 0;
  while (length < one.length && from + length < other.length && one[length] === other[from + length])
    length += 1;
  return length;
}
