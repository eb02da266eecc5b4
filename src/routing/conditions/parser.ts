/** From words to closures, by recursive descent. Grammar: `compile.ts`. */
import { callOf, FUNCTIONS, memberAt, methodOf, shortened } from './calls.ts';
import {
  allOf,
  anyOf,
  choice,
  constantOf,
  type Expression,
  equality,
  listOf,
  membership,
  negated,
  ordering,
} from './expression.ts';
import { ConditionMistake, suggestion } from './mistake.ts';
import { NAMES, ROOTS } from './names.ts';
import { type Token, tokenize } from './tokenize.ts';
import type { Order } from './values.ts';

const MAX_DEPTH = 50;
const MAX_ENTRIES = 200;
const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const RELATIONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>=', 'in'];
const ALL_WORDS: readonly string[] = [...NAMES.keys(), 'metadata', ...FUNCTIONS, ...LITERALS.keys(), 'in'];

/** Throws `ConditionMistake`. `headers`: names in lower case that `header` may read. */
export function parseCondition(text: string, headers: readonly string[]): Expression {
  return new Parser(tokenize(text), headers).whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #headers: readonly string[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], headers: readonly string[]) {
    this.#tokens = tokens;
    this.#headers = headers;
  }

  whole(): Expression {
    const expression = this.#expression();
    if (this.#peek().type !== 'end') throw this.#unexpected('the end');
    return expression;
  }

  #expression(): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#tooDeep();
    const condition = this.#or();
    const expression = this.#take('?') ? this.#choice(condition) : condition;
    this.#depth -= 1;
    return expression;
  }

  #choice(condition: Expression): Expression {
    const one = this.#or();
    this.#expect(':');
    return choice(condition, one, this.#expression());
  }

  #or(): Expression {
    const parts = [this.#and()];
    while (this.#take('||')) parts.push(this.#and());
    return anyOf(parts);
  }

  #and(): Expression {
    const parts = [this.#relation()];
    while (this.#take('&&')) parts.push(this.#relation());
    return allOf(parts);
  }

  #relation(): Expression {
    const left = this.#unary();
    const relation = this.#takeRelation();
    if (relation === null) return left;
    const right = this.#unary();
    if (RELATIONS.includes(wordOf(this.#peek())))
      throw new ConditionMistake('comparisons do not follow each other: use brackets', this.#peek().at);
    if (relation === 'in') return membership(left, right);
    if (relation === '==' || relation === '!=') return equality(left, relation === '==', right);
    return ordering(left, relation as Order, right); // what is left of `RELATIONS`
  }

  #unary(): Expression {
    const { at } = this.#peek();
    let times = 0;
    while (this.#take('!')) times += 1;
    const part = this.#member();
    if (times === 0) return part;
    const once = negated(part, at);
    return times % 2 === 1 ? once : negated(once, at);
  }

  #member(): Expression {
    let value = this.#primary();
    for (let steps = 0; ; steps += 1) {
      if (steps > MAX_DEPTH) throw this.#tooDeep();
      if (this.#take('.')) value = this.#dotted(value);
      else if (this.#take('[')) {
        value = memberAt(value, this.#expression());
        this.#expect(']');
      } else return value;
    }
  }

  #dotted(value: Expression): Expression {
    const { name, at } = this.#name();
    if (this.#take('(')) return methodOf(value, name, this.#until(')'), at);
    return memberAt(value, constantOf(name, 'text', at));
  }

  #primary(): Expression {
    const token = this.#next();
    if (token.type === 'text') return constantOf(token.value, 'text', token.at);
    if (token.type === 'number') return constantOf(token.value, 'number', token.at);
    if (token.type === 'name') return this.#named(token.text, token.at);
    const sign = wordOf(token);
    if (sign === '[') return listOf(this.#until(']'), token.at);
    if (sign !== '(') throw this.#unexpected('a value', token);
    const inside = this.#expression();
    this.#expect(')');
    return inside;
  }

  #named(word: string, at: number): Expression {
    const literal = LITERALS.get(word);
    if (literal !== undefined) return constantOf(literal, literal === null ? 'null' : 'bool', at);
    if (word === 'metadata') return { kind: 'any', at, read: ({ metadata }) => metadata };
    if (FUNCTIONS.includes(word) && this.#take('(')) return callOf(word, this.#until(')'), at, this.#headers);
    if (FUNCTIONS.includes(word)) throw new ConditionMistake(`\`${word}\` is written \`${word}(…)\``, at);
    if (!ROOTS.has(word)) throw unknown(word, at);
    if (!this.#take('.')) throw new ConditionMistake(`\`${word}\` is read as \`${word}.name\``, at);
    const full = `${word}.${this.#name().name}`;
    const known = NAMES.get(full);
    if (known === undefined) throw unknown(full, at);
    return { ...known, at, mayBeMissing: true };
  }

  /** Values between commas, and what closes them. */
  #until(closing: ')' | ']'): Expression[] {
    const entries: Expression[] = [];
    if (this.#take(closing)) return entries;
    do {
      entries.push(this.#expression());
      if (entries.length > MAX_ENTRIES)
        throw new ConditionMistake(`a list has at most ${MAX_ENTRIES} entries`, this.#peek().at);
    } while (this.#take(','));
    this.#expect(closing);
    return entries;
  }

  #name(): { name: string; at: number } {
    const token = this.#next();
    if (token.type !== 'name') throw this.#unexpected('a name', token);
    return { name: token.text, at: token.at };
  }

  #takeRelation(): string | null {
    const word = wordOf(this.#peek());
    if (!RELATIONS.includes(word)) return null;
    this.#index += 1;
    return word;
  }

  #take(sign: string): boolean {
    if (wordOf(this.#peek()) !== sign) return false;
    this.#index += 1;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#unexpected(`\`${sign}\``);
  }

  #peek(): Token {
    return this.#tokens[this.#index] ?? { type: 'end', at: 0 };
  }

  #next(): Token {
    const token = this.#peek();
    this.#index += 1;
    return token;
  }

  #tooDeep(): ConditionMistake {
    return new ConditionMistake(`this is nested deeper than ${MAX_DEPTH} levels`, this.#peek().at);
  }

  #unexpected(wanted: string, found: Token = this.#peek()): ConditionMistake {
    const word =
      found.type === 'end' ? 'the end' : (wordOf(found) && `\`${shortened(wordOf(found))}\``) || 'a value';
    return new ConditionMistake(`${wanted} is needed here, not ${word}`, found.at);
  }
}

/** A sign or a name, as it is written; `''` for values and for the end. */
const wordOf = (token: Token): string => (token.type === 'sign' || token.type === 'name' ? token.text : '');

function unknown(word: string, at: number): ConditionMistake {
  return new ConditionMistake(`\`${shortened(word)}\` is not known${suggestion(word, ALL_WORDS)}`, at);
}
