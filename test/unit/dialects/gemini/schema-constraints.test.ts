import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { toGeminiSchema } from '../../../../src/dialects/gemini/json-schema.ts';
import { SchemaGrowth } from '../../../../src/dialects/gemini/schema-growth.ts';

function convert(schema: JsonObject): { schema: JsonObject; moved: string[] } {
  const moved: string[] = [];
  const spend = new SchemaGrowth().allow(schema, 'response_format');
  return { schema: toGeminiSchema(schema, (keyword) => moved.push(keyword), spend), moved };
}

const reversed = (schema: JsonObject): JsonObject => Object.fromEntries(Object.entries(schema).reverse());

type Case = [string, JsonObject, JsonObject, string[]];

describe('constraints of a schema for Gemini', () => {
  it.each<Case>([
    [
      'the stricter of both lower bounds',
      { type: 'integer', minimum: 0, exclusiveMinimum: 5 },
      { type: 'integer', minimum: 6 },
      [],
    ],
    [
      'the stricter of both upper bounds',
      { type: ['integer', 'null'], maximum: 3, exclusiveMaximum: 9.5 },
      { type: ['integer', 'null'], maximum: 3 },
      [],
    ],
    [
      'an exclusive bound between integers',
      { type: 'integer', exclusiveMinimum: 1.5, exclusiveMaximum: 9.5 },
      { type: 'integer', minimum: 2, maximum: 9 },
      [],
    ],
    [
      'an exclusive bound of numbers that is implied',
      { type: 'number', minimum: 5, exclusiveMinimum: 3 },
      { type: 'number', minimum: 5 },
      [],
    ],
    [
      'an exclusive bound of numbers beside the same bound',
      { type: 'number', maximum: 5, exclusiveMaximum: 5 },
      { type: 'number', maximum: 5, description: '{exclusiveMaximum: 5}' },
      ['exclusiveMaximum'],
    ],
    [
      'an exclusive bound beside one with more digits than numbers have',
      { type: 'integer', maximum: JSON.rawJSON('9223372036854775807'), exclusiveMaximum: 9 },
      { type: 'integer', maximum: JSON.rawJSON('9223372036854775807'), description: '{exclusiveMaximum: 9}' },
      ['exclusiveMaximum'],
    ],
    [
      'values with more digits than numbers have',
      { enum: [JSON.rawJSON('9223372036854775807'), 1] },
      { type: 'number', enum: [JSON.rawJSON('9223372036854775807'), 1] },
      [],
    ],
    [
      'that no value fits',
      { type: 'string', enum: [] },
      { type: 'string', description: '{enum: []}' },
      ['enum'],
    ],
    [
      'the older exclusive bounds, which are flags',
      { type: 'integer', minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
      { type: 'integer', minimum: 2, maximum: 9 },
      [],
    ],
    ['nullable', { nullable: true, type: 'string' }, { type: ['string', 'null'] }, []],
    [
      'nullable beside values',
      { nullable: true, enum: ['a'] },
      { type: ['string', 'null'], enum: ['a'] },
      [],
    ],
    [
      'nullable beside a choice',
      { nullable: true, anyOf: [{ type: 'string' }, { type: 'number' }] },
      { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }] },
      [],
    ],
    [
      'nullable beside a reference',
      { nullable: true, $ref: '#/$defs/A', $defs: { A: { type: 'object' } } },
      { type: ['object', 'null'] },
      [],
    ],
    ['const among values', { const: 'a', enum: ['a', 'b'] }, { type: 'string', enum: ['a'] }, []],
    [
      'const outside of the values',
      { const: 'c', enum: ['a', 'b'] },
      { type: 'string', enum: ['c'], description: '{enum: ["a","b"]}' },
      ['enum'],
    ],
    [
      'required names that every object inherits',
      { type: 'object', properties: { a: {} }, required: ['toString', 'a', 'constructor', '__proto__'] },
      { type: 'object', properties: { a: {} }, required: ['a'] },
      [],
    ],
  ])('keeps %s, in either order of the keywords', (_, given, expected, moved) => {
    expect(convert(given)).toEqual({ schema: expected, moved });
    expect(convert(reversed(given))).toEqual({ schema: expected, moved });
  });

  it('keeps a property, and tells a keyword, of the name `__proto__`', () => {
    const own = '{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}';
    expect(JSON.stringify(convert(JSON.parse(own)).schema)).toBe(own);
    const merged = JSON.stringify(convert(JSON.parse(`{"allOf":[${own}]}`)).schema);
    expect(merged).toContain('"__proto__":{"type":"string"}');
    expect(convert(JSON.parse('{"__proto__":1}'))).toEqual({
      schema: { description: '{__proto__: 1}' },
      moved: ['__proto__'],
    });
  });

  it.each<Case>([
    [
      'bounds to the stricter one',
      {
        allOf: [
          { minimum: 1, maxItems: 4 },
          { minimum: 5, maxItems: 3 },
          { minimum: 2, maxItems: 9 },
        ],
      },
      { minimum: 5, maxItems: 3 },
      [],
    ],
    [
      'exclusive bounds',
      { type: 'integer', allOf: [{ minimum: 1, exclusiveMinimum: true }, { minimum: 5 }] },
      { type: 'integer', minimum: 5 },
      [],
    ],
    [
      'types to what they have in common',
      { allOf: [{ type: ['string', 'number', 'null'] }, { type: ['integer', 'string'] }] },
      { type: ['string', 'integer'] },
      [],
    ],
    [
      'nullable only if all are',
      { allOf: [{ type: 'string', nullable: true }, { type: 'string' }] },
      { type: 'string' },
      [],
    ],
    [
      'values',
      { allOf: [{ enum: ['a', 'b', 'c'] }, { enum: ['c', 'b'] }] },
      { type: 'string', enum: ['c', 'b'] },
      [],
    ],
    [
      'the same property',
      { allOf: [{ properties: { a: { minimum: 1 } } }, { properties: { a: { minimum: 5 }, b: {} } }] },
      { properties: { a: { minimum: 5 }, b: {} } },
      [],
    ],
    [
      'items and values of maps',
      { allOf: [{ items: { minimum: 1 } }, { items: { minimum: 5 } }, { items: { minimum: 2 } }] },
      { items: { minimum: 5 } },
      [],
    ],
    [
      'a closed object',
      { allOf: [{ additionalProperties: false }, { additionalProperties: { type: 'string' } }] },
      { additionalProperties: false },
      [],
    ],
    [
      'a second choice, in words',
      {
        allOf: [
          { anyOf: [{ type: 'string' }] },
          { anyOf: [{ minimum: 1 }] },
          { anyOf: [{ type: 'string' }] },
        ],
      },
      { anyOf: [{ type: 'string' }], description: '{anyOf: [{"minimum":1}]}' },
      ['anyOf'],
    ],
    [
      'types with nothing in common, in words',
      { allOf: [{ type: 'string' }, { type: 'number' }] },
      { type: 'string', description: '{type: "number"}' },
      ['type'],
    ],
    [
      'conditions, each as a whole',
      // as text: a member `then` would make it look like a promise
      JSON.parse('{"allOf":[{"if":{"a":1},"then":{"b":1}},{"if":{"a":2},"else":{"b":2}}]}'),
      { description: '{if: {"a":1}, then: {"b":1}, if: {"a":2}, else: {"b":2}}' },
      ['if', 'then', 'if', 'else'],
    ],
    [
      'what stands beside a reference with what it refers to',
      {
        $ref: '#/$defs/A',
        minimum: 1,
        properties: { b: {} },
        description: 'Mine',
        $defs: { A: { minimum: 5, properties: { a: {} }, required: ['a'], description: 'Theirs' } },
      },
      { minimum: 5, properties: { a: {}, b: {} }, required: ['a'], description: 'Mine' },
      [],
    ],
    [
      'the same reference twice, or a reference to itself',
      {
        allOf: [{ $ref: '#/$defs/A' }, { $ref: '#/$defs/A' }],
        $defs: { A: { allOf: [{ $ref: '#/$defs/A' }], type: 'string' } },
      },
      { type: 'string' },
      [],
    ],
  ])('puts together from `allOf`: %s', (_, given, expected, moved) => {
    expect(convert(given)).toEqual({ schema: expected, moved });
  });
});
