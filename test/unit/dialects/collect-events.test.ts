import { describe, expect, it } from 'vitest';
import { answerToEvents } from '../../../src/dialects/answer-events.ts';
import type { CanonicalAnswer, CanonicalEvent, Citation, Part } from '../../../src/dialects/canonical.ts';
import { EventCollector } from '../../../src/dialects/collect-events.ts';
import { aggregate, toEvents } from '../../support/aggregate.ts';
import { seeded } from '../../support/seeded.ts';
import { randomAnswer } from './openai-responses/random-answers.ts';

const collect = (...batches: readonly (readonly CanonicalEvent[])[]): CanonicalAnswer | null => {
  const collector = new EventCollector();
  for (const batch of batches) collector.push(batch);
  return collector.answer();
};

const usage = {
  inputTokens: 1,
  outputTokens: 2,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
} as const;
const citation: Citation = {
  url: 'https://a.test',
  title: null,
  citedText: null,
  span: { start: 0, end: 1 },
  native: { dialect: 'gemini', value: {} },
};
const signature = { signer: 'google', value: 'p' } as const;
const thought = { type: 'reasoning', text: 'Hm', signature: null, redacted: null, signer: 'other' } as const;
const call = { type: 'tool-call', id: 'a', name: 'f', input: '{}', isCustom: false } as const;
const parts: Part[] = [
  thought,
  { ...thought, signature: 's', signer: 'anthropic' },
  { ...thought, redacted: 'x', signer: 'openai' },
  { type: 'text', text: 'Hi 👋', citations: [citation, citation], signature },
  { type: 'text', text: '' },
  { type: 'refusal', text: 'No' },
  { type: 'image', source: { kind: 'url', url: 'https://a.test/b.png' } },
  { type: 'audio', data: 'QQ==', format: 'wav', extra: { 'openai-chat': { id: 'a' } } },
  call,
  { ...call, id: 'b', input: 'free', isCustom: true, signature },
  { type: 'opaque', dialect: 'gemini', value: { executableCode: {} } },
];
const answer: CanonicalAnswer = {
  id: 'a',
  model: 'm',
  created: 5,
  choices: [
    {
      index: 0,
      parts,
      finish: 'stop',
      nativeFinish: 'STOP',
      stopSequence: 'END',
      logprobs: [{ token: 'Hi' }],
    },
    { index: 1, parts: [call], finish: 'length', nativeFinish: null },
  ],
  usage,
  serviceTier: 'flex',
  extra: { gemini: { a: 1 } },
};

describe('events put together', () => {
  it.each([0, 1, 3])('are the answer that they were made of, in pieces of %i', (size) => {
    expect(collect(toEvents(answer, size))).toEqual(answer);
  });

  it.each(Array.from({ length: 30 }, (_, seed) => seed + 1))('are any answer (seed %i)', (seed) => {
    const random = randomAnswer(seeded(seed));
    expect(collect(toEvents(random, 5))).toEqual(random);
  });

  it('may come one by one, and interleaved', () => {
    const [first, second] = [0, 1].map((index) =>
      answerToEvents({ ...answer, choices: [{ index, parts, finish: 'stop', nativeFinish: null }] }),
    );
    const mixed = (second ?? []).flatMap((event, at) => [event, ...(first?.slice(at, at + 1) ?? [])]);
    const collected = collect(...mixed.map((event) => [event]));
    expect(collected?.choices.map(({ index }) => index)).toEqual([0, 1]);
    for (const choice of collected?.choices ?? []) expect(choice.parts).toEqual(parts);
  });

  it('keep the last usage, and what stands beside the choices', () => {
    const later = { ...usage, outputTokens: 9 };
    const events: CanonicalEvent[] = [
      ...answerToEvents(answer),
      { type: 'ping' },
      { type: 'usage', usage: later },
      { type: 'about', extra: { gemini: { b: 2 } } },
      { type: 'about', extra: { 'cohere-chat': {} } },
      { type: 'about', serviceTier: null },
    ];
    expect(collect(events)).toMatchObject({
      usage: later,
      serviceTier: null,
      extra: { gemini: { b: 2 }, 'cohere-chat': {} },
    });
  });

  it('have the usage that was told at the start, if that is all', () => {
    const events = answerToEvents(answer).filter(({ type }) => type !== 'usage');
    expect(collect(events)?.usage).toEqual(usage);
  });

  it('agree with the tests’ own reading of events', () => {
    const events = toEvents(answer, 2);
    expect(collect(events)).toEqual(aggregate(events).answer);
  });

  it('add citations to a text that came whole', () => {
    const at = { choice: 0, part: 0 };
    const events: CanonicalEvent[] = [
      { type: 'start', id: 'a', model: 'm', created: null, usage: null },
      { type: 'part-start', ...at, content: { type: 'whole', part: { type: 'text', text: 'Hi' } } },
      { type: 'citation', ...at, citation },
      { type: 'part-end', ...at },
      { type: 'finish', choice: 0, reason: 'stop', native: null, stopSequence: null },
    ];
    expect(collect(events)?.choices[0]?.parts).toEqual([{ type: 'text', text: 'Hi', citations: [citation] }]);
  });
});

describe('no answer', () => {
  const events = answerToEvents(answer);
  const isNotEndOf = (index: number) => (event: CanonicalEvent) =>
    event.type !== 'finish' || event.choice !== index;

  it.each<[string, readonly CanonicalEvent[]]>([
    ['is nothing', []],
    ['has only begun', events.slice(0, 2)],
    ['has no beginning', events.slice(1)],
    ['has a choice that did not finish', events.filter(isNotEndOf(0))],
    ['has another choice that did not finish', events.filter(isNotEndOf(1))],
    [
      'failed at the end',
      [...events, { type: 'error', error: { message: null, type: null, param: null, code: null } }],
    ],
  ])('%s', (_, some) => {
    expect(collect(some)).toBeNull();
  });

  it('is cut off anywhere before its end', () => {
    const one = answerToEvents({ ...answer, choices: answer.choices.slice(0, 1) });
    const end = one.findIndex(({ type }) => type === 'finish');
    const found = one.map((_, length) => collect(one.slice(0, length)) !== null);
    expect(found.indexOf(true)).toBe(end + 1);
  });
});
