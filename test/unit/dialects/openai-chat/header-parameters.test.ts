import { describe, expect, it } from 'vitest';
import { parseHeaderParameters } from '../../../../src/dialects/openai-chat/header-parameters.ts';

const read = (header: string) => {
  const parsed = parseHeaderParameters(header);
  return parsed === null ? null : [parsed.value, Object.fromEntries(parsed.parameters)];
};

describe('parseHeaderParameters', () => {
  it.each([
    ['form-data', ['form-data', {}]],
    ['Form-Data; NAME="Model"', ['form-data', { name: 'Model' }]],
    ['form-data;name=model;filename=f', ['form-data', { name: 'model', filename: 'f' }]],
    ['form-data ; name="a b" ; ', ['form-data', { name: 'a b' }]],
    ['form-data; name="a;b=c, \\"d\\" \\\\"', ['form-data', { name: 'a;b=c, "d" \\' }]],
    ['form-data; name="日本"', ['form-data', { name: '日本' }]],
    ['form-data; name=""', ['form-data', { name: '' }]],
    ['multipart/form-data; boundary=----=_Part_1', ['multipart/form-data', { boundary: '----=_Part_1' }]],
    ["form-data; filename*=UTF-8''a%20b", ['form-data', { 'filename*': "UTF-8''a%20b" }]],
  ])('reads %s', (header, expected) => {
    expect(read(header)).toEqual(expected);
  });

  it.each([
    '',
    ';',
    '; name=a',
    '"form-data"',
    'form-data name=a',
    'form-data, name=a',
    'form-data; name',
    'form-data; name=',
    'form-data; name =a',
    'form-data; name= a',
    'form-data; name="a',
    'form-data; name="a\\"',
    'form-data; name="a"b',
    'form-data; name="a""b"',
    'form-data; name=a"b"',
    'form-data; name=a\\b',
    'form-data; name=a; name=b',
    'form-data; name=a; Name=b',
    'form-data;; name=a',
    'form-data; name="a\r\nb"',
  ])('refuses %j, which parsers read in different ways', (header) => {
    expect(read(header)).toBeNull();
  });
});
