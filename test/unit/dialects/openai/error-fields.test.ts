import { describe, expect, it } from 'vitest';
import { hasErrorPayload, readErrorFields } from '../../../../src/dialects/openai/error-fields.ts';

describe('readErrorFields', () => {
  it.each([
    [
      '`error` as an object',
      { error: { message: 'Too long', type: 'invalid', param: 'messages', code: 'too_long' } },
      { message: 'Too long', type: 'invalid', param: 'messages', code: 'too_long' },
    ],
    [
      'a flat object',
      { message: 'Too long', type: 'invalid', param: 'prompt', code: 'too_long', id: 1 },
      { message: 'Too long', type: 'invalid', param: 'prompt', code: 'too_long' },
    ],
    [
      '`detail`',
      { detail: 'Unauthorized' },
      { message: 'Unauthorized', type: null, param: null, code: null },
    ],
    [
      '`detail` as a list',
      { detail: [{ loc: ['body', 'top_p'], msg: 'too large' }, { msg: 'and odd' }, 'x'] },
      { message: 'too large; and odd; x', type: null, param: null, code: null },
    ],
    [
      '`id` and `message`',
      { id: 'a', message: 'no model' },
      { message: 'no model', type: null, param: null, code: null },
    ],
    [
      '`error` as a string, and `code` as a sentence',
      { code: 'The service is unavailable', error: 'Try later' },
      { message: 'Try later', type: null, param: null, code: 'The service is unavailable' },
    ],
    [
      '`code` as a number',
      { error: { message: 'Too long', type: 'bad', code: 400 } },
      { message: 'Too long', type: 'bad', param: null, code: '400' },
    ],
    [
      'a list, with a status in words',
      [{ error: { code: 429, message: 'Quota', status: 'RESOURCE_EXHAUSTED', details: [] } }],
      { message: 'Quota', type: 'RESOURCE_EXHAUSTED', param: null, code: '429' },
    ],
    [
      'a type beside the error object',
      { type: 'error', error: { message: 'Overloaded' } },
      { message: 'Overloaded', type: 'error', param: null, code: null },
    ],
    ['an error object without words', { error: {} }, { message: null, type: null, param: null, code: null }],
    [
      'nulls and empty texts',
      { error: { message: 'x', type: '', param: null, code: '' } },
      { message: 'x', type: null, param: null, code: null },
    ],
  ])('wire 75: reads %s', (_, body, fields) => {
    expect(readErrorFields(body)).toEqual(fields);
  });

  it.each([
    undefined,
    null,
    'Service Unavailable',
    503,
    true,
    [],
    [[]],
    {},
    { error: null },
    { error: '' },
    { detail: [] },
    { status: 503 },
    { message: { a: 1 } },
  ])('wire 76: takes %j for no error object', (body) => {
    expect(readErrorFields(body)).toBeNull();
  });
});

describe('hasErrorPayload', () => {
  it.each([
    { error: { message: 'x' } },
    { error: {} },
    { error: 'x' },
    { object: 'error', message: 'x' },
    { type: 'error', message: 'x' },
    { type: 'error', error: { message: 'x' } },
  ])('wire 65: is true of %j', (value) => {
    expect(hasErrorPayload(value)).toBe(true);
  });

  it.each([
    null,
    'error',
    [],
    {},
    { error: null },
    { error: '' },
    { error: false },
    { choices: [], error: null },
    { type: 'error.like' },
    { message: 'x' },
    { object: 'list', data: [] },
  ])('is false of %j', (value) => {
    expect(hasErrorPayload(value)).toBe(false);
  });
});
