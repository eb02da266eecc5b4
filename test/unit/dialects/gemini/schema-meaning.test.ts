import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { toGeminiSchema } from '../../../../src/dialects/gemini/json-schema.ts';
import { SchemaGrowth } from '../../../../src/dialects/gemini/schema-growth.ts';
import { isRecord } from '../../../../src/is-record.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';

const TYPES = ['string', 'integer', 'number', 'boolean', 'null', 'array', 'object'];
const DEFINITIONS = ['A', 'B'];
const NAMES = ['a', 'b', 'toString', '__proto__'];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const asMap = (entries: (readonly [string, unknown])[]): JsonObject => Object.fromEntries(entries);

/** Random keywords, in random order. `here`: the definitions that may be referred to for the same value. */
function schemaOf(random: Seeded, depth: number, here: readonly string[] = DEFINITIONS): JsonObject {
  const same = (): JsonObject => schemaOf(random, depth - 1, here);
  const inner = (): JsonObject => schemaOf(random, depth - 1);
  const number = (): number => random.between(-2, 6) / random.pick([1, 1, 2]);
  const keywords: [string, () => unknown][] = [
    ['type', () => (random.chance(0.6) ? random.pick(TYPES) : random.list(2, () => random.pick(TYPES)))],
    ['enum', () => random.list(random.between(1, 3), () => random.pick(['x', 'y', 1, 2, null, true]))],
    ['const', () => random.pick(['x', 1, null, false])],
    ['minimum', number],
    ['maximum', number],
    ['exclusiveMinimum', () => (random.chance(0.2) ? random.chance(0.5) : number())],
    ['exclusiveMaximum', () => (random.chance(0.2) ? random.chance(0.5) : number())],
    ['minItems', () => random.between(0, 2)],
    ['minLength', () => random.between(0, 2)],
  ];
  if (depth > 0) {
    keywords.push(
      ['$ref', () => `#/$defs/${random.pick(here)}`],
      ['allOf', () => random.list(random.between(1, 3), same)],
      ['anyOf', () => random.list(random.between(1, 2), same)],
      ['items', inner],
      ['properties', () => asMap(random.list(2, () => [random.pick(NAMES), inner()]))],
    );
  }
  const chosen = random.list(random.between(0, 3), () => random.pick(keywords));
  const schema = asMap(chosen.map(([key, make]) => [key, make()]));
  const names = isRecord(schema.properties) ? Object.keys(schema.properties) : [];
  return names.length > 0 && random.chance(0.5) ? { ...schema, required: [random.pick(names)] } : schema;
}

/** Without `null`: the form has no word for it among values, it is said by the type (`schema-constraints.test.ts`). */
function instanceOf(random: Seeded, depth: number): unknown {
  const inner = (): unknown => instanceOf(random, depth - 1);
  const kind = random.between(0, depth > 0 ? 6 : 4);
  if (kind === 0) return random.pick(['', 'x', 'y', 'long']);
  if (kind <= 2) return random.between(-6, 14) / 2;
  if (kind <= 4) return random.chance(0.5);
  if (kind === 5) return random.list(random.between(0, 2), inner);
  return asMap(random.list(random.between(0, 3), () => [random.pick(NAMES), inner()]));
}

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

/** Whether `value` keeps the keywords above; exclusive bounds may be flags, as in draft 4. */
function holds(schema: unknown, value: unknown, root: JsonObject): boolean {
  if (!isRecord(schema)) return true;
  const all = (schemas: readonly unknown[]): boolean => schemas.every((one) => holds(one, value, root));
  const { $ref, $defs: _, type, properties, ...rest } = schema;
  if (typeof $ref === 'string' && isRecord(root.$defs) && !all([root.$defs[$ref.slice('#/$defs/'.length)]]))
    return false;
  const types = Array.isArray(type) ? type : [type];
  const isInteger = types.includes('integer') && Number.isInteger(value);
  if (type !== undefined && !types.includes(typeOf(value)) && !isInteger) return false;
  if (rest.const !== undefined && value !== rest.const) return false;
  if (Array.isArray(rest.enum) && !rest.enum.includes(value)) return false;
  if (typeof value === 'number' && !isWithin(rest, value)) return false;
  if (typeof value === 'string' && value.length < Number(rest.minLength ?? 0)) return false;
  if (Array.isArray(value)) {
    if (value.length < Number(rest.minItems ?? 0)) return false;
    if (!value.every((one) => holds(rest.items, one, root))) return false;
  }
  if (isRecord(value)) {
    if (!listOf(rest.required).every((name) => Object.hasOwn(value, String(name)))) return false;
    const own = Object.entries(isRecord(properties) ? properties : {});
    if (!own.every(([name, one]) => !Object.hasOwn(value, name) || holds(one, value[name], root)))
      return false;
  }
  if (Array.isArray(rest.anyOf) && !rest.anyOf.some((one) => holds(one, value, root))) return false;
  return all(listOf(rest.allOf));
}

function isWithin(
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonObject,
  value: number,
): boolean {
  const [low, high] = [Number(minimum ?? -Infinity), Number(maximum ?? Infinity)];
  if (value < low || (exclusiveMinimum === true && value === low)) return false;
  if (value > high || (exclusiveMaximum === true && value === high)) return false;
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) return false;
  return !(typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum);
}

/** But for recursive definitions with properties and no type, which are taken for objects (trap D9). */
describe('what a schema for Gemini means', () => {
  it('takes all that the given schema takes, and more only where a keyword is reported', () => {
    const random = seeded(20_261_121);
    let compared = 0;
    let looser = 0;
    for (let round = 0; round < 6000; round += 1) {
      const given = {
        ...schemaOf(random, 2),
        $defs: { A: schemaOf(random, 2, ['B']), B: { ...schemaOf(random, 0), title: 'B' } },
      };
      const moved: string[] = [];
      const spend = new SchemaGrowth().allow(given, 'response_format');
      const converted = toGeminiSchema(given, (keyword) => moved.push(keyword), spend);
      for (const value of random.list(12, () => instanceOf(random, 2))) {
        const [before, after] = [holds(given, value, given), holds(converted, value, {})];
        const said = JSON.stringify({ round, given, converted, value, moved });
        if (before) expect(after, `stricter: ${said}`).toBe(true);
        if (!before && after) expect(moved.length, `looser: ${said}`).toBeGreaterThan(0);
        compared += 1;
        if (!before && after) looser += 1;
      }
    }
    expect(looser).toBeGreaterThan(0);
    expect(looser).toBeLessThan(compared / 10);
  });
});
