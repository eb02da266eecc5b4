/**
 * Vendors of embeddings and rankings: small, and strict about what they document. One server, a path for each.
 * Vectors say which text they are of; documents say their own score.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type ReceivedCall, startUpstream } from '../upstream.ts';

export const VECTOR_VENDORS = ['gemini', 'cohere', 'voyage', 'jina', 'bedrock'] as const;
export type VectorVendor = (typeof VECTOR_VENDORS)[number];
export const VECTOR_KEY = 'sk-vectors-0000000001';

/** Three numbers that a float32 holds exactly; each text of the suite has its own. */
export const vectorOf = (text: string): number[] => [
  text.length,
  [...text].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_536, 7),
  0.5,
];
/** Documents are `… score:0.25`. */
const scoreOf = (document: string): number => Number(/score:([\d.]+)/.exec(document)?.[1] ?? 0);

class Refused extends Error {}
const demand = (holds: boolean, message: string): void => {
  if (!holds) throw new Refused(message);
};

// biome-ignore lint/suspicious/noExplicitAny: JSON that the vendor judges member by member
type Body = any;

function onlyKeys(body: Body, required: readonly string[], allowed: readonly string[]): void {
  const keys = Object.keys(body);
  const unknown = keys.filter((key) => !required.includes(key) && !allowed.includes(key));
  demand(unknown.length === 0, `unknown members: ${unknown.join(', ')}`);
  const missing = required.filter((key) => !keys.includes(key));
  demand(missing.length === 0, `missing members: ${missing.join(', ')}`);
}
const texts = (value: Body, most: number): string[] => {
  demand(Array.isArray(value) && value.length > 0 && value.length <= most, `1 to ${most} texts a call`);
  for (const text of value) demand(typeof text === 'string' && text !== '', 'texts are texts');
  return value;
};
const oneOf = (value: unknown, words: readonly unknown[]): void =>
  demand(value === undefined || words.includes(value), `${String(value)} is none of ${words.join(', ')}`);
const bearer = ({ authorization }: IncomingHttpHeaders): void =>
  demand(authorization === `Bearer ${VECTOR_KEY}`, 'the key is wrong');

/** Every text is billed as two tokens. */
const PRICE = 2;

const openAiList = (list: readonly string[], model: string): object => ({
  object: 'list',
  model,
  data: list.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) })),
  usage: { total_tokens: list.length * PRICE },
});

const ranked = (documents: readonly string[], top: number | undefined): { index: number; score: number }[] =>
  documents
    .map((document, index) => ({ index, score: scoreOf(document) }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, top);

/** By path below the vendor's own base. */
const ROUTES: Readonly<Record<string, (body: Body, headers: IncomingHttpHeaders, model: string) => object>> =
  {
    'gemini/v1beta/models/{model}:batchEmbedContents': (body, headers, model) => {
      demand(headers['x-goog-api-key'] === VECTOR_KEY, 'the key is wrong');
      onlyKeys(body, ['requests'], []);
      demand(body.requests.length > 0 && body.requests.length <= 100, '1 to 100 requests a call');
      const embeddings = body.requests.map((one: Body) => {
        onlyKeys(one, ['model', 'content'], ['taskType', 'title', 'outputDimensionality']);
        demand(one.model === `models/${model}`, 'the model is not that of the path');
        oneOf(one.taskType, ['RETRIEVAL_QUERY', 'RETRIEVAL_DOCUMENT', 'CLASSIFICATION', 'CLUSTERING']);
        const [text = ''] = texts(
          one.content.parts.map((part: Body) => part.text),
          1,
        );
        return { values: vectorOf(text) };
      });
      return { embeddings };
    },
    'cohere/v2/embed': (body, headers) => {
      bearer(headers);
      onlyKeys(
        body,
        ['model', 'texts', 'input_type', 'embedding_types'],
        ['output_dimension', 'truncate', 'max_tokens', 'priority'],
      );
      oneOf(body.input_type, ['search_document', 'search_query', 'classification', 'clustering']);
      const list = texts(body.texts, 96);
      return {
        id: 'e1',
        embeddings: { float: list.map(vectorOf) },
        texts: list,
        meta: { api_version: { version: '2' }, billed_units: { input_tokens: list.length * PRICE } },
      };
    },
    'voyage/v1/embeddings': (body, headers) => {
      bearer(headers);
      onlyKeys(body, ['model', 'input'], ['input_type', 'truncation', 'output_dimension', 'output_dtype']);
      oneOf(body.input_type, ['query', 'document', null]);
      return openAiList(texts(body.input, 1000), body.model);
    },
    'jina/v1/embeddings': (body, headers) => {
      bearer(headers);
      onlyKeys(
        body,
        ['model', 'input'],
        ['task', 'dimensions', 'normalized', 'embedding_type', 'truncate', 'late_chunking'],
      );
      oneOf(body.task, ['retrieval.query', 'retrieval.passage', 'classification', 'text-matching']);
      return openAiList(texts(body.input, 2048), body.model);
    },
    'bedrock/model/{model}/invoke': (body, headers, model) => {
      bearer(headers);
      if (model.includes('rerank')) {
        onlyKeys(body, ['query', 'documents', 'api_version'], ['top_n', 'max_tokens_per_doc']);
        const results = ranked(texts(body.documents, 1000), body.top_n);
        return { results: results.map(({ index, score }) => ({ index, relevance_score: score })) };
      }
      onlyKeys(body, ['inputText'], ['dimensions', 'normalize']);
      return { embedding: vectorOf(body.inputText), inputTextTokenCount: PRICE };
    },
    'cohere/v2/rerank': (body, headers) => {
      bearer(headers);
      onlyKeys(body, ['model', 'query', 'documents'], ['top_n', 'max_tokens_per_doc', 'priority']);
      const results = ranked(texts(body.documents, 1000), body.top_n);
      return {
        id: 'r1',
        results: results.map(({ index, score }) => ({ index, relevance_score: score })),
        meta: { billed_units: { search_units: 1 } },
      };
    },
    'voyage/v1/rerank': (body, headers) => {
      bearer(headers);
      onlyKeys(body, ['model', 'query', 'documents'], ['top_k', 'truncation', 'return_documents']);
      const results = ranked(texts(body.documents, 1000), body.top_k);
      const data = results.map(({ index, score }) => ({ index, relevance_score: score }));
      return { object: 'list', data, model: body.model, usage: { total_tokens: 26 } };
    },
    'jina/v1/rerank': (body, headers) => {
      bearer(headers);
      onlyKeys(body, ['model', 'query', 'documents'], ['top_n', 'truncation', 'return_documents']);
      demand(body.return_documents === false, 'documents would come back');
      const results = ranked(texts(body.documents, 2048), body.top_n);
      return {
        model: body.model,
        results: results.map(({ index, score }) => ({ index, relevance_score: score })),
        usage: { total_tokens: 26 },
      };
    },
  };

export interface VectorVendors {
  baseUrl(vendor: VectorVendor): string;
  readonly calls: ReceivedCall[];
  /** Fails calls whose body holds this text, until `null` is given. */
  failOn(text: string | null, status?: number): void;
  stop(): Promise<void>;
}

const BASES: Readonly<Record<VectorVendor, string>> = {
  gemini: 'gemini/v1beta',
  cohere: 'cohere/v2',
  voyage: 'voyage/v1',
  jina: 'jina/v1',
  bedrock: 'bedrock',
};

export async function startVectorVendors(): Promise<VectorVendors> {
  let failing: { text: string; status: number } | null = null;
  const upstream = await startUpstream(({ method, path, headers, body: bytes }, response) => {
    const answer = (status: number, value: object) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const model = /model(?:s)?\/([^/:]+)/.exec(path)?.[1] ?? '';
    const name = path.slice(1).replace(/(models?\/)[^/:]+/, '$1{model}');
    const serve = ROUTES[name];
    if (serve === undefined || method !== 'POST')
      return answer(404, {
        message: `no such route: ${method} ${name}`,
        error: { message: 'no such route' },
      });
    if (failing !== null && bytes.toString().includes(failing.text))
      return answer(failing.status, {
        message: 'words of a failure',
        error: { message: 'words of a failure' },
      });
    try {
      return answer(200, serve(JSON.parse(bytes.toString()), headers, decodeURIComponent(model)));
    } catch (error) {
      const { message } = error as Error; // nothing else is thrown here
      return answer(422, { message, error: { message } });
    }
  });
  return {
    baseUrl: (vendor) => `${upstream.url}/${BASES[vendor]}`,
    calls: upstream.calls,
    failOn: (text, status = 500) => {
      failing = text === null ? null : { text, status };
    },
    stop: () => upstream.stop(),
  };
}
