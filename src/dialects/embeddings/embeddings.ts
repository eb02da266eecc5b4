/** Every wire form of embeddings: what clients speak, and what providers speak. */
import type { EmbeddingsDoorId } from '../routes.ts';
import type { WholeDoor, WholeUpstream } from '../whole-operation.ts';
import { bedrockEmbeddings } from './bedrock-upstream.ts';
import type { EmbeddingAnswer, EmbeddingRequest } from './canonical.ts';
import { cohereEmbeddings } from './cohere-upstream.ts';
import { geminiBatchEmbedContentsDoor, geminiEmbedContentDoor } from './gemini-doors.ts';
import { geminiEmbeddings } from './gemini-upstream.ts';
import { jinaEmbeddings } from './jina-upstream.ts';
import { ollamaEmbeddings } from './ollama-upstream.ts';
import { openaiEmbeddingsDoor } from './openai-door.ts';
import { openaiEmbeddings } from './openai-upstream.ts';
import { vertexEmbeddings } from './vertex-upstream.ts';
import { voyageEmbeddings } from './voyage-upstream.ts';

export type EmbeddingsFormId =
  | 'openai'
  | 'gemini'
  | 'vertex'
  | 'bedrock'
  | 'cohere'
  | 'voyage'
  | 'jina'
  | 'ollama';

export const EMBEDDINGS_UPSTREAMS: Readonly<
  Record<EmbeddingsFormId, WholeUpstream<EmbeddingRequest, EmbeddingAnswer>>
> = {
  openai: openaiEmbeddings,
  gemini: geminiEmbeddings,
  vertex: vertexEmbeddings,
  bedrock: bedrockEmbeddings,
  cohere: cohereEmbeddings,
  voyage: voyageEmbeddings,
  jina: jinaEmbeddings,
  ollama: ollamaEmbeddings,
};

export const EMBEDDINGS_DOORS: Readonly<
  Record<EmbeddingsDoorId, WholeDoor<EmbeddingRequest, EmbeddingAnswer>>
> = {
  openai: openaiEmbeddingsDoor,
  'gemini-embed-content': geminiEmbedContentDoor,
  'gemini-batch-embed-contents': geminiBatchEmbedContentsDoor,
};
