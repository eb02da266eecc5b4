import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { TEXT_COMPLETIONS_STORED } from '../../../../src/dialects/openai-chat/stored-completions.ts';
import { seeded } from '../../../support/seeded.ts';
import { collect, eventsOf, type Json, textOf, told, USAGE } from './stored-support.ts';

const LONG = 'The quick brown fox 😀 jumps over the lazy dog. '.repeat(5);
const LOGPROBS = {
  tokens: ['a', 'b'],
  token_logprobs: [null, -0.5],
  top_logprobs: [null, { b: -0.5 }],
  text_offset: [0, 1],
};
const base = { id: 'cmpl-1', object: 'text_completion', created: 5, model: 'davinci' };
const choice = (text: string, more: object = {}): JsonObject => ({
  index: 0,
  text,
  logprobs: null,
  finish_reason: 'stop',
  ...more,
});
const completion = (...choices: readonly object[]): JsonObject => ({ ...base, choices, usage: USAGE });
const chunk = (choice: object, more: object = {}) => ({ ...base, choices: [choice], ...more });
const put = (...events: readonly (string | object)[]): Json => collect(TEXT_COMPLETIONS_STORED, events);
const tell = (body: JsonObject, wantsUsage = true): Json[] =>
  told(eventsOf(TEXT_COMPLETIONS_STORED, body, wantsUsage));

describe('a kept text completion as a stream', () => {
  it('is text, finish, usage and [DONE]', () => {
    const silent = { index: 0, logprobs: null, finish_reason: null };
    expect(tell(completion(choice('Hello')))).toEqual([
      chunk({ ...silent, text: 'Hello' }, { usage: null }),
      chunk({ ...silent, text: '', finish_reason: 'stop' }, { usage: null }),
      { ...base, choices: [], usage: USAGE },
      '[DONE]',
    ]);
  });

  it('comes in pieces of some words, choice after choice', () => {
    const chunks = tell(
      completion(choice(LONG), choice('b', { index: 1, finish_reason: 'length' })),
      false,
    ).slice(0, -1);
    const choices = chunks.flatMap((one) => one.choices);
    expect(
      choices
        .filter(({ index }) => index === 0)
        .map(({ text }) => text)
        .join(''),
    ).toBe(LONG);
    expect(choices.length).toBeGreaterThan(7);
    expect(
      choices.filter(({ finish_reason: reason }) => reason).map((one) => [one.index, one.finish_reason]),
    ).toEqual([
      [0, 'stop'],
      [1, 'length'],
    ]);
    expect(chunks.some((one) => 'usage' in one)).toBe(false);
  });

  it('tells probabilities once, and other members with the end', () => {
    const [, probable, last] = tell(completion(choice('ab', { logprobs: LOGPROBS, stop_reason: 'x' })));
    expect(probable.choices[0]).toMatchObject({ text: '', logprobs: LOGPROBS, finish_reason: null });
    expect(last.choices[0]).toMatchObject({
      text: '',
      logprobs: null,
      finish_reason: 'stop',
      stop_reason: 'x',
    });
  });

  it('ends with a reason, also if there was none', () => {
    expect(
      tell(completion(choice('a', { finish_reason: null })), false).at(-2).choices[0].finish_reason,
    ).toBe('stop');
  });

  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['no choices', { choices: [] }],
    ['a choice that is none', { choices: [null] }],
    ['a chat completion', { choices: [{ index: 0, message: { content: 'a' }, finish_reason: 'stop' }] }],
    ['an answer that its provider gave up', completion(choice('a', { finish_reason: 'error' }))],
  ])('takes %s for no whole answer', (_, body) => {
    expect(TEXT_COMPLETIONS_STORED.toEvents(body, { wantsUsage: true })).toBeNull();
  });
});

describe('chunks of text put together', () => {
  it('are the whole answer', () => {
    const lists = (at: number) =>
      Object.fromEntries(Object.entries(LOGPROBS).map(([name, list]) => [name, [list[at]]]));
    const body = put(
      chunk({ index: 0, text: 'a', logprobs: lists(0), finish_reason: null }, { usage: null }),
      chunk({ index: 0, text: 'b', logprobs: lists(1), finish_reason: null }, { usage: null }),
      chunk({ index: 0, text: '', logprobs: null, finish_reason: 'length' }, { usage: null }),
      { ...base, choices: [], usage: USAGE },
      '[DONE]',
    );
    expect(body).toEqual(completion(choice('ab', { logprobs: LOGPROBS, finish_reason: 'length' })));
  });

  it('interleave', () => {
    const { choices } = put(
      chunk({ index: 1, text: 'x', finish_reason: null }),
      chunk({ index: 0, text: 'a', finish_reason: 'stop' }),
      chunk({ index: 1, text: 'y', finish_reason: 'stop' }),
    );
    expect(choices.map(({ text }: Json) => text)).toEqual(['a', 'xy']);
  });

  it('may say nothing at all', () => {
    expect(put(chunk({ index: 0, finish_reason: 'stop' })).choices).toEqual([
      { index: 0, text: '', finish_reason: 'stop' },
    ]);
  });

  it.each<[string, readonly (string | object)[]]>([
    ['have not ended', [chunk({ index: 0, text: 'a', finish_reason: null }), '[DONE]']],
    ['tell an error', [chunk(choice('a')), { error: { message: 'x' } }]],
    ['are chunks of chat', [chunk({ index: 0, delta: { content: 'a' }, finish_reason: 'stop' })]],
    ['are cut off', [chunk(choice('a')), '{"cho']],
  ])('are not kept if they %s', (_, events) => {
    expect(put(...events)).toBeNull();
  });
});

it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
  'is the same after a way through a stream (seed %i)',
  (seed) => {
    const random = seeded(seed);
    const text = () =>
      random.list(random.between(0, 80), () => random.pick(['a', ' ', 'word', '😀', '字'])).join('');
    const more = () => ({
      ...(random.chance(0.5) ? { logprobs: LOGPROBS } : {}),
      ...(random.chance(0.3) ? { prompt_logprobs: [null, { a: JSON.rawJSON('14687020407684524001') }] } : {}),
    });
    const choices = random
      .list(random.between(1, 3), text)
      .map((one, index) => choice(one, { index, ...more() }));
    const body = completion(...choices);
    expect(textOf(collect(TEXT_COMPLETIONS_STORED, eventsOf(TEXT_COMPLETIONS_STORED, body)))).toBe(
      textOf(body),
    );
  },
);
