import { describe, expect, it } from 'vitest';
import { checkRepeatedModel } from '../../../src/dialects/request-checks.ts';
import { refusedField } from '../../support/refused-field.ts';

describe('checkRepeatedModel', () => {
  it.each([
    {},
    { model: null },
    { model: 'fast' },
    { model: 'models/fast' },
    { requests: [{ content: {} }, { model: 'models/fast' }] },
    { generateContentRequest: { model: 'models/fast' }, generate_content_request: {} },
    { requests: 'none', generateContentRequest: 7 },
  ])('takes %j', (body) => {
    expect(() => checkRepeatedModel('fast', body)).not.toThrow();
  });

  it.each<[string, Record<string, unknown>]>([
    ['model', { model: 'models/slow' }],
    ['model', { model: 'FAST' }],
    ['model', { model: 'models/models/fast' }],
    ['model', { model: ['fast'] }],
    ['requests[1].model', { requests: [{ model: 'fast' }, { model: 'models/fast/../slow' }] }],
    ['generateContentRequest.model', { generateContentRequest: { model: 'slow' } }],
    ['generate_content_request.model', { generate_content_request: { model: 'slow' } }],
  ])('traps H6: names %s of what names another model', (field, body) => {
    expect(refusedField(() => checkRepeatedModel('fast', body))).toBe(field);
  });
});
