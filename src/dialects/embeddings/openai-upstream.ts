/**
 * Providers of OpenAI's form, for clients of another one: `POST /embeddings`.
 * https://platform.openai.com/docs/api-reference/embeddings/create
 */
import type { WholeUpstream } from '../whole-operation.ts';
import { textOf, toBatches } from './batches.ts';
import type { EmbeddingAnswer, EmbeddingInput, EmbeddingRequest } from './canonical.ts';
import { readListCall } from './openai-list.ts';
import { joinCalls } from './vectors.ts';
import { Wishes } from './wishes.ts';

const MOST_INPUTS = 2048;

export const openaiEmbeddings: WholeUpstream<EmbeddingRequest, EmbeddingAnswer> = {
  encodeRequest(request, model) {
    const { inputs, user, encoding, asWritten, extra } = request;
    const wishes = new Wishes(request);
    for (const name of Object.keys(asWritten)) wishes.say(wishOf(name));
    const common = {
      ...wishes.dimensions('dimensions'),
      ...(encoding === 'base64' ? { encoding_format: encoding } : {}), // floats are the form's default
      ...wishes.take('user', 'user', user),
      ...asWritten,
      ...wishes.extras(Object.keys(extra['openai-chat'] ?? {})),
    };
    const calls = toBatches(inputs, { inputs: MOST_INPUTS }).map((batch) => ({
      path: '/embeddings',
      body: { model, input: batch.map(textOrTokens), ...common },
    }));
    return { calls, dropped: wishes.dropped };
  },

  decodeAnswer: (bodies, request) => joinCalls(bodies.map(readListCall), request),
};

const textOrTokens = (input: EmbeddingInput): string | readonly number[] =>
  input.content.kind === 'tokens' ? input.content.tokens : textOf(input);

function wishOf(name: string): string {
  if (name === 'task' || name === 'task_type') return 'input_type';
  if (name === 'truncation') return 'truncate';
  return name === 'normalize' ? 'normalized' : name;
}
