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
import { listOf, textOf } from '../json.ts';
import type { Spend } from './schema-growth.ts';
import { SchemaReferences } from './schema-references.ts';
import { VALUE_KEYWORDS, type Word, withoutOlderWords, writeBounds, writeValues } from './schema-values.ts';

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
/** Of what is sent; client requests come with at most half as many. References can put many such in each other. */
const MAX_DEPTH = 512;

type Writable = Record<string, unknown>;
type Moved = (keyword: string) => void;

/**
 * Always an object schema at the top, as functions need it. `onMoved` hears the keywords that became words; `spend`,
 * what references put in place (`SchemaGrowth`).
 */
export function toParametersSchema(schema: JsonObject, onMoved: Moved, spend: Spend): JsonObject {
  const converted = toGeminiSchema(schema, onMoved, spend);
  const isObject = converted.type === 'object';
  const typed = isObject ? converted : { ...converted, type: 'object' };
  return 'properties' in typed || 'anyOf' in typed ? typed : { ...typed, properties: {} };
}

export function toGeminiSchema(schema: JsonObject, onMoved: Moved, spend: Spend): JsonObject {
  return new Converter(schema, onMoved, spend).convert(schema);
}

class Converter {
  readonly #references: SchemaReferences;
  readonly #onMoved: Moved;
  readonly #spend: Spend;
  #depth = 0;

  constructor(root: JsonObject, onMoved: Moved, spend: Spend) {
    this.#references = new SchemaReferences(root, spend);
    this.#onMoved = onMoved;
    this.#spend = spend;
  }

  convert(schema: JsonObject): JsonObject {
    if (this.#depth >= MAX_DEPTH) this.#spend(Number.POSITIVE_INFINITY);
    this.#depth += 1;
    const isPlain = typeof schema.$ref !== 'string' && schema.allOf === undefined;
    const result = isPlain
      ? this.#convertPlain(schema, [])
      : this.#references.follow(schema, (merged, words) => this.#convertPlain(merged, words));
    this.#depth -= 1;
    return result;
  }

  /** `more`: what could not be put into `given`. */
  #convertPlain(given: JsonObject, more: readonly Word[]): JsonObject {
    const schema = withoutOlderWords(given);
    const result: Writable = {};
    const moved: Word[] = [];
    for (const [key, value] of Object.entries(schema)) {
      if (value === undefined || IGNORED.includes(key) || VALUE_KEYWORDS.includes(key)) continue;
      if (KEPT.includes(key)) result[key] = value;
      else if (!this.#write(key, value, schema, result)) moved.push([key, value]);
    }
    const words = [...moved, ...writeValues(schema, result), ...writeBounds(schema, result), ...more];
    for (const [keyword] of words) this.#onMoved(keyword);
    writeRequired(schema.required, result);
    const hints = words.map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    const texts = [textOf(schema.description), hints.length > 0 ? `{${hints.join(', ')}}` : ''];
    const description = texts.filter((text) => text !== '').join('\n\n');
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

/** Names that are no property are refused. */
function writeRequired(required: unknown, result: Writable): void {
  const { properties } = result;
  if (!isRecord(properties)) return;
  const names = listOf(required).filter(
    (name) => typeof name === 'string' && Object.hasOwn(properties, name),
  );
  if (names.length > 0) result.required = names;
}
