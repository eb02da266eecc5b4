/** What the simulator says: the text of an answer, its length, and where it is cut. */
import { splitTokens } from './tokens.ts';

/** Each with a space before it is exactly one simulator token. */
const PADDING = ['and', 'so', 'it', 'goes', 'on', 'one', 'word', 'at', 'a', 'time'];
const QUOTED_CHARS = 60;

export interface AnswerOptions {
  /** The last thing the user said; may be empty. */
  readonly question: string;
  /** Which of `choices` this is, from 0: with several, each says its number. */
  readonly choice: number;
  readonly choices: number;
  /** Exact length in simulator tokens; `undefined`: as long as the sentence is. */
  readonly tokens: number | undefined;
}

/** The same text for the same options. */
export function answerText({ question, choice, choices, tokens }: AnswerOptions): string {
  const heard = question === '' ? '' : ` You wrote: "${quote(question)}".`;
  const number = choices > 1 ? ` This is answer ${choice + 1} of ${choices}.` : '';
  const text = `Hello from the Edgeway simulator!${heard}${number} No model was called, so this costs nothing.`;
  return tokens === undefined ? text : toLength(text, tokens);
}

function quote(text: string): string {
  // Cut before the white space is looked at: a prompt may be megabytes long.
  const characters = [
    ...text
      .slice(0, 4 * QUOTED_CHARS)
      .trim()
      .replace(/\s+/gu, ' '),
  ];
  return characters.length > QUOTED_CHARS
    ? `${characters.slice(0, QUOTED_CHARS).join('')}…`
    : characters.join('');
}

function toLength(text: string, length: number): string {
  const tokens = splitTokens(text).slice(0, length);
  for (let index = 0; tokens.length < length; index += 1) tokens.push(` ${PADDING[index % PADDING.length]}`);
  return tokens.join('');
}

export interface CutText {
  readonly pieces: readonly string[];
  readonly finishReason: 'stop' | 'length';
}

/** Ends a text before the first stop sequence and after `maxTokens`, as a model would, and splits it into tokens. */
export function cutText(text: string, maxTokens: number, stop: readonly string[]): CutText {
  const ends = stop.map((sequence) => text.indexOf(sequence)).filter((position) => position >= 0);
  const pieces = splitTokens(text.slice(0, Math.min(text.length, ...ends)));
  if (pieces.length <= maxTokens) return { pieces, finishReason: 'stop' };
  return { pieces: pieces.slice(0, maxTokens), finishReason: 'length' };
}
