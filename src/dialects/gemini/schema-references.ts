/**
 * `$ref` inside one schema, put in place of the reference: the form follows references "to a limited degree" only, and
 * takes nothing beside them. A reference into itself, or too deep, becomes an object of any shape (trap D9).
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';

const MAX_DEPTH = 16;
/** In all: references can double with each level, and a small schema must not become a huge one. */
const MAX_RESOLVED = 2000;

export class SchemaReferences {
  readonly #root: JsonObject;
  readonly #path: string[] = [];
  #resolved = 0;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  /** Calls `convert` with the schema itself, or with what it refers to and its own members over that. */
  follow(schema: JsonObject, convert: (schema: JsonObject) => JsonObject): JsonObject {
    const { $ref, ...own } = schema;
    if (typeof $ref !== 'string') return convert(schema);
    const target = this.#find($ref);
    if (target === null) return convert({ type: 'object', ...own });
    this.#path.push($ref);
    this.#resolved += 1;
    const result = this.follow({ ...target, ...own }, convert);
    this.#path.pop();
    return result;
  }

  /** Without noting where we are: for `allOf`, whose references do not nest by themselves. */
  resolve(schema: JsonObject): JsonObject {
    const { $ref, ...own } = schema;
    if (typeof $ref !== 'string') return schema;
    this.#resolved += 1;
    const target = this.#find($ref);
    return target === null ? { type: 'object', ...own } : this.resolve({ ...target, ...own });
  }

  #find(reference: string): JsonObject | null {
    const isTooMuch = this.#path.length >= MAX_DEPTH || this.#resolved >= MAX_RESOLVED;
    if (isTooMuch || this.#path.includes(reference) || !reference.startsWith('#')) return null;
    let found: unknown = this.#root;
    for (const step of reference.slice(1).split('/').slice(1)) {
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
      found = isRecord(found) ? found[decode(name)] : undefined;
    }
    return isRecord(found) ? found : null;
  }
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
