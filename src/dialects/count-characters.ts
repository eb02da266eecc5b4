/** Characters of a request's text, for an estimate of its tokens where the upstream tells them at the end only. */
import type { CanonicalRequest, Part } from './canonical.ts';

export function countCharacters({ turns, tools, inputCharacters }: CanonicalRequest): number {
  if (inputCharacters !== undefined) return inputCharacters;
  const said = turns.flatMap(({ parts }) => parts).reduce((sum, part) => sum + charactersOf(part), 0);
  return tools.length === 0 ? said : said + JSON.stringify(tools).length;
}

function charactersOf(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return part.text.length;
    case 'tool-call':
      return part.name.length + part.input.length;
    case 'tool-result':
      return part.content.reduce((sum, inner) => sum + charactersOf(inner), 0);
    default:
      return 0; // bytes of media say nothing about tokens
  }
}

/**
 * As much of a request as its answer needs: settings, tools, instructions. Pictures and long conversations would
 * otherwise be held for as long as their stream lasts.
 */
export const forAnswer = (request: CanonicalRequest): CanonicalRequest => ({
  ...request,
  inputCharacters: countCharacters(request),
  turns: request.turns.filter(({ role }) => role === 'system' || role === 'developer'),
});
