/** Languages by the letters they are written in. */

interface Script {
  readonly letters: RegExp;
  /** Letters of an alphabet that say as much as one of these. */
  readonly weight: number;
  /** Counted apart from every other letter. */
  readonly language: (text: string) => string;
}

const always = (language: string) => (): string => language;

const SCRIPTS: readonly Script[] = [
  { letters: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/gu, weight: 3, language: hanOrKana },
  { letters: /\p{Script=Hangul}/gu, weight: 2, language: always('ko') },
  { letters: /\p{Script=Cyrillic}/gu, weight: 1, language: cyrillic },
  { letters: /\p{Script=Arabic}/gu, weight: 1, language: arabic },
  { letters: /\p{Script=Greek}/gu, weight: 1, language: always('el') },
  { letters: /\p{Script=Hebrew}/gu, weight: 1, language: always('he') },
  { letters: /\p{Script=Thai}/gu, weight: 1, language: always('th') },
  { letters: /\p{Script=Devanagari}/gu, weight: 1, language: devanagari },
  { letters: /\p{Script=Bengali}/gu, weight: 1, language: always('bn') },
  { letters: /\p{Script=Tamil}/gu, weight: 1, language: always('ta') },
  { letters: /\p{Script=Telugu}/gu, weight: 1, language: always('te') },
  { letters: /\p{Script=Gujarati}/gu, weight: 1, language: always('gu') },
  { letters: /\p{Script=Kannada}/gu, weight: 1, language: always('kn') },
  { letters: /\p{Script=Malayalam}/gu, weight: 1, language: always('ml') },
  { letters: /\p{Script=Gurmukhi}/gu, weight: 1, language: always('pa') },
  { letters: /\p{Script=Sinhala}/gu, weight: 1, language: always('si') },
  { letters: /\p{Script=Georgian}/gu, weight: 1, language: always('ka') },
  { letters: /\p{Script=Armenian}/gu, weight: 1, language: always('hy') },
  { letters: /\p{Script=Ethiopic}/gu, weight: 1, language: always('am') },
  { letters: /\p{Script=Khmer}/gu, weight: 1, language: always('km') },
  { letters: /\p{Script=Lao}/gu, weight: 1, language: always('lo') },
  { letters: /\p{Script=Myanmar}/gu, weight: 1, language: always('my') },
];

const LATIN = /\p{Script=Latin}/gu;
/** Of all letters, the script of the answer has to have at least this share. */
const MIN_SHARE = 0.6;
/** Less is a name, or a word in between. */
const MIN_LETTERS = 4;

/** `latin`: one of those that share its letters. `null`: too little, or too mixed. */
export function languageByScript(text: string): string | 'latin' | null {
  const latin = count(text, LATIN);
  let all = latin;
  let most = { letters: 0, language: always('') as Script['language'] };
  if (/[^\p{Script=Latin}\p{P}\p{S}\p{N}\p{Z}\p{C}]/u.test(text))
    for (const { letters: pattern, weight, language } of SCRIPTS) {
      const letters = count(text, pattern) * weight;
      all += letters;
      if (letters > most.letters) most = { letters, language };
    }
  if (latin >= all * MIN_SHARE && latin > 0) return 'latin';
  return most.letters >= MIN_LETTERS && most.letters >= all * MIN_SHARE ? most.language(text) : null;
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Japanese writes endings and small words in kana, whatever else is Han; Chinese has none. */
function hanOrKana(text: string): string {
  const kana = count(text, /[\p{Script=Hiragana}\p{Script=Katakana}]/gu);
  return kana > 0 && kana >= count(text, /\p{Script=Han}/gu) * 0.1 ? 'ja' : 'zh';
}

/** The first whose letters stand in the text; letters that no other of them has come first. */
function cyrillic(text: string): string {
  const lower = text.toLowerCase();
  if (/[їєґ]/.test(lower)) return 'uk';
  if (/ў/.test(lower)) return 'be';
  if (/[ѓќѕ]/.test(lower)) return 'mk';
  if (/[ђћљњџј]/.test(lower)) return /[ђћ]/.test(lower) ? 'sr' : macedonianOrSerbian(lower);
  if (/[әғқңөұүһ]/.test(lower)) return 'kk';
  if (/і/.test(lower)) return /[ыэё]/.test(lower) ? 'be' : 'uk';
  if (/[ыэё]/.test(lower)) return 'ru';
  return bulgarianOrRussian(lower);
}

const macedonianOrSerbian = (text: string): string =>
  /(?:^|\P{L})(?:во|што|дека|со|ќе|ги|кој|како)(?!\p{L})/u.test(text) ? 'mk' : 'sr';

/** Without the letters that only Russian has: by letters and small words that one has more of. Words of both stand in none. */
function bulgarianOrRussian(text: string): string {
  const bulgarian = count(text, BULGARIAN);
  const ukrainian = count(text, UKRAINIAN);
  const russian = count(text, RUSSIAN);
  if (ukrainian > russian && ukrainian > bulgarian) return 'uk';
  return bulgarian > russian ? 'bg' : 'ru';
}

const wordOrSign = (words: string, sign: string): RegExp =>
  new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})|${sign}`, 'gu');
const BULGARIAN = wordOrSign(
  'е|се|са|ли|ще|да|че|като|това|този|тази|тези|моля|какво|защо|къде|кога|ми|му|ни|си|беше|има|няма|аз|ние|вие|които|който|която|съм|към|след|през|още|вече|една|един|едно|можеш|може|трябва|пет|две|мен|нас',
  '(?<=\\p{L})ъ(?=[бвгджзйклмнпрстфхцчшщ])|(?<=\\p{L}{3})(?:ът|ята|ите)(?!\\p{L})',
);
const UKRAINIAN = wordOrSign(
  'та|що|як|для|але|чи|це|він|вона|вони|мене|будь|ласка|треба|коли|буде|дуже|про|від|бо',
  '(?<=\\p{L})(?:ться|ння)(?!\\p{L})',
);
const RUSSIAN = wordOrSign(
  'что|как|это|для|из|у|же|так|вы|он|она|они|мне|мы|пожалуйста|если|бы|был|была|было|можно|нужно|его|её|при|когда|почему|чтобы',
  '(?<=\\p{L})(?:ь|ого|его|ому|ие|ая|ое)(?!\\p{L})|ь(?!о)',
);

function arabic(text: string): string {
  if (/[ٹڈڑںےہھ]/.test(text)) return 'ur';
  if (/[پچژگکی]/.test(text)) return 'fa';
  return 'ar';
}

/** Marathi has small words of its own, and `ळ`. */
function devanagari(text: string): string {
  if (/(?:^|\P{L})(?:आहे|आहेत|आणि|मला|नाही|करा|माझ)/u.test(text)) return 'mr';
  if (/(?:^|\P{L})(?:छ|छन्|गर्न|तपाईं|मलाई|हुन्छ|भएको)(?![\p{L}\p{M}])/u.test(text)) return 'ne';
  return 'hi';
}
