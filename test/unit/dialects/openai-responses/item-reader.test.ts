import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { added, call, completed, created, done, message, plain, read, textDelta } from './events.ts';

describe('items of a stream', () => {
  it.each([
    [
      'arguments',
      [
        added(0, call()),
        { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"a":1}' },
      ],
      ['{"a":1}'],
    ],
    [
      'a custom input',
      [
        added(0, { type: 'custom_tool_call', call_id: 'c', name: 'n', input: '' }),
        { type: 'response.custom_tool_call_input.done', output_index: 0, input: 'a' },
      ],
      ['a'],
    ],
    [
      'a text',
      [{ type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'Hi' }],
      ['Hi'],
    ],
    [
      'a refusal',
      [{ type: 'response.refusal.done', output_index: 0, content_index: 0, refusal: 'No' }],
      ['No'],
    ],
    [
      'a summary',
      [{ type: 'response.reasoning_summary_text.done', output_index: 0, summary_index: 0, text: 'Hm' }],
      ['Hm'],
    ],
    ['an item', [done(0, message('Hi', 'there')), done(1, call('{"a":1}'))], ['Hi', 'there', '{"a":1}']],
    ['the rest of a text', [textDelta(0, 'H'), done(0, message('Hi'))], ['Hi']],
    ['the response', [], ['Hi', '{"a":1}']],
  ])('wire 44: takes what comes whole only: %s', (_, events: JsonObject[], expected) => {
    const output = events.length === 0 ? [message('Hi'), call('{"a":1}')] : [];
    expect(plain(read(created, ...events, completed(output)).answer)).toEqual(expected);
  });

  it('joins the sections of a summary as the whole item is read', () => {
    const delta = (summary_index: number, text: string) => ({
      type: 'response.reasoning_summary_text.delta',
      output_index: 0,
      summary_index,
      delta: text,
    });
    const item = {
      type: 'reasoning',
      summary: [{ text: 'One.' }, { text: 'Two.' }],
      encrypted_content: 'gAAA',
    };
    const { parts } = read(
      created,
      delta(0, 'On'),
      delta(0, 'e.'),
      delta(1, 'Two.'),
      done(0, item),
      completed(),
    );
    expect(parts).toEqual([
      { type: 'reasoning', text: 'One.\n\nTwo.', signature: 'gAAA', redacted: null, signer: 'openai' },
    ]);
  });

  it('takes the proof of the item that is done, not of the one that was added', () => {
    const item = { type: 'reasoning', summary: [], encrypted_content: 'early' };
    const { parts } = read(
      created,
      added(0, item),
      done(0, { ...item, encrypted_content: 'late' }),
      completed(),
    );
    expect(parts).toMatchObject([{ signature: 'late' }]);
  });

  it('tells annotations and log probabilities once', () => {
    const annotation = {
      type: 'url_citation',
      start_index: 0,
      end_index: 2,
      url: 'https://a.example',
      title: 'A',
    };
    const logprobs = [{ token: 'Hi', logprob: -0.1, bytes: [72, 105], top_logprobs: [] }];
    const content = [{ type: 'output_text', text: 'Hi', annotations: [annotation], logprobs }];
    const { answer, parts } = read(
      created,
      textDelta(0, 'Hi', { logprobs }),
      { type: 'response.output_text.annotation.added', output_index: 0, content_index: 0, annotation },
      { type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'Hi', logprobs },
      done(0, { type: 'message', content }),
      completed([{ type: 'message', content }]),
    );
    expect(parts).toMatchObject([{ citations: [{ url: 'https://a.example' }] }]);
    expect(answer?.choices[0]?.logprobs).toEqual(logprobs);
  });

  it('hands the vendor’s own tools on when they are done', () => {
    const item = { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } };
    const { parts } = read(
      created,
      added(0, { type: 'web_search_call', id: 'ws_1', status: 'in_progress' }),
      { type: 'response.web_search_call.searching', output_index: 0 },
      done(0, item),
      completed([item]),
    );
    expect(parts).toEqual([{ type: 'opaque', dialect: 'openai-responses', value: item }]);
  });

  it('passes over what comes for an item that is done', () => {
    const { answer } = read(
      created,
      textDelta(0, 'Hi'),
      done(0, message('Hi')),
      textDelta(0, '!'),
      completed(),
    );
    expect(plain(answer)).toEqual(['Hi']);
  });
});
