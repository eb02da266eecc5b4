/** The bodies that the vendors get, literally, and the answers that they give. */
import type { Cohere } from 'cohere-ai';
import { describe, expect, it } from 'vitest';
import { RERANK_FIELDS } from '../../../../src/dialects/rerank/fields.ts';
import { RERANK_UPSTREAMS, type RerankFormId } from '../../../../src/dialects/rerank/rerank.ts';
import { asked, usageOf } from './support.ts';

type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name;
/** Cohere's SDK has names in camel case, the wire in snake case. */
type CohereBody = Partial<{
  [Name in keyof Cohere.V2RerankRequest & string as SnakeCase<Name>]: Cohere.V2RerankRequest[Name];
}>;

const FORMS = Object.keys(RERANK_UPSTREAMS) as RerankFormId[]; // they are its keys
const encode = (form: RerankFormId, model: string, body: Record<string, unknown> = {}) =>
  RERANK_UPSTREAMS[form].encodeRequest(asked(body), model);
const decode = (form: RerankFormId, ...bodies: unknown[]) =>
  RERANK_UPSTREAMS[form].decodeAnswer(bodies, asked());

const full = {
  documents: ['a', { text: 'b' }],
  top_n: 2,
  return_documents: true,
  max_tokens_per_doc: 9,
  max_chunks_per_doc: 3,
  truncation: true,
  instruct: 'Find answers.',
};
const plain = { query: 'capital?', documents: ['a', 'b'] };

describe('rerank requests', () => {
  it('have Cohere’s words', () => {
    const body: CohereBody = { model: 'rerank-v3.5', ...plain, top_n: 2, max_tokens_per_doc: 9 };
    expect(encode('cohere', 'rerank-v3.5', full)).toEqual({
      calls: [{ path: '/rerank', body }],
      dropped: ['max_chunks_per_doc', 'truncation', 'instruct'],
    });
  });

  it('have Voyage’s words', () => {
    expect(encode('voyage', 'rerank-2.5', full)).toEqual({
      calls: [{ path: '/rerank', body: { model: 'rerank-2.5', ...plain, top_k: 2, truncation: true } }],
      dropped: ['max_tokens_per_doc', 'max_chunks_per_doc', 'instruct'],
    });
  });

  it('tell Jina not to send the documents back', () => {
    const body = { model: 'jina-reranker-v3', ...plain, top_n: 2, return_documents: false, truncation: true };
    expect(encode('jina', 'jina-reranker-v3', full).calls).toEqual([{ path: '/rerank', body }]);
  });

  it('have both of DashScope’s forms', () => {
    expect(encode('dashscope', 'gte-rerank-v2', full).calls).toEqual([
      {
        path: '/../../api/v1/services/rerank/text-rerank/text-rerank',
        body: {
          model: 'gte-rerank-v2',
          input: plain,
          parameters: { top_n: 2, instruct: 'Find answers.' },
        },
      },
    ]);
    expect(encode('dashscope', 'gte-rerank-v2', { documents: ['a', 'b'] }).calls[0]?.body).toEqual({
      model: 'gte-rerank-v2',
      input: plain,
    });
    expect(encode('dashscope-compatible', 'qwen3-rerank', full).calls).toEqual([
      {
        path: '/../../compatible-api/v1/reranks',
        body: { model: 'qwen3-rerank', ...plain, top_n: 2, instruct: 'Find answers.' },
      },
    ]);
  });

  it.each(['compatible-mode/v1', 'api/v1', 'compatible-api/v1'])(
    'find DashScope’s addresses from the base URL %s',
    (base) => {
      const urlOf = (form: RerankFormId) =>
        new URL(`https://dashscope-intl.aliyuncs.com/${base}${encode(form, 'm').calls[0]?.path}`).pathname;
      expect(urlOf('dashscope')).toBe('/api/v1/services/rerank/text-rerank/text-rerank');
      expect(urlOf('dashscope-compatible')).toBe('/compatible-api/v1/reranks');
    },
  );

  it('carry everything to servers of the door’s own shape, but the wish for documents', () => {
    const { documents, return_documents, ...options } = full;
    expect(encode('generic', 'bge', { documents, return_documents, ...options, softmax: true })).toEqual({
      calls: [{ path: '/rerank', body: { model: 'bge', ...plain, ...options, softmax: true } }],
      dropped: [],
    });
  });

  it('have the model’s own body on Bedrock', () => {
    expect(encode('bedrock', 'cohere.rerank-v3-5:0', full).calls).toEqual([
      {
        path: '/model/cohere.rerank-v3-5%3A0/invoke',
        body: { ...plain, top_n: 2, api_version: 2, max_tokens_per_doc: 9 },
      },
    ]);
    expect(encode('bedrock', 'amazon.rerank-v1:0', full)).toEqual({
      calls: [{ path: '/model/amazon.rerank-v1%3A0/invoke', body: { ...plain, top_n: 2 } }],
      dropped: ['max_tokens_per_doc', 'max_chunks_per_doc', 'truncation', 'instruct'],
    });
  });
});

const results = [
  { index: 2, relevance_score: 0.9 },
  { index: 0, relevance_score: 0.1 },
];
const canonical = {
  id: null,
  results: [
    { index: 2, score: 0.9 },
    { index: 0, score: 0.1 },
  ],
  usage: null,
  searchUnits: null,
  model: null,
};

describe('rerank answers', () => {
  it('are read in each vendor’s shape', () => {
    expect(decode('cohere', { id: 'c', results, meta: { billed_units: { search_units: 2 } } })).toEqual({
      ...canonical,
      id: 'c',
      searchUnits: 2,
    });
    const tokens = { billed_units: { search_units: 1 }, tokens: { input_tokens: 5 } };
    expect(decode('cohere', { results, meta: tokens })).toMatchObject({ usage: usageOf(5), searchUnits: 1 });
    expect(
      decode('voyage', { object: 'list', data: results, model: 'v', usage: { total_tokens: 5 } }),
    ).toEqual({
      ...canonical,
      usage: usageOf(5),
      model: 'v',
    });
    expect(
      decode('jina', { model: 'j', results, usage: { total_tokens: 5, prompt_tokens: 5 } }),
    ).toMatchObject({ usage: usageOf(5), model: 'j' });
    expect(decode('dashscope', { output: { results }, usage: { total_tokens: 5 }, request_id: 'd' })).toEqual(
      {
        ...canonical,
        id: 'd',
        usage: usageOf(5),
      },
    );
    expect(decode('bedrock', { results })).toEqual(canonical);
  });

  it('of text-embeddings-inference are a bare list of scores', () => {
    const scores = results.map(({ index, relevance_score: score }) => ({ index, score, text: 'x' }));
    expect(decode('generic', scores)).toEqual(canonical);
  });

  it('are taken with fewer results than documents, and with none', () => {
    expect(decode('generic', { results: [] })).toMatchObject({ results: [] });
  });

  it.each(FORMS)('of %s are none if they make no sense', (form) => {
    const senseless = [
      null,
      'text',
      {},
      { error: { message: 'no' } },
      { message: 'no', id: 'x' },
      { results: null, output: { results: 'x' } },
      {
        results: [{ index: 3, relevance_score: 1 }],
        output: { results: [{ index: 3, relevance_score: 1 }] },
      },
      { results: [{ index: 0 }], output: { results: [null] } },
      { results: [{ index: 0.5, relevance_score: 1 }], output: {} },
    ];
    for (const body of senseless) expect(decode(form, body)).toBeNull();
    expect(decode(form)).toBeNull();
    expect(decode(form, { results }, { results })).toBeNull();
  });
});

describe.each(FORMS)('the field table of %s', (form) => {
  const samples: Readonly<Record<string, unknown>> = {
    top_n: 2,
    max_tokens_per_doc: 9,
    max_chunks_per_doc: 3,
    truncation: false,
    instruct: 'Find answers.',
    priority: 1,
  };
  /** Said in the documents, or by the door, in ways that other tests show. */
  const always = ['model', 'query', 'documents', 'rank_fields', 'return_documents'];
  const model = form === 'bedrock' ? 'cohere.rerank-v3-5:0' : 'm';
  const table = RERANK_FIELDS[form];

  it('names every field', () => {
    expect(Object.keys(table).toSorted()).toEqual([...always, ...Object.keys(samples)].toSorted());
  });

  it.each(Object.keys(samples))('is true of %s', (field) => {
    const isDropped = table[field]?.fate === 'dropped';
    const { calls, dropped } = encode(form, model, { [field]: samples[field] });
    expect(dropped).toEqual(isDropped ? [field] : []);
    expect(JSON.stringify(calls) === JSON.stringify(encode(form, model).calls)).toBe(isDropped);
  });

  it('drops nothing that asks for nothing', () => {
    expect(encode(form, model, { top_n: null, priority: null, debug: false }).dropped).toEqual([]);
  });
});
