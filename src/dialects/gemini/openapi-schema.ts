/**
 * Google's `Schema` (a subset of OpenAPI 3.0, types in capitals) as JSON Schema, which every other form takes.
 * Source: https://ai.google.dev/api/caching#Schema
 */
import type { JsonObject } from '../canonical.ts';
import { parseExactJson, recordOf, textOf } from '../json.ts';
import { object } from '../shape.ts';
import { toCamel } from './member-names.ts';

const COUNTS = ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'];

/** Throws `InvalidRequest` naming `path`. */
export function fromGoogleSchema(value: unknown, path: string): JsonObject {
  const schema = toCamel(object(value, path));
  const isNullable = schema.nullable === true;
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(schema)) {
    const at = `${path}.${key}`;
    if (member === null || key === 'nullable' || key === 'propertyOrdering') continue;
    if (key === 'type') Object.assign(result, toType(member, isNullable));
    else if (key === 'properties') result.properties = convertMap(member, at);
    else if (key === 'items') result.items = fromGoogleSchema(member, at);
    else if (key === 'anyOf' && Array.isArray(member)) result.anyOf = convertList(member, at, isNullable);
    else if (key === 'enum' && Array.isArray(member) && isNullable) result.enum = [...member, null];
    else if (key === 'example') result.examples = [member];
    else if (key === 'format' && member === 'enum') continue;
    else if (COUNTS.includes(key))
      result[key] = typeof member === 'string' ? parseExactJson(member) : member; // 64-bit integers may come as strings
    else result[key] = member;
  }
  return result;
}

function toType(type: unknown, isNullable: boolean): JsonObject {
  const word = textOf(type).toLowerCase();
  if (word === '' || word === 'type_unspecified') return {};
  return { type: isNullable && word !== 'null' ? [word, 'null'] : word };
}

function convertMap(value: unknown, path: string): JsonObject {
  const entries = Object.entries(recordOf(value));
  return Object.fromEntries(entries.map(([name, one]) => [name, fromGoogleSchema(one, `${path}.${name}`)]));
}

function convertList(list: readonly unknown[], path: string, isNullable: boolean): readonly JsonObject[] {
  const schemas = list.map((one, index) => fromGoogleSchema(one, `${path}[${index}]`));
  return isNullable ? [...schemas, { type: 'null' }] : schemas;
}
