/** Messages, put together from their streams. */
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../../src/dialects/anthropic-messages/codec.ts';
import type { JsonObject, Part } from '../../../../src/dialects/canonical.ts';
import { toEvents } from '../../../support/aggregate.ts';
import { asWritten, collect, retellBytes } from '../../../support/stored-answers.ts';
import { answer, call, encodeStream, PAGE, request, sse, text, thought } from './support.ts';
import { call as callBlock, SENTENCE, text as textBlock, whole } from './whole-messages.ts';

const { stored } = anthropicMessages;
const bytesOf = (body: JsonObject) => new Uint8Array(retellBytes(stored, body));

const start = (fields: JsonObject = {}): JsonObject => ({
  type: 'message_start',
  message: whole([], { stop_reason: null, usage: { input_tokens: 43, output_tokens: 1 }, ...fields }),
});
const block = (index: number, content_block: JsonObject, ...deltas: JsonObject[]): JsonObject[] => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
];
const end = (fields: JsonObject = {}): JsonObject => ({
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage: { output_tokens: 5 },
  ...fields,
});
const STOP = { type: 'message_stop' };
const HELLO = block(0, { type: 'text', text: '' }, { type: 'text_delta', text: 'Hello' });
const put = (...events: JsonObject[]): JsonObject | null => collect(stored, sse(...events));

describe('a message put together from its stream', () => {
  it('has the last of what was told', () => {
    const context_management = { applied_edits: [] };
    const delta = { stop_reason: 'stop_sequence', stop_sequence: 'x', container: { id: 'c' } };
    const usage = { input_tokens: 61, output_tokens: 5, cache_read_input_tokens: null }; // wire 58
    const first = start({
      usage: { input_tokens: 43, cache_read_input_tokens: 7, output_tokens: 1, tier: 'a' },
    });
    expect(put(first, { type: 'ping' }, ...HELLO, end({ delta, usage, context_management }), STOP)).toEqual({
      ...whole([textBlock('Hello')]),
      ...delta,
      context_management,
      usage: { input_tokens: 61, cache_read_input_tokens: 7, output_tokens: 5, tier: 'a' },
    });
  });

  it('keeps what one of several ends has said', () => {
    const later = end({ delta: { stop_reason: null }, usage: { output_tokens: 6 } });
    expect(put(start(), ...HELLO, end(), later, STOP)).toMatchObject({
      stop_reason: 'end_turn',
      usage: { output_tokens: 6 },
    });
  });

  it('has every kind of block', () => {
    const cited = { type: 'page_location', cited_text: 'a' };
    const thinking = { type: 'thinking', thinking: '', signature: '' };
    const compaction = { type: 'compaction', content: null };
    const result = { type: 'web_search_tool_result', tool_use_id: 's', content: [] };
    const input = (...pieces: string[]) =>
      pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json }));
    const message = put(
      start(),
      ...block(
        0,
        thinking,
        { type: 'thinking_delta', thinking: 'H' },
        { type: 'thinking_delta', thinking: 'm' },
        { type: 'signature_delta', signature: 'sig' },
      ),
      ...block(1, { type: 'redacted_thinking', data: 'x' }),
      ...block(
        2,
        { type: 'text', text: '', citations: [] },
        { type: 'citations_delta', citation: cited },
        { type: 'text_delta', text: 'a' },
      ),
      ...block(3, callBlock(1, {}), ...input('', '{"id": 12345678901234', '56789}')),
      ...block(4, callBlock(2, {}), ...input('')), // wire 37
      ...block(5, callBlock(3, { at: 'once' })),
      ...block(6, compaction, { type: 'compaction_delta', content: 'Before', encrypted_content: 'e' }),
      ...block(7, result),
      end(),
      STOP,
    );
    expect(JSON.stringify(message?.content)).toBe(
      JSON.stringify([
        { type: 'thinking', thinking: 'Hm', signature: 'sig' },
        { type: 'redacted_thinking', data: 'x' },
        { type: 'text', text: 'a', citations: [cited] },
        callBlock(1, { id: JSON.rawJSON('1234567890123456789') }),
        callBlock(2, {}),
        callBlock(3, { at: 'once' }),
        { type: 'compaction', content: 'Before', encrypted_content: 'e' },
        result,
      ]),
    );
  });

  it('names the model that answered in the end', () => {
    const fallback = { type: 'fallback', to: { model: 'claude-sonnet-4-6' } };
    expect(put(start(), ...block(0, fallback), end(), STOP)?.model).toBe('claude-sonnet-4-6');
  });

  it('passes over what it does not know, and what imitators add', () => {
    const body = collect(
      stored,
      `: hi\n\n${sse(start(), ...HELLO, { type: 'event_of_tomorrow' }, end(), STOP)}data: [DONE]\n\n`,
    );
    expect(body?.content).toEqual([textBlock('Hello')]);
  });

  const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
  it.each([
    ['has no end', [start(), ...HELLO, end()]],
    ['has no reason for its end', [start(), ...HELLO, STOP]],
    ['has no beginning', [...HELLO, end(), STOP]],
    ['begins twice', [start(), start(), ...HELLO, end(), STOP]],
    ['begins in the middle', [start({ content: [textBlock('a')] }), ...HELLO, end(), STOP]],
    ['is an error (wire 65)', [error]],
    ['has an error', [start(), ...HELLO, error, end(), STOP]],
    ['has an error at its end', [start(), ...HELLO, end(), STOP, error]],
    ['has a delta of no block', [start(), { type: 'content_block_delta', index: 0, delta: {} }, end(), STOP]],
    ['has a delta of tomorrow', [start(), ...block(0, textBlock(''), { type: 'new_delta' }), end(), STOP]],
    ['tells a block twice', [start(), ...HELLO, ...HELLO, end(), STOP]],
    [
      'breaks a call off',
      [
        start(),
        ...block(0, callBlock(1, {}), { type: 'input_json_delta', partial_json: '{"a' }),
        end(),
        STOP,
      ],
    ],
  ])('is none if the stream %s', (_, events) => {
    expect(put(...events)).toBeNull();
  });

  it('is none if an event is no JSON', () => {
    expect(collect(stored, `data: {"type\n\n${sse(start(), ...HELLO, end(), STOP)}`)).toBeNull();
  });

  const proven: Part = { ...call('c', '{"a":1}'), signature: { signer: 'google', value: 'sig' } } as Part;
  it.each<[string, Part[]]>([
    ['texts with citations', [text(SENTENCE), { type: 'text', text: 'b', citations: [PAGE] }]],
    ['thoughts of others', [thought('Hm', 'sig', 'openai'), text('a')]],
    ['calls', [text('a'), call('b.1'), call('b:1', '{"at":"x"}'), proven]],
    ['a refusal', [{ type: 'refusal', text: 'No.' }]],
    ['nothing', []],
  ])('is what the door writes whole: %s', (_, parts) => {
    const canonical = answer(parts);
    const written = anthropicMessages.encodeAnswer(canonical, request());
    expect(collect(stored, encodeStream(toEvents(canonical, 3)).bytes)).toEqual(asWritten(written));
    expect(collect(stored, bytesOf(written))).toEqual(asWritten(written));
  });
});
