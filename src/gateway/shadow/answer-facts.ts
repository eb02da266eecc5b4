/** What can be said of an answer without repeating any of it. */
import type { CanonicalAnswer, CanonicalChoice, FinishReason, Part } from '../../dialects/canonical.ts';

export interface AnswerFacts {
  /** Of text, refusals and what tools are called with, over all choices; thinking is not counted. */
  readonly outputCharacters: number;
  /** Of the first choice, as are the following. */
  readonly finish: FinishReason;
  /** Names of the tools that are called, in order. */
  readonly tools: readonly string[];
  /** Its text is a JSON object or list; `null`: it has no text. */
  readonly isJson: boolean | null;
}

/** `null` for an answer without choices. */
export function factsOf({ choices }: CanonicalAnswer): AnswerFacts | null {
  const [first] = choices;
  if (first === undefined) return null;
  return {
    outputCharacters: choices.reduce((sum, choice) => sum + charactersOf(choice), 0),
    finish: first.finish,
    tools: first.parts.flatMap((part) => (part.type === 'tool-call' ? [part.name] : [])),
    isJson: isJson(first.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')),
  };
}

const charactersOf = ({ parts }: CanonicalChoice): number =>
  parts.reduce((sum, part) => sum + lengthOf(part), 0);

function lengthOf(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text.length;
    case 'tool-call':
      return part.input.length;
    default:
      return 0;
  }
}

function isJson(text: string): boolean | null {
  if (text.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
