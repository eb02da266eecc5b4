/**
 * Google's words for input types. `gemini-embedding-2` has no `taskType`: what a text is for stands before it.
 * https://ai.google.dev/gemini-api/docs/embeddings#task-types-embeddings-2
 */
import type { JsonObject } from '../canonical.ts';
import { noTokens } from './batches.ts';
import type { EmbeddingInput, InputType } from './canonical.ts';
import { encodePart } from './gemini-content.ts';
import { searchSide } from './input-types.ts';
import type { Wishes } from './wishes.ts';

const TASK_TYPES: Readonly<Record<InputType, string>> = {
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
  similarity: 'SEMANTIC_SIMILARITY',
  'code-query': 'CODE_RETRIEVAL_QUERY',
  'code-document': 'RETRIEVAL_DOCUMENT',
  'question-answering': 'QUESTION_ANSWERING',
  'fact-verification': 'FACT_VERIFICATION',
};

const TASKS: Readonly<Record<InputType, string>> = {
  query: 'search result',
  document: '',
  classification: 'classification',
  clustering: 'clustering',
  similarity: 'sentence similarity',
  'code-query': 'code retrieval',
  'code-document': '',
  'question-answering': 'question answering',
  'fact-verification': 'fact checking',
};

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/embeddings/task-types */
export const taskTypeOf = (inputType: InputType): string => TASK_TYPES[inputType];

/** Models whose task is said in the text. */
export const takesTaskInText = (model: string): boolean => /gemini-embedding-(?!001|exp)/.test(model);

/** `{parts}`. Throws `InvalidRequest` for tokens. */
export function contentOf(input: EmbeddingInput, isTaskInText: boolean): JsonObject {
  const { content, param } = input;
  if (content.kind === 'tokens') throw noTokens(param);
  if (content.kind === 'parts') return { parts: content.parts.map(encodePart) };
  return { parts: [{ text: isTaskInText ? withTask(content.text, input) : content.text }] };
}

/** Takes what the texts say: media say nothing of their task, and only documents have titles. */
export function sayInText(wishes: Wishes, inputs: readonly EmbeddingInput[]): void {
  const isText = ({ content }: EmbeddingInput): boolean => content.kind === 'text';
  if (inputs.every((input) => input.inputType === null || isText(input))) wishes.say('input_type');
  if (inputs.every((input) => input.title === null || (isText(input) && isDocument(input))))
    wishes.say('title');
}

const isDocument = ({ inputType, title }: EmbeddingInput): boolean =>
  inputType === null ? title !== null : searchSide(inputType) === 'document';

function withTask(text: string, input: EmbeddingInput): string {
  const { inputType, title } = input;
  if (isDocument(input)) return `title: ${title ?? 'none'} | text: ${text}`;
  return inputType === null ? text : `task: ${TASKS[inputType]} | query: ${text}`;
}
