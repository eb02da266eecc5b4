import { describe, expect, it } from 'vitest';
import { DIFFICULTY_WEIGHTS, difficultyOf } from '../../../src/routing/difficulty.ts';
import { EMPTY_SHAPE, type RequestShape } from '../../../src/routing/request-shape.ts';
import { seeded } from '../../support/seeded.ts';

const scoreOf = (shape: Partial<RequestShape>): number => difficultyOf({ ...EMPTY_SHAPE, ...shape }).score;
const saying = (lastUserText: string): Partial<RequestShape> => ({
  lastUserText,
  characters: lastUserText.length,
  messages: 1,
});

describe('difficultyOf', () => {
  it('is nothing for an empty request, and next to nothing for a short question', () => {
    expect(difficultyOf(EMPTY_SHAPE)).toEqual({ score: 0, because: 'short and plain' });
    expect(scoreOf(saying('What is the capital of Peru?'))).toBeLessThan(0.02);
  });

  it('names the two strongest reasons, the stronger first', () => {
    const shape = { ...EMPTY_SHAPE, tools: 3, reasoningEffort: 'high', wantsJson: true };
    expect(difficultyOf(shape).because).toBe('reasoning asked for, tools');
    expect(difficultyOf({ ...EMPTY_SHAPE, wantsJson: true }).because).toBe('JSON answer');
  });

  it.each([
    ['a greeting', saying('Hi, how are you?'), 0, 0.1],
    ['a translation', saying('Translate "good morning" into Polish, please.'), 0, 0.1],
    ['a proof', saying('Prove step by step that the square root of 2 is irrational.'), 0.3, 0.6],
    ['code to be refactored', saying('Refactor this:\n```ts\nlet a = 1;\n```'), 0.4, 0.6],
    [
      'an agent in the middle of its work',
      { ...EMPTY_SHAPE, tools: 20, messages: 40, characters: 80_000 },
      0.7,
      0.95,
    ],
    ['the hardest effort', { reasoningEffort: 'max' }, 0.7, 0.8],
    [
      'all at once',
      {
        ...saying(
          `Prove, analyse, compare, plan, design, debug? Why? How? What?\n\`\`\`\n${'x'.repeat(3000)}`,
        ),
        characters: 1e9,
        messages: 1e6,
        tools: 1e6,
        images: 1e6,
        audio: 1e6,
        files: 1e6,
        wantsJson: true,
        reasoningEffort: 'max',
      },
      0.95,
      0.99999,
    ],
  ] as const)('%s lies where it should', (_, shape, least, most) => {
    const score = scoreOf(shape);
    expect(score).toBeGreaterThanOrEqual(least);
    expect(score).toBeLessThanOrEqual(most);
  });

  it.each([
    'Please analyse the risks of this.',
    'Beweise, dass es unendlich viele Primzahlen gibt.',
    'Vergelijk deze twee voorstellen.',
    'Démontre ce théorème.',
    'Explícalo paso a paso.',
    'Analizza il bilancio.',
    'Analise o balanço da empresa.',
    'Jämför de två förslagen.',
    'Analysoi nämä luvut.',
    'Udowodnij to twierdzenie.',
    'Porovnej obě nabídky.',
    'Adım adım anlat.',
    'Докажи эту теорему.',
    'Порівняй ці пропозиції.',
    'Bandingkan kedua usulan ini.',
    'Phân tích số liệu này.',
    '请证明这个定理。',
    'このコードをリファクタリングしてください。',
    '이 두 제안을 비교해 주세요.',
    'حلل هذه البيانات.',
  ])('hears that thought is asked for: %s', (text) => {
    expect(difficultyOf({ ...EMPTY_SHAPE, lastUserText: text }).because).toBe('demanding words');
  });

  it.each([
    'What does this proverb mean',
    'Which planet is the largest',
    'The reproof was mild',
    'Provide a name',
  ])('hears nothing in %j', (text) => {
    expect(scoreOf({ lastUserText: text })).toBe(0);
  });

  it.each([
    '```\nanything\n```',
    'def total(items):\n  return sum(items)',
    'const total = items.length',
    '  export async function main() {',
    '#include <stdio.h>',
    'SELECT name FROM users',
  ])('sees code: %j', (lastUserText) => {
    expect(difficultyOf({ ...EMPTY_SHAPE, lastUserText }).because).toBe('code');
  });

  it('counts the questions behind the first, in any script', () => {
    const because = (lastUserText: string) => difficultyOf({ ...EMPTY_SHAPE, lastUserText }).because;
    expect(because('Why?!??')).toBe('short and plain');
    expect(['Why? How?', '为什么？怎么样？', 'لماذا؟ كيف؟'].map(because)).toEqual(
      new Array(3).fill('several questions'),
    );
  });

  it('takes an effort that it does not know for a medium one', () => {
    expect(scoreOf({ reasoningEffort: 'enormous' })).toBe(scoreOf({ reasoningEffort: 'medium' }));
    expect(scoreOf({ reasoningEffort: 'constructor' })).toBe(scoreOf({ reasoningEffort: 'medium' }));
    expect(scoreOf({ reasoningEffort: 'none' })).toBe(0);
  });

  it('knows efforts that rise', () => {
    const points = Object.values(DIFFICULTY_WEIGHTS.effort);
    expect(points).toEqual([...points].sort((a, b) => a - b));
  });

  it.each([1, 2, 3])('never falls when there is more of something, and stays below 1 (seed %i)', (seed) => {
    const random = seeded(seed);
    const words = ['prove', 'the', 'plan', 'of', 'Paris?', '```', 'compare', 'again', 'hello', '证明'];
    const more: ((shape: RequestShape) => Partial<RequestShape>)[] = [
      ({ characters }) => ({ characters: characters + random.between(0, 100_000) }),
      ({ messages }) => ({ messages: messages + random.between(0, 20) }),
      ({ tools }) => ({ tools: tools + random.between(0, 20) }),
      ({ images }) => ({ images: images + 1 }),
      ({ audio }) => ({ audio: audio + 1 }),
      ({ files }) => ({ files: files + 1 }),
      () => ({ wantsJson: true }),
      ({ lastUserText }) => ({ lastUserText: `${lastUserText} ${random.pick(words)}` }),
    ];
    for (let round = 0; round < 100; round += 1) {
      let shape = EMPTY_SHAPE;
      let score = 0;
      for (let step = 0; step < 30; step += 1) {
        shape = { ...shape, ...random.pick(more)(shape) };
        const next = scoreOf(shape);
        expect(next).toBeGreaterThanOrEqual(score);
        expect(next).toBeLessThan(1);
        score = next;
      }
    }
  });

  it.each(['\n', ' ', 'SELECT ', 'import ', 'function ', 'think ', '?'])(
    'comes back from 4,000 characters of %j',
    (piece) => {
      expect(scoreOf({ lastUserText: piece.repeat(4000).slice(0, 4000) })).toBeLessThan(1);
    },
  );
});
