import { describe, expect, it } from 'vitest';
import { ChoiceStreamObserver } from '../../../../src/dialects/openai-chat/choice-stream-observer.ts';
import { SseSplitter } from '../../../../src/streaming/sse.ts';

const encoder = new TextEncoder();

/** One event, of a value or of the text that stands behind `data: `. */
function event(data: unknown, name: string | null = null) {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return { bytes: encoder.encode(`data: ${text}\n\n`), data: text, name };
}

const chunk = (...choices: object[]) => ({ object: 'chat.completion.chunk', choices });
const delta = (fields: object, more: object = {}) =>
  chunk({ index: 0, delta: fields, finish_reason: null, ...more });
const finish = (index = 0, reason = 'stop') => chunk({ index, delta: {}, finish_reason: reason });
const USAGE = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };

const create = (doneIsEnd = false, choices = 1) => new ChoiceStreamObserver({ doneIsEnd, choices });

function observe(...values: unknown[]) {
  const observer = create();
  const meanings = values.map((value) => observer.observe(event(value)));
  return { observer, meanings };
}

describe('content', () => {
  it.each([
    ['text', { content: 'Hi' }],
    ['a refusal (wire 51)', { refusal: 'No' }],
    ['reasoning', { reasoning_content: 'Hm' }],
    ['reasoning under another name', { reasoning: 'Hm' }],
    ['reasoning blocks', { reasoning_details: [{ type: 'reasoning.encrypted', data: 'x' }] }],
    ['audio', { audio: { data: 'AAAA' } }],
    ['a tool call', { tool_calls: [{ index: 0, id: 'call_1', function: { name: 'f', arguments: '' } }] }],
    ['a custom tool call (wire 42)', { tool_calls: [{ index: 0, custom: { name: 'f', input: 'x' } }] }],
    ['a function call of old', { function_call: { name: 'f', arguments: '' } }],
    ['parts of text and thinking (wire 24)', { content: [{ type: 'thinking', thinking: [{ text: 'Hm' }] }] }],
  ])('is %s', (_, fields) => {
    expect(observe(delta(fields)).meanings).toEqual(['content']);
  });

  it.each([
    ['a role alone', { role: 'assistant' }],
    ['a role with an empty text', { role: 'assistant', content: '' }],
    ['wire 25: nulls', { role: null, content: null, reasoning_content: null, tool_calls: null }],
    ['an empty delta', {}],
    ['empty lists', { tool_calls: [], reasoning_details: [], content: [] }],
  ])('traps C15: is not %s', (_, fields) => {
    expect(observe(delta(fields)).meanings).toEqual(['other']);
  });

  it('wire 27: is found in the chunk that finishes', () => {
    const { observer, meanings } = observe(
      chunk({ index: 0, delta: { content: 'end' }, finish_reason: 'stop' }),
    );
    expect(meanings).toEqual(['content']);
    expect(observer.isComplete).toBe(true);
  });

  it('is found in legacy completions', () => {
    const { observer, meanings } = observe(
      { object: 'text_completion', choices: [{ index: 0, text: 'Hello', finish_reason: null }] },
      { object: 'text_completion', choices: [{ index: 0, text: '', finish_reason: 'length' }] },
    );
    expect(meanings).toEqual(['content', 'other']);
    expect(observer).toMatchObject({ outputCharacters: 5, isComplete: true });
  });

  it('wire 26: counts text once that a provider sends twice', () => {
    const { observer } = observe(
      chunk({ index: 0, delta: { content: 'ab' }, message: { content: 'ab' }, text: 'ab' }),
      chunk({ index: 0, delta: { content: 'cd' }, message: { content: 'abcd' }, text: 'cd' }),
      delta({ reasoning: 'ef', reasoning_content: 'ef', reasoning_details: [{ text: 'ef' }] }),
    );
    expect(observer.outputCharacters).toBe(6);
  });

  it('counts the characters of all that was generated', () => {
    const { observer } = observe(
      delta({ content: 'ab', refusal: 'c' }),
      delta({
        content: [
          { type: 'text', text: 'de' },
          { type: 'thinking', thinking: [{ text: 'f' }] },
        ],
      }),
      delta({ tool_calls: [{ index: 0, function: { name: 'gh', arguments: '{}' } }] }),
      delta({ tool_calls: [{ index: 1, custom: { name: 'i', input: 'jk' } }, null] }),
    );
    expect(observer.outputCharacters).toBe(13);
  });
});

describe('usage', () => {
  it('is read from a chunk without choices, which means nothing else', () => {
    const { observer, meanings } = observe(delta({ content: 'a' }), { choices: [], usage: USAGE });
    expect(meanings).toEqual(['content', 'usage']);
    expect(observer.usage).toMatchObject({ inputTokens: 9, outputTokens: 4 });
  });

  it.each([
    ['a chunk with a finish reason', { ...finish(), usage: USAGE }],
    ['traps C1: a choice without delta', { ...chunk({ index: 0, finish_reason: 'stop' }), usage: USAGE }],
    ['traps C1: a chunk without choices at all', { usage: USAGE }],
    ['traps C1: `choices: null`', { choices: null, usage: USAGE }],
    ['wire 62: a vendor’s extension', { ...finish(), x_groq: { usage: USAGE } }],
  ])('traps C1: is read from %s', (_, value) => {
    expect(observe(value).observer.usage).toMatchObject({ inputTokens: 9, outputTokens: 4 });
  });

  it('wire 57: is the last one of running totals, never their sum', () => {
    const totals = [1, 2, 3].map((completion_tokens) => ({
      ...delta({ content: 'x' }),
      usage: { prompt_tokens: 15 - completion_tokens, completion_tokens, total_tokens: 15 },
    }));
    expect(observe(...totals).observer.usage).toMatchObject({ inputTokens: 12, outputTokens: 3 });
  });

  it.each([
    { ...delta({ content: 'x' }), usage: null },
    { choices: [], usage: { prompt_tokens: null, completion_tokens: null } },
    { choices: [], usage: { prompt_tokens_details: { cached_tokens: 0 } } },
    { choices: [], usage: { prompt_tokens: 9, prompt_tokens_details: { cached_tokens: 0 } } },
  ])('traps C2: stays the last complete one when %j follows', (later) => {
    const { observer } = observe({ choices: [], usage: USAGE }, later);
    expect(observer.usage).toMatchObject({ inputTokens: 9, outputTokens: 4 });
  });

  it('traps C4, B5: is read after the finish reason and after [DONE]', () => {
    const { observer } = observe(finish(), '[DONE]', { choices: [], usage: USAGE });
    expect(observer.usage).toMatchObject({ inputTokens: 9 });
  });

  it.each([
    { id: '', model: '', choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
    { choices: [], usage: USAGE, moderation: { flagged: false } },
    { choices: [] },
  ])('wire 23: does not take %j for a chunk that is there for usage alone', (value) => {
    expect(observe(value).meanings).toEqual(['other']);
  });
});

describe('the end', () => {
  it('has come once every choice has its finish reason', () => {
    const { observer } = observe(delta({ content: 'a' }), chunk({ index: 1, delta: { content: 'b' } }));
    expect(observer.isComplete).toBe(false);
    observer.observe(event(finish(0)));
    expect(observer.isComplete).toBe(false);
    observer.observe(event(finish(1, 'length')));
    expect(observer.isComplete).toBe(true);
  });

  it('wire 48: stays when a finish reason comes twice, or chunks come behind it', () => {
    const { observer } = observe(delta({ content: 'a' }), finish(), { ...finish(), usage: USAGE }, delta({}));
    expect(observer.isComplete).toBe(true);
  });

  it.each(['eos', 'eos_token', 'content_filter', 'tool_calls', 'made_up'])(
    'wire 49: has come with the finish reason %s',
    (reason) => {
      expect(observe(finish(0, reason)).observer.isComplete).toBe(true);
    },
  );

  it('wire 47: has come with `finish_details`', () => {
    const value = chunk({ index: 0, delta: {}, finish_details: { type: 'stop', stop: '<|end|>' } });
    expect(observe(value).observer.isComplete).toBe(true);
  });

  it.each([
    [],
    ['[DONE]'],
    [' [DONE] '],
    [delta({ content: 'a' }), '[DONE]'],
    [chunk({ index: 0, delta: {}, finish_reason: '' })],
  ])('traps C13: has not come without a finish reason: %j', (...values) => {
    expect(observe(...values).observer.isComplete).toBe(false);
  });

  it('has come with [DONE] for a vendor that never sends a finish reason, and not before', () => {
    const observer = create(true);
    observer.observe(event(delta({ content: 'a' })));
    expect(observer.isComplete).toBe(false);
    expect(observer.observe(event('[DONE]'))).toBe('done');
    expect(observer.isComplete).toBe(true);
  });

  it('waits for a choice that was asked for and has not begun, unless [DONE] says that it never will', () => {
    const observer = create(false, 2);
    observer.observe(event(finish(0)));
    expect(observer.isComplete).toBe(false);
    observer.observe(event('[DONE]'));
    expect(observer.isComplete).toBe(true);
  });

  it('counts choices without an index by their place', () => {
    const { observer } = observe({ choices: [{ delta: { content: 'a' } }, { delta: { content: 'b' } }] });
    observer.observe(event({ choices: [{ delta: {}, finish_reason: 'stop' }] }));
    expect(observer.isComplete).toBe(false);
  });
});

describe('errors', () => {
  it.each([
    ['an error object', { error: { message: 'overloaded', code: 503 } }],
    ['a string', { error: 'overloaded' }],
    ['wire 66: an error beside choices', { ...finish(0, 'error'), error: { message: 'overloaded' } }],
    ['a typed event', { type: 'error', message: 'overloaded' }],
    ['a flat object', { object: 'error', message: 'overloaded' }],
  ])('are found in %s (traps C12)', (_, value) => {
    const { observer, meanings } = observe(value);
    expect(meanings).toEqual(['error']);
    expect(observer.error).toEqual(value);
  });

  it.each([{ message: 'tool failed' }, 'not JSON', '[1]'])(
    'wire 66: are whatever comes under the name `error`: %j',
    (value) => {
      const observer = create();
      expect(observer.observe(event(value, 'error'))).toBe('error');
      expect(observer.error).toEqual(value);
    },
  );

  it.each([
    { ...delta({ content: 'a' }), error: null },
    { ...delta({ content: 'a' }), error: '' },
  ])('are not seen in %j', (value) => {
    expect(observe(value).meanings).toEqual(['content']);
  });
});

describe('what means nothing', () => {
  it.each([
    '',
    '{',
    'null',
    '7',
    '"text"',
    '[]',
    '{"choices":[null]}',
    '{"choices":["x"]}',
    '{"choices":{}}',
    '{}',
  ])('traps B4: never throws, and is not content: %j', (data) => {
    expect(observe(data).meanings).toEqual(['other']);
  });

  it('is a comment or a lone field', () => {
    const splitter = new SseSplitter();
    const events = splitter.push(encoder.encode(': OPENROUTER PROCESSING\n\nevent: ping\n\nid: 4\n\n'));
    const observer = create();
    expect(events.map((one) => observer.observe(one))).toEqual(['other', 'other', 'other']);
  });
});
