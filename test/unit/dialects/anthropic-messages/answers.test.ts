import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../../src/dialects/anthropic-messages/codec.ts';
import { FINISH_REASONS } from '../../../../src/dialects/anthropic-messages/stop-reasons.ts';
import type { CanonicalAnswer, Citation, JsonObject, Part } from '../../../../src/dialects/canonical.ts';
import { aggregate, toEvents } from '../../../support/aggregate.ts';
import { answer, call, decodeStream, encodeStream, request, sse, text, USAGE } from './support.ts';

const { decodeAnswer, encodeAnswer } = anthropicMessages;
const cited = (value: JsonObject): Citation => ({
  url: null,
  title: typeof value.document_title === 'string' ? value.document_title : null,
  citedText: 'c',
  span: null,
  native: { dialect: 'anthropic-messages', value },
});
const message = (fields: object = {}): JsonObject => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'Hi' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 4 },
  ...fields,
});

describe('decodeAnswer', () => {
  it.each(Object.entries(FINISH_REASONS))('reads the stop reason %s as %s (D14)', (native, finish) => {
    expect(decodeAnswer(message({ stop_reason: native }))?.choices[0]).toMatchObject({
      finish,
      nativeFinish: native,
    });
  });

  it('keeps the word of a stop reason that it does not know (D14)', () => {
    const [choice] = decodeAnswer(message({ stop_reason: 'tired' }))?.choices ?? [];
    expect(choice).toMatchObject({ finish: 'stop', nativeFinish: 'tired' });
  });

  it('ends in tool calls where a call is open, and not where it was answered within the turn (C8)', () => {
    const open = { type: 'tool_use', id: 'a', name: 'b', input: {} };
    const answered = { ...open, caller: { type: 'code_execution_20250825', tool_id: 's' } };
    expect(decodeAnswer(message({ content: [open] }))?.choices[0]?.finish).toBe('tool-calls');
    expect(decodeAnswer(message({ content: [answered] }))?.choices[0]?.finish).toBe('stop');
    expect(decodeAnswer(message({ content: [open], stop_reason: 'max_tokens' }))?.choices[0]?.finish).toBe(
      'length',
    );
  });

  it('counts the cache into the input (wire 55) and what only `iterations` say (wire 59)', () => {
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 5,
      output_tokens: 4,
    };
    expect(decodeAnswer(message({ usage }))?.usage).toMatchObject({
      inputTokens: 115,
      cacheReadTokens: 100,
      cacheWriteTokens: 5,
      outputTokens: 4,
    });
    const iterations = [
      { type: 'compaction', input_tokens: 1000, output_tokens: 50 },
      { type: 'message', input_tokens: 10, output_tokens: 4, cache_read_input_tokens: 100 },
    ];
    expect(decodeAnswer(message({ usage: { ...usage, iterations } }))?.usage).toMatchObject({
      inputTokens: 1115,
      outputTokens: 54,
    });
  });

  it('takes an empty answer for an answer (wire 20)', () => {
    expect(decodeAnswer(message({ content: [] }))?.choices[0]).toMatchObject({ parts: [], finish: 'stop' });
  });

  it.each([
    [{ type: 'error', error: { type: 'api_error', message: 'x' } }],
    [{ object: 'chat.completion', choices: [] }],
    [{ content: 'x', type: 'message' }],
    ['text'],
    [null],
  ])('is null for %j', (body) => {
    expect(decodeAnswer(body)).toBeNull();
  });
});

describe('encodeAnswer', () => {
  it('writes a message, the cache apart from the input again (G13)', () => {
    const told = answer([text('Hi'), call('toolu_1', '{"at":1}')], {
      finish: 'tool-calls',
      nativeFinish: 'tool_calls',
    });
    expect(encodeAnswer(told, request())).toEqual({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [
        { type: 'text', text: 'Hi' },
        { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 1 } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        input_tokens: 5,
        cache_read_input_tokens: 10,
        cache_creation_input_tokens: 15,
        output_tokens: 5,
        output_tokens_details: { thinking_tokens: 2 },
      },
    });
  });

  it.each([
    ['stop', 'stop', null, 'end_turn'],
    ['stop', 'stop', 'END', 'stop_sequence'],
    ['length', 'length', null, 'max_tokens'],
    ['length', 'model_context_window_exceeded', null, 'model_context_window_exceeded'],
    ['tool-calls', 'end_turn', null, 'tool_use'],
    ['content-filter', 'SAFETY', null, 'refusal'],
    ['pause', 'pause_turn', null, 'pause_turn'],
  ])('tells %s (%s, %s) as %s', (finish, nativeFinish, stopSequence, expected) => {
    const told = encodeAnswer(answer([text('Hi')], { finish, nativeFinish, stopSequence }), request());
    expect(told).toMatchObject({ stop_reason: expected, stop_sequence: stopSequence });
  });

  it('tells a refusal in its words and by its reason', () => {
    const told = encodeAnswer(answer([{ type: 'refusal', text: 'No' }], { nativeFinish: 'stop' }), request());
    expect(told).toMatchObject({ content: [{ type: 'text', text: 'No' }], stop_reason: 'refusal' });
  });

  it('never reports less than no input (wire 61)', () => {
    const usage = { ...USAGE, inputTokens: 5 };
    expect(encodeAnswer({ ...answer([]), usage }, request()).usage).toMatchObject({ input_tokens: 0 });
  });

  it('makes an id up where the vendor told none, whole and streamed', () => {
    const told = { ...answer([text('Hi')]), id: '' };
    const whole = encodeAnswer(told, request()).id;
    expect(whole).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(encodeAnswer(told, request()).id).not.toBe(whole);
    const [first] = encodeStream(toEvents(told, 1)).events;
    expect(first).toMatchObject({ message: { id: expect.stringMatching(/^msg_[0-9a-f]{32}$/) } });
  });

  it('makes ids valid, and gives them back when the client sends them (D1)', () => {
    const told = encodeAnswer(answer([call('functions.Bash:0')]), request());
    const [block] = told.content as { id: string }[];
    expect(block?.id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    const back = decodeAnswer({ ...told, content: [block] });
    expect(back?.choices[0]?.parts[0]).toMatchObject({ id: 'functions.Bash:0' });
  });
});

const start = (usage: object = { input_tokens: 3, output_tokens: 1 }) => ({
  type: 'message_start',
  message: message({ content: [], stop_reason: null, usage }),
});
const opened = (index: number, block: object) => ({
  type: 'content_block_start',
  index,
  content_block: block,
});
const grown = (index: number, delta: object) => ({ type: 'content_block_delta', index, delta });
const closed = (index: number) => ({ type: 'content_block_stop', index });
const ended = (reason = 'end_turn', usage: object = { output_tokens: 4 }) => ({
  type: 'message_delta',
  delta: { stop_reason: reason, stop_sequence: null },
  usage,
});
const STOP = { type: 'message_stop' };

describe('the stream decoder', () => {
  it('reads thinking, text, citations and a call, with pings anywhere (wire 19)', () => {
    const citation = { type: 'char_location', cited_text: 'c', document_title: 'T' };
    const { answer: whole, mistakes } = aggregate(
      decodeStream(
        sse(
          start(),
          opened(0, { type: 'thinking', thinking: '', signature: '' }),
          { type: 'ping' },
          grown(0, { type: 'thinking_delta', thinking: 'H' }),
          grown(0, { type: 'thinking_delta', thinking: 'm' }),
          grown(0, { type: 'signature_delta', signature: 'Ep==' }),
          closed(0),
          { type: 'ping' },
          opened(1, { type: 'text', text: '', citations: [] }),
          grown(1, { type: 'citations_delta', citation }),
          grown(1, { type: 'text_delta', text: 'Hi' }),
          closed(1),
          opened(2, { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }),
          grown(2, { type: 'input_json_delta', partial_json: '' }),
          grown(2, { type: 'input_json_delta', partial_json: '{"a' }),
          grown(2, { type: 'input_json_delta', partial_json: '":1}' }),
          closed(2),
          ended('tool_use'),
          STOP,
        ),
      ),
    );
    expect(mistakes).toEqual([]);
    expect(whole?.choices).toEqual([
      {
        index: 0,
        parts: [
          { type: 'reasoning', text: 'Hm', signature: 'Ep==', redacted: null, signer: 'anthropic' },
          { type: 'text', text: 'Hi', citations: [cited(citation)] },
          { type: 'tool-call', id: 'toolu_1', name: 'look', input: '{"a":1}', isCustom: false },
        ],
        finish: 'tool-calls',
        nativeFinish: 'tool_use',
      },
    ]);
  });

  it.each([
    ['an empty string', [grown(0, { type: 'input_json_delta', partial_json: '' })], {}, '{}'],
    ['nothing', [], {}, '{}'],
    ['everything at the start', [], { a: 1 }, '{"a":1}'],
  ])('makes JSON of arguments that come as %s (wire 37)', (_, deltas, input, expected) => {
    const events = decodeStream(
      sse(
        start(),
        opened(0, { type: 'tool_use', id: 't', name: 'n', input }),
        ...deltas,
        closed(0),
        ended('tool_use'),
        STOP,
      ),
    );
    expect(aggregate(events).answer?.choices[0]?.parts).toMatchObject([{ input: expected }]);
  });

  it('hands blocks on whole that come whole, or that only this form knows (wire 18)', () => {
    const found = { type: 'web_search_tool_result', tool_use_id: 's', content: [{ title: 'T' }] };
    const events = decodeStream(
      sse(
        start(),
        opened(0, { type: 'redacted_thinking', data: 'Eq==' }),
        closed(0),
        opened(1, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
        grown(1, { type: 'input_json_delta', partial_json: '{"query":"q"}' }),
        closed(1),
        opened(2, found),
        closed(2),
        opened(3, { type: 'compaction', content: null }),
        grown(3, { type: 'compaction_delta', content: 'Sum' }),
        closed(3),
        ended(),
        STOP,
      ),
    );
    const { answer: whole, mistakes } = aggregate(events);
    expect(mistakes).toEqual([]);
    const opaque = (value: object) => ({ type: 'opaque', dialect: 'anthropic-messages', value });
    expect(whole?.choices[0]?.parts).toEqual([
      { type: 'reasoning', text: '', signature: null, redacted: 'Eq==', signer: 'anthropic' },
      opaque({ type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } }),
      opaque(found),
      opaque({ type: 'compaction', content: 'Sum' }),
    ]);
  });

  it('lets the last value of each counter count and adds none (wire 58, G13)', () => {
    const first = { input_tokens: 43, output_tokens: 1, cache_read_input_tokens: 7 };
    const events = decodeStream(
      sse(start(first), ended('end_turn', { input_tokens: 61, output_tokens: 2 }), STOP),
    );
    expect(aggregate(events).answer?.usage).toMatchObject({
      inputTokens: 68,
      outputTokens: 2,
      cacheReadTokens: 7,
    });
  });

  it('tells an error, first (wire 65) or later, and nothing behind it', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const expected = { type: 'overloaded_error', message: 'Overloaded', param: null, code: null };
    expect(decodeStream(sse(error))).toEqual([{ type: 'error', error: expected }]);
    const later = decodeStream(
      sse(
        start(),
        opened(0, { type: 'text', text: '' }),
        grown(0, { type: 'text_delta', text: 'H' }),
        error,
        STOP,
      ),
    );
    expect(aggregate(later)).toMatchObject({ error: expected, unfinished: [0], mistakes: [] });
    expect(later.at(-1)?.type).toBe('error');
  });

  it('closes what is open when the body breaks off, and does not finish it (C11)', () => {
    const events = decodeStream(sse(start(), opened(0, { type: 'text', text: '' })));
    expect(events.at(-1)).toEqual({ type: 'part-end', choice: 0, part: 0 });
    expect(aggregate(events)).toMatchObject({ unfinished: [0], mistakes: [] });
  });

  it('finishes when the message stops, and not before (C11)', () => {
    const told = [start(), opened(0, { type: 'text', text: 'Hi' }), closed(0), ended('max_tokens')];
    expect(aggregate(decodeStream(sse(...told)))).toMatchObject({ unfinished: [0], mistakes: [] });
    const { answer: whole, unfinished } = aggregate(decodeStream(sse(...told, STOP, STOP)));
    expect(unfinished).toEqual([]);
    expect(whole?.choices[0]).toMatchObject({ finish: 'length', nativeFinish: 'max_tokens' });
  });

  it('tells the tier and the calls of server tools, as the whole answer does', () => {
    const usage = {
      input_tokens: 3,
      output_tokens: 4,
      service_tier: 'standard',
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
    };
    const streamed = aggregate(decodeStream(sse(start(usage), ended('end_turn', usage), STOP))).answer;
    const whole = decodeAnswer(message({ content: [], usage }));
    for (const told of [streamed, whole]) {
      expect(told).toMatchObject({ serviceTier: 'default', usage: { serverToolCalls: 3 } });
    }
    expect(encodeAnswer({ ...answer([]), serviceTier: 'priority' }, request()).usage).toMatchObject({
      service_tier: 'priority',
    });
    const batch = decodeAnswer(message({ usage: { ...usage, service_tier: 'batch' } }));
    expect(batch).not.toHaveProperty('serviceTier');
    expect(batch && encodeAnswer(batch, request()).usage).toMatchObject({ service_tier: 'batch' });
  });

  it('passes over what it cannot read, and reads streams that leave frames out', () => {
    const events = decodeStream(
      `data: {"type":\n\nevent: new_thing\ndata: {}\n\n: comment\n\n${sse(
        grown(0, { type: 'text_delta', text: 'Hi' }),
        { type: 'message_stop' },
      )}`,
    );
    const { answer: whole, mistakes } = aggregate(events);
    expect(mistakes).toEqual([]);
    expect(whole?.choices[0]).toMatchObject({ parts: [{ type: 'text', text: 'Hi' }], finish: 'stop' });
  });
});

describe('the stream encoder', () => {
  const parts: Part[] = [
    { type: 'reasoning', text: 'Hm, yes', signature: 'Ep==', redacted: null, signer: 'anthropic' },
    { type: 'reasoning', text: '', signature: null, redacted: 'Eq==', signer: 'anthropic' },
    { type: 'text', text: 'Grüezi 👋', citations: [cited({ type: 'char_location', cited_text: 'c' })] },
    {
      type: 'opaque',
      dialect: 'anthropic-messages',
      value: { type: 'server_tool_use', id: 's', name: 'w', input: { q: 1 } },
    },
    call('a.b', '{"at":"x"}'),
    { ...call('c', '{}'), signature: { signer: 'google', value: 'proof' } } as Part,
  ];
  const told: CanonicalAnswer = {
    ...answer(parts, { finish: 'tool-calls', nativeFinish: 'tool_use' }),
    usage: { ...USAGE, serverToolCalls: 2 },
    serviceTier: 'priority',
  };

  it('writes the events in the vendor’s order, with indexes from 0', () => {
    const { events } = encodeStream(toEvents(answer([text('Hi'), call('a')]), 1));
    expect(events.map(({ type, index }) => (index === undefined ? type : `${type} ${index}`))).toEqual([
      'message_start',
      'content_block_start 0',
      'content_block_delta 0',
      'content_block_delta 0',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_delta 1',
      'content_block_delta 1',
      'content_block_stop 1',
      'message_delta',
      'message_stop',
    ]);
    expect(events.at(-2)).toEqual({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: expect.objectContaining({ input_tokens: 5, cache_read_input_tokens: 10, output_tokens: 5 }),
    });
  });

  it.each([0, 1, 3])('says in pieces of %i what the whole answer says (C9)', (size) => {
    const { bytes } = encodeStream(toEvents(told, size));
    const { answer: whole, mistakes } = aggregate(decodeStream(bytes));
    expect(mistakes).toEqual([]);
    expect(whole).toEqual(withoutExtra(decodeAnswer(encodeAnswer(told, request()))));
  });

  it('keeps to one block at a time when others interleave, and loses nothing (C10)', () => {
    const at = (part: number) => ({ choice: 0, part });
    const begins = (part: number, id: string) =>
      ({
        type: 'part-start',
        ...at(part),
        content: { type: 'tool-call', id, name: id, isCustom: false },
      }) as const;
    const delta = (part: number, value: string) =>
      ({ type: 'part-delta', ...at(part), text: value }) as const;
    const { events, bytes } = encodeStream([
      { type: 'start', id: 'i', model: 'm', created: 1, usage: null },
      { type: 'part-start', ...at(0), content: { type: 'text' } },
      delta(0, 'One '),
      begins(1, 'a'),
      begins(2, 'b'),
      delta(1, '{"x"'),
      delta(2, '{"y"'),
      delta(0, 'two'),
      delta(2, ':2}'),
      delta(1, ':1}'),
      { type: 'part-end', ...at(2) },
      { type: 'part-end', ...at(0) },
      { type: 'part-end', ...at(1) },
      { type: 'finish', choice: 0, reason: 'tool-calls', native: 'tool_calls', stopSequence: null },
    ]);
    let open: unknown = null;
    for (const { type, index } of events) {
      if (type === 'content_block_start') {
        expect(open).toBeNull();
        open = index;
      } else if (type === 'content_block_stop') {
        expect(index).toBe(open);
        open = null;
      } else if (type === 'content_block_delta') expect(index).toBe(open);
    }
    const { answer: whole, mistakes } = aggregate(decodeStream(bytes));
    expect(mistakes).toEqual([]);
    expect(whole?.choices[0]?.parts).toMatchObject([
      { text: 'One ' },
      { id: 'a', input: '{"x":1}' },
      { id: 'b', input: '{"y":2}' },
      { text: 'two' },
    ]);
  });

  it('estimates the usage that the upstream does not tell, at both ends (C21, C6)', () => {
    const asked = request({ turns: [{ role: 'user', parts: [text('x'.repeat(400))] }] });
    const { events } = encodeStream(toEvents({ ...answer([text('y'.repeat(40))]), usage: null }), asked);
    expect(events[0]).toMatchObject({ message: { usage: { input_tokens: 100, output_tokens: 0 } } });
    expect(events.at(-2)).toMatchObject({ usage: { input_tokens: 100, output_tokens: 10 } });
  });

  it('tells free text of a custom call inside a JSON string', () => {
    const custom: Part = { type: 'tool-call', id: 'a', name: 'b', input: 'say "ä"\n', isCustom: true };
    const { bytes } = encodeStream(toEvents(answer([custom]), 1));
    expect(aggregate(decodeStream(bytes)).answer?.choices[0]?.parts).toMatchObject([
      { input: JSON.stringify({ input: 'say "ä"\n' }) },
    ]);
  });

  it('passes pings on, and keeps an unredacted error to itself', () => {
    const encoder = anthropicMessages.createStreamEncoder(request());
    expect(new TextDecoder().decode(encoder.encode({ type: 'ping' }))).toBe(
      'event: ping\ndata: {"type":"ping"}\n\n',
    );
    const error = { message: 'sk-secret', type: null, param: null, code: null };
    expect(encoder.encode({ type: 'error', error }).length).toBe(0);
  });

  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [422, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ])('fails in the vendor’s words: %i is %s', (status, type) => {
    const error = { message: 'Sorry', type: 'server_error', param: null, code: 'provider_error' };
    const bytes = anthropicMessages.createStreamEncoder(request()).fail({ status, headers: {}, error });
    const data = JSON.stringify({ type: 'error', error: { type, message: 'Sorry' } });
    expect(new TextDecoder().decode(bytes)).toBe(`event: error\ndata: ${data}\n\n`);
  });
});

/** Streams have no place for fields that only this form knows. */
function withoutExtra(whole: CanonicalAnswer | null): CanonicalAnswer | null {
  if (whole === null) return null;
  const { extra: _, ...rest } = whole;
  return rest;
}
