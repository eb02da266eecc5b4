/** Answers that are JSON and nothing else: token counts, embeddings, rankings. */
import { encodeJson } from '../bytes.ts';
import type { CanonicalRequest } from '../dialects/canonical.ts';
import type { UpstreamCodec } from '../dialects/codec.ts';
import type { DoorDialect } from '../dialects/routes.ts';
import { encodeTokenCount, estimateInputTokens } from '../dialects/token-count.ts';
import type { WholeQuestion } from '../dialects/whole-operation.ts';
import type { AnswerBody } from './answer.ts';
import { type OpenOptions, parseJson, readBody, senseless } from './opening.ts';

/** Counting uses no tokens. */
const NO_USAGE = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

export const openCount = (request: CanonicalRequest, dialect: DoorDialect): AnswerBody => ({
  kind: 'whole',
  bytes: encodeJson(encodeTokenCount(dialect, estimateInputTokens(request))),
  usage: NO_USAGE,
});

/** Throws `AttemptFailed`. */
export async function openCounted(
  response: Response,
  options: OpenOptions,
  counting: NonNullable<UpstreamCodec['counting']>,
  dialect: DoorDialect,
): Promise<AnswerBody> {
  const tokens = counting.decodeAnswer(parseJson(await readBody(response, options)));
  if (tokens === null) throw senseless(options, null);
  return { kind: 'whole', bytes: encodeJson(encodeTokenCount(dialect, tokens)), usage: NO_USAGE };
}

/** Throws `AttemptFailed`. */
export async function openWholes(
  responses: readonly Response[],
  options: OpenOptions,
  question: WholeQuestion,
): Promise<AnswerBody> {
  const bodies: unknown[] = [];
  for (const response of responses) bodies.push(parseJson(await readBody(response, options)));
  const answer = question.read(bodies);
  if (answer === null) throw senseless(options, null);
  return { kind: 'whole', bytes: encodeJson(answer.body), usage: answer.usage };
}
