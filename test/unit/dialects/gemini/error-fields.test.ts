import { describe, expect, it } from 'vitest';
import { gemini } from '../../../../src/dialects/gemini/codec.ts';

describe('errors of Gemini', () => {
  const error = {
    code: 429,
    message: 'Slow down',
    status: 'RESOURCE_EXHAUSTED',
    details: [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3.25s' },
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED' },
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'contents[0]' }] },
    ],
  };
  it('wire 73: are read with the delay that only their body tells, also from an array', () => {
    const expected = {
      message: 'Slow down',
      type: 'RESOURCE_EXHAUSTED',
      param: 'contents[0]',
      code: 'RATE_LIMIT_EXCEEDED',
      retryAfterMs: 3250,
    };
    expect(gemini.readError({ error }, new Headers())).toEqual(expected);
    expect(gemini.readError([{ error }], new Headers())).toEqual(expected);
  });

  it.each([null, 'no', {}, [], { message: 'not Google’s' }, { error: {} }, { error: 7 }])(
    '%j is none',
    (body) => {
      expect(gemini.readError(body, new Headers())).toBeNull();
    },
  );

  it.each([
    [400, 'INVALID_ARGUMENT'],
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [413, 'INVALID_ARGUMENT'],
    [429, 'RESOURCE_EXHAUSTED'],
    [500, 'INTERNAL'],
    [502, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
    [504, 'DEADLINE_EXCEEDED'],
  ])('are written for %i as %s', (status, word) => {
    const wire = {
      status,
      headers: { 'retry-after': '3' },
      error: { message: 'M', type: 't', param: 'p', code: 'our_code', provider_code: 'X' },
    };
    expect(gemini.encodeError(wire, 'req_1')).toEqual({
      error: {
        code: status,
        message: 'M',
        status: word,
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'our_code',
            domain: 'edgeway',
            metadata: { param: 'p', provider_code: 'X' },
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3s' },
        ],
      },
    });
  });
});
