import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, JsonObject } from '../../../../src/dialects/canonical.ts';
import { toGeminiSchema } from '../../../../src/dialects/gemini/json-schema.ts';
import { encode, refused } from './support.ts';

const KILO = 1024;

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const mapOf = <T>(count: number, make: (index: number) => T): Record<string, T> =>
  Object.fromEntries(many(count, (index) => [`p${index}`, make(index)]));

/** How many characters the references put in place, and what came of it. */
function convert(schema: JsonObject): { spent: number; moved: number; length: number } {
  let spent = 0;
  let moved = 0;
  const hear = (): void => {
    moved += 1;
  };
  const result = toGeminiSchema(schema, hear, (characters) => {
    spent += characters;
  });
  return { spent, moved, length: JSON.stringify(result).length };
}

const asTool = (parameters: JsonObject): Partial<CanonicalRequest> => ({
  tools: [{ kind: 'function', name: 'look', description: null, parameters, strict: null }],
});
const asFormat = (schema: JsonObject): Partial<CanonicalRequest> => ({
  responseFormat: { kind: 'schema', name: 'a', description: null, schema, strict: null },
});

const LARGE_ENUM = { enum: many(4000, (index) => `value-${index}`) };

/** Two references on each level to the next one. */
function doubling(levels: number): JsonObject {
  const $defs = Object.fromEntries(
    many(levels, (level) => {
      const next = { $ref: `#/$defs/L${level + 1}` };
      return [`L${level}`, { type: 'object', properties: { a: next, b: next } }];
    }),
  );
  return { $ref: '#/$defs/L0', $defs };
}

/** Definitions that all refer to all: what each becomes depends on the way to it. */
function tangle(count: number): JsonObject {
  const properties = mapOf(count, (index) => ({ $ref: `#/$defs/p${index}` }));
  return { properties, $defs: mapOf(count, () => ({ type: 'object', properties })) };
}

describe('what references may add to a request for Gemini', () => {
  const shared = { $ref: '#/$defs/X' };

  it.each<[string, JsonObject]>([
    [
      'a large definition in many places',
      { properties: mapOf(1900, () => shared), $defs: { X: LARGE_ENUM } },
    ],
    [
      'a large definition in many places, each described',
      { properties: mapOf(1900, () => ({ ...shared, description: 'Mine' })), $defs: { X: LARGE_ENUM } },
    ],
    [
      'a large definition in many `allOf`',
      { properties: mapOf(1900, () => ({ allOf: [shared] })), $defs: { X: LARGE_ENUM } },
    ],
    ['doubling definitions', doubling(40)],
  ])('refuses %s, naming the field', (_, schema) => {
    const tools = [...(asTool({}).tools ?? []), ...(asTool(schema).tools ?? [])];
    expect(refused(() => encode({ tools }))).toBe('tools[1].function.parameters');
    expect(refused(() => encode(asFormat(schema)))).toBe('response_format');
  });

  it('unrolls definitions that all refer to all a little, and tells the rest', () => {
    const { body, dropped } = encode(asTool(tangle(12)));
    expect(JSON.stringify(body).length).toBeLessThan(128 * KILO);
    expect(dropped).toEqual(['tools.parameters.$ref']);
  });

  it('lets the tools of a request share what may be added', () => {
    const schema = {
      properties: mapOf(40, () => shared),
      $defs: { X: { enum: many(300, (index) => `value-${index}`) } },
    };
    const [tool] = asTool(schema).tools ?? [];
    if (tool === undefined) throw new Error('no tool');
    expect(JSON.stringify(encode({ tools: [tool] }).body).length).toBeGreaterThan(100 * KILO);
    expect(refused(() => encode({ tools: many(20, () => tool) }))).toMatch(
      /^tools\[\d+\]\.function\.parameters$/,
    );
  });

  it('converts a definition once, however often it is referred to', () => {
    const X = { type: 'string', pattern: '^a' };
    const { moved, spent, length } = convert({ properties: mapOf(500, () => shared), $defs: { X } });
    expect(moved).toBe(1);
    expect(spent).toBe(500 * JSON.stringify(X).length);
    expect(length).toBeGreaterThan(500 * '{"type":"string"}'.length);
  });

  it('counts what a remembered definition brings with it', () => {
    const { spent } = convert(doubling(10));
    const once = JSON.stringify({
      type: 'object',
      properties: { a: { $ref: '#/$defs/L1' }, b: { $ref: '#/$defs/L1' } },
    });
    expect(spent).toBeGreaterThan(1000 * once.length);
  });

  it('takes schemas of any size that have no references, or use each once', () => {
    const plain = { properties: mapOf(40, () => LARGE_ENUM) };
    expect(JSON.stringify(encode(asTool(plain)).body).length).toBeGreaterThan(1900 * KILO);
    const once = {
      properties: mapOf(40, (index) => ({ $ref: `#/$defs/p${index}` })),
      $defs: mapOf(40, () => LARGE_ENUM),
    };
    expect(JSON.stringify(encode(asTool(once)).body).length).toBeGreaterThan(1900 * KILO);
  });

  it('refuses schemas that references make too deep to be written', () => {
    const deep = (levels: number, inner: JsonObject): JsonObject =>
      levels === 0 ? inner : { items: deep(levels - 1, inner) };
    const $defs = mapOf(12, (index) => deep(200, { $ref: `#/$defs/p${index + 1}` }));
    expect(refused(() => encode(asFormat({ $ref: '#/$defs/p0', $defs })))).toBe('response_format');
  });

  it('looks at each member of `allOf` once', () => {
    let looks = 0;
    const watched = (index: number): JsonObject =>
      new Proxy(
        { properties: { [`p${index}`]: {} }, required: [`p${index}`], anyOf: [{ minimum: index }] },
        {
          ownKeys: (target) => {
            looks += 1;
            return Reflect.ownKeys(target);
          },
        },
      );
    const { moved } = convert({ allOf: many(1000, watched) });
    expect(moved).toBe(999);
    expect(looks).toBeLessThan(5000);
  });

  it('keeps all values of a long enum', () => {
    const given = { enum: [...many(40_000, (index) => `v${index}`), null] };
    const result = toGeminiSchema(
      given,
      () => {},
      () => {},
    );
    expect(result).toEqual({ type: ['string', 'null'], enum: given.enum.slice(0, -1) });
  });
});
