import { describe, expect, it } from 'vitest';
import { InvalidRequest } from '../../../../src/errors.ts';
import { readWish, wishedHeaders } from '../../../../src/gateway/explain/wish.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const ask = (value: unknown) => readWish(bytesOf(JSON.stringify(value)));

describe('readWish', () => {
  it('takes the body byte by byte, so that long integers and white space stay', () => {
    const body = '{ "model":"m", "id": 12345678901234567890,\n"a":"\\u00e9é" }';
    const wish = readWish(bytesOf(`{"body": ${body} , "route":"/v1/x"}`));
    expect(textOf(wish.body)).toBe(body);
    expect(wish).toMatchObject({ route: '/v1/x', headers: {} });
  });

  it('takes a member that is written with escapes', () => {
    expect(textOf(readWish(bytesOf('{"route":"/x","bo\\u0064y":{"a":1}}')).body)).toBe('{"a":1}');
  });

  it.each([
    ['no route', { body: {} }, 'route'],
    ['no body', { route: '/x' }, 'body'],
    ['a body that is a list', { route: '/x', body: [] }, 'body'],
    ['a body that is a text', { route: '/x', body: '{}' }, 'body'],
    ['a route that is no text', { route: 1, body: {} }, 'route'],
    ['a header that is no text', { route: '/x', body: {}, headers: { a: 1 } }, 'headers.a'],
    ['a member that nobody knows', { route: '/x', body: {}, bdy: {} }, 'bdy'],
    ['no object', [1], null],
  ])('refuses %s, and names it', (_, value, param) => {
    expect(() => ask(value)).toThrow(expect.objectContaining({ code: 'invalid_request', param }));
  });

  it.each([
    ['body', '{"route":"/x","body":{},"body":{"model":"m"}}'],
    ['Body', '{"route":"/x","body":{},"Body":{"model":"m"}}'],
    ['route', '{"route":"/x","body":{},"route":"/y"}'],
  ])('refuses a second `%s`, whichever a parser would take', (name, text) => {
    expect(() => readWish(bytesOf(text))).toThrow(InvalidRequest);
    expect(() => readWish(bytesOf(text))).toThrow(name);
  });

  it('refuses what is no JSON, or nested without end', () => {
    for (const text of ['', '{', '{"route":"/x","body":{}} x', '\u0000'])
      expect(() => readWish(bytesOf(text)), text).toThrow(InvalidRequest);
    const deep = `{"route":"/x","body":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    expect(() => readWish(bytesOf(deep))).toThrow('nested');
  });
});

describe('wishedHeaders', () => {
  it('puts what is said before what came', () => {
    const own = new Headers({ 'Cache-Control': 'no-store', 'x-edgeway-metadata': '{"a":1}' });
    const headers = wishedHeaders(own, { headers: { 'cache-control': 'max-age=5', 'X-Team': 'blue' } });
    expect([...headers]).toEqual([
      ['cache-control', 'max-age=5'],
      ['x-edgeway-metadata', '{"a":1}'],
      ['x-team', 'blue'],
    ]);
    expect(own.get('cache-control')).toBe('no-store');
  });

  it.each([['a b'], ['a:'], ['é\u0000']])('refuses a name that no header has: %j', (name) => {
    expect(() => wishedHeaders(new Headers(), { headers: { [name]: 'x' } })).toThrow(InvalidRequest);
  });

  it('refuses a value that would be two headers', () => {
    expect(() => wishedHeaders(new Headers(), { headers: { a: 'x\r\nb: y' } })).toThrow(InvalidRequest);
  });
});
