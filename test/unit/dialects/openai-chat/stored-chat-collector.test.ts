import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { CHAT_STORED } from '../../../../src/dialects/openai-chat/stored-chat.ts';
import { chunksOf } from './codec-support.ts';
import { collect, type Json, textOf, USAGE } from './stored-support.ts';

const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 5, model: 'gpt' };
const chunk = (more: object, ...choices: readonly object[]) => ({ ...base, choices, ...more });
const put = (...events: readonly (string | object)[]): Json => collect(CHAT_STORED, events);
const choiceOf = (...choices: readonly object[]): Json =>
  put(...choices.map((one) => chunk({}, { index: 0, ...one }))).choices[0];
const messageOf = (...deltas: readonly object[]): Json =>
  put(...(chunksOf(deltas) as object[])).choices[0].message;
const END = { index: 0, delta: {}, finish_reason: 'stop' };

describe('chunks put together', () => {
  it('are the whole answer', () => {
    const silent = { index: 0, logprobs: null, finish_reason: null };
    const opening = { role: 'assistant', content: '', refusal: null };
    const events = [
      chunk({ usage: null, service_tier: 'default' }, { ...silent, delta: opening }),
      chunk({ usage: null, service_tier: 'default' }, { ...silent, delta: { content: 'Hel' } }),
      chunk({ usage: null, service_tier: 'default' }, { ...silent, delta: { content: 'lo' } }),
      chunk({ usage: null, service_tier: 'default' }, { ...END, logprobs: null }),
      chunk({ usage: USAGE, service_tier: 'default' }),
      '[DONE]',
    ];
    expect(put(...events)).toEqual({
      ...base,
      object: 'chat.completion',
      service_tier: 'default',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: USAGE,
    });
  });

  it.each<[string, readonly object[], object]>([
    [
      'texts',
      [
        { content: 'a', refusal: 'x' },
        { content: 'b', refusal: 'y' },
      ],
      { content: 'ab', refusal: 'xy' },
    ],
    [
      'wire 25: nulls between',
      [{ content: null }, { content: 'a', role: null }, { content: null }],
      { content: 'a' },
    ],
    ['no text', [{ content: null }, { content: null }], { content: null }],
    ['wire 20: an empty text', [{ content: null }, { content: '' }], { content: '' }],
    ['thinking', [{ reasoning_content: 'a' }, { reasoning_content: 'b' }], { reasoning_content: 'ab' }],
    [
      'thinking of the other name',
      [{ reasoning: 'a' }, { reasoning: null }, { reasoning: 'b' }],
      { reasoning: 'ab' },
    ],
    [
      'wire 24: a list after a text',
      [{ content: '' }, { content: [{ type: 'text', text: 'a' }] }],
      { content: [{ type: 'text', text: 'a' }] },
    ],
    [
      'wire 24: thinking, then a text',
      [
        { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'H' }] }] },
        {
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'm' }], closed: true },
            { type: 'text', text: 'a' },
          ],
        },
        { content: 'b' },
        { content: '' },
      ],
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }], closed: true },
          { type: 'text', text: 'ab' },
        ],
      },
    ],
    [
      'parts of other types, apart',
      [{ content: [{ type: 'reference', id: 1 }] }, { content: [{ type: 'reference', id: 2 }] }],
      {
        content: [
          { type: 'reference', id: 1 },
          { type: 'reference', id: 2 },
        ],
      },
    ],
    [
      'sound',
      [
        { audio: { id: 'a', transcript: 'Hel' } },
        { audio: { data: 'QQ' } },
        { audio: { data: 'Q=', transcript: 'lo' } },
        { audio: { expires_at: 5 } },
      ],
      { audio: { id: 'a', transcript: 'Hello', data: 'QQQ=', expires_at: 5 } },
    ],
    [
      'lists',
      [{ annotations: [] }, { annotations: [{ a: 1 }] }, { annotations: [{ b: 2 }] }],
      { annotations: [{ a: 1 }, { b: 2 }] },
    ],
    ['an empty list', [{ annotations: [] }], { annotations: [] }],
    [
      'members that nobody knows: the last that says something',
      [
        { channel: 'analysis', flag: true },
        { channel: 'final', flag: null },
        { channel: '', flag: false },
      ],
      { channel: 'final', flag: false },
    ],
    [
      'objects, member by member',
      [
        { extra_content: { google: { thought: true } } },
        { extra_content: { google: { thought_signature: 'p' } } },
      ],
      { extra_content: { google: { thought: true, thought_signature: 'p' } } },
    ],
    ['a role that is not the usual', [{ role: 'tool' }], { role: 'tool' }],
    [
      'a member that is no one’s prototype',
      [JSON.parse('{"__proto__":{"a":1}}')],
      JSON.parse('{"__proto__":{"a":1}}'),
    ],
  ])('joins %s', (_, deltas, message) => {
    expect(textOf(messageOf(...deltas))).toBe(textOf({ role: 'assistant', ...message }));
  });

  it('traps D13: joins the pieces of one block of thinking, and keeps blocks apart', () => {
    const piece = (more: object) => ({ reasoning_details: [{ type: 'reasoning.text', index: 0, ...more }] });
    const hidden = (data: string, id?: string) => ({ type: 'reasoning.encrypted', data, id, index: 1 });
    const summary = (text: string, id: string) => ({
      reasoning_details: [{ type: 'reasoning.summary', summary: text, id, index: 2 }],
    });
    const { reasoning_details: details } = messageOf(
      piece({ text: '', signature: '', format: 'anthropic-claude-v1' }),
      piece({ text: 'H' }),
      { reasoning_details: [] },
      piece({ text: 'm' }),
      piece({ signature: 's' }),
      piece({ index: 1, text: 'Next' }),
      { reasoning_details: [hidden('x', 'a')] },
      { reasoning_details: [hidden('y', 'b'), hidden('z', 'b')] },
      { reasoning_details: [hidden('w')] },
      summary('S', 'a'),
      summary('T', 'a'),
      summary('U', 'b'),
    );
    expect(details).toEqual([
      { type: 'reasoning.text', index: 0, text: 'Hm', signature: 's', format: 'anthropic-claude-v1' },
      { type: 'reasoning.text', index: 1, text: 'Next' },
      hidden('x', 'a'),
      hidden('y', 'b'),
      hidden('z', 'b'),
      hidden('w'),
      ...summary('ST', 'a').reasoning_details,
      ...summary('U', 'b').reasoning_details,
    ]);
  });

  it('joins probabilities, and what is known of a choice', () => {
    const one = (token: string) => ({ content: [{ token }], refusal: null });
    expect(
      choiceOf(
        {
          delta: { content: 'a' },
          logprobs: one('a'),
          content_filter_results: { hate: { filtered: false } },
        },
        { delta: { content: 'b' }, logprobs: one('b'), matched_stop: null },
        { content_filter_results: { violence: { filtered: false } } },
        { delta: {}, logprobs: null, finish_reason: 'stop', matched_stop: 1 },
      ),
    ).toMatchObject({
      logprobs: { content: [{ token: 'a' }, { token: 'b' }], refusal: null },
      content_filter_results: { hate: { filtered: false }, violence: { filtered: false } },
      matched_stop: 1,
    });
  });

  it('wire 8, 26: leaves out padding, and what stands beside the delta', () => {
    const answer = put(
      chunk(
        { p: 'ab', obfuscation: 'cd' },
        { ...END, delta: { content: 'a' }, message: { content: 'a' }, text: 'a' },
      ),
    );
    expect(Object.keys(answer).sort()).toEqual(['choices', 'created', 'id', 'model', 'object']);
    expect(answer.choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' },
    ]);
  });

  it('wire 23: take an id that comes late, and lists beside the choices as they were last', () => {
    const answer = put(
      { ...base, id: '', model: '', choices: [], prompt_filter_results: [1] },
      chunk({ citations: ['a'] }, { index: 0, delta: { content: 'x' } }),
      chunk({ citations: ['a', 'b'], x_vendor: { id: 1 } }, END),
      chunk({ moderation: { input: {} }, x_vendor: { seed: 2 } }),
    );
    expect(answer).toMatchObject({
      id: 'chatcmpl-1',
      model: 'gpt',
      prompt_filter_results: [1],
      citations: ['a', 'b'],
      moderation: { input: {} },
      x_vendor: { id: 1, seed: 2 },
    });
  });

  it('wire 63: keep long integers', () => {
    const events = [chunk({}, { ...END, seed: 'SEED' })].map((one) =>
      JSON.stringify(one).replace('"SEED"', '14687020407684524001'),
    );
    expect(JSON.stringify(put(...events))).toContain('"seed":14687020407684524001');
  });

  it('keep several choices apart, in order of their index', () => {
    const said = (index: number, content: string, finish: string | null = null) =>
      chunk({}, { index, delta: { content }, finish_reason: finish });
    const { choices } = put(said(1, 'x'), said(0, 'a'), said(1, 'y', 'length'), said(0, 'b', 'stop'));
    expect(choices).toMatchObject([
      { index: 0, message: { content: 'ab' }, finish_reason: 'stop' },
      { index: 1, message: { content: 'xy' }, finish_reason: 'length' },
    ]);
  });
});

describe('usage', () => {
  const usageOf = (...members: readonly object[]): unknown =>
    put(...members.map((more) => chunk(more, END))).usage;
  const more = { ...USAGE, completion_tokens: 7, total_tokens: 15 };

  it.each<[string, readonly object[], unknown]>([
    ['wire 57: is the last of running totals', [{ usage: USAGE }, { usage: more }], more],
    [
      'traps C2: outlives nulls and partial ones',
      [{ usage: USAGE }, { usage: null }, { usage: { prompt_tokens_details: {} } }],
      USAGE,
    ],
    ['wire 62: is found in an extension', [{ x_groq: { usage: USAGE } }], USAGE],
    ['is found where it stands, first', [{ usage: USAGE, x_groq: { usage: more } }], USAGE],
    ['is none', [{ usage: null }], undefined],
  ])('%s', (_, members, usage) => {
    expect(usageOf(...members)).toEqual(usage);
  });

  it('is read from an event without choices', () => {
    expect(put(chunk({}, END), { usage: USAGE }).usage).toEqual(USAGE);
  });
});

describe('endings', () => {
  const call = {
    tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
  };

  it.each<[string, object, readonly object[], object]>([
    ['the reason as it was said', { content: 'a' }, [{ finish_reason: 'eos' }], { finish_reason: 'eos' }],
    [
      'wire 48: a reason that is repeated',
      { content: 'a' },
      [{ finish_reason: 'stop' }, { finish_reason: null }],
      { finish_reason: 'stop' },
    ],
    [
      'wire 47: a reason in another place',
      { content: 'a' },
      [{ finish_details: { type: 'max_tokens' } }],
      { finish_reason: 'length', native_finish_reason: 'max_tokens' },
    ],
    [
      'traps C8: calls that are said to stop',
      call,
      [{ finish_reason: 'stop' }],
      { finish_reason: 'tool_calls', native_finish_reason: 'stop' },
    ],
    [
      'traps C8: calls that end a turn',
      call,
      [{ finish_reason: 'end_turn' }],
      { finish_reason: 'tool_calls', native_finish_reason: 'end_turn' },
    ],
    [
      'a legacy call that is said to stop',
      { function_call: { name: 'f', arguments: '' } },
      [{ finish_reason: 'stop' }],
      { finish_reason: 'function_call' },
    ],
    ['calls that are cut off', call, [{ finish_reason: 'length' }], { finish_reason: 'length' }],
    [
      'a vendor’s own word beside',
      call,
      [{ finish_reason: 'stop', native_finish_reason: 'STOP' }],
      { finish_reason: 'tool_calls', native_finish_reason: 'STOP' },
    ],
  ])('tell %s', (_, delta, endings, expected) => {
    expect(choiceOf({ delta }, ...endings.map((one) => ({ delta: {}, ...one })))).toMatchObject(expected);
  });
});

describe('what makes an answer that is not kept', () => {
  const whole = chunk({}, { ...END, delta: { content: 'a' } });

  it.each<[string, readonly (string | object)[]]>([
    ['nothing', []],
    ['an end without an answer', ['[DONE]']],
    ['traps C13: a choice that has not ended', [chunk({}, { index: 0, delta: { content: 'a' } }), '[DONE]']],
    ['one of two that has not', [whole, chunk({}, { index: 1, delta: { content: 'b' } }), '[DONE]']],
    ['traps C12: an error', [{ error: { message: 'x' } }, whole]],
    ['wire 66: an error after the end', [whole, { error: { message: 'x' } }]],
    ['an error in a choice', [chunk({}, { ...END, error: { message: 'x' } })]],
    ['a provider that gives up', [chunk({}, { ...END, finish_reason: 'error' })]],
    ['an event that is cut off', [whole, '{"choices":[{"ind']],
    ['an event that is no object', [whole, '[]']],
    ['a choice that is none', [chunk({}, null as unknown as object), whole]],
    [
      'wire 26: a message in the place of deltas',
      [chunk({}, { index: 0, message: { content: 'a' }, finish_reason: 'stop' })],
    ],
  ])('%s', (_, events) => {
    expect(put(...events)).toBeNull();
  });

  it('an event that is named an error', () => {
    const collector = CHAT_STORED.createCollector();
    collector.push({ data: JSON.stringify(whole), name: null });
    expect(collector.body()).not.toBeNull();
    collector.push({ data: '{"message":"x"}', name: 'error' });
    expect(collector.body()).toBeNull();
  });

  it('but not comments, pings and a marker at the end', () => {
    const collector = CHAT_STORED.createCollector();
    collector.push({ data: null, name: null });
    collector.push({ data: '', name: 'ping' });
    collector.push({ data: '{"type":"ping"}', name: 'ping' });
    collector.push({ data: JSON.stringify(whole), name: null });
    collector.push({ data: ' [DONE] ', name: null });
    expect(Object.keys(collector.body() as JsonObject)).not.toContain('type');
  });
});
