/**
 * Conditions of the configuration: the part of CEL (https://cel.dev) that routing needs, compiled to closures once, so that
 * nothing of it is read or evaluated as code.
 *
 *     expression = or [ "?" or ":" expression ]
 *     or         = and { "||" and }
 *     and        = relation { "&&" relation }
 *     relation   = unary [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" ) unary ]
 *     unary      = { "!" } member
 *     member     = primary { "." name [ "(" values ")" ] | "[" expression "]" }
 *     primary    = text | number | "true" | "false" | "null" | "[" values "]" | "(" expression ")"
 *                | ( "has" | "header" | "size" ) "(" values ")" | "metadata" | root "." name
 *     values     = [ expression { "," expression } ]
 *
 * Other than in CEL every expression has a value: what is missing is `null`, what cannot be compared is not equal and in no
 * order, and only `true` is true. What can never be right is a mistake when the document is read.
 */
import type { Compiled } from './condition.ts';
import { expectCondition } from './expression.ts';
import { ConditionMistake } from './mistake.ts';
import { parseCondition } from './parser.ts';

/** Longest condition, in characters. */
const MAX_LENGTH = 2000;

/** Never throws. `headers`: names in lower case that `header` may read. Mistakes quote names, and no text of the condition. */
export function compileCondition(text: string, allowed: { readonly headers: readonly string[] }): Compiled {
  if (text.length > MAX_LENGTH) return { mistake: `is longer than ${MAX_LENGTH} characters` };
  try {
    const expression = parseCondition(text, allowed.headers);
    expectCondition(expression);
    return { condition: { test: (question) => expression.read(question) === true } };
  } catch (error) {
    if (error instanceof ConditionMistake) return { mistake: error.message };
    throw error;
  }
}
