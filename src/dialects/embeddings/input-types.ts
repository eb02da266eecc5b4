/** The words in which clients say what a vector is for, whichever vendor's they are. */
import type { InputType } from './canonical.ts';

/** Cohere, Voyage, Jina, NVIDIA, Google; compared in lowercase, with `-` for `_` and `.`. */
const WORDS: Readonly<Record<string, InputType>> = {
  query: 'query',
  'search-query': 'query',
  'retrieval-query': 'query',
  document: 'document',
  passage: 'document',
  'search-document': 'document',
  'retrieval-document': 'document',
  'retrieval-passage': 'document',
  classification: 'classification',
  clustering: 'clustering',
  separation: 'clustering',
  similarity: 'similarity',
  'semantic-similarity': 'similarity',
  'text-matching': 'similarity',
  'code-query': 'code-query',
  'code-retrieval-query': 'code-query',
  'nl2code-query': 'code-query',
  'code-passage': 'code-document',
  'code-document': 'code-document',
  'nl2code-passage': 'code-document',
  'question-answering': 'question-answering',
  'fact-verification': 'fact-verification',
  'fact-checking': 'fact-verification',
};

/** `null` for a word that we do not know. */
export function toInputType(word: string): InputType | null {
  const key = word.toLowerCase().replaceAll(/[_.]/g, '-');
  return Object.hasOwn(WORDS, key) ? (WORDS[key] ?? null) : null;
}

/** For vendors that know searches only: questions of any kind, and what is searched. */
export function searchSide(inputType: InputType): 'query' | 'document' | null {
  switch (inputType) {
    case 'query':
    case 'code-query':
    case 'question-answering':
    case 'fact-verification':
      return 'query';
    case 'document':
    case 'code-document':
      return 'document';
    default:
      return null;
  }
}
