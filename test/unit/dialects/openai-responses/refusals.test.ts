import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { InvalidRequest } from '../../../../src/errors.ts';
import { countingCodec } from './support.ts';

function refusalOf(body: JsonObject): { param: string | null; message: string } {
  try {
    countingCodec().decodeRequest({ input: 'Hi', ...body });
  } catch (error) {
    if (error instanceof InvalidRequest) return { param: error.param, message: error.message };
    throw error;
  }
  throw new Error('it was not refused');
}

describe('refusals', () => {
  it.each([
    ['previous_response_id', { previous_response_id: 'resp_1' }],
    ['conversation', { conversation: 'conv_1' }],
    ['prompt', { prompt: { id: 'pmpt_1' } }],
    ['background', { background: true }],
    ['input[0]', { input: [{ type: 'item_reference', id: 'rs_1' }] }],
    ['input[0]', { input: [{ id: 'rs_1' }] }],
    ['input[0]', { input: ['Hi'] }],
    ['input[0].type', { input: [{}] }],
    ['input[0].role', { input: [{ role: 'robot', content: 'Hi' }] }],
    ['input[0].content', { input: [{ role: 'user', content: 5 }] }],
    ['input[0].content[0].type', { input: [{ role: 'user', content: [{ type: 'video' }] }] }],
    [
      'input[0].content[0].file_data',
      { input: [{ role: 'user', content: [{ type: 'input_file', file_data: 'AAAA' }] }] },
    ],
    ['input[0].call_id', { input: [{ type: 'function_call', name: 'look', arguments: '{}' }] }],
    ['input[0].output', { input: [{ type: 'function_call_output', call_id: 'call_1' }] }],
    ['input', { input: 5 }],
    ['input', { input: undefined }],
    ['instructions', { instructions: [] }],
    ['tools[0].name', { tools: [{ type: 'function' }] }],
    ['tool_choice.type', { tool_choice: { type: 'web_search' } }],
    ['tool_choice', { tool_choice: 'perhaps' }],
    ['text.format.type', { text: { format: { type: 'yaml' } } }],
    ['max_output_tokens', { max_output_tokens: 0 }],
    ['temperature', { temperature: 'hot' }],
    ['stream', { stream: 'yes' }],
    ['reasoning', { reasoning: 'hard' }],
  ])('names %s in %j', (param, body) => {
    expect(refusalOf(body).param).toBe(param);
  });

  it('says what a reference is', () => {
    expect(refusalOf({ input: [{ type: 'item_reference', id: 'rs_1' }] }).message).toContain(
      'item_reference',
    );
  });
});
