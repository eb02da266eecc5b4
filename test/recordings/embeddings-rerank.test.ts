/**
 * Embeddings and rerank forms against the recorded exchanges: each answer decodes to what its JSON says, each
 * recorded request is written again to the same meaning, and what the doors answer is read by the vendors' clients.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CohereClient, CohereClientV2 } from 'cohere-ai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import {
  EMBEDDINGS_DOORS,
  EMBEDDINGS_UPSTREAMS,
  type EmbeddingsFormId,
} from '../../src/dialects/embeddings/embeddings.ts';
import { RERANK_UPSTREAMS, rerankDoor } from '../../src/dialects/rerank/rerank.ts';
import { hasSpecs, loadSpecification } from '../support/openapi.ts';
import { areHere, DIRECTORY, type Json, readJson } from './manifest.ts';

const openai = EMBEDDINGS_DOORS.openai;

it(`recordings are read from ${DIRECTORY}${areHere ? '' : ' — THEY ARE NOT THERE, nothing was compared'}`, () => {
  if (!areHere) console.warn(`No recordings in ${DIRECTORY}: set RECORDINGS_DIR.`);
  else expect(existsSync(join(DIRECTORY, 'cohere/v2-embed/float.json'))).toBe(true);
});

describe.runIf(areHere)('recorded embeddings', () => {
  /** Recording, form, model, where its JSON has the vectors, tokens told. */
  const answers: [string, EmbeddingsFormId, (body: Json) => number[][] | null, number][] = [
    [
      'google-gemini/batchEmbedContents/text',
      'gemini',
      (body) => body.embeddings.map((one: Json) => one.values),
      8,
    ],
    ['cohere/v2-embed/float', 'cohere', (body) => body.embeddings.float, 7],
    ['aws-bedrock/invoke/titan-embedding', 'bedrock', (body) => [body.embedding], 4],
    ['openai/embeddings/base64', 'openai', () => null, 2],
  ];
  it.each(answers)('%s is read', (id, form, vectorsIn, tokens) => {
    const body = readJson(`${id}.json`);
    const answer = EMBEDDINGS_UPSTREAMS[form].decodeAnswer([body], openai.decodeRequest({ input: 'hi' }));
    expect(answer?.usage).toMatchObject({ inputTokens: tokens, outputTokens: 0, estimated: false });
    const vectors = vectorsIn(body);
    if (vectors !== null) expect(answer?.vectors).toEqual(vectors);
  });

  it('openai/embeddings/base64 has 512 numbers, and goes back to a client byte for byte', () => {
    const recorded = readJson('openai/embeddings/base64.json');
    const request = openai.decodeRequest(readJson('openai/embeddings/base64.request.json'));
    const answer = EMBEDDINGS_UPSTREAMS.openai.decodeAnswer([recorded], request);
    const [vector = []] = answer?.vectors ?? [];
    expect(vector).toHaveLength(512);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 3); // OpenAI's vectors have length 1
    if (answer === null) throw new Error('there is no answer');
    expect(openai.encodeAnswer(answer, request, recorded.model)).toEqual(recorded);
  });

  it.each<[string, EmbeddingsFormId]>([
    ['azure-openai/embeddings/error-401', 'openai'],
    ['voyage/embeddings/error-400', 'voyage'],
  ])('%s is no answer', (id, form) => {
    const request = openai.decodeRequest({ input: 'hi' });
    expect(EMBEDDINGS_UPSTREAMS[form].decodeAnswer([readJson(`${id}.json`)], request)).toBeNull();
  });

  /** Recording, form, what an OpenAI client sends for it. */
  const requests: [string, EmbeddingsFormId, (body: Json) => Json][] = [
    [
      'google-gemini/batchEmbedContents/text',
      'gemini',
      ({ requests: [one] }) => ({
        model: one.model,
        input: one.content.parts[0].text,
        dimensions: one.outputDimensionality,
      }),
    ],
    [
      'cohere/v2-embed/float',
      'cohere',
      ({ model, texts, input_type, output_dimension }) => ({
        model,
        input: texts,
        input_type,
        dimensions: output_dimension,
      }),
    ],
    [
      'aws-bedrock/invoke/titan-embedding',
      'bedrock',
      ({ inputText, dimensions, normalize }) => ({
        model: 'amazon.titan-embed-text-v2:0',
        input: inputText,
        dimensions,
        normalized: normalize,
      }),
    ],
  ];
  it.each(requests)('the request of %s is written again', (id, form, asOpenai) => {
    const recorded = readJson(`${id}.request.json`);
    const asked = asOpenai(recorded);
    const { calls, dropped } = EMBEDDINGS_UPSTREAMS[form].encodeRequest(
      openai.decodeRequest(asked),
      asked.model,
    );
    expect(calls.map(({ body }) => body)).toEqual([recorded]);
    expect(dropped).toEqual([]);
  });

  it('the request of google-gemini/batchEmbedContents/text crosses the Gemini door unchanged', () => {
    const recorded = readJson('google-gemini/batchEmbedContents/text.request.json');
    const request = EMBEDDINGS_DOORS['gemini-batch-embed-contents'].decodeRequest(recorded);
    const { calls } = EMBEDDINGS_UPSTREAMS.gemini.encodeRequest(request, 'gemini-embedding-2');
    expect(calls.map(({ body }) => body)).toEqual([recorded]);
  });

  it('the request of openai/embeddings/base64 is written again', () => {
    const recorded = readJson('openai/embeddings/base64.request.json');
    const { calls } = EMBEDDINGS_UPSTREAMS.openai.encodeRequest(
      openai.decodeRequest(recorded),
      recorded.model,
    );
    expect(calls).toEqual([{ path: '/embeddings', body: { ...recorded, input: [recorded.input] } }]);
  });

  it('the request of voyage/embeddings/error-400 is written again, for floats', () => {
    const { encoding_format, output_dimension, output_dtype, ...recorded } = readJson(
      'voyage/embeddings/error-400.request.json',
    );
    const { calls, dropped } = EMBEDDINGS_UPSTREAMS.voyage.encodeRequest(
      openai.decodeRequest({ ...recorded, encoding_format, dimensions: output_dimension, output_dtype }),
      recorded.model,
    );
    expect(calls).toEqual([{ path: '/embeddings', body: { ...recorded, output_dtype: 'float' } }]);
    expect(dropped).toEqual([]);
  });
});

describe.runIf(areHere)('recorded rankings', () => {
  it.each([
    ['cohere/v2-rerank/basic', 'cohere', 'rerank-v3.5', '/rerank', 1],
    [
      'aws-bedrock/invoke/cohere-rerank',
      'bedrock',
      'cohere.rerank-v3-5:0',
      '/model/cohere.rerank-v3-5%3A0/invoke',
      null,
    ],
  ] as const)('%s: request and answer', (id, form, model, path, searchUnits) => {
    const recorded = readJson(`${id}.request.json`);
    const { api_version: _, ...asked } = recorded;
    const request = rerankDoor.decodeRequest(asked);
    expect(RERANK_UPSTREAMS[form].encodeRequest(request, model)).toEqual({
      calls: [{ path, body: recorded }],
      dropped: [],
    });
    const body = readJson(`${id}.json`);
    const answer = RERANK_UPSTREAMS[form].decodeAnswer([body], request);
    if (answer === null) throw new Error('there is no answer');
    expect(answer.searchUnits).toBe(searchUnits);
    expect(rerankDoor.encodeAnswer(answer, request, 'alias')).toMatchObject({ results: body.results });
  });
});

const USAGE = {
  inputTokens: 3,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};
const vectors = [
  [0.5, -0.25],
  [0.125, 1],
];
/** A server that answers what it is asked with `answer`. */
const answering = (answer: (body: Json) => unknown) => async (_: unknown, init?: RequestInit) =>
  Response.json(answer(JSON.parse(String(init?.body))));

describe('what the doors answer', () => {
  const embed = (body: Json) =>
    openai.encodeAnswer({ vectors, usage: USAGE, model: null }, openai.decodeRequest(body), body.model);

  it.runIf(hasSpecs())('has the shape of the OpenAI API’s own description', () => {
    const { mistakes } = loadSpecification();
    const answer = embed({ model: 'm', input: ['a', 'b'] });
    expect(mistakes('CreateEmbeddingResponse', answer)).toEqual([]);
    expect(mistakes('CreateEmbeddingResponse', { ...answer, data: [{}] })).not.toEqual([]);
  });

  it('is read by OpenAI’s client, which asks for base64 by itself', async () => {
    const asked: string[] = [];
    const client = new OpenAI({
      apiKey: 'k',
      baseURL: 'http://gateway.invalid/v1',
      fetch: answering((body) => {
        asked.push(body.encoding_format);
        return embed(body);
      }),
    });
    const create = (body: object) => client.embeddings.create({ model: 'm', input: ['a', 'b'], ...body });
    expect((await create({})).data.map(({ embedding }) => embedding)).toEqual(vectors);
    expect((await create({ encoding_format: 'float' })).data.map(({ embedding }) => embedding)).toEqual(
      vectors,
    );
    expect(asked).toEqual(['base64', 'float']);
  });

  const rank = (body: Json) =>
    rerankDoor.encodeAnswer(
      { id: 'r', results: [{ index: 1, score: 0.75 }], usage: USAGE, searchUnits: 1, model: null },
      rerankDoor.decodeRequest(body),
      body.model,
    );

  it('is read by Cohere’s clients, old and new', async () => {
    const options = { token: 'k', baseUrl: 'http://gateway.invalid', fetch: answering(rank) };
    const documents = ['a', 'b'];
    const found = await new CohereClientV2(options).rerank({ model: 'm', query: 'q', documents, topN: 1 });
    expect(found.results).toMatchObject([{ index: 1, relevanceScore: 0.75 }]);
    expect(found.meta).toMatchObject({ billedUnits: { searchUnits: 1 }, tokens: { inputTokens: 3 } });
    const old = await new CohereClient(options).rerank({
      model: 'm',
      query: 'q',
      documents: [{ text: 'a' }, { text: 'b' }],
      returnDocuments: true,
    });
    expect(old.results).toMatchObject([{ index: 1, relevanceScore: 0.75, document: { text: 'b' } }]);
  });
});
