import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { toGeminiSchema, toParametersSchema } from '../../../../src/dialects/gemini/json-schema.ts';
import { SchemaGrowth } from '../../../../src/dialects/gemini/schema-growth.ts';

function convert(schema: JsonObject): { schema: JsonObject; moved: string[] } {
  const moved: string[] = [];
  const spend = new SchemaGrowth().allow(schema, 'response_format');
  return { schema: toGeminiSchema(schema, (keyword) => moved.push(keyword), spend), moved };
}

/** Every keyword that the API documents. */
const TAKEN = [
  'type',
  'format',
  'title',
  'description',
  'enum',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'anyOf',
  'properties',
  'additionalProperties',
  'required',
  'propertyOrdering',
  'default',
];

function keywordsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keywordsOf);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key === 'properties') return [key, ...Object.values(value).flatMap(keywordsOf)];
    return ['enum', 'required', 'default', 'type'].includes(key) ? [key] : [key, ...keywordsOf(value)];
  });
}

describe('JSON Schemas for Gemini (traps D9)', () => {
  it.each<[string, JsonObject, JsonObject, string[]]>([
    ['const', { const: 'a' }, { enum: ['a'], type: 'string' }, []],
    ['const of a number', { const: 2, type: 'integer' }, { enum: [2], type: 'integer' }, []],
    ['const null', { const: null }, { type: 'null' }, []],
    ['const true', { const: true }, { type: 'boolean', description: '{const: true}' }, ['const']],
    ['enum with null', { enum: ['a', null] }, { enum: ['a'], type: ['string', 'null'] }, []],
    ['nullable', { type: 'string', nullable: true }, { type: ['string', 'null'] }, []],
    [
      'oneOf',
      { oneOf: [{ type: 'string' }, { const: 1 }] },
      { anyOf: [{ type: 'string' }, { enum: [1], type: 'number' }] },
      [],
    ],
    [
      'exclusive bounds of integers',
      { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 9 },
      { type: 'integer', minimum: 1, maximum: 8 },
      [],
    ],
    [
      'exclusive bounds of numbers',
      { type: 'number', exclusiveMinimum: 0 },
      { type: 'number', minimum: 0, description: '{exclusiveMinimum: 0}' },
      ['exclusiveMinimum'],
    ],
    [
      'tuples',
      { type: 'array', items: [{ type: 'string' }, true] },
      { type: 'array', prefixItems: [{ type: 'string' }, {}] },
      [],
    ],
    [
      'additionalProperties',
      { type: 'object', additionalProperties: { const: 'a' } },
      { type: 'object', additionalProperties: { enum: ['a'], type: 'string' } },
      [],
    ],
    [
      'required that is no property',
      { type: 'object', properties: { a: {} }, required: ['a', 'b'] },
      { type: 'object', properties: { a: {} }, required: ['a'] },
      [],
    ],
    [
      'constraints without a keyword',
      { type: 'array', uniqueItems: true, description: 'List' },
      { type: 'array', description: 'List\n\n{uniqueItems: true}' },
      ['uniqueItems'],
    ],
    [
      'annotations',
      { $schema: 'x', $id: 'y', $comment: 'z', examples: [1], type: 'string' },
      { type: 'string' },
      [],
    ],
    [
      'allOf',
      {
        allOf: [{ $ref: '#/$defs/A' }, { properties: { b: {} }, required: ['b'] }],
        description: 'Both',
        $defs: { A: { type: 'object', properties: { a: {} }, required: ['a'] } },
      },
      { type: 'object', properties: { a: {}, b: {} }, required: ['a', 'b'], description: 'Both' },
      [],
    ],
  ])('converts %s', (_, given, expected, moved) => {
    expect(convert(given)).toEqual({ schema: expected, moved });
  });

  it('puts references in place, with what stands beside them', () => {
    const { schema } = convert({
      properties: { a: { $ref: '#/$defs/A~1B', description: 'Mine' }, b: { $ref: '#/definitions/B' } },
      $defs: { 'A/B': { type: 'string', description: 'Theirs' } },
      definitions: { B: { $ref: '#/$defs/A~1B' } },
    });
    expect(schema).toEqual({
      properties: {
        a: { type: 'string', description: 'Mine' },
        b: { type: 'string', description: 'Theirs' },
      },
    });
  });

  it('tells cycles, dangling and foreign references in words, and takes an object of any shape there', () => {
    const { schema, moved } = convert({
      type: 'object',
      properties: {
        child: { $ref: '#' },
        lost: { $ref: '#/$defs/None' },
        far: { $ref: 'https://a.example/s' },
        named: { $ref: '#anchor', type: 'string' },
        inherited: { $ref: '#/__proto__' },
      },
    });
    const any = (reference: string) => ({ type: 'object', description: `{$ref: "${reference}"}` });
    const others = {
      lost: any('#/$defs/None'),
      far: any('https://a.example/s'),
      named: { type: 'string', description: '{$ref: "#anchor"}' },
      inherited: any('#/__proto__'),
    };
    const child = { type: 'object', properties: { child: any('#'), ...others } };
    expect(schema).toEqual({ type: 'object', properties: { child, ...others } });
    expect(new Set(moved)).toEqual(new Set(['$ref']));
  });

  it('does not call a recursive list or choice an object', () => {
    const { schema } = convert({
      properties: { list: { $ref: '#/$defs/List' }, json: { $ref: '#/$defs/Json' } },
      $defs: {
        List: { type: 'array', items: { $ref: '#/$defs/List' } },
        Json: { anyOf: [{ type: 'string' }, { type: 'array', items: { $ref: '#/$defs/Json' } }] },
      },
    });
    expect(schema).toEqual({
      properties: {
        list: { type: 'array', items: { type: 'array', description: '{$ref: "#/$defs/List"}' } },
        json: {
          anyOf: [{ type: 'string' }, { type: 'array', items: { description: '{$ref: "#/$defs/Json"}' } }],
        },
      },
    });
  });

  it('unrolls a definition within others each time, if it leads back to itself only', () => {
    const list = (name: string) => ({ type: 'array', items: { $ref: `#/$defs/${name}` } });
    const level = (name: string, next: string | null) => ({
      type: 'object',
      properties: {
        same: list(name),
        ...(next === null ? {} : { next: { $ref: `#/$defs/${next}`, title: name } }),
      },
    });
    const { schema } = convert({
      properties: { first: { $ref: '#/$defs/C' }, last: { $ref: '#/$defs/A' } },
      $defs: { A: level('A', 'B'), B: level('B', 'C'), C: level('C', null) },
    });
    expect(schema.properties).toMatchObject({
      last: { properties: { next: { properties: { next: { title: 'B', properties: { same: {} } } } } } },
    });
  });

  it('follows references into lists, as zod writes them', () => {
    const { schema } = convert({
      properties: { a: { anyOf: [{ type: 'string' }] }, b: { $ref: '#/properties/a/anyOf/0' } },
    });
    expect(schema.properties).toMatchObject({ b: { type: 'string' } });
  });

  it('leaves only documented keywords, for a schema as MCP servers write them', () => {
    const { schema } = convert({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        path: { type: 'string', minLength: 1, pattern: '^/' },
        edits: {
          type: 'array',
          uniqueItems: true,
          items: { anyOf: [{ $ref: '#/$defs/Edit' }, { type: 'null' }], default: null },
        },
        limit: { type: ['integer', 'null'], exclusiveMinimum: 0, multipleOf: 5 },
        headers: {
          type: 'object',
          propertyNames: { pattern: '^[a-z]' },
          additionalProperties: { type: 'string' },
        },
        mode: { not: { const: 'x' }, enum: ['a', 'b'] },
      },
      patternProperties: { '^x-': {} },
      required: ['path'],
      additionalProperties: false,
      $defs: { Edit: { type: 'object', properties: { kind: { const: 'insert' } }, dependentRequired: {} } },
    });
    expect(keywordsOf(schema).filter((keyword) => !TAKEN.includes(keyword))).toEqual([]);
    expect(schema).toMatchObject({ required: ['path'], additionalProperties: false });
  });

  it('makes parameters an object, whatever they were', () => {
    const nothing = (): void => {};
    expect(toParametersSchema({}, nothing, nothing)).toEqual({ type: 'object', properties: {} });
    expect(toParametersSchema({ anyOf: [{ type: 'object' }] }, nothing, nothing)).toEqual({
      anyOf: [{ type: 'object' }],
      type: 'object',
    });
  });

  it('leaves the given schema as it was (traps D11)', () => {
    const given = Object.freeze({
      type: 'string',
      const: 'a',
      $ref: '#/$defs/A',
      $defs: { A: { title: 'T' } },
    });
    convert(given);
    expect(given).toEqual({ type: 'string', const: 'a', $ref: '#/$defs/A', $defs: { A: { title: 'T' } } });
  });
});
