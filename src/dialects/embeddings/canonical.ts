/** Embeddings between the wire forms: what a client asks for, and what comes back. */
import type { Usage } from '../../usage/usage.ts';
import type { Extra, JsonObject } from '../canonical.ts';

/** What a vector is for. Vendors that know fewer words get the nearest one. */
export type InputType =
  | 'query'
  | 'document'
  | 'classification'
  | 'clustering'
  | 'similarity'
  | 'code-query'
  | 'code-document'
  | 'question-answering'
  | 'fact-verification';

/** `data` is base64; `mediaType: null` where the client did not say. */
export type EmbeddingPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'inline'; readonly mediaType: string; readonly data: string }
  | { readonly type: 'url'; readonly mediaType: string | null; readonly url: string };

export type EmbeddingContent =
  | { readonly kind: 'text'; readonly text: string }
  /** Ids of the upstream model's own tokenizer. */
  | { readonly kind: 'tokens'; readonly tokens: readonly number[] }
  /** Several parts, or media: one vector for all of them. */
  | { readonly kind: 'parts'; readonly parts: readonly EmbeddingPart[] };

export interface EmbeddingInput {
  readonly content: EmbeddingContent;
  readonly inputType: InputType | null;
  readonly title: string | null;
  /** How the client's form names it, for refusals: `input`, `requests[2].content`. */
  readonly param: string;
}

/** Which end of an input that is too long goes; `none`: it is an error. */
export type Truncation = 'none' | 'start' | 'end';

export interface EmbeddingRequest {
  /** One vector each, in this order. */
  readonly inputs: readonly EmbeddingInput[];
  readonly dimensions: number | null;
  /** How the client wants to read the numbers. */
  readonly encoding: 'float' | 'base64';
  readonly truncation: Truncation | null;
  /** Vectors of length 1. */
  readonly normalize: boolean | null;
  /** The end user, as the client names them. */
  readonly user: string | null;
  /** Members of an OpenAI client that are said above too, in its own words; for upstreams of the same form. */
  readonly asWritten: JsonObject;
  /** Members that canonical has no word for. */
  readonly extra: Extra;
}

export interface EmbeddingAnswer {
  /** As many as inputs, in their order. */
  readonly vectors: readonly (readonly number[])[];
  /** `null` if the vendor does not tell. */
  readonly usage: Usage | null;
  /** The model that answered, by the vendor's name. */
  readonly model: string | null;
}
