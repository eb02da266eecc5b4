/**
 * What becomes of each member of an OpenAI embeddings request at each provider's form. See `field-fate.ts`. Members
 * that are not named here go to an upstream whose form has them (`priority` at Cohere, `late_chunking` at Jina), and
 * are dropped elsewhere.
 */
import { dropped, type FieldFates, mapped, refused } from '../field-fate.ts';
import type { EmbeddingsFormId } from './embeddings.ts';

const COMMON: FieldFates = {
  model: mapped('the upstream’s id of the model'),
  input: mapped('one vector each, in order; several calls where the vendor takes fewer texts a call'),
  'input (token ids)': refused('text only'),
  'input (media)': refused('of Gemini clients; text only'),
  dimensions: mapped(),
  encoding_format: mapped('vendors are asked for floats; base64 is packed by the gateway'),
  embedding_type: refused('as `embedding_types` and `output_dtype`: `float` and `base64` only'),
  input_type: mapped('also as `task` and `task_type`, in the words of any vendor'),
  title: dropped('titles are Google’s'),
  truncate: dropped('also as `truncation`; true is END, false is NONE'),
  normalized: dropped('also as `normalize`'),
  user: dropped(),
};

export const EMBEDDINGS_FIELDS: Readonly<Record<EmbeddingsFormId, FieldFates>> = {
  openai: {
    ...COMMON,
    'input (token ids)': mapped('as they are'),
    encoding_format: mapped('base64 is asked for, and packed again'),
    input_type: mapped('as written; a Gemini client’s `taskType` is dropped'),
    title: mapped('as written; a Gemini client’s is dropped'),
    truncate: mapped('as written; a Gemini client’s `autoTruncate` is dropped'),
    normalized: mapped('as written'),
    user: mapped(),
  },
  gemini: {
    ...COMMON,
    'input (media)': mapped('`inlineData` and `fileData`'),
    dimensions: mapped('`outputDimensionality`'),
    input_type: mapped(
      '`taskType`; from `gemini-embedding-2` on the words that Google advises before the text',
    ),
    title: mapped('`title`; from `gemini-embedding-2` on before the text, documents only'),
  },
  vertex: {
    ...COMMON,
    'input (media)': refused('mapped from `gemini-embedding-2` on'),
    dimensions: mapped('`outputDimensionality`'),
    input_type: mapped(
      '`task_type`; from `gemini-embedding-2` on the words that Google advises before the text',
    ),
    title: mapped('`title`; from `gemini-embedding-2` on before the text, documents only'),
    truncate: mapped('`autoTruncate`; START is dropped'),
  },
  bedrock: {
    ...COMMON,
    'input (media)': refused('mapped for Titan Multimodal and Cohere: one image, inline'),
    dimensions: mapped('refused for Titan Text v1 and Cohere v3 unless it is their own length'),
    input_type: dropped('mapped for Cohere: default `search_document`'),
    truncate: dropped('mapped for Cohere'),
    normalized: mapped('Titan Text v2; dropped for others'),
  },
  cohere: {
    ...COMMON,
    'input (media)': mapped('`inputs` with inline images; other media are refused'),
    dimensions: mapped('`output_dimension`'),
    input_type: mapped('`similarity` is dropped; default `search_document`, because the form demands one'),
    truncate: mapped(),
  },
  voyage: {
    ...COMMON,
    dimensions: mapped('`output_dimension`'),
    input_type: mapped('`query` and `document`; classification, clustering and similarity are dropped'),
    truncate: mapped('`truncation`; START is dropped'),
  },
  jina: {
    ...COMMON,
    input_type: mapped('`task`'),
    truncate: mapped('START is dropped'),
    normalized: mapped(),
  },
  ollama: {
    ...COMMON,
    input_type: dropped('a model’s prefixes are the client’s to write'),
    truncate: mapped('START is dropped'),
  },
};
