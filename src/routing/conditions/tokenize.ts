/** From the text of a condition to its words: names, numbers, texts and signs. */
import { ConditionMistake } from './mistake.ts';

export type Token =
  | { readonly type: 'name' | 'sign'; readonly text: string; readonly at: number }
  | { readonly type: 'text'; readonly value: string; readonly at: number }
  | { readonly type: 'number'; readonly value: number; readonly at: number }
  | { readonly type: 'end'; readonly at: number };

const SPACE = /[ \t\r\n]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SIGN = /&&|\|\||==|!=|<=|>=|[<>!()[\]?:.,]/y;
/** All that may stand unescaped between the marks of a text. */
const PLAIN: Readonly<Record<string, RegExp>> = { '"': /[^"\\\r\n]*/y, "'": /[^'\\\r\n]*/y };
const ESCAPE = /\\(?:["'\\/nrt]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})/y;
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Throws `ConditionMistake`. The last token is the end. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += matchAt(SPACE, text, at).length;
    const token = nextToken(text, at);
    tokens.push(token.token);
    if (token.token.type === 'end') return tokens;
    at = token.end;
  }
}

interface Found {
  readonly token: Token;
  /** Index of what follows. */
  readonly end: number;
}

function nextToken(text: string, at: number): Found {
  const first = text[at];
  if (first === undefined) return { token: { type: 'end', at }, end: at };
  const plain = PLAIN[first];
  if (plain !== undefined) return readText(text, at, plain);
  const name = matchAt(NAME, text, at);
  if (name !== '') return { token: { type: 'name', text: name, at }, end: at + name.length };
  const number = matchAt(NUMBER, text, at);
  if (number !== '') return readNumber(text, number, at);
  const sign = matchAt(SIGN, text, at);
  if (sign !== '') return { token: { type: 'sign', text: sign, at }, end: at + sign.length };
  throw new ConditionMistake(helpWith(first), at);
}

function readNumber(text: string, digits: string, at: number): Found {
  const value = Number(digits);
  const end = at + digits.length;
  if (!Number.isFinite(value)) throw new ConditionMistake('the number is too large', at);
  if (matchAt(NAME, text, end) !== '') throw new ConditionMistake('a letter follows a number', end);
  return { token: { type: 'number', value, at }, end };
}

function readText(text: string, start: number, plain: RegExp): Found {
  const mark = text[start];
  let value = '';
  let at = start + 1;
  while (text[at] !== mark) {
    const piece = matchAt(plain, text, at);
    const escaped = matchAt(ESCAPE, text, at + piece.length);
    value += piece + unescaped(escaped);
    at += piece.length + escaped.length;
    if (escaped !== '' || text[at] === mark) continue;
    if (text[at] === '\\')
      throw new ConditionMistake('this is no escape: \\" \\\' \\\\ \\/ \\n \\r \\t \\xHH \\uHHHH are', at);
    throw new ConditionMistake('the text has no end', start);
  }
  return { token: { type: 'text', value, at: start }, end: at + 1 };
}

function unescaped(sequence: string): string {
  const [, letter = ''] = sequence;
  if (letter === 'x' || letter === 'u') return String.fromCharCode(Number.parseInt(sequence.slice(2), 16));
  return ESCAPED[letter] ?? letter;
}

function helpWith(character: string): string {
  if (character === '&') return '`&` alone means nothing: write `&&`';
  if (character === '|') return '`|` alone means nothing: write `||`';
  if (character === '=') return '`=` alone means nothing: write `==`';
  return 'this character means nothing here';
}

/** What stands at `index`, as far as the sticky `pattern` goes; linear, and `''` where it does not match. */
function matchAt(pattern: RegExp, text: string, index: number): string {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0] ?? '';
}
