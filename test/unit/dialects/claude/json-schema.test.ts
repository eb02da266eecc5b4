import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { toInputSchema, toStrictSchema } from '../../../../src/dialects/claude/json-schema.ts';

const nothing = (): void => {};

describe('JSON Schemas for Claude', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    [
      'all that `allOf` require',
      { allOf: [{ required: ['a', 'b'] }, { required: ['b', 'c'] }] },
      ['a', 'b', 'c'],
    ],
    [
      'what each of `anyOf` requires',
      { anyOf: [{ required: ['a', 'b', 'b'] }, { required: ['c', 'b'] }] },
      ['b'],
    ],
    ['its own, first', { required: ['x', 'b'], anyOf: [{ required: ['b'] }] }, ['x', 'b']],
  ])('requires of folded variants: %s', (_, given, required) => {
    expect(toInputSchema(given, nothing)).toEqual({ type: 'object', properties: {}, required });
  });

  it('lets its own properties stand over those of variants, and later variants over earlier ones', () => {
    const given = {
      properties: { a: { title: 'own' } },
      oneOf: [{ properties: { a: {}, b: {} } }, { properties: { b: { title: 'last' } } }],
    };
    expect(toInputSchema(given, nothing).properties).toEqual({ a: { title: 'own' }, b: { title: 'last' } });
  });

  it('keeps properties, and tells keywords, of the name `__proto__`', () => {
    const variant = '{"properties":{"__proto__":{"type":"string"}}}';
    const folded = toInputSchema(JSON.parse(`{"anyOf":[${variant}]}`), nothing);
    expect(JSON.stringify(folded)).toContain('"__proto__":{"type":"string"}');
    const moved: string[] = [];
    const strict = toStrictSchema(JSON.parse('{"__proto__":1}'), (keyword) => moved.push(keyword));
    expect({ strict, moved }).toEqual({ strict: { description: '{__proto__: 1}' }, moved: ['__proto__'] });
  });

  it('looks at what each variant requires once, however many there are', () => {
    let looks = 0;
    const watched = new Proxy(['a', 'b'], {
      get: (target, key, receiver) => {
        if (key === '0') looks += 1;
        return Reflect.get(target, key, receiver);
      },
    });
    const anyOf = Array.from({ length: 300 }, () => ({ required: watched }));
    expect(toInputSchema({ anyOf }, nothing).required).toEqual(['a', 'b']);
    expect(looks).toBeLessThanOrEqual(2 * anyOf.length);
  });

  it('does not put references in place, which the API follows itself', () => {
    const schema = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/A' }, b: { $ref: '#/$defs/A' } },
      additionalProperties: false,
      $defs: { A: { enum: ['x'] } },
    };
    expect(toStrictSchema(schema, nothing)).toEqual(schema);
  });
});
