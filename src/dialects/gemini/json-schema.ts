/**
 * JSON Schemas as Gemini's `parametersJsonSchema` and `responseJsonSchema` take them: a subset of the keywords; the
 * older `parameters` refused the whole request for one it did not know (trap D9). What the subset has no word for
 * becomes one that it has (`const`, `oneOf`, `allOf`, exclusive bounds, tuples, references), or is told to the model
 * in the description. Made at the last moment, never in the canonical form (trap D11).
 * Sources: https://ai.google.dev/api/generate-content#GenerationConfig (response_json_schema),
 * https://ai.google.dev/api/caching#FunctionDeclaration
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, recordOf, textOf } from '../json.ts';
import { SchemaReferences } from './schema-references.ts';

const KEPT = [
  'type',
  'format',
  'title',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'default',
  'propertyOrdering',
];
/** Annotations, and what is read elsewhere: nothing is lost without them. */
const IGNORED = [
  '$schema',
  '$id',
  '$anchor',
  '$comment',
  '$defs',
  'definitions',
  'examples',
  'example',
  'deprecated',
  'readOnly',
  'writeOnly',
  'description',
  'required',
];

type Writable = Record<string, unknown>;

/** `onMoved` hears the keywords that became words. Always an object schema at the top, as functions need it. */
export function toParametersSchema(schema: JsonObject, onMoved: (keyword: string) => void): JsonObject {
  const converted = toGeminiSchema(schema, onMoved);
  const isObject = converted.type === 'object';
  const typed = isObject ? converted : { ...converted, type: 'object' };
  return 'properties' in typed || 'anyOf' in typed ? typed : { ...typed, properties: {} };
}

export function toGeminiSchema(schema: JsonObject, onMoved: (keyword: string) => void): JsonObject {
  return new Converter(schema, onMoved).convert(schema);
}

class Converter {
  readonly #references: SchemaReferences;
  readonly #onMoved: (keyword: string) => void;

  constructor(root: JsonObject, onMoved: (keyword: string) => void) {
    this.#references = new SchemaReferences(root);
    this.#onMoved = onMoved;
  }

  convert(schema: JsonObject): JsonObject {
    return this.#references.follow(schema, (found) =>
      this.#convertPlain(withoutAllOf(found, this.#references)),
    );
  }

  #convertPlain(schema: JsonObject): JsonObject {
    const result: Writable = {};
    const moved: Writable = {};
    for (const [key, value] of Object.entries(schema)) {
      if (IGNORED.includes(key) || value === undefined) continue;
      if (KEPT.includes(key)) result[key] = value;
      else if (!this.#write(key, value, schema, result)) {
        moved[key] = value;
        this.#onMoved(key);
      }
    }
    fixRequired(schema.required, result);
    const hints = Object.entries(moved).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    const words = [textOf(schema.description), hints.length > 0 ? `{${hints.join(', ')}}` : ''];
    const description = words.filter((piece) => piece !== '').join('\n\n');
    return description === '' ? result : { ...result, description };
  }

  /** Whether the subset can say it. */
  #write(key: string, value: unknown, schema: JsonObject, result: Writable): boolean {
    switch (key) {
      case 'properties':
        if (isRecord(value)) result.properties = this.#convertMap(value);
        return true;
      case 'items':
        if (Array.isArray(value)) result.prefixItems = this.#convertList(value);
        else result.items = this.#convertOne(value);
        return true;
      case 'prefixItems':
        result.prefixItems = this.#convertList(listOf(value));
        return true;
      case 'anyOf':
        result.anyOf = this.#convertList(listOf(value));
        return true;
      case 'oneOf':
        if (schema.anyOf !== undefined) return false;
        result.anyOf = this.#convertList(listOf(value));
        return true;
      case 'additionalProperties':
        result.additionalProperties = isRecord(value) ? this.convert(value) : value;
        return true;
      case 'const':
        return writeEnum([value], result);
      case 'enum':
        return writeEnum(listOf(value), result);
      case 'nullable':
        if (value === true) addNull(schema, result);
        return true;
      case 'exclusiveMinimum':
      case 'exclusiveMaximum':
        return writeExclusive(key, value, schema, result);
      default:
        return false;
    }
  }

  #convertMap(map: JsonObject): JsonObject {
    return Object.fromEntries(Object.entries(map).map(([name, one]) => [name, this.#convertOne(one)]));
  }

  #convertList(list: readonly unknown[]): readonly JsonObject[] {
    return list.map((one) => this.#convertOne(one));
  }

  /** `true` stands for any value; `false`, for none, cannot be said. */
  #convertOne(value: unknown): JsonObject {
    return isRecord(value) ? this.convert(value) : {};
  }
}

/** Strings and numbers only; `null` among them is a type of its own. */
function writeEnum(values: readonly unknown[], result: Writable): boolean {
  const plain = values.filter((value) => typeof value === 'string' || typeof value === 'number');
  const others = values.filter((value) => !plain.includes(value as string));
  if (others.some((value) => value !== null)) {
    if (values.every((value) => typeof value === 'boolean')) result.type ??= 'boolean';
    return values.length === 2 && values.includes(true) && values.includes(false);
  }
  const types: string[] = [...new Set(plain.map((value) => typeof value))];
  if (others.length > 0) types.push('null');
  result.type ??= types.length === 1 ? types[0] : types;
  if (plain.length > 0) result.enum = plain;
  return true;
}

function addNull(schema: JsonObject, result: Writable): void {
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (schema.type !== undefined && !types.includes('null')) result.type = [...types, 'null'];
}

/** Integers have a neighbour; for other numbers the bound itself has to do, and the rest is told in words. */
function writeExclusive(key: string, value: unknown, schema: JsonObject, result: Writable): boolean {
  if (typeof value !== 'number') return false;
  const isMinimum = key === 'exclusiveMinimum';
  const isInteger = schema.type === 'integer' && Number.isInteger(value);
  const bound = isInteger ? value + (isMinimum ? 1 : -1) : value;
  result[isMinimum ? 'minimum' : 'maximum'] ??= bound;
  return isInteger;
}

/** Names that are no property are refused. */
function fixRequired(required: unknown, result: Writable): void {
  const { properties } = result;
  const names = listOf(required).filter((name) => isRecord(properties) && String(name) in properties);
  if (names.length > 0) result.required = names;
}

/** One schema that says what all of `allOf` say: their properties and required names put together. */
function withoutAllOf(schema: JsonObject, references: SchemaReferences): JsonObject {
  const { allOf, ...merged } = schema;
  let result: JsonObject = merged;
  for (const one of listOf(allOf)) {
    if (!isRecord(one)) continue;
    const { properties, required, ...others } = withoutAllOf(references.resolve(one), references);
    result = { ...others, ...result };
    if (isRecord(properties)) {
      const own = recordOf(result.properties);
      result = { ...result, properties: { ...properties, ...own } };
    }
    const names = new Set([...listOf(result.required), ...listOf(required)]);
    if (names.size > 0) result = { ...result, required: [...names] };
  }
  return result;
}
