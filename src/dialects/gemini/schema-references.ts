/**
 * `$ref` and `allOf` inside one schema, put in place: the form has no word for `allOf`, documents references for
 * `responseJsonSchema` only, with nothing beside them, and refused whole requests for them (trap D9). A reference into
 * itself, to nowhere or to another document is told in words.
 * Source: https://ai.google.dev/api/generate-content#GenerationConfig (response_json_schema)
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf } from '../json.ts';
import { MergedSchema } from './merged-schema.ts';
import type { Spend } from './schema-growth.ts';
import type { Word } from './schema-values.ts';

/** Of references within what others refer to. */
const MAX_DEPTH = 16;
/** Definitions that refer to each other would become every way through all of them. */
const MAX_RECURSIVE = 2;

/** What a reference became, for the next one to the same place. */
interface Known {
  readonly schema: JsonObject;
  /** In characters, of all that was put in place for it. */
  readonly cost: number;
}

interface Target {
  readonly schema: JsonObject;
  /** In characters. */
  readonly size: number;
}

export class SchemaReferences {
  readonly #root: JsonObject;
  readonly #spend: Spend;
  readonly #known = new Map<string, Known>();
  readonly #targets = new Map<string, Target | null>();
  /** The references that we are inside of, with the depth at which each was met. */
  readonly #open = new Map<string, number>();
  /** Those that were met inside of themselves. */
  readonly #recursive = new Set<string>();
  /** Of those the ones that lead back to nothing but themselves. */
  readonly #whole = new Set<string>();
  #openRecursive = 0;
  #depth = 0;
  #spent = 0;
  /** The outermost open reference that what is being converted was cut for: elsewhere it would become another schema. */
  #cutFor = Number.POSITIVE_INFINITY;

  constructor(root: JsonObject, spend: Spend) {
    this.#root = root;
    this.#spend = spend;
  }

  /** Calls `convert` with one schema that says all that `schema`, its references and its `allOf` say. */
  follow(
    schema: JsonObject,
    convert: (schema: JsonObject, words: readonly Word[]) => JsonObject,
  ): JsonObject {
    const alone = Object.keys(schema).length === 1 && typeof schema.$ref === 'string' ? schema.$ref : null;
    const known = alone === null ? undefined : this.#known.get(alone);
    if (known !== undefined) {
      this.#pay(known.cost);
      return known.schema;
    }
    const spentBefore = this.#spent;
    const cutBefore = this.#cutFor;
    this.#cutFor = Number.POSITIVE_INFINITY;
    const { nullable, ...rest } = schema; // of the whole, and not only of what stands beside a reference
    const merged = new MergedSchema();
    const opened: string[] = [];
    this.#collect(rest, merged, opened);
    const whole = merged.toSchema();
    this.#depth += 1;
    const result = convert(nullable === true ? { ...whole, nullable } : whole, merged.words);
    this.#depth -= 1;
    const isWhole = this.#cutFor >= this.#depth;
    for (const reference of opened) this.#leave(reference, isWhole);
    if (alone !== null && isWhole) {
      this.#known.set(alone, { schema: result, cost: this.#spent - spentBefore });
    }
    this.#cutFor = isWhole ? cutBefore : Math.min(cutBefore, this.#cutFor);
    return result;
  }

  #collect({ $ref, allOf, ...own }: JsonObject, merged: MergedSchema, opened: string[], links = 0): void {
    if (typeof $ref === 'string') this.#enter($ref, merged, opened, links);
    for (const one of listOf(allOf)) if (isRecord(one)) this.#collect(one, merged, opened, links);
    merged.add(own);
  }

  #enter(reference: string, merged: MergedSchema, opened: string[], links: number): void {
    const openedAt = this.#open.get(reference);
    if (openedAt === this.#depth) return; // said already, in this very schema
    const target = this.#targetOf(reference);
    if (target === null || openedAt !== undefined || this.#isTooMuch(reference, links)) {
      merged.words.push(['$ref', reference]);
      merged.fallback = target === null ? 'object' : typeOf(target.schema);
      if (target !== null) this.#cut(reference, openedAt);
      return;
    }
    this.#pay(target.size);
    this.#open.set(reference, this.#depth);
    if (this.#recursive.has(reference)) this.#openRecursive += 1;
    opened.push(reference);
    this.#collect(target.schema, merged, opened, links + 1);
  }

  #isTooMuch(reference: string, links: number): boolean {
    const isTangled = this.#recursive.has(reference) && !this.#whole.has(reference);
    return (isTangled && this.#openRecursive >= MAX_RECURSIVE) || this.#depth + links >= MAX_DEPTH;
  }

  #cut(reference: string, openedAt: number | undefined): void {
    this.#cutFor = Math.min(this.#cutFor, openedAt ?? -1);
    if (openedAt === undefined || this.#recursive.has(reference)) return;
    this.#recursive.add(reference);
    this.#openRecursive += 1;
  }

  #leave(reference: string, isWhole: boolean): void {
    this.#open.delete(reference);
    if (!this.#recursive.has(reference)) return;
    this.#openRecursive -= 1;
    if (isWhole) this.#whole.add(reference);
  }

  #pay(characters: number): void {
    this.#spent += characters;
    this.#spend(characters);
  }

  #targetOf(reference: string): Target | null {
    const known = this.#targets.get(reference);
    if (known !== undefined) return known;
    const schema = find(reference, this.#root);
    const target = schema === null ? null : { schema, size: sizeOf(schema) };
    this.#targets.set(reference, target);
    return target;
  }
}

/** Without the definitions in it, which are put in place on their own. */
const sizeOf = (schema: JsonObject): number =>
  JSON.stringify({ ...schema, $defs: undefined, definitions: undefined }).length;

const typeOf = (schema: JsonObject): unknown =>
  schema.type ?? (isRecord(schema.properties) ? 'object' : undefined);

/** By a JSON pointer (RFC 6901) into the same document; `null` for what is not there, or no schema. */
function find(reference: string, root: JsonObject): JsonObject | null {
  if (reference !== '#' && !reference.startsWith('#/')) return null;
  let found: unknown = root;
  for (const step of reference.split('/').slice(1)) {
    const name = decode(step).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return null;
    found = (found as Record<string, unknown>)[name]; // its own key, as checked above; lists have them too
  }
  return isRecord(found) ? found : null;
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
