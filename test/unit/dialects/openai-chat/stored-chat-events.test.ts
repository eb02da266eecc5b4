import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { ChoiceStreamObserver } from '../../../../src/dialects/openai-chat/choice-stream-observer.ts';
import { CHAT_STORED } from '../../../../src/dialects/openai-chat/stored-chat.ts';
import { parseExact } from '../../../../src/exact-json.ts';
import { SseSplitter } from '../../../../src/streaming/sse.ts';
import { call, choice, completion, eventsOf, type Json, told, USAGE } from './stored-support.ts';

const CALLS = [call('call_a', 'f', '{"x":1}'), call('call_b', 'g', '{}')];
const LONG = 'The quick brown fox 😀 jumps over the lazy dog. '.repeat(5);

/** The chunks, `[DONE]` checked and left out. */
function tell(body: JsonObject, wantsUsage = false): Json[] {
  const data = told(eventsOf(CHAT_STORED, body, wantsUsage));
  expect(data.at(-1)).toBe('[DONE]');
  return data.slice(0, -1);
}
const choicesOf = (chunks: readonly Json[]): Json[] => chunks.flatMap(({ choices }) => choices);
const deltasOf = (message: object): Json[] =>
  choicesOf(tell(completion(choice(message)))).map(({ delta }) => delta);

describe('a kept chat completion as a stream', () => {
  it('traps E7: is role, content, finish, usage and [DONE]', () => {
    const base = { id: 'chatcmpl-1', created: 1_795_000_000, model: 'acme-1', service_tier: 'default' };
    const chunk = (choices: readonly object[], usage: object | null = null) => ({
      ...base,
      object: 'chat.completion.chunk',
      choices,
      usage,
    });
    const silent = { index: 0, logprobs: null, finish_reason: null };
    expect(told(eventsOf(CHAT_STORED, completion(choice({ content: 'Hello' }))))).toEqual([
      chunk([{ ...silent, delta: { role: 'assistant', content: '', refusal: null } }]),
      chunk([{ ...silent, delta: { content: 'Hello' } }]),
      chunk([{ ...silent, delta: {}, finish_reason: 'stop' }]),
      chunk([], USAGE),
      '[DONE]',
    ]);
  });

  it('is complete to whoever reads chunks', () => {
    const observer = new ChoiceStreamObserver({ doneIsEnd: false, choices: 1 });
    const splitter = new SseSplitter();
    const events = eventsOf(CHAT_STORED, completion(choice({ content: 'Hello' })));
    const meanings = events.flatMap((event) => splitter.push(event)).map((event) => observer.observe(event));
    expect(meanings).toEqual(['other', 'content', 'other', 'usage', 'done']);
    expect(observer).toMatchObject({ isComplete: true, outputCharacters: 5 });
  });

  it.each(['content', 'refusal'])('tells %s in pieces of some words', (name) => {
    const pieces = deltasOf({ [name]: LONG }).flatMap((delta) => delta[name] || []);
    expect(pieces.join('')).toBe(LONG);
    expect(pieces.length).toBeGreaterThan(5);
    for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(42);
  });

  it('never cuts a surrogate pair', () => {
    const content = '😀'.repeat(500);
    for (const delta of deltasOf({ content })) expect((delta.content ?? '').isWellFormed()).toBe(true);
  });

  it('traps C22: tells thinking before the text, whole', () => {
    const thoughts = {
      reasoning_content: LONG,
      reasoning_details: [{ type: 'reasoning.text', text: LONG, signature: 's', index: 0 }],
    };
    const deltas = deltasOf({ content: 'Hello', ...thoughts });
    expect(deltas.slice(1, 3)).toEqual([thoughts, { content: 'Hello' }]);
  });

  it('tells parallel calls one after the other, each with its name first', () => {
    expect(deltasOf({ tool_calls: CALLS })).toEqual([
      { role: 'assistant', content: null, refusal: null },
      { tool_calls: [{ index: 0, id: 'call_a', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"x":1}' } }] },
      { tool_calls: [{ index: 1, id: 'call_b', type: 'function', function: { name: 'g', arguments: '' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
      {},
    ]);
  });

  it.each([
    [
      'wire 42: a custom call',
      { tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'f', input: '4 + 4' } }] },
      [
        { tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'f', input: '' } }] },
        { tool_calls: [{ index: 0, custom: { input: '4 + 4' } }] },
      ],
    ],
    [
      'wire 41: arguments as an object, as their text',
      { tool_calls: [{ id: 'a', function: { name: 'f', arguments: { x: 1 } } }] },
      [
        { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
        { tool_calls: [{ index: 0, function: { arguments: '{"x":1}' } }] },
      ],
    ],
    [
      'a legacy call',
      { function_call: { name: 'f', arguments: '{}' } },
      [{ function_call: { name: 'f', arguments: '' } }, { function_call: { arguments: '{}' } }],
    ],
    [
      'traps D12: a proof beside a call that has none, with that call',
      { tool_calls: [call('a', 'f', '')], extra_content: { google: { thought_signature: 'p' } } },
      [
        {
          extra_content: { google: { thought_signature: 'p' } },
          tool_calls: [{ index: 0, ...call('a', 'f', '') }],
        },
      ],
    ],
    ['wire 25: no calls', { tool_calls: null }, [{ tool_calls: null }]],
    [
      'wire 24: a list of parts, whole',
      { content: [{ type: 'text', text: LONG }] },
      [{ content: [{ type: 'text', text: LONG }] }],
    ],
  ])('tells %s', (_, message, deltas) => {
    expect(deltasOf(message).slice(1, -1)).toEqual(deltas);
  });

  it('tells annotations, sound and members that it does not know once, behind the text', () => {
    const others = {
      annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.test' } }],
      audio: { id: 'a', data: 'QQ==', transcript: LONG, expires_at: 5 },
      unheard_of: { x: [1] },
    };
    expect(deltasOf({ content: 'Hi', ...others }).slice(1)).toEqual([{ content: 'Hi' }, others, {}]);
  });

  it('tells probabilities and what is known of a choice once, before and with its end', () => {
    const logprobs = {
      content: [{ token: 'a', logprob: -0.1, bytes: null, top_logprobs: [] }],
      refusal: null,
    };
    const more = { logprobs, native_finish_reason: 'end_turn', content_filter_results: { hate: {} } };
    const told = choicesOf(tell(completion(choice({ content: 'a' }, more))));
    expect(told.slice(2)).toEqual([
      { index: 0, delta: {}, logprobs, finish_reason: null },
      { index: 0, delta: {}, ...more, logprobs: null, finish_reason: 'stop' },
    ]);
  });

  it('tells members beside the choices once, long integers by their digits', () => {
    const body = parseExact(
      JSON.stringify({ ...completion(choice({ content: 'Hi' })), seed: 'SEED' }).replace(
        '"SEED"',
        '14687020407684524001',
      ),
    ) as JsonObject;
    const text = eventsOf(CHAT_STORED, body).map((event) => new TextDecoder().decode(event));
    expect(text.map((event) => event.includes('"seed":14687020407684524001'))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('tells every choice, and where one has no index its place', () => {
    const chunks = tell(
      completion(
        choice({ content: 'a' }),
        choice({ content: 'b' }, { index: undefined, finish_reason: 'length' }),
      ),
    );
    const ends = choicesOf(chunks).filter((one) => one.finish_reason !== null);
    expect(ends.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [0, 'stop'],
      [1, 'length'],
    ]);
  });

  it('traps C5: tells usage only to a client that asked', () => {
    expect(tell(completion(choice({ content: 'a' }))).some((chunk) => 'usage' in chunk)).toBe(false);
  });

  it('says nothing of a usage that is not there', () => {
    const { usage: _, ...body } = completion(choice({ content: 'a' }));
    expect(tell(body, true).some((chunk) => 'usage' in chunk)).toBe(false);
  });

  it.each([undefined, null, ''])(
    'traps C8: ends every choice with a reason, also if there was none (%j)',
    (reason) => {
      const endOf = (message: object) =>
        choicesOf(tell(completion(choice(message, { finish_reason: reason })))).at(-1)?.finish_reason;
      expect(endOf({ content: 'a' })).toBe('stop');
      expect(endOf({ tool_calls: CALLS })).toBe('tool_calls');
      expect(endOf({ function_call: { name: 'f', arguments: '' } })).toBe('function_call');
    },
  );

  it('tells a reason as it stands in the answer: whole and streamed, it is one answer', () => {
    const [last] = choicesOf(tell(completion(choice({ tool_calls: CALLS })))).slice(-1);
    expect(last).toMatchObject({ finish_reason: 'stop' });
  });

  it('wire 47: finds a reason in another place', () => {
    const more = { finish_reason: undefined, finish_details: { type: 'max_tokens' } };
    const [last] = choicesOf(tell(completion(choice({ content: 'a' }, more)))).slice(-1);
    expect(last).toMatchObject({ ...more, finish_reason: 'length', native_finish_reason: 'max_tokens' });
  });

  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['no choices', { choices: [] }],
    ['choices that are none', { choices: {} }],
    ['a choice that is none', { choices: [null] }],
    ['an error', { error: { message: 'x' } }],
    ['another form', { choices: [{ index: 0, text: 'Hello', finish_reason: 'stop' }] }],
    ['an answer that its provider gave up', completion(choice({ content: 'a' }, { finish_reason: 'error' }))],
    ['a choice that tells an error', completion(choice({ content: 'a' }, { error: { message: 'x' } }))],
  ])('takes %s for no whole answer', (_, body) => {
    expect(CHAT_STORED.toEvents(body, { wantsUsage: true })).toBeNull();
  });
});
