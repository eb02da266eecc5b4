import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { toGeminiSchema, toParametersSchema } from '../../../../src/dialects/gemini/json-schema.ts';

function convert(schema: JsonObject): { schema: JsonObject; moved: string[] } {
  const moved: string[] = [];
  return { schema: toGeminiSchema(schema, (keyword) => moved.push(keyword)), moved };
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

  it('makes cycles, dangling and foreign references objects of any shape', () => {
    const { schema } = convert({
      type: 'object',
      properties: {
        child: { $ref: '#' },
        lost: { $ref: '#/$defs/None' },
        far: { $ref: 'https://a.example/s' },
      },
    });
    const any = { type: 'object' };
    const properties = {
      child: { type: 'object', properties: { child: any, lost: any, far: any } },
      lost: any,
      far: any,
    };
    expect(schema).toEqual({ type: 'object', properties });
  });

  it('does not let a small schema grow without end', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, level) => {
        const next = { $ref: `#/$defs/L${level + 1}` };
        return [`L${level}`, { type: 'object', properties: { a: next, b: next } }];
      }),
    );
    expect(JSON.stringify(convert({ $ref: '#/$defs/L0', $defs }).schema).length).toBeLessThan(500_000);
    const all = { allOf: [{ $ref: '#/$defs/X' }, { $ref: '#/$defs/X' }] };
    expect(convert({ ...all, $defs: { X: all } }).schema).toMatchObject({ type: 'object' });
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
    expect(toParametersSchema({}, () => {})).toEqual({ type: 'object', properties: {} });
    expect(toParametersSchema({ anyOf: [{ type: 'object' }] }, () => {})).toEqual({
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
