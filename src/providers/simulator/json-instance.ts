/**
 * Makes one value that satisfies a JSON Schema, the same one each time: for tool arguments and JSON answers.
 * It knows the keywords that tools and structured outputs use. It does not know `pattern`, `not`, `if`,
 * `dependentRequired` and `minProperties`: with those the value may be refused by a validator.
 */
import { flattenSchema, NoInstance } from './json-schema.ts';
import { isObject, isString, type JsonObject, toObject } from './request.ts';

/** From here on, arrays stay as short and recursions end as soon as the schema allows. */
const SMALL_DEPTH = 4;
const MAX_DEPTH = 64;
/** Schemas, values and characters of one instance: `minItems` and `minLength` come from the request. */
const MAX_SIZE = 20_000;

interface Maker {
  readonly root: unknown;
  readonly depth: number;
  /** 0 for the first value, 1, 2, … for further items of an array, so that they differ. */
  readonly variant: number;
  readonly spend: (size: number) => void;
}

/**
 * The value for `schema`, itself the document that `$ref` looks into. Objects get their required properties only.
 *
 * @throws NoInstance where nothing fits or the value would be too large.
 */
export function jsonInstance(schema: unknown): unknown {
  let left = MAX_SIZE;
  const spend = (size: number) => {
    left -= size;
    if (left < 0) throw new NoInstance(`it asks for more than ${MAX_SIZE} values or characters`);
  };
  return make(schema, { root: schema, depth: 0, variant: 0, spend });
}

function make(schema: unknown, maker: Maker): unknown {
  if (maker.depth > MAX_DEPTH) throw new NoInstance('it never ends');
  const small = maker.depth >= SMALL_DEPTH;
  const flat = flattenSchema(schema, { ...maker, small });
  if ('const' in flat) return flat.const;
  if (Array.isArray(flat.enum)) return flat.enum[maker.variant % flat.enum.length] ?? null;
  switch (typeOf(flat, small)) {
    case 'object':
      return makeObject(flat, maker);
    case 'array':
      return makeArray(flat, maker);
    case 'integer':
      return makeNumber(flat, maker.variant, true);
    case 'number':
      return makeNumber(flat, maker.variant, false);
    case 'boolean':
      return maker.variant % 2 === 0;
    case 'null':
      return null;
    default:
      return makeString(flat, maker);
  }
}

function typeOf(schema: JsonObject, small: boolean): unknown {
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? implicitType(schema)];
  if (small && (types.includes('null') || schema.nullable === true)) return 'null';
  return types.find((type) => type !== 'null') ?? 'null';
}

function implicitType(schema: JsonObject): string {
  if (isObject(schema.properties) || Array.isArray(schema.required)) return 'object';
  if ('items' in schema || 'prefixItems' in schema) return 'array';
  if ('minimum' in schema || 'maximum' in schema || 'multipleOf' in schema) return 'number';
  return 'string';
}

function makeObject(schema: JsonObject, maker: Maker): JsonObject {
  const properties = toObject(schema.properties);
  const required = Array.isArray(schema.required) ? schema.required.filter(isString) : [];
  const inner = { ...maker, depth: maker.depth + 1, variant: 0 };
  const entries = [...new Set(required)].map((name): [string, unknown] => {
    const property = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
    return [name, make(property ?? {}, inner)];
  });
  return Object.fromEntries(entries);
}

function makeArray(schema: JsonObject, maker: Maker): unknown[] {
  const prefix = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  const least = numberOr(schema.minItems, 0);
  const wanted =
    maker.depth < SMALL_DEPTH ? Math.max(least, prefix.length, schema.items === false ? 0 : 1) : least;
  const length = Math.min(wanted, numberOr(schema.maxItems, wanted));
  maker.spend(length);
  return Array.from({ length }, (_, variant) =>
    make(prefix[variant] ?? schema.items ?? {}, { ...maker, depth: maker.depth + 1, variant }),
  );
}

/** Good values first: 1 or its like, then the edges of the range, then what lies between them. */
function makeNumber(schema: JsonObject, variant: number, integer: boolean): number {
  const step = numberOr(schema.multipleOf, 1);
  const low = Math.max(numberOr(schema.minimum, -Infinity), numberOr(schema.exclusiveMinimum, -Infinity));
  const high = Math.min(numberOr(schema.maximum, Infinity), numberOr(schema.exclusiveMaximum, Infinity));
  const lowest = Math.ceil(low / step) * step;
  const highest = Math.floor(high / step) * step;
  const candidates = [step * (1 + variant), lowest + step * variant, lowest + step * (1 + variant), lowest];
  candidates.push(lowest + step, highest, highest - step, 0);
  if (!integer && schema.multipleOf === undefined) candidates.push((low + high) / 2);
  const fits = (value: number) =>
    Number.isFinite(value) &&
    value >= low &&
    value <= high &&
    value !== schema.exclusiveMinimum &&
    value !== schema.exclusiveMaximum;
  const value = candidates.find(fits);
  if (value === undefined) throw new NoInstance('a range of numbers in it is empty');
  return value;
}

/** Examples of the formats that structured outputs support. */
const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'P1D',
  email: 'someone@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function makeString(schema: JsonObject, { variant, spend }: Maker): string {
  const format = isString(schema.format) && Object.hasOwn(FORMATS, schema.format) && FORMATS[schema.format];
  const text = format || (variant === 0 ? 'example' : `example ${variant + 1}`);
  const least = numberOr(schema.minLength, 0);
  spend(least);
  return text.padEnd(least, 'x').slice(0, numberOr(schema.maxLength, Infinity));
}

const numberOr = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;
