import { describe, expect, it } from 'vitest';
import { readErrorFields } from '../../../../src/dialects/anthropic-messages/error-fields.ts';

describe('readErrorFields', () => {
  it.each([
    [
      {
        type: 'error',
        error: { type: 'overloaded_error', message: 'Overloaded', details: null },
        request_id: 'r',
      },
      { message: 'Overloaded', type: 'overloaded_error', param: null, code: null },
    ],
    [{ error: { message: 'No', code: 'c' } }, { message: 'No', type: null, param: null, code: 'c' }],
    [
      { type: 'error', message: 'Flat' },
      { message: 'Flat', type: null, param: null, code: null },
    ],
    [{ error: 'Text' }, { message: 'Text', type: null, param: null, code: null }],
    [{ type: 'error' }, null],
    ['Bad gateway', null],
    [null, null],
  ])('reads %j', (value, expected) => {
    expect(readErrorFields(value)).toEqual(expected);
  });
});
