import { describe, expect, it } from 'vitest';
import { MAX_OVERLAP, Seam } from '../../../../src/gateway/continuation/seam.ts';
import { seeded } from '../../../support/seeded.ts';

interface Told {
  readonly text: string;
  readonly hasFailed: boolean;
  /** Most characters that were held back at once. */
  readonly mostHeld: number;
}

/** What is told of `continuation` behind `said`, where it comes in pieces of these sizes, over and over. */
function goOn(said: string, continuation: string, sizes: readonly number[] = [1]): Told {
  const seam = new Seam(said);
  let text = '';
  let mostHeld = 0;
  for (let at = 0, turn = 0; at < continuation.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    text += seam.push(continuation.slice(at, at + size));
    at += size;
    if (text === '') mostHeld = Math.min(at, continuation.length);
  }
  text += seam.end();
  return { text, hasFailed: seam.hasFailed, mostHeld };
}

const SIZES = [[1], [2, 3], [7], [1, 40, 2], [5000]];

describe('Seam', () => {
  it.each([
    ['goes on in the middle of a word', 'The quick bro', 'wn fox', 'wn fox'],
    ['repeats the last words', 'The quick brown fox', 'brown fox jumps', ' jumps'],
    ['repeats them behind blanks', 'The quick brown fox', '\n\nbrown fox jumps', ' jumps'],
    ['repeats all of it', 'The quick brown fox', 'The quick brown fox jumps', ' jumps'],
    ['repeats all of it behind blanks', 'The quick brown fox', ' The quick brown fox jumps', ' jumps'],
    ['repeats all of it and no more', 'The quick brown fox', 'The quick brown fox', ''],
    ['begins with the blank that was told', 'The quick ', ' brown', 'brown'],
    ['begins without it', 'The quick ', 'brown', 'brown'],
    ['begins with more blanks than were told', 'One.\n', '\n\nTwo.', '\nTwo.'],
    ['begins with another blank', 'One. ', '\nTwo.', '\nTwo.'],
    ['repeats the last words and their blank', 'The quick brown ', 'quick brown fox', 'fox'],
    ['begins with what is told of blanks only', ' \n', ' \nHello', 'Hello'],
    ['says nothing', 'The quick brown fox', '', ''],
    ['says nothing but the blank that was told', 'The quick ', ' ', ''],
    ['begins like the first part, by chance', 'I think so. And', ' I thought so too', ' I thought so too'],
    ['shares two letters by chance', 'a cat', 'at last', 'at last'],
    ['goes on with what repeats itself', 'la la la', ' la la', ' la la'],
    ['goes on with a row of equal lines', 'x = 1\nrow 123\nrow 123', '\nrow 123\nend', '\nrow 123\nend'],
    ['closes brackets', 'if (a) {\n    }\n    }', '\n    }\n}', '\n    }\n}'],
    ['repeats words in another script', 'Das ist 日本語の文章', '日本語の文章です', 'です'],
  ])('tells what is new where the second %s', (_, said, continuation, told) => {
    for (const sizes of SIZES) expect(goOn(said, continuation, sizes)).toMatchObject({ text: told });
  });

  it('tells nothing where all is said again in other words', () => {
    const said = 'An answer of some length, which says a thing or two. '.repeat(8);
    const restated = `${said.slice(0, 300)}but differently now`;
    for (const sizes of SIZES)
      expect(goOn(said, restated, sizes)).toMatchObject({ text: '', hasFailed: true });
    for (const sizes of SIZES)
      expect(goOn(said, said.slice(0, 300), sizes)).toMatchObject({ text: '', hasFailed: true });
  });

  it('holds back no more than it may', () => {
    const said = 'abcdefghij'.repeat(100);
    const { text, mostHeld } = goOn(said, 'fghijabcde'.repeat(100), [1]);
    expect(mostHeld).toBeLessThanOrEqual(MAX_OVERLAP + 1);
    expect(text).not.toBe('');
  });

  it('compares a long repetition once', () => {
    const said = Array.from({ length: 40_000 }, (_, index) => `word${index} `).join('');
    expect(goOn(said, `${said}and on`, [4]).text).toBe('and on');
  });
});

describe('Seam, over random texts, cuts and pieces', () => {
  const random = seeded(7);
  const ALPHABET = 'abcdefghijklmnopqrstuvwxyzäöü0123456789.,;:(){}\n\t 漢字仮名😀';
  const letters = [...ALPHABET];
  const randomText = (length: number): string =>
    random.list(length, () => (random.chance(0.18) ? ' ' : random.pick(letters))).join('');
  const someSizes = (): number[] => random.list(random.between(1, 5), () => random.between(1, 30));

  const cases = random.list(400, () => {
    const whole = `Answer ${randomText(random.between(20, 900))}`;
    const cut = random.between(1, whole.length - 1);
    return { whole, said: whole.slice(0, cut), rest: whole.slice(cut) };
  });
  /** As the second model was told it, which is not told of blanks at the end. */
  const asked = (said: string): string => said.trimEnd();
  const gap = (said: string): string => said.slice(asked(said).length);

  it('gives the whole text where the second goes on exactly', () => {
    for (const { whole, said, rest } of cases)
      expect(said + goOn(said, gap(said) + rest, someSizes()).text).toBe(whole);
  });

  it('gives the whole text where the second repeats the end', () => {
    for (const { whole, said, rest } of cases.filter((one) => asked(one.said).length > 12)) {
      const overlap = asked(said).slice(-random.between(12, MAX_OVERLAP));
      expect(said + goOn(said, overlap + gap(said) + rest, someSizes()).text).toBe(whole);
    }
  });

  it('gives the whole text where the second says it all again', () => {
    for (const { whole, said } of cases)
      if (said.length > 6) expect(said + goOn(said, whole, someSizes()).text).toBe(whole);
  });

  it('decides the same however the text is cut into pieces', () => {
    for (const { said } of cases) {
      const from = random.between(0, said.length - 1);
      const other = said.slice(from, from + random.between(0, 260)) + randomText(random.between(0, 100));
      const [first, ...others] = [[1], [5000], someSizes(), someSizes()].map((sizes) =>
        goOn(said, other, sizes),
      );
      for (const one of others) expect([one.text, one.hasFailed]).toEqual([first?.text, first?.hasFailed]);
    }
  });
});
