import { describe, expect, it } from 'vitest';
import { answerToEvents } from '../../../src/dialects/answer-events.ts';
import type { CanonicalAnswer, Citation, Part } from '../../../src/dialects/canonical.ts';
import { aggregate, toEvents } from '../../support/aggregate.ts';

const citation: Citation = {
  url: 'https://a.test',
  title: null,
  citedText: null,
  span: { start: 0, end: 1 },
  native: { dialect: 'gemini', value: {} },
};
const signature = { signer: 'google', value: 'p' } as const;
const reasoning = {
  type: 'reasoning',
  text: 'Hm',
  signature: null,
  redacted: null,
  signer: 'other',
} as const;
const call = { type: 'tool-call', id: 'a', name: 'f', input: '{}', isCustom: false } as const;
const parts: Part[] = [
  reasoning,
  { ...reasoning, signature: 's', signer: 'anthropic' },
  { ...reasoning, redacted: 'x', signer: 'openai' },
  { type: 'text', text: 'Hi 👋', citations: [citation], signature },
  { type: 'refusal', text: 'No' },
  { type: 'image', source: { kind: 'url', url: 'https://a.test/b.png' } },
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
    { index: 1, parts: [], finish: 'length', nativeFinish: null },
  ],
  usage: {
    inputTokens: 1,
    outputTokens: 2,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    estimated: false,
  },
  serviceTier: 'flex',
  extra: { gemini: { a: 1 } },
};

describe('a whole answer as events', () => {
  it.each([0, 1, 3])('adds up to itself again, in pieces of %i', (size) => {
    expect(aggregate(toEvents(answer, size))).toEqual({
      answer,
      unfinished: [],
      unfinishedParts: {},
      error: null,
      mistakes: [],
    });
  });

  it('tells the usage at the start, for forms that show it there, and at the end', () => {
    const events = answerToEvents(answer);
    expect(events[0]).toMatchObject({ type: 'start', usage: answer.usage });
    expect(events.at(-1)).toEqual({ type: 'usage', usage: answer.usage });
    const silent = answerToEvents({ id: 'a', model: 'm', created: null, choices: [], usage: null });
    expect(silent).toEqual([{ type: 'start', id: 'a', model: 'm', created: null, usage: null }]);
  });
});
