/** Reranking between the wire forms: a query and documents, and how well each of them answers it. */
import type { Usage } from '../../usage/usage.ts';
import type { JsonObject } from '../canonical.ts';

export interface RerankDocument {
  /** What is ranked. */
  readonly text: string;
  /** As the client wrote it where it is an object, to be given back. */
  readonly written: JsonObject | null;
}

export interface RerankRequest {
  readonly query: string;
  readonly documents: readonly RerankDocument[];
  /** How many results; never more than documents. `null`: all. */
  readonly top: number | null;
  readonly wantsDocuments: boolean;
  readonly maxTokensPerDocument: number | null;
  readonly maxChunksPerDocument: number | null;
  /** Whether what is too long is cut; `false`: it is an error. */
  readonly truncates: boolean | null;
  /** Members that canonical has no word for. */
  readonly extra: JsonObject;
}

export interface RerankResult {
  /** Of the document in the request. */
  readonly index: number;
  /** Larger is better; the scale is the model's own. */
  readonly score: number;
}

export interface RerankAnswer {
  readonly id: string | null;
  /** In the vendor's order. */
  readonly results: readonly RerankResult[];
  /** `null` where the vendor tells no tokens. */
  readonly usage: Usage | null;
  /** What Cohere bills by. */
  readonly searchUnits: number | null;
  /** The model that answered, by the vendor's name. */
  readonly model: string | null;
}
