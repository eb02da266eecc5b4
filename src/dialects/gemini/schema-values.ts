/** Which values a schema takes: `const`, `enum`, `null` and bounds, as Gemini's subset says them. */
import { isLongNumber } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf } from '../json.ts';

type Writable = Record<string, unknown>;

/** Of a keyword that the subset has no word for: told in the description. */
export type Word = readonly [keyword: string, value: unknown];

/** Read here, for the whole schema at once: what one of them means depends on the others. */
export const VALUE_KEYWORDS = ['const', 'enum', 'exclusiveMinimum', 'exclusiveMaximum', 'nullable'];

interface Side {
  readonly inclusive: 'minimum' | 'maximum';
  readonly exclusive: 'exclusiveMinimum' | 'exclusiveMaximum';
  /** The nearest integer that is allowed. */
  readonly next: (bound: number) => number;
  readonly stricter: (a: number, b: number) => number;
}

const SIDES: readonly Side[] = [
  {
    inclusive: 'minimum',
    exclusive: 'exclusiveMinimum',
    next: (bound) => Math.floor(bound) + 1,
    stricter: Math.max,
  },
  {
    inclusive: 'maximum',
    exclusive: 'exclusiveMaximum',
    next: (bound) => Math.ceil(bound) - 1,
    stricter: Math.min,
  },
];

/** `nullable` (OpenAPI 3.0) and exclusive bounds that are flags (draft 4), as JSON Schema says them now. */
export function withoutOlderWords(schema: JsonObject): JsonObject {
  const result: Writable = { ...schema };
  for (const { inclusive, exclusive } of SIDES) {
    if (typeof schema[exclusive] !== 'boolean') continue;
    delete result[exclusive];
    if (schema[exclusive] !== true || typeof schema[inclusive] !== 'number') continue;
    result[exclusive] = schema[inclusive];
    delete result[inclusive];
  }
  delete result.nullable;
  if (schema.nullable === true) addNull(result);
  return result;
}

function addNull(schema: Writable): void {
  const values = schema.const === undefined ? schema.enum : [schema.const];
  if (schema.type !== undefined) schema.type = withMember([schema.type].flat(), 'null');
  if (Array.isArray(values)) {
    delete schema.const;
    schema.enum = withMember(values, null);
  }
  for (const choice of ['anyOf', 'oneOf']) {
    const list = schema[choice];
    if (Array.isArray(list)) schema[choice] = [...list, { type: 'null' }];
  }
}

const withMember = (list: readonly unknown[], one: unknown): readonly unknown[] =>
  list.includes(one) ? list : [...list, one];

/** Writes `type` and `enum`; what is left has to be told in words. */
export function writeValues(schema: JsonObject, result: Writable): readonly Word[] {
  const { const: only, enum: values } = schema;
  if (only === undefined)
    return values === undefined || writeEnum(listOf(values), result) ? [] : [['enum', values]];
  const words: Word[] = writeEnum([only], result) ? [] : [['const', only]];
  return values === undefined || listOf(values).includes(only) ? words : [...words, ['enum', values]];
}

/** Strings and numbers only; `null` among them is a type of its own. */
function writeEnum(values: readonly unknown[], result: Writable): boolean {
  const isNumber = (value: unknown): boolean => typeof value === 'number' || isLongNumber(value);
  const isPlain = (value: unknown): boolean => typeof value === 'string' || isNumber(value);
  const plain = values.filter(isPlain);
  const others = values.filter((value) => !isPlain(value));
  if (values.length === 0 || others.some((value) => value !== null)) {
    const isBoolean = values.length > 0 && values.every((value) => typeof value === 'boolean');
    if (isBoolean) result.type ??= 'boolean';
    return isBoolean && values.includes(true) && values.includes(false);
  }
  if (plain.length === 0) {
    const isContradiction = result.type !== undefined && ![result.type].flat().includes('null');
    if (!isContradiction) result.type = 'null';
    return !isContradiction;
  }
  const types: string[] = [...new Set(plain.map((value) => (isNumber(value) ? 'number' : 'string')))];
  if (others.length > 0) types.push('null');
  result.type ??= types.length === 1 ? types[0] : types;
  result.enum = plain;
  return true;
}

/**
 * Writes the stricter of each two bounds. Integers have a neighbour; for other numbers the exclusive bound itself has
 * to do, and the rest is told in words.
 */
export function writeBounds(schema: JsonObject, result: Writable): readonly Word[] {
  return SIDES.flatMap(({ inclusive, exclusive, next, stricter }): readonly Word[] => {
    const [bound, limit] = [schema[inclusive], schema[exclusive]];
    if (limit === undefined) return [];
    const isReadable = typeof limit === 'number' && (bound === undefined || typeof bound === 'number');
    if (!isReadable) return [[exclusive, limit]];
    if (bound !== undefined && bound !== limit && stricter(bound, limit) === bound) return [];
    const nearest = next(limit);
    const isSaid = takesIntegersOnly(result.type) && Number.isSafeInteger(nearest);
    const said = isSaid ? nearest : limit;
    result[inclusive] = bound === undefined ? said : stricter(bound, said);
    return isSaid ? [] : [[exclusive, limit]];
  });
}

function takesIntegersOnly(type: unknown): boolean {
  const types = [type].flat();
  return types.includes('integer') && types.every((one) => one === 'integer' || one === 'null');
}
