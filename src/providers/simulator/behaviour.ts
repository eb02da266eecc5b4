/**
 * How one simulated model behaves: the schema for the configuration document, for options in model names, and
 * the type that both give. What the fields make the simulator do is in `script.ts` and `simulator.ts`.
 */
import * as z from 'zod';

/** One simulated model, every default filled in. */
export type Behaviour = z.infer<ReturnType<typeof behaviourSchema>>;

/** Schema of one simulated model. A function, because building it at module scope would cost every cold start. */
export function behaviourSchema() {
  return z
    .strictObject({
      first_token_ms: z
        .number()
        .min(0)
        .max(600_000)
        .describe('Milliseconds before the first token of a stream, or before any other answer or error.')
        .default(0),
      tokens_per_second: z
        .number()
        .min(0)
        .max(100_000)
        .describe('Pace after the first token, per choice; 0 sends everything at once.')
        .default(0),
      answer_tokens: z
        .int()
        .min(0)
        .max(50_000)
        .describe('Exact length of a text answer in simulator tokens; default: a short sentence.')
        .optional(),
      error_status: z
        .int()
        .min(400)
        .max(599)
        .describe('Answers with this HTTP status instead of a completion.')
        .optional(),
      retry_after_seconds: z
        .int()
        .min(0)
        .max(86_400)
        .describe('Sends `Retry-After` with a simulated error.')
        .optional(),
      error_rate: z
        .number()
        .min(0)
        .max(1)
        .describe(
          'Share of requests that fail, with `error_status` or 500. A hash of the body decides which.',
        )
        .optional(),
      die_after_tokens: tokenCount('Breaks the connection after this many tokens.'),
      hang: z
        .enum(['headers', 'first_token', 'mid_stream'])
        .describe('Stops for ever: before the headers, after them, or after half of the answer.')
        .optional(),
      finish_reason: z
        .enum(['stop', 'length', 'content_filter'])
        .describe('Replaces the finish reason of every choice.')
        .optional(),
      in_stream_error_after_tokens: tokenCount(
        'Ends a stream with an error event after this many tokens; other answers become an error with status 200.',
      ),
    })
    .describe('How one simulated model behaves.');
}

function tokenCount(description: string) {
  return z.int().min(0).max(50_000).describe(description).optional();
}
