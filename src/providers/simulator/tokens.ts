/**
 * The simulator's tokens. One token is up to four characters (code points) that are not white space, with all
 * white space before them; white space at the very end is a token of its own. `Hello, world` is `Hell` `o,`
 * ` worl` `d`. Prompts, answers and streamed chunks are all counted with this one function.
 */

const tokenPattern = (): RegExp => /\s*\S{1,4}|\s+/gu;

/** The tokens of a text; joined, they are the text again. */
export const splitTokens = (text: string): string[] => text.match(tokenPattern()) ?? [];

/** How many tokens a text has. */
export function countTokens(text: string): number {
  const pattern = tokenPattern();
  let count = 0;
  // No list of tokens: a prompt may be as long as the largest body.
  while (pattern.test(text)) count += 1;
  return count;
}

/** `usage` of a chat or text completion, in the form of the OpenAI API. */
export function toUsage(promptTokens: number, completionTokens: number) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
