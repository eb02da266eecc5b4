/**
 * Tokens of a text, estimated in one pass: a few nanoseconds a character, so that a request under a token limit pays next to
 * nothing for it. Rather a tenth too much than too little, in every script; what a model really made of it is learnt
 * (`usage/learnt-output.ts`) and settled.
 *
 * Texts of Latin letters are reckoned by words, as tokenx does (a tenth of its time); others by the character, with weights
 * measured on o200k, the tokenizer of GPT-4o and later. Older ones and Anthropic's take up to a fifth more.
 */

/** Longer texts are reckoned from samples. */
const WHOLE_UP_TO = 32 * 1024;
const SAMPLES = 16;
const SAMPLE_LENGTH = 1024;
/** A sample may have missed the dense parts. */
const SAMPLE_MARGIN = 1.05;

/** At least 0; a caller that needs a floor sets it. */
export function estimateTextTokens(text: string): number {
  if (text.length <= WHOLE_UP_TO) return Math.ceil(weigh(text, 0, text.length));
  const gap = (text.length - SAMPLE_LENGTH) / (SAMPLES - 1);
  let weight = 0;
  for (let i = 0; i < SAMPLES; i += 1) {
    const start = Math.floor(i * gap);
    weight += weigh(text, start, start + SAMPLE_LENGTH);
  }
  return Math.ceil((weight * SAMPLE_MARGIN * text.length) / (SAMPLES * SAMPLE_LENGTH));
}

const SPACE = 0;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
const MARK = 4;

const CLASS_OF_ASCII: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code <= 0x20 || code === 0x7f) return SPACE;
  if (code >= 0x61 && code <= 0x7a) return LOWER;
  if (code >= 0x41 && code <= 0x5a) return UPPER;
  return code >= 0x30 && code <= 0x39 ? DIGIT : MARK;
});

/** A word up to here is one token. */
const WORD = 5;
/** Letters of a longer word for each further token. */
const LETTERS_PER_TOKEN = 3.6;
const DIGITS_PER_TOKEN = 3;
/** Marks stick together: `});`, `"":` */
const MARKS_PER_TOKEN = 2.5;
/** Capitals are split more finely. */
const CAPITALS_PER_TOKEN = 2.5;
/** A letter with an accent breaks a word, least in Vietnamese, where most have one. */
const ACCENT = 1.2;
const VIETNAMESE_ACCENT = 0.4;
/** Letters and digits in one word are no word: ids, hashes, base64. */
const MIXED = 0.25;

function weigh(text: string, start: number, end: number): number {
  let tokens = 0;
  let runClass = SPACE;
  let run = 0;
  for (let i = start; i < end; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 128) {
      if (isLatin(code)) {
        if (runClass !== LOWER) {
          tokens += weightOfRun(runClass, run);
          run = 0;
        }
        runClass = LOWER;
        run += 1;
        tokens += code < 0x1e00 ? ACCENT : VIETNAMESE_ACCENT;
        continue;
      }
      tokens += weightOfRun(runClass, run) + weightOfScript(code);
      runClass = SPACE;
      run = 0;
      continue;
    }
    const kind = CLASS_OF_ASCII[code] as number; // the table has 128 places
    if (kind === runClass) {
      run += 1;
      if (code === LINE_FEED) tokens += 1;
      continue;
    }
    // `Word` is one word; `camelCase` is two.
    if (kind === LOWER && runClass === UPPER && run === 1) {
      runClass = LOWER;
      run = 2;
      continue;
    }
    tokens += weightOfRun(runClass, run);
    // A line break is a token, with the spaces that indent what follows; a space alone belongs to the word behind it, and
    // to no number.
    if (code === LINE_FEED || (kind === DIGIT && runClass === SPACE)) tokens += 1;
    else if (kind === DIGIT ? runClass !== MARK : runClass === DIGIT && kind < DIGIT) tokens += MIXED;
    runClass = kind;
    run = 1;
  }
  return tokens + weightOfRun(runClass, run);
}

const LINE_FEED = 0x0a;

function weightOfRun(runClass: number, length: number): number {
  switch (runClass) {
    case LOWER:
      return length <= WORD ? 1 : 1 + (length - WORD) / LETTERS_PER_TOKEN;
    case UPPER:
      return Math.max(1, length / CAPITALS_PER_TOKEN);
    case DIGIT:
      return Math.ceil(length / DIGITS_PER_TOKEN);
    case MARK:
      return Math.max(1, length / MARKS_PER_TOKEN);
    default:
      return 0;
  }
}

/** Letters with accents. */
const isLatin = (code: number): boolean =>
  (code >= 0xc0 && code < 0x250) || (code >= 0x1e00 && code < 0x1f00);

/** Tokens for one UTF-16 unit, from this code on; the codes are multiples of 16. */
const SCRIPTS: readonly (readonly [firstCode: number, tokens: number])[] = [
  [0x80, 1], // signs
  [0x370, 0.5], // Greek
  [0x400, 0.4], // Cyrillic
  [0x530, 0.45], // Armenian
  [0x590, 0.55], // Hebrew, Arabic
  [0x900, 0.5], // the scripts of India
  [0xe00, 0.6], // Thai, Lao
  [0xf00, 1.5], // Tibetan, Burmese
  [0x10a0, 0.45], // Georgian
  [0x1100, 0.9], // parts of Korean syllables
  [0x1200, 2.3], // Ethiopic, and others that few texts are in
  [0x1780, 1.2], // Khmer
  [0x1800, 2.3],
  [0x1f00, 0.7], // Greek with accents
  [0x2000, 1], // signs, arrows, boxes, dingbats
  [0x2e80, 0.95], // Chinese, Japanese
  [0xac00, 0.9], // Korean
  [0xd800, 1], // halves of emoji and of rare characters; signs
];

/** By the code without its last four bits. */
const WEIGHTS: Float32Array = new Float32Array(0x1000);
for (const [firstCode, tokens] of SCRIPTS) WEIGHTS.fill(tokens, firstCode >> 4);

const weightOfScript = (code: number): number => WEIGHTS[code >> 4] as number; // every code has a place
