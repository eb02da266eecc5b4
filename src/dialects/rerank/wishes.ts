/** What the client asked for beside query and documents, by the door's names, until an upstream has said it. */
import type { JsonObject } from '../canonical.ts';
import type { RerankRequest } from './canonical.ts';

export class Wishes {
  readonly #left: Map<string, unknown>;

  constructor({ maxTokensPerDocument, maxChunksPerDocument, truncates, extra }: RerankRequest) {
    const asked: [string, unknown][] = [
      ['max_tokens_per_doc', maxTokensPerDocument],
      ['max_chunks_per_doc', maxChunksPerDocument],
      ['truncation', truncates],
      ...Object.entries(extra).filter(([, value]) => value !== false),
    ];
    this.#left = new Map(asked.filter(([, value]) => value !== null && value !== undefined));
  }

  /** What no upstream form has said yet. */
  get dropped(): readonly string[] {
    return [...this.#left.keys()];
  }

  /** The named ones that the client asked for, said under the same names. */
  take(names: readonly string[]): JsonObject {
    const known = names.filter((name) => this.#left.has(name));
    const taken = known.map((name): [string, unknown] => [name, this.#left.get(name)]);
    for (const name of known) this.#left.delete(name);
    return Object.fromEntries(taken);
  }

  takeAll(): JsonObject {
    return this.take(this.dropped);
  }
}
