/** Which points of `wire-surprises.md` a recording shows: they stand in the names of its tests. */
import type { Recording } from './recording.ts';

const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  'alibaba/chat/stream-tool-call': [39],
  'azure-ai/chat/error-429': [72],
  'azure-ai/chat/parallel-tool-calls': [61],
  'azure-ai/chat/stream-deepseek-reasoning': [25],
  'azure-openai/chat/completion-filtered': [79],
  'azure-openai/chat/error-429-tokens-2': [75],
  'azure-openai/chat/stream-text-usage': [8, 23],
  'cerebras/chat/error-429': [75],
  'cerebras/chat/stream-tool-call': [3, 40],
  'deepseek/chat/error-400-context-length': [76],
  'deepseek/chat/stream-reasoning': [25],
  'google-gemini/openai-compat/tool-call-no-id': [33, 56],
  'gpustack/chat/stream-text': [3],
  'groq/chat/error-400-tool-use-failed': [78],
  'groq/chat/stream-error-tool-use-failed': [66],
  'groq/chat/stream-text': [62],
  'huggingface/chat/error-422': [76],
  'huggingface/chat/stream-text-tgi': [3, 6],
  'huggingface/chat/tool-call-tgi': [41],
  'mistral/chat/error-400-context-length': [75, 77],
  'mistral/chat/error-401': [75],
  'mistral/chat/error-500': [77],
  'mistral/chat/stream-incremental-tool-call': [39],
  'mistral/chat/stream-reasoning': [24],
  'mistral/chat/stream-text': [8, 27],
  'mistral/chat/stream-tool-call-no-index': [38],
  'novita/chat/stream-text': [27, 57],
  'openai/audio/transcription-stream': [2],
  'openai/chat/cache-write-empty-length': [20],
  'openai/chat/custom-tool-call': [42],
  'openai/chat/error-404-model': [70],
  'openai/chat/error-429-rpm': [72],
  'openai/chat/error-429-tpm-too-large': [71],
  'openai/chat/error-503-envoy': [76],
  'openai/chat/refusal-json-schema': [51],
  'openai/chat/stream-moderation': [23],
  'openai/chat/stream-multi-choice': [48],
  'openai/chat/stream-refusal': [51],
  'openai/chat/stream-text-usage': [23],
  'openai/chat/vision-finish-details': [47],
  'openrouter/chat/error-200-body': [65],
  'openrouter/chat/stream-error': [5, 66],
  'openrouter/chat/stream-reasoning': [5],
  'openrouter/chat/stream-tool-call-no-args': [5, 48],
  'perplexity/chat/error-400-context-length': [75],
  'perplexity/chat/stream-text': [2, 3, 26, 57],
  'sambanova/chat/stream-text': [62],
  'snowflake/chat/stream-text': [47],
  'together/chat/stream-text': [26, 27, 63, 72],
  'together/chat/text-eos': [49],
  'writer/chat/stream-tool-call': [3, 26, 39],
  'xai/chat/text': [56],
  'xai/chat/stream-tool-call': [56],
};

/** `wire 3, 6: huggingface/chat/stream-text-tgi` */
function titleOf({ id }: Recording): string {
  const numbers = NUMBERS[id];
  return numbers === undefined ? id : `wire ${numbers.join(', ')}: ${id}`;
}

/** For `it.each` with `%s`. */
export const titled = (some: readonly Recording[]): [string, Recording][] =>
  some.map((recording) => [titleOf(recording), recording]);
