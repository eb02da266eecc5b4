/**
 * `npm run languages`: writes `src/routing/language/letter-pairs.ts`, how likely each pair of letters is in each language, from
 * the words in `latin-words.ts`. `--check` only compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WORDS } from '../routing/language/latin-words.ts';

const FILE = new URL('../routing/language/letter-pairs.ts', import.meta.url);

const HEAD = `/** Written by \`npm run languages\` from \`latin-words.ts\`. Change that, not this file. */

/** In the order of the digits below. */
export const LANGUAGES: readonly string[] = [
${Object.keys(WORDS)
  .map((language) => `  '${language}',\n`)
  .join('')}];

/**
 * Two letters (\`<\` and \`>\`: the ends of a word), and a digit a language: 9 where the pair is most likely, two less where it is
 * e times less likely.
 */
export const LETTER_PAIRS = \`
`;
/** Seen less often in all of the words, a pair says nothing. */
const MIN_SEEN = 4;
/** As if each pair had been seen half a time more than it was. */
const UNSEEN = 0.5;
const POSSIBLE_PAIRS = 900;
const PAIRS_PER_LINE = 5;

const pairsOf = (word: string): string[] => {
  const letters = `<${word}>`;
  return Array.from({ length: letters.length - 1 }, (_, at) => letters.slice(at, at + 2));
};

const counted = Object.values(WORDS).map((list) => {
  const pairs = list.split(' ').flatMap(pairsOf);
  const counts = new Map<string, number>();
  for (const pair of pairs) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  return { counts, total: pairs.length };
});

const seen = [...new Set(counted.flatMap(({ counts }) => [...counts.keys()]))]
  .filter((pair) => counted.reduce((sum, { counts }) => sum + (counts.get(pair) ?? 0), 0) >= MIN_SEEN)
  .sort();

const rows = seen.map((pair) => {
  const likelihoods = counted.map(({ counts, total }) =>
    Math.log(((counts.get(pair) ?? 0) + UNSEEN) / (total + UNSEEN * POSSIBLE_PAIRS)),
  );
  const highest = Math.max(...likelihoods);
  return pair + likelihoods.map((one) => Math.max(0, 9 + Math.round((one - highest) * 2))).join('');
});

const lines = Array.from({ length: Math.ceil(rows.length / PAIRS_PER_LINE) }, (_, line) =>
  rows.slice(line * PAIRS_PER_LINE, (line + 1) * PAIRS_PER_LINE).join(' '),
);
const text = `${HEAD}${lines.join('\n')}\n\`;\n`;

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
if (!values.check) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('letter-pairs.ts is not what the words say: run `npm run languages`');
  process.exitCode = 1;
}
