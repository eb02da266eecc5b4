import { describe, expect, it } from 'vitest';
import type { CanonicalEvent, StartedPart } from '../../../../src/dialects/canonical.ts';
import { EventCollector } from '../../../../src/dialects/collect-events.ts';
import { Stitcher } from '../../../../src/gateway/continuation/stitcher.ts';
import type { Usage } from '../../../../src/usage/usage.ts';
import { thought } from '../../../support/canonical.ts';

const usageOf = (inputTokens: number, outputTokens: number): Usage => ({
  inputTokens,
  outputTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
});
const start = (id: string, model: string): CanonicalEvent => ({
  type: 'start',
  id,
  model,
  created: 1,
  usage: null,
});
const begin = (part: number, content: StartedPart = { type: 'text' }): CanonicalEvent => ({
  type: 'part-start',
  choice: 0,
  part,
  content,
});
const delta = (text: string, part = 0): CanonicalEvent => ({ type: 'part-delta', choice: 0, part, text });
const end = (part = 0): CanonicalEvent => ({ type: 'part-end', choice: 0, part });
const FINISH: CanonicalEvent = {
  type: 'finish',
  choice: 0,
  reason: 'stop',
  native: 'end_turn',
  stopSequence: null,
};
const usage = (value: Usage): CanonicalEvent => ({ type: 'usage', usage: value });

const FIRST = [start('one', 'model-a'), begin(0), delta('The quick '), delta('brown')];
const NEXT = { from: 'a/model-a', to: 'b/model-b' };

const brokenAfter = (events: readonly CanonicalEvent[]): Stitcher => {
  const stitcher = new Stitcher();
  stitcher.take(events);
  return stitcher;
};

describe('Stitcher, over the first part', () => {
  it('passes everything in its order, and only holds the end of a text until more comes', () => {
    const stitcher = new Stitcher();
    expect(stitcher.take(FIRST)).toEqual(FIRST);
    expect(stitcher.take([end()])).toEqual([]);
    expect(stitcher.take([usage(usageOf(1, 2))])).toEqual([usage(usageOf(1, 2))]);
    expect(stitcher.take([FINISH])).toEqual([end(), FINISH]);
    expect(stitcher.end()).toEqual([]);
  });

  it('gives what was held where nothing more comes', () => {
    expect(brokenAfter([...FIRST, end()]).end()).toEqual([end()]);
  });

  it.each<[string, readonly CanonicalEvent[], string]>([
    ['text', FIRST, 'The quick brown'],
    ['text whose end came', [...FIRST, end()], 'The quick brown'],
    ['texts behind each other', [...FIRST, end(), begin(1), delta(' fox', 1)], 'The quick brown fox'],
    [
      'text behind unsigned thoughts',
      [begin(0, { type: 'reasoning' }), delta('hm'), end(), begin(1), delta('Yes', 1)],
      'Yes',
    ],
  ])('can be gone on with: %s', (_, events, said) => {
    const stitcher = brokenAfter(events);
    expect([stitcher.isOpenText, stitcher.said]).toEqual([true, said]);
  });

  const SIGNATURE = { signer: 'anthropic', value: 'proof' } as const;
  it.each<[string, readonly CanonicalEvent[]]>([
    ['nothing', []],
    ['a beginning without text', [start('one', 'a'), begin(0)]],
    ['thoughts without text', [begin(0, { type: 'reasoning' }), delta('hm'), end()]],
    [
      'signed thoughts',
      [
        begin(0, { type: 'reasoning' }),
        delta('hm'),
        { type: 'signature', choice: 0, part: 0, signature: SIGNATURE },
        end(),
        begin(1),
        delta('Yes', 1),
      ],
    ],
    [
      'hidden thoughts',
      [begin(0, { type: 'whole', part: thought('', 'proof') }), end(), begin(1), delta('Yes', 1)],
    ],
    ['thoughts behind text', [...FIRST, end(), begin(1, { type: 'reasoning' }), delta('hm', 1)]],
    ['a call', [...FIRST, end(), begin(1, { type: 'tool-call', id: 'c', name: 'f', isCustom: false })]],
    ['a refusal', [begin(0, { type: 'refusal' }), delta('No')]],
    ['a second choice', [...FIRST, { type: 'part-start', choice: 1, part: 0, content: { type: 'text' } }]],
    ['tokens with their probabilities', [...FIRST, { type: 'logprobs', choice: 0, logprobs: [] }]],
    ['an answer that has finished', [...FIRST, end(), FINISH]],
  ])('cannot be gone on with: %s', (_, events) => {
    expect(brokenAfter(events).isOpenText).toBe(false);
  });
});

describe('Stitcher, over what goes on', () => {
  /** Of the second call, whose parts have numbers of their own. */
  const second = (...texts: readonly string[]): CanonicalEvent[] => [
    start('two', 'model-b'),
    { type: 'about', serviceTier: 'priority' },
    begin(0, { type: 'reasoning' }),
    delta('what now'),
    end(),
    begin(1),
    ...texts.map((text) => delta(text, 1)),
    end(1),
    usage(usageOf(10, 4)),
    FINISH,
  ];

  it('makes one answer of both: one beginning, one part, one end, the usage of both', () => {
    const stitcher = brokenAfter([...FIRST, end()]);
    stitcher.continueWith(NEXT, usageOf(7, 3));
    expect(stitcher.take(second(' fox', ' jumps'))).toEqual([
      { type: 'about', failover: [{ ...NEXT, atCharacters: 15 }] },
      delta(' fox'),
      delta(' jumps'),
      usage(usageOf(17, 7)),
      end(),
      FINISH,
    ]);
    expect([stitcher.isUnfit, stitcher.isOpenText]).toEqual([false, false]);
  });

  it('goes on in the text that was begun last', () => {
    const stitcher = brokenAfter([...FIRST, end(), begin(3), delta(' fox', 3)]);
    stitcher.continueWith(NEXT, null);
    expect(stitcher.take(second(' jumps'))).toContainEqual(delta(' jumps', 3));
  });

  it('takes out what is repeated, and tells nothing before it is sure', () => {
    const stitcher = brokenAfter(FIRST);
    stitcher.continueWith(NEXT, null);
    expect(stitcher.take([start('two', 'b'), begin(0), delta('quick bro')])).toEqual([]);
    expect([stitcher.isUntold, stitcher.said]).toEqual([true, 'The quick brown']);
    expect(stitcher.take([delta('wn fox')])).toEqual([
      { type: 'about', failover: [{ ...NEXT, atCharacters: 15 }] },
      delta(' fox'),
    ]);
    expect([stitcher.isUntold, stitcher.said]).toEqual([false, 'The quick brown fox']);
  });

  it('names who ended an answer of which nothing was missing but its end', () => {
    const stitcher = brokenAfter(FIRST);
    stitcher.continueWith(NEXT, null);
    expect(stitcher.take([start('two', 'b'), FINISH])).toEqual([
      { type: 'about', failover: [{ ...NEXT, atCharacters: 15 }] },
      end(),
      FINISH,
    ]);
  });

  it('lists each that went on, and leaves out who said nothing', () => {
    const stitcher = brokenAfter(FIRST);
    stitcher.continueWith(NEXT, null);
    stitcher.take([begin(0), delta(' fox')]);
    stitcher.continueWith({ from: 'b/model-b', to: 'c/model-c' }, usageOf(1, 1));
    stitcher.take([begin(0)]);
    stitcher.continueWith({ from: 'c/model-c', to: 'd/model-d' }, usageOf(2, 2));
    expect(stitcher.take([begin(0), delta(' jumps'), usage(usageOf(4, 4))])).toEqual([
      {
        type: 'about',
        failover: [
          { ...NEXT, atCharacters: 15 },
          { from: 'b/model-b', to: 'd/model-d', atCharacters: 19 },
        ],
      },
      delta(' jumps'),
      usage(usageOf(7, 7)),
    ]);
  });

  it.each<[string, StartedPart]>([
    ['a call', { type: 'tool-call', id: 'c', name: 'f', isCustom: false }],
    ['a refusal', { type: 'refusal' }],
    ['a part of another kind', { type: 'whole', part: { type: 'audio', data: '', format: 'wav' } }],
  ])('tells nothing of a target that comes with %s', (_, content) => {
    const stitcher = brokenAfter(FIRST);
    stitcher.continueWith(NEXT, null);
    expect(stitcher.take([start('two', 'b'), begin(0, content), delta('x'), end(), FINISH])).toEqual([]);
    expect([stitcher.isUnfit, stitcher.isUntold, stitcher.isOpenText]).toEqual([true, true, true]);
    stitcher.continueWith({ from: 'b/model-b', to: 'c/model-c' }, null);
    expect(stitcher.isUnfit).toBe(false);
  });

  it('collects to one answer of one text', () => {
    const collector = new EventCollector();
    const stitcher = new Stitcher();
    collector.push(stitcher.take(FIRST));
    stitcher.continueWith(NEXT, usageOf(7, 3));
    collector.push(stitcher.take(second('brown fox')));
    expect(collector.answer()).toMatchObject({
      id: 'one',
      model: 'model-a',
      choices: [{ parts: [{ type: 'text', text: 'The quick brown fox' }], finish: 'stop' }],
      usage: usageOf(17, 7),
    });
  });
});
