/**
 * One schema that says what several say together. Each member of each is looked at once: there may be thousands. What
 * has no common keyword is left over as words.
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf } from '../json.ts';
import { type Word, withoutOlderWords } from './schema-values.ts';

const LOWER_BOUNDS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains'];
const UPPER_BOUNDS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'];
const LISTS_OF_NAMES = ['required', 'propertyOrdering'];
const CONDITION = ['if', 'then', 'else'];
/** What `null` can be added to. */
const SAYS_VALUES = ['type', 'const', 'enum', 'anyOf', 'oneOf'];
/** There are seven. */
const MAX_TYPES = 7;
/** Restrict nothing: the last one, which stands beside the reference or `allOf`, speaks for all. */
const ANNOTATIONS = [
  '$schema',
  '$id',
  '$anchor',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
  'example',
  'deprecated',
  'readOnly',
  'writeOnly',
];

export class MergedSchema {
  readonly words: Word[] = [];
  /** The type, if none is said. */
  fallback: unknown;
  readonly #members = new Map<string, unknown>();
  readonly #names = new Map<string, Set<unknown>>();
  readonly #properties = new Map<string, unknown[]>();
  /** Schemas of which all have to hold, by their keyword. */
  readonly #joined = new Map<string, unknown[]>();
  /** Of members that are compared with many others. */
  readonly #texts = new Map<string, string>();
  #values: ReadonlySet<unknown> | null = null;

  add(schema: JsonObject): void {
    const hasCondition = this.#members.has('if');
    const isNullOnly = schema.nullable === true && !SAYS_VALUES.some((key) => schema[key] !== undefined);
    if (isNullOnly) this.words.push(['nullable', true]);
    for (const [key, value] of Object.entries(withoutOlderWords(schema))) {
      if (value === undefined) continue;
      if (key === 'properties' && isRecord(value)) this.#addProperties(value);
      else if (LISTS_OF_NAMES.includes(key)) this.#addNames(key, listOf(value));
      else if (hasCondition && CONDITION.includes(key)) this.words.push([key, value]);
      else this.#addMember(key, value);
    }
  }

  toSchema(): JsonObject {
    const properties = [...this.#properties].map(([name, schemas]): [string, unknown] => {
      const different = [...new Set(schemas)];
      return [name, different.length === 1 ? different[0] : { allOf: different }];
    });
    const names = [...this.#names].map(([key, list]): [string, unknown] => [key, [...list]]);
    return Object.fromEntries([
      ...(this.fallback === undefined || this.#members.has('type') ? [] : [['type', this.fallback]]),
      ...this.#members,
      ...(properties.length === 0 ? [] : [['properties', Object.fromEntries(properties)]]),
      ...names,
    ]);
  }

  #addProperties(properties: JsonObject): void {
    for (const [name, schema] of Object.entries(properties)) {
      const schemas = this.#properties.get(name);
      if (schemas === undefined) this.#properties.set(name, [schema]);
      else schemas.push(schema);
    }
  }

  #addNames(key: string, names: readonly unknown[]): void {
    const known = this.#names.get(key) ?? new Set();
    for (const name of names) known.add(name);
    this.#names.set(key, known);
  }

  #addMember(key: string, value: unknown): void {
    const known = this.#members.get(key);
    if (known === undefined || ANNOTATIONS.includes(key)) {
      this.#members.set(key, value);
      return;
    }
    const both = this.#inCommon(key, known, value);
    if (both !== undefined) this.#change(key, both);
    else if (this.#textOf(key, known) !== JSON.stringify(value)) this.words.push([key, value]);
  }

  #change(key: string, value: unknown): void {
    this.#members.set(key, value);
    this.#texts.delete(key);
    this.#values = null;
  }

  /** Where one value of the keyword says both. */
  #inCommon(key: string, a: unknown, b: unknown): unknown {
    if (typeof a === 'number' && typeof b === 'number') {
      if (LOWER_BOUNDS.includes(key)) return Math.max(a, b);
      if (UPPER_BOUNDS.includes(key)) return Math.min(a, b);
    }
    if (key === 'type') return typesInCommon(asList(a), asList(b));
    if (key === 'enum' && Array.isArray(a) && Array.isArray(b)) return this.#valuesInCommon(a, b);
    if (key === 'items' || key === 'additionalProperties') return this.#join(key, a, b);
    return undefined;
  }

  /** `undefined` for none. */
  #valuesInCommon(a: readonly unknown[], b: readonly unknown[]): unknown {
    const known = this.#values ?? new Set(a);
    this.#values = known;
    const common = b.filter((value) => known.has(value));
    return common.length > 0 ? common : undefined;
  }

  #join(key: string, a: unknown, b: unknown): unknown {
    if (a === false || b === false) return false;
    if (a === true || b === true) return a === true ? b : a;
    if (!isRecord(a) || !isRecord(b)) return undefined;
    const joined = this.#joined.get(key) ?? [a];
    joined.push(b);
    this.#joined.set(key, joined);
    return { allOf: joined };
  }

  #textOf(key: string, value: unknown): string {
    const text = this.#texts.get(key) ?? JSON.stringify(value);
    this.#texts.set(key, text);
    return text;
  }
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function typesInCommon(a: readonly unknown[], b: readonly unknown[]): unknown {
  if (a.length > MAX_TYPES || b.length > MAX_TYPES) return undefined;
  const common = new Set([...typesWithin(a, new Set(b)), ...typesWithin(b, new Set(a))]);
  const [first] = common;
  return common.size > 1 ? [...common] : first;
}

const typesWithin = (types: readonly unknown[], allowed: ReadonlySet<unknown>): readonly unknown[] =>
  types.filter((type) => allowed.has(type) || (type === 'integer' && allowed.has('number')));
