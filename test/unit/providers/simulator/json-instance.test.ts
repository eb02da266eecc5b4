import { type Schema, Validator } from '@cfworker/json-schema';
import { describe, expect, it } from 'vitest';
import { jsonInstance } from '../../../../src/providers/simulator/json-instance.ts';
import { NoInstance } from '../../../../src/providers/simulator/json-schema.ts';

const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' } }, required: ['next'] };

/** Name, schema, and the instance where it is worth pinning. */
const SCHEMAS: [string, unknown, unknown?][] = [
  ['true', true, 'example'],
  ['an empty schema', {}, 'example'],
  ['a string', { type: 'string' }, 'example'],
  ['a long string', { type: 'string', minLength: 12 }],
  ['a short string', { type: 'string', maxLength: 3 }, 'exa'],
  ...['date-time', 'date', 'time', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uri', 'uuid'].map(
    (format): [string, unknown] => [`format ${format}`, { type: 'string', format }],
  ),
  ['an integer', { type: 'integer' }, 1],
  ['an integer from 10', { type: 'integer', minimum: 10 }, 10],
  ['an integer above 10', { type: 'integer', exclusiveMinimum: 10 }, 11],
  ['a negative integer', { type: 'integer', maximum: -5 }, -5],
  ['a multiple', { type: 'integer', minimum: 100, multipleOf: 7 }, 105],
  ['a number', { type: 'number' }, 1],
  ['a probability', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
  ['a number below 0.2', { type: 'number', minimum: 0.1, maximum: 0.2 }],
  ['a boolean', { type: 'boolean' }, true],
  ['null', { type: 'null' }, null],
  ['a type list', { type: ['null', 'integer'] }, 1],
  ['an enum', { enum: ['red', 'blue'] }, 'red'],
  ['a const', { const: { a: [null] } }, { a: [null] }],
  ['an array', { type: 'array', items: { type: 'boolean' } }, [true]],
  ['an array of three', { type: 'array', items: { type: 'integer' }, minItems: 3 }, [1, 2, 3]],
  ['an empty array', { type: 'array', maxItems: 0 }, []],
  ['unique items', { type: 'array', items: { type: 'string' }, minItems: 3, uniqueItems: true }],
  ['unique enum items', { type: 'array', items: { enum: ['a', 'b'] }, minItems: 2, uniqueItems: true }],
  ['a tuple', { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false }],
  ['an object', { type: 'object', properties: { a: { type: 'string' } } }, {}],
  [
    'required properties',
    { type: 'object', properties: { a: {}, b: { type: 'integer' } }, required: ['b'] },
    { b: 1 },
  ],
  ['a required property without a schema', { required: ['a'], additionalProperties: { type: 'null' } }],
  ['a property called __proto__', { type: 'object', required: ['__proto__', 'constructor'] }],
  ['anyOf', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, 1],
  ['anyOf beside properties', { type: 'object', properties: { a: {} }, anyOf: [{ required: ['a'] }] }],
  ['oneOf', { oneOf: [{ const: 'x' }, { const: 'y' }] }, 'x'],
  [
    'allOf of two references',
    {
      allOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/b' }],
      $defs: {
        a: { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
        b: { properties: { b: { type: 'boolean' } }, required: ['b'] },
      },
    },
    { a: 1, b: true },
  ],
  ['a reference with escapes', { $ref: '#/$defs/a~1b%20c', $defs: { 'a/b c': { type: 'integer' } } }, 1],
  [
    'a list that ends in null',
    {
      $ref: '#/$defs/list',
      $defs: {
        list: {
          type: 'object',
          properties: { next: { anyOf: [{ $ref: '#/$defs/list' }, { type: 'null' }] } },
          required: ['next'],
        },
      },
    },
  ],
  [
    'a tree',
    {
      type: 'object',
      properties: { children: { type: 'array', items: { $ref: '#' } } },
      required: ['children'],
    },
  ],
];

describe('jsonInstance', () => {
  it.each(SCHEMAS)('satisfies %s', (_, schema, ...expected) => {
    const instance = jsonInstance(schema);
    // The validator takes a boolean schema too; its type says otherwise.
    const result = new Validator(schema as Schema, '2020-12').validate(instance);
    expect(result.errors).toEqual([]);
    if (expected.length > 0) expect(instance).toEqual(expected[0]);
    expect(jsonInstance(schema)).toEqual(instance);
  });

  it.each([
    ['false', false],
    ['an unknown reference', { $ref: '#/$defs/nobody' }],
    ['a reference to elsewhere', { $ref: 'https://example.com/schema' }],
    ['a reference to itself', { $ref: '#' }],
    ['an endless object', { $ref: '#/$defs/node', $defs: { node } }],
    ['an empty range', { type: 'integer', minimum: 2, maximum: 1 }],
    ['too many items', { type: 'array', minItems: 1e9 }],
    ['too long a string', { type: 'string', minLength: 1e9 }],
    ['too many items within items', nested(8)],
    ['references that double', doubling(40)],
  ])('refuses %s', (_, schema) => {
    expect(() => jsonInstance(schema)).toThrow(NoInstance);
  });
});

/** Arrays of 100 arrays of 100 arrays … */
function nested(depth: number): unknown {
  return depth === 0 ? {} : { type: 'array', minItems: 100, items: nested(depth - 1) };
}

/** Each definition names the next one twice: 2^depth schemas, if nobody counts. */
function doubling(depth: number): unknown {
  const names = Array.from({ length: depth }, (_, index) => index);
  const entries = names.map((index) => {
    const next = { $ref: `#/$defs/${index + 1}` };
    return [index, { allOf: [next, next] }];
  });
  return { $ref: '#/$defs/0', $defs: { ...Object.fromEntries(entries), [depth]: {} } };
}
