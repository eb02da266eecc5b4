import type { MessageCountTokensParams } from '@anthropic-ai/sdk/resources/messages/messages';
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../../src/dialects/anthropic-messages/codec.ts';
import {
  decodeCountRequest,
  decodeRequest,
} from '../../../../src/dialects/anthropic-messages/decode-request.ts';
import { MODEL, request, TOOL, user } from './support.ts';

const { counting } = anthropicMessages;
const messages = [{ role: 'user', content: 'Hi' }];

describe('counting tokens', () => {
  it('sends what counts, and nothing that the endpoint refuses', () => {
    const asked = request({
      turns: [{ role: 'system', parts: [{ type: 'text', text: 'Be brief' }] }, user('Hi')],
      tools: [TOOL],
      toolChoice: { kind: 'auto' },
      reasoning: { isEnabled: true, effort: null, budgetTokens: 2000 },
      maxOutputTokens: 9000,
      temperature: 0.5,
      topK: 3,
      seed: 1,
      choices: 2,
      stop: ['END'],
      user: 'u',
      metadata: { team: 'a' },
      serviceTier: 'auto',
      wantsStream: true,
      extra: {
        'anthropic-messages': { container: 'c', output_config: { task_budget: { total: 5 } } },
        'openai-chat': { logit_bias: { 1: 1 } },
      },
    });
    const expected = {
      model: MODEL,
      system: [{ type: 'text', text: 'Be brief' }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      tools: [{ name: 'look', input_schema: { type: 'object', properties: { at: { type: 'string' } } } }],
      tool_choice: { type: 'auto' },
      thinking: { type: 'enabled', budget_tokens: 2000 },
    } satisfies MessageCountTokensParams;
    expect(counting?.encodeRequest(asked, { model: MODEL })).toEqual({
      body: { ...expected, output_config: { task_budget: { total: 5 } } },
      dropped: [],
    });
    expect(counting?.path({ model: MODEL, wantsStream: false })).toBe('/messages/count_tokens');
  });

  it('names what counts and cannot be said', () => {
    const asked = request({ turns: [{ ...user('Hi'), name: 'Ann' }] });
    expect(counting?.encodeRequest(asked, { model: MODEL }).dropped).toEqual(['messages.name']);
  });

  it('reads a request without a limit, which an answer would need', () => {
    expect(decodeCountRequest({ model: 'm', messages })).toMatchObject({ maxOutputTokens: null });
    expect(decodeCountRequest({ model: 'm', messages, max_tokens: 5 })).toMatchObject({ maxOutputTokens: 5 });
    expect(() => decodeRequest({ model: 'm', messages })).toThrow('max_tokens');
    expect(() => decodeCountRequest({ model: 'm', messages: [] })).toThrow('messages');
  });

  it.each([
    [{ input_tokens: 12 }, 12],
    [{ input_tokens: 0, context_management: {} }, 0],
    [{ input_tokens: '12' }, null],
    [{}, null],
    [null, null],
  ])('reads %j as %s', (body, count) => {
    expect(counting?.decodeAnswer(body)).toBe(count);
  });
});
