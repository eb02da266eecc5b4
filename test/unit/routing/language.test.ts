import { describe, expect, it } from 'vitest';
import { languageOf } from '../../../src/routing/language.ts';
import { seeded } from '../../support/seeded.ts';
import { SENTENCES } from './language/sentences.ts';

const ALL = Object.entries(SENTENCES).flatMap(([language, sentences]) =>
  sentences.map((sentence) => ({ language, sentence, found: languageOf(sentence) })),
);
const MISSED = ALL.filter(({ language, found }) => found !== language);
const WRONG = MISSED.filter(({ found }) => found !== 'und');
const HIT_RATE = (100 * (ALL.length - MISSED.length)) / ALL.length;

const CODE = `
export function total(items: readonly Item[]): number {
  let sum = 0;
  for (const item of items) {
    if (item.isPaid) sum += item.price;
  }
  return sum;
}
`;

describe('languageOf', () => {
  it(`knows the language of ${HIT_RATE.toFixed(1)} % of ${ALL.length} sentences, and takes ${WRONG.length} for another`, () => {
    expect(ALL.length).toBeGreaterThanOrEqual(150);
    expect(HIT_RATE, JSON.stringify(MISSED, null, 1)).toBeGreaterThanOrEqual(98);
    expect(WRONG.length, JSON.stringify(WRONG, null, 1)).toBeLessThanOrEqual(2);
  });

  it.each([
    ['da', 'Hvad hedder hovedstaden i Norge, og hvor mange bor der?'],
    ['no', 'Hva heter hovedstaden i Norge, og hvor mange bor der?'],
    ['sv', 'Vad heter huvudstaden i Norge, och hur många bor där?'],
    ['es', '¿Dónde está la estación de trenes más cercana?'],
    ['pt', 'Onde fica a estação de trem mais próxima?'],
    ['it', "Dov'è la stazione dei treni più vicina?"],
    ['nl', 'Wat is de hoofdstad van dat land en wie woont er?'],
    ['de', 'Was ist die Hauptstadt des Landes und wer wohnt dort?'],
    ['cs', 'Kde je nejbližší nádraží a kdy odjíždí vlak?'],
    ['pl', 'Gdzie jest najbliższy dworzec i kiedy odjeżdża pociąg?'],
    ['ru', 'Где находится ближайший вокзал и когда отходит поезд?'],
    ['uk', 'Де знаходиться найближчий вокзал і коли відходить потяг?'],
    ['bg', 'Къде е най-близката гара и кога тръгва влакът?'],
    ['sr', 'Где је најближа станица и када полази воз?'],
    ['ar', 'أين تقع أقرب محطة قطار من فضلك؟'],
    ['fa', 'نزدیک‌ترین ایستگاه قطار کجاست؟'],
    ['ur', 'قریب ترین ریلوے اسٹیشن کہاں ہے؟'],
    ['ja', '一番近い駅はどこですか。'],
    ['zh', '最近的火车站在哪里？'],
    ['hi', 'सबसे पास का रेलवे स्टेशन कहाँ है?'],
    ['mr', 'सर्वात जवळचे रेल्वे स्थानक कुठे आहे?'],
  ])('tells %s from its neighbours', (language, sentence) => {
    expect(languageOf(sentence)).toBe(language);
  });

  it.each([
    '',
    ' \n ',
    '42',
    '12.05.2024, 14:30',
    '🎉🎉🎉',
    '?!?',
    'ok',
    'Hello',
    'Merci',
    'Guten Tag',
    'ChatGPT',
    'Paris Berlin London Madrid',
    'x y z',
    'a b c d e f',
    'https://example.com/the/quick/brown/fox/and/the/dog',
    'SELECT id, name FROM users WHERE id = 5;',
    '/usr/local/bin/the_thing --with=that -for you@example.com',
    CODE,
    `\`\`\`python\nfor the in this:\n    print(the, is, not, what, you, want)\n\`\`\``,
    '{"the": "is", "and": ["was", "were", "with"]}',
    '<div class="and"><span>{the.is.with}</span></div>',
  ])('says nothing of %j', (text) => {
    expect(languageOf(text)).toBe('und');
  });

  it.each([
    'Please translate: der Hund schläft unter dem Tisch',
    'Le chat dort sous la table and the dog is in the garden',
    'これは とても いい です and this is what I really wanted to say',
    'Tere, kuidas läheb täna?',
  ])('says nothing of a mixture, or of a language that it does not know: %s', (text) => {
    expect(languageOf(text)).toBe('und');
  });

  it.each([
    ['de', `Warum gibt diese Funktion bei leeren Listen einen Fehler zurück?\n\n\`\`\`ts\n${CODE}\n\`\`\``],
    ['fr', `Explique ce que fait ce code, s'il te plaît :\n${CODE}`],
    ['es', `¿Qué hace esta consulta?\nSELECT * FROM the_users WHERE is_what = 'this';`],
    ['en', 'See https://de.example.org/der/die/das and tell me what you think about it.'],
    ['ja', 'TypeScript の `readonly` は何のためにありますか。'],
    ['zh', '请解释 React 里的 useEffect 是怎么工作的'],
    ['ja', 'Pythonで3つのリストを結合する方法（最速）を教えてください'],
    ['zh', '用 vue3/ts 写一个100行以内的例子'],
    ['el', 'Τι κάνει αυτός ο κώδικας;'],
    ['en', 'WHY IS THE BUILD FAILING AND WHAT CAN I DO ABOUT IT'],
  ])('goes by what is said around code: %s', (language, text) => {
    expect(languageOf(text)).toBe(language);
  });

  it('reads the first 1,000 characters', () => {
    const german = 'Das ist ein Satz, der für diese Prüfung geschrieben wurde. '.repeat(20);
    expect(languageOf(`${german}${'and this is what the user said '.repeat(500)}`)).toBe('de');
  });

  it('takes composed and decomposed letters for the same', () => {
    for (const { sentence, found } of ALL) expect(languageOf(sentence.normalize('NFD'))).toBe(found);
  });

  it('has an answer to everything (seed 1)', () => {
    const random = seeded(1);
    const pieces = [
      ...ALL.map(({ sentence }) => sentence),
      CODE,
      '`',
      '```',
      '<',
      '{',
      '\n',
      '    ',
      '(',
      '@',
      '.',
    ];
    for (let round = 0; round < 500; round += 1) {
      const codes = random.list(random.between(0, 60), () => random.between(0, 65_535));
      const text =
        random.list(random.between(0, 8), () => random.pick(pieces)).join('') + String.fromCharCode(...codes);
      expect(languageOf(text)).toMatch(/^[a-z]{2}$|^und$/);
    }
  });

  it.each(['`', '<a', '\\', '(', 'a.', 'aA', '@.', '    ', '```', 'ъ', '{\n', '#'])(
    'comes back from %j without end',
    (piece) => {
      expect(languageOf(piece.repeat(100_000))).toMatch(/^und$|^ru$/);
    },
  );
});
