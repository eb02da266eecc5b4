/** What a request for embeddings asks, input by input, as far as it can change a vector. */
import type { JsonObject } from '../../dialects/canonical.ts';
import { charactersOf } from '../../dialects/embeddings/batches.ts';
import type { EmbeddingInput, EmbeddingRequest } from '../../dialects/embeddings/canonical.ts';
import { EMBEDDINGS_DOORS } from '../../dialects/embeddings/embeddings.ts';
import { contentOf, taskTypeOf } from '../../dialects/embeddings/google-prompt.ts';
import { asksNothing } from '../../dialects/embeddings/wishes.ts';
import { listOf, recordOf, rest } from '../../dialects/json.ts';
import type { EmbeddingsDoorId } from '../../dialects/routes.ts';
import { InvalidRequest } from '../../errors.ts';
import { LEFT_OUT } from './key-parts.ts';

export interface EmbeddingsQuestion {
  /** Without its inputs. */
  readonly request: EmbeddingRequest;
  /** For each input, in order: all that its vector depends on; equal at all doors where it means the same. */
  readonly parts: readonly unknown[];
  /** Of each input, for whoever shares out a number of tokens. */
  readonly characters: readonly number[];
  /** The member that lists the inputs; `null` where there is one input, or where a vector may depend on its neighbours. */
  readonly list: string | null;
}

/**
 * Members without a canonical word that are known to concern each input by itself. Others need not: with Jina's
 * `late_chunking` a vector depends on the inputs around it, and a list may have an entry for each of them.
 */
const OF_EACH_INPUT: readonly string[] = [
  'input_type',
  'task',
  'task_type',
  'output_dimension',
  'max_tokens',
  'priority',
];

/** `body`: long integers as raw JSON. `null` for a body that the door refuses: its answer is not kept. */
export function readQuestion(door: EmbeddingsDoorId, body: JsonObject): EmbeddingsQuestion | null {
  try {
    const request = EMBEDDINGS_DOORS[door].decodeRequest(body);
    const { inputs } = request;
    return {
      request: { ...request, inputs: [] },
      parts: partsOf(door, body, request),
      characters: inputs.map(charactersOf),
      list: inputs.length === 1 ? null : listName(door, body, request),
    };
  } catch (error) {
    if (error instanceof InvalidRequest) return null;
    throw error;
  }
}

function listName(door: EmbeddingsDoorId, body: JsonObject, request: EmbeddingRequest): string | null {
  if (door !== 'openai') return aroundRequests(body) === null ? 'requests' : null;
  const unknown = Object.entries(rest(request.extra['openai-chat'] ?? {}, LEFT_OUT['openai-chat']) ?? {});
  const isOfEach = unknown.every(([name, value]) => OF_EACH_INPUT.includes(name) || asksNothing(value));
  return isOfEach ? 'input' : null;
}

function partsOf(door: EmbeddingsDoorId, body: JsonObject, request: EmbeddingRequest): readonly unknown[] {
  switch (door) {
    case 'openai': {
      const said = { ...request.asWritten, ...request.extra['openai-chat'] };
      const asSent = rest(said, LEFT_OUT['openai-chat']);
      return request.inputs.map((input) => partOf(input, request, asSent));
    }
    case 'gemini-embed-content':
      return request.inputs.map((input) => partOf(input, request, leftByGemini(body, input)));
    case 'gemini-batch-embed-contents': {
      const sent = listOf(body.requests);
      const around = aroundRequests(body);
      return request.inputs.map((input, place) =>
        partOf(input, request, leftByGemini(recordOf(sent[place]), input), around),
      );
    }
  }
}

/** `asSent`: members that a provider of the door's form gets, beyond what canonical says of them; `around`: those of the batch. */
function partOf(
  { content, inputType, title }: EmbeddingInput,
  { dimensions, truncation, normalize }: EmbeddingRequest,
  asSent: JsonObject | null,
  around: JsonObject | null = null,
): unknown {
  return { content, inputType, title, dimensions, truncation, normalize, asSent, around };
}

const aroundRequests = (body: JsonObject): JsonObject | null => rest(body, ['requests', 'model']);

/** Of one request of Gemini's: other spellings, other places, parts of a content without a canonical word. */
function leftByGemini(sent: JsonObject, input: EmbeddingInput): JsonObject | null {
  const said = ['model', 'title', 'outputDimensionality', 'autoTruncate'];
  const { role = 'user', ...content } = recordOf(sent.content);
  if (role === 'user' && JSON.stringify(content) === JSON.stringify(contentOf(input, false)))
    said.push('content');
  if (input.inputType !== null && sent.taskType === taskTypeOf(input.inputType)) said.push('taskType');
  return rest(sent, said);
}
