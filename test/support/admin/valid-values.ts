/** Values that a JSON Schema of the admin API allows, chosen by a seed. */
import type { Schema } from '@cfworker/json-schema';
import type { Seeded } from '../seeded.ts';

/** A value for the member of this name, where the schema alone cannot tell a meaningful one. */
export type Hints = Readonly<Record<string, (random: Seeded) => unknown>>;

/** Optional members come and go; `name`: the member that the value is for. */
export function makeValue(schema: Schema, random: Seeded, hints: Hints, name = ''): unknown {
  const hint = hints[name];
  if (hint !== undefined) return hint(random);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return makeValue(random.pick(choices), random, hints, name);
  if (schema.enum !== undefined) return random.pick(schema.enum);
  switch (pickType(schema, random)) {
    case 'null':
      return null;
    case 'boolean':
      return random.chance(0.5);
    case 'integer':
      return random.between(leastOf(schema), Math.min(Number(schema.maximum ?? 1000), 1000));
    case 'number':
      return random.between(0, 10_000) / 100;
    case 'array':
      return makeArray(schema, random, hints, name);
    case 'object':
      return makeObject(schema, random, hints);
    default:
      return makeText(schema, random);
  }
}

const leastOf = ({ minimum, exclusiveMinimum }: Schema): number =>
  typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : Number(minimum ?? 0);

function pickType({ type }: Schema, random: Seeded): string | undefined {
  if (!Array.isArray(type)) return type;
  const [first, ...others] = type;
  return others.length > 0 && random.chance(0.2) ? random.pick(others) : first;
}

function makeArray(schema: Schema, random: Seeded, hints: Hints, name: string): unknown[] {
  const { minItems = 0, maxItems = 4, items } = schema;
  const count = random.between(minItems, Math.min(maxItems, 4));
  // `items` is a schema for all: no tuple and no truth value is written here.
  return random.list(count, () => makeValue(items as Schema, random, hints, `${name}[]`));
}

function makeObject({ properties = {}, required = [] }: Schema, random: Seeded, hints: Hints) {
  // Truth values for schemas are none that the admin API writes.
  const members = Object.entries(properties as Readonly<Record<string, Schema>>).filter(
    ([name, { not }]) => not === undefined && (required.includes(name) || random.chance(0.4)),
  );
  return Object.fromEntries(
    members.map(([name, member]) => [name, makeValue(member, random, hints, name)] as const),
  );
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzäßλж水😀 .-_/0123456789';

function makeText({ format, pattern, minLength = 0, maxLength = 40 }: Schema, random: Seeded): string {
  if (format === 'date-time') return makeTime(random);
  if (pattern?.startsWith('^[A-Z]')) return `SECRET_${random.between(1, 30)}`;
  const letters = [...ALPHABET];
  const text = random.list(random.between(1, 20), () => random.pick(letters)).join('');
  return text.slice(0, maxLength).toWellFormed().padEnd(minLength, 'x');
}

/** Around today, in one of the ways to write it. */
function makeTime(random: Seeded): string {
  const iso = new Date(1_780_000_000_000 + random.between(0, 4_000_000) * 10_000).toISOString();
  const ways = [iso, iso.replace(/\.\d+Z$/, 'Z'), iso.replace('Z', '+02:00'), iso.replace('Z', '-11:30')];
  return random.pick(ways);
}
