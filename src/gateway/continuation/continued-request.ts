/** What the next target is asked: the client's request, and what was said of its answer. */
import type { CanonicalRequest, Turn } from '../../dialects/canonical.ts';
import { tokensOfCharacters } from '../../usage/usage.ts';

/**
 * Blanks at the end of `said` are left out: Anthropic refuses a last turn that ends with them, and others would be thrown
 * off. Nothing is thought about a second time: what is gone on with has no thoughts of that model before it. `mark`: as
 * `markOf`.
 */
export function continuedRequest(
  request: CanonicalRequest,
  said: string,
  mark: string | null,
): CanonicalRequest {
  const { maxOutputTokens, turns } = request;
  const left = maxOutputTokens === null ? null : maxOutputTokens - tokensOfCharacters(said.length);
  const text = said.trimEnd();
  return {
    ...request,
    reasoning: null,
    maxOutputTokens: left === null ? null : Math.max(1, left),
    turns: text === '' ? turns : withAnswer(turns, text, mark),
  };
}

function withAnswer(turns: readonly Turn[], text: string, mark: string | null): readonly Turn[] {
  const marked = mark === null ? {} : { extra: { 'openai-chat': { [mark]: true } } };
  const begun = beginningIn(turns.at(-1));
  return begun === null
    ? [...turns, { role: 'assistant', parts: [{ type: 'text', text }], ...marked }]
    : [
        ...turns.slice(0, -1),
        { role: 'assistant', parts: [{ type: 'text', text: begun + text }], ...marked },
      ];
}

/** The client had begun the answer itself: it is one turn with what was said. */
const beginningIn = (last: Turn | undefined): string | null =>
  last?.role === 'assistant' && last.parts.every(({ type }) => type === 'text')
    ? last.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
    : null;
