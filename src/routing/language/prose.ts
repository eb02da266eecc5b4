/** What people say in a text, without the code, addresses and names of things in it. */

const FENCED = /```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|`[^`\n]*`/g;
const TAGS = /<\/?[A-Za-z!][^<>]*>/g;
/** A statement, a block's beginning or end, a comment, or a line that is set in as code is. */
const CODE_LINE = /[{}]\s*$|[\w)\]'"];\s*$|[)\]]:\s*$|^\s*(?:\/\/|#include|--|\*|[})\]])|^(?: {4}|\t)/;
/** Of a line's characters, this share of signs makes it code. */
const MAX_SIGNS = 0.12;
const SIGNS = /[{}()[\];=<>_$#\\|&*+"]/g;
/** Signs that no language has inside its words: of addresses, identifiers, paths, placeholders. */
const MARKED = /[_=<>{}[\]\\/@#$%^*|~\d]|.\(|\..*\p{L}|\p{Ll}\p{Lu}/u;
/** Of scripts that set no spaces, a sentence looks like one word. */
const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uffff]/;

export function proseOf(text: string): string {
  return text
    .replace(FENCED, ' ')
    .replace(TAGS, ' ')
    .split('\n')
    .filter((line) => !CODE_LINE.test(line) && (line.match(SIGNS)?.length ?? 0) <= line.length * MAX_SIGNS)
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => !MARKED.test(word) || UNSPACED.test(word))
    .join(' ');
}
