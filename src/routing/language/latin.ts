/** Languages that share the Latin letters, told apart by frequent words, by letters of their own, and by how they spell. */
import { LETTERS, WORDS } from './latin-words.ts';
import { LANGUAGES, LETTER_PAIRS } from './letter-pairs.ts';

/** What a known word and a letter beyond those of English weigh. Languages share the weight of what they share. */
const WORD = 1;
const LETTER = 0.4;
/** What each language that has it gets of it in any case. */
const UNSHARED = 0.2;
/** For each step by which a pair of letters is less likely than in the language that has it most. */
const PAIR_STEP = 0.075;
/** How far the best stands before the next. */
const MIN_LEAD = 0.25;
/** Fewer, of two letters and more, are a greeting or a name. */
const MIN_WORDS = 3;
/** More say nothing new. */
const MAX_WORDS = 60;
/** What the best has of known words and letters: with less, the spelling alone would decide. */
const MIN_OWN = 1;
/** How much more that is than what only others have: less is a mixture, or another language altogether. */
const MIN_PURITY = 2;

/** Text → the languages that have it, a bit each. */
type Owners = ReadonlyMap<string, number>;

/** One entry a text, however many languages have it: these tables are made at every cold start. */
function ownersOf(lists: Readonly<Record<string, string>>, separator: string): Owners {
  const owners = new Map<string, number>();
  for (const [language, list] of Object.entries(lists)) {
    const bit = 1 << LANGUAGES.indexOf(language);
    for (const text of list.split(separator)) owners.set(text, (owners.get(text) ?? 0) | bit);
  }
  return owners;
}

const WORD_OWNERS = ownersOf(WORDS, ' ');
const LETTER_OWNERS = ownersOf(LETTERS, '');
/** Digits by pair. */
const PAIRS: ReadonlyMap<string, string> = new Map(
  LETTER_PAIRS.trim()
    .split(/\s/)
    .map((row) => [row.slice(0, 2), row.slice(2)]),
);
const NINE = '9'.charCodeAt(0);

/** A word or letter that some languages have. */
interface Evidence {
  readonly owners: number;
  readonly weight: number;
}

/** `null`: not sure. */
export function latinLanguage(text: string): string | null {
  const words = wordsOf(text);
  if (words.filter(({ length }) => length > 1).length < MIN_WORDS) return null;
  const evidence = [
    ...evidenceIn(words, WORD_OWNERS, WORD),
    ...evidenceIn(words.join(''), LETTER_OWNERS, LETTER),
  ];
  const scores = LANGUAGES.map((_, index) => {
    let score = 0;
    for (const { owners, weight } of evidence)
      if (has(owners, index)) score += weight / countBits(owners) + weight * UNSHARED;
    return score;
  });
  for (const word of words) addSpelling(word, scores);
  return surest(scores, evidence);
}

function* evidenceIn(texts: Iterable<string>, known: Owners, weight: number): Generator<Evidence> {
  for (const text of texts) {
    const owners = known.get(text);
    if (owners !== undefined) yield { owners, weight };
  }
}

const has = (owners: number, index: number): boolean => (owners & (1 << index)) !== 0;

function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count += 1;
  return count;
}

function addSpelling(word: string, scores: number[]): void {
  const letters = `<${word}>`;
  for (let at = 0; at < letters.length - 1; at += 1) {
    const digits = PAIRS.get(letters.slice(at, at + 2));
    if (digits === undefined) continue;
    for (let index = 0; index < digits.length; index += 1)
      scores[index] = (scores[index] ?? 0) + (digits.charCodeAt(index) - NINE) * PAIR_STEP;
  }
}

/** Words in capitals are names of things, unless all of the text shouts. */
function wordsOf(text: string): string[] {
  const found = text.match(/\p{L}[\p{L}\p{M}]*/gu) ?? [];
  const isShouted = !/\p{Ll}{2}/u.test(text);
  return found
    .filter((word) => isShouted || word.length === 1 || /\p{Ll}/u.test(word))
    .slice(0, MAX_WORDS)
    .map((word) => word.toLowerCase());
}

function surest(scores: readonly number[], evidence: readonly Evidence[]): string | null {
  const most = Math.max(...scores);
  const best = scores.indexOf(most);
  const next = Math.max(...scores.filter((_, index) => index !== best));
  let [own, strange] = [0, 0];
  for (const { owners, weight } of evidence)
    if (has(owners, best)) own += weight;
    else strange += weight;
  const isSure = most - next >= MIN_LEAD && own >= MIN_OWN && own >= strange * MIN_PURITY;
  return isSure ? (LANGUAGES[best] ?? null) : null;
}
