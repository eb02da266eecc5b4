/**
 * JSON Schemas as Anthropic's constrained decoding takes them: a subset, anything else is a 400. What it does not
 * know is told to the model in the description, as Anthropic's own SDKs do; what it does not need is added here, at
 * the last moment, and never in the canonical form (trap D11).
 * Source: https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
 */

import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, recordOf, textOf } from '../json.ts';

const KEPT = ['type', 'enum', 'const', 'default', 'title', 'required', '$ref', 'nullable'];
const SCHEMAS = ['items', 'not'] as const;
const LISTS_OF_SCHEMAS = ['anyOf', 'allOf'] as const;
const MAPS_OF_SCHEMAS = ['properties', '$defs', 'definitions'] as const;
const FORMATS = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'];
/** Annotations: they restrict nothing, so nothing is lost without them. */
const IGNORED = ['$schema', '$id', '$comment', 'examples', 'deprecated', 'readOnly', 'writeOnly'];

/** `onMoved` hears the keywords that became words. */
export function toStrictSchema(schema: JsonObject, onMoved: (keyword: string) => void): JsonObject {
  const result: Record<string, unknown> = {};
  const moved: [string, unknown][] = [];
  for (const [key, value] of Object.entries(schema)) {
    const kept = keep(key, value, schema, onMoved);
    if (kept !== undefined) result[kept.key] = kept.value;
    else if (key !== 'description' && !IGNORED.includes(key)) {
      moved.push([key, value]);
      onMoved(key);
    }
  }
  // `{}` of a map's values is left to the vendor's own refusal: closing it would change what it means.
  const isObject = schema.type === 'object' || isRecord(schema.properties);
  if (isObject && !isRecord(schema.additionalProperties)) result.additionalProperties = false;
  const hints = moved.map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  const description = [textOf(schema.description), hints.length > 0 ? `{${hints.join(', ')}}` : ''];
  const words = description.filter((piece) => piece !== '').join('\n\n');
  if (words !== '') result.description = words;
  return result;
}

function keep(
  key: string,
  value: unknown,
  schema: JsonObject,
  onMoved: (keyword: string) => void,
): { key: string; value: unknown } | undefined {
  const inner = (one: unknown): unknown => (isRecord(one) ? toStrictSchema(one, onMoved) : one);
  if (isOneOf(SCHEMAS, key)) return key === 'not' ? undefined : { key, value: inner(value) };
  if (isOneOf(LISTS_OF_SCHEMAS, key)) return { key, value: listOf(value).map(inner) };
  if (key === 'oneOf' && schema.anyOf === undefined) return { key: 'anyOf', value: listOf(value).map(inner) };
  if (isOneOf(MAPS_OF_SCHEMAS, key) && isRecord(value)) {
    return { key, value: Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one)])) };
  }
  return isSupported(key, value) ? { key, value } : undefined;
}

function isSupported(key: string, value: unknown): boolean {
  switch (key) {
    case 'format':
      return FORMATS.includes(textOf(value));
    case 'minItems':
      return value === 0 || value === 1;
    case 'pattern': // no look-around, back-references or word boundaries
      return !/\(\?[=!<]|\\[1-9bB]/.test(textOf(value));
    case 'additionalProperties':
      return true; // written over where the object can be closed
    default:
      return KEPT.includes(key);
  }
}

const isOneOf = (keys: readonly string[], key: string): boolean => keys.includes(key);

/**
 * A tool's `input_schema` must be an object at the top, without `anyOf`, `oneOf` or `allOf` there: the variants are
 * folded into one object that takes them all. Source: the API's refusal "input_schema does not support oneOf, allOf,
 * or anyOf at the top level".
 */
export function toInputSchema(parameters: JsonObject | null, onMoved: (keyword: string) => void): JsonObject {
  if (parameters === null) return { type: 'object', properties: {} };
  const { anyOf, oneOf, allOf, ...own } = parameters;
  const schema: JsonObject = { ...own, type: 'object' };
  const folded = Object.entries({ anyOf, oneOf, allOf }).reduce<JsonObject>((into, [keyword, variants]) => {
    const objects = listOf(variants).filter(isRecord);
    if (objects.length === 0) return into;
    onMoved(keyword);
    return fold(into, objects, keyword === 'allOf');
  }, schema);
  return 'properties' in folded ? folded : { ...folded, properties: {} };
}

/** Each variant is looked at once: there may be thousands. A property of several is what the last one says. */
function fold(schema: JsonObject, variants: readonly JsonObject[], allApply: boolean): JsonObject {
  const properties = new Map<string, unknown>();
  const counts = new Map<unknown, number>();
  for (const variant of variants) {
    for (const [name, one] of Object.entries(recordOf(variant.properties))) properties.set(name, one);
    for (const name of new Set(listOf(variant.required))) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const [name, one] of Object.entries(recordOf(schema.properties))) properties.set(name, one);
  const names = [...counts].filter(([, count]) => allApply || count === variants.length);
  const required = [...new Set([...listOf(schema.required), ...names.map(([name]) => name)])];
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
  };
}
