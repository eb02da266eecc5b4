/** What the client asked for beside its inputs, by the names in OpenAI's form, until an upstream has said it. */
import type { EmbeddingInput, EmbeddingRequest, InputType } from './canonical.ts';

export class Wishes {
  readonly #left = new Set<string>();
  readonly #request: EmbeddingRequest;

  constructor(request: EmbeddingRequest) {
    this.#request = request;
    const { inputs, dimensions, truncation, normalize, user, extra } = request;
    const asked: [string, boolean][] = [
      ['dimensions', dimensions !== null],
      ['input_type', inputs.some(({ inputType }) => inputType !== null)],
      ['title', inputs.some(({ title }) => title !== null)],
      ['truncate', truncation !== null],
      ['normalized', normalize !== null],
      ['user', user !== null],
    ];
    for (const [name, isAsked] of asked) if (isAsked) this.#left.add(name);
    for (const fields of Object.values(extra)) {
      for (const [name, value] of Object.entries(fields)) if (!asksNothing(value)) this.#left.add(name);
    }
  }

  /** What no upstream form has said yet. */
  get dropped(): readonly string[] {
    return [...this.#left];
  }

  /** The upstream's form says it. */
  say(name: string): void {
    this.#left.delete(name);
  }

  /** `{[name]: value}`, said; nothing if there is no value. */
  take(wish: string, name: string, value: unknown): { readonly [name: string]: unknown } {
    if (value === null || value === undefined) return {};
    this.say(wish);
    return { [name]: value };
  }

  dimensions(name: string): { readonly [name: string]: unknown } {
    return this.take('dimensions', name, this.#request.dimensions);
  }

  /** For vendors that cut the end or refuse. */
  truncates(name: string): { readonly [name: string]: unknown } {
    const { truncation } = this.#request;
    return truncation === 'start' ? {} : this.take('truncate', name, truncation && truncation === 'end');
  }

  /** The client's own members of these names, which the upstream's form has too. */
  extras(names: readonly string[]): { readonly [name: string]: unknown } {
    const written = { ...this.#request.extra['openai-chat'], ...this.#request.extra.gemini };
    const known = names.filter((name) => written[name] !== undefined && written[name] !== null);
    for (const name of known) this.say(name);
    return Object.fromEntries(known.map((name) => [name, written[name]]));
  }

  /** The vendor's word for what the inputs are for; said only if it has one for each of them. */
  inputTypes(
    words: (inputType: InputType) => string | null,
  ): (input: Pick<EmbeddingInput, 'inputType'>) => string | null {
    const wordOf = ({ inputType }: Pick<EmbeddingInput, 'inputType'>): string | null =>
      inputType === null ? null : words(inputType);
    const hasAll = this.#request.inputs.every((one) => one.inputType === null || wordOf(one) !== null);
    if (hasAll) this.say('input_type');
    return wordOf;
  }
}

export const asksNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0);
