import { describe, expect, it } from 'vitest';
import { AnthropicStreamObserver } from '../../../../src/dialects/anthropic-messages/stream-observer.ts';

describe('AnthropicStreamObserver', () => {
  const observe = (observer: AnthropicStreamObserver, value: unknown, name: string | null = null) => {
    const data = typeof value === 'string' ? value : JSON.stringify(value);
    return observer.observe({ bytes: new Uint8Array(), data, name });
  };
  const delta = (fields: object) => ({ type: 'content_block_delta', index: 0, delta: fields });
  const start = (block: object) => ({ type: 'content_block_start', index: 0, content_block: block });

  it.each<[string, object]>([
    ['text', delta({ type: 'text_delta', text: 'a' })],
    ['thinking', delta({ type: 'thinking_delta', thinking: 'a' })],
    ['a signature', delta({ type: 'signature_delta', signature: 'a' })],
    ['arguments', delta({ type: 'input_json_delta', partial_json: '{' })],
    ['a citation', delta({ type: 'citations_delta', citation: {} })],
    ['redacted thinking, which comes whole (wire 18)', start({ type: 'redacted_thinking', data: 'a' })],
    ['a result, which comes whole', start({ type: 'web_search_tool_result', content: [] })],
    ['a block that begins with text', start({ type: 'text', text: 'a' })],
  ])('takes %s for content', (_, event) => {
    expect(observe(new AnthropicStreamObserver(), event)).toBe('content');
  });

  it.each<[string, object]>([
    ['the preamble', { type: 'message_start', message: {} }],
    ['a ping', { type: 'ping' }],
    ['an empty text', delta({ type: 'text_delta', text: '' })],
    ['empty arguments (wire 37)', delta({ type: 'input_json_delta', partial_json: '' })],
    ['a block that begins', start({ type: 'thinking', thinking: '', signature: '' })],
    ['a call that begins', start({ type: 'tool_use', id: 'a', name: 'b', input: {} })],
    ['the end of a block', { type: 'content_block_stop', index: 0 }],
    [
      'usage beside the stop reason',
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
    ],
  ])('does not take %s for content (C15)', (_, event) => {
    expect(observe(new AnthropicStreamObserver(), event)).toBe('other');
  });

  it('is complete with `message_stop` and not before (C13)', () => {
    const observer = new AnthropicStreamObserver();
    observe(observer, { type: 'message_delta', delta: { stop_reason: 'end_turn' } });
    expect(observer.isComplete).toBe(false);
    observe(observer, { type: 'message_stop' });
    expect(observer.isComplete).toBe(true);
    expect(observer.doneMarker).toBeNull();
  });

  it('reads usage from both ends, the last value of each counter, the cache included (wire 55, 58)', () => {
    const observer = new AnthropicStreamObserver();
    expect(observer.usage).toBeNull();
    const first = { input_tokens: 43, cache_read_input_tokens: 7, output_tokens: 1 };
    observe(observer, { type: 'message_start', message: { usage: first } });
    observe(observer, { type: 'message_delta', delta: {}, usage: { input_tokens: 61, output_tokens: 2 } });
    expect(observer.usage).toMatchObject({
      inputTokens: 68,
      cacheReadTokens: 7,
      outputTokens: 2,
      estimated: false,
    });
  });

  it('counts what was written', () => {
    const observer = new AnthropicStreamObserver();
    observe(observer, start({ type: 'tool_use', id: 'a', name: 'look', input: {} }));
    observe(observer, delta({ type: 'input_json_delta', partial_json: '{}' }));
    observe(observer, delta({ type: 'text_delta', text: 'abc' }));
    expect(observer.outputCharacters).toBe(9);
  });

  it.each<[string, unknown, string | null]>([
    ['by its type', { type: 'error', error: { type: 'api_error', message: 'x' } }, null],
    ['by its name', { message: 'x' }, 'error'],
    ['that is no JSON', 'upstream died', 'error'],
  ])('sees an error %s (wire 65)', (_, value, name) => {
    const observer = new AnthropicStreamObserver();
    expect(observe(observer, value, name)).toBe('error');
    expect(observer.error).toEqual(value);
  });

  it('passes over what it cannot read', () => {
    const observer = new AnthropicStreamObserver();
    expect(observe(observer, '{"type":')).toBe('other');
    expect(observer.observe({ bytes: new Uint8Array(), data: null, name: null })).toBe('other');
  });
});
