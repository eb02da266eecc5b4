/** The bodies that the vendors get, literally; where a vendor's SDK has a type for them, by that type. */
import type { Content, EmbedContentConfig } from '@google/genai';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import {
  EMBEDDINGS_UPSTREAMS,
  type EmbeddingsFormId,
} from '../../../../src/dialects/embeddings/embeddings.ts';
import { asked, askedByGemini, IMAGE, refusalOf, shown } from './support.ts';

type GeminiRequest = { model: string; content: Content } & Pick<
  EmbedContentConfig,
  'taskType' | 'title' | 'outputDimensionality'
>;

const encode = (form: EmbeddingsFormId, model: string, request = asked()) =>
  EMBEDDINGS_UPSTREAMS[form].encodeRequest(request, model);
const bodyOf = (form: EmbeddingsFormId, model: string, request = asked()) =>
  encode(form, model, request).calls[0]?.body;
const texts = (count: number) => Array.from({ length: count }, (_, index) => `text ${index}`);
const full = { input: ['a', 'b'], dimensions: 256, input_type: 'query', truncate: 'END' };

describe('embeddings for OpenAI’s form', () => {
  it('carry texts, token ids and what the client wrote', () => {
    const expected: OpenAI.EmbeddingCreateParams = {
      model: 'text-embedding-3-small',
      input: [[1, 2], [3]],
      dimensions: 8,
      encoding_format: 'base64',
      user: 'u',
    };
    const body = { input: [[1, 2], [3]], dimensions: 8, encoding_format: 'base64', user: 'u' };
    expect(encode('openai', 'text-embedding-3-small', asked(body))).toEqual({
      calls: [{ path: '/embeddings', body: expected }],
      dropped: [],
    });
  });

  it('keep members of other vendors as they were written', () => {
    const written = { task: 'retrieval.query', truncate: 'END', normalize: true, truncate_prompt_tokens: 9 };
    expect(encode('openai', 'm', asked(written))).toEqual({
      calls: [{ path: '/embeddings', body: { model: 'm', input: ['hi'], ...written } }],
      dropped: [],
    });
  });
});

describe('embeddings for the Gemini API', () => {
  it('are one request an input', () => {
    const requestOf = (text: string): GeminiRequest => ({
      model: 'models/gemini-embedding-001',
      content: { parts: [{ text }] },
      taskType: 'RETRIEVAL_QUERY',
      outputDimensionality: 256,
    });
    expect(encode('gemini', 'gemini-embedding-001', asked(full))).toEqual({
      calls: [
        {
          path: '/models/gemini-embedding-001:batchEmbedContents',
          body: { requests: [requestOf('a'), requestOf('b')] },
        },
      ],
      dropped: ['truncate'],
    });
  });

  it.each([
    ['query', null, 'task: search result | query: hi'],
    ['document', null, 'title: none | text: hi'],
    ['document', 'A', 'title: A | text: hi'],
    ['similarity', null, 'task: sentence similarity | query: hi'],
    ['code-query', null, 'task: code retrieval | query: hi'],
    ['code-document', null, 'title: none | text: hi'],
    ['question-answering', null, 'task: question answering | query: hi'],
    ['fact-verification', null, 'task: fact checking | query: hi'],
    [null, null, 'hi'],
    [null, 'A', 'title: A | text: hi'],
  ])(
    'say the task %s with the title %s in the text from gemini-embedding-2 on',
    (input_type, title, text) => {
      const { calls, dropped } = encode('gemini', 'gemini-embedding-2', asked({ input_type, title }));
      expect(calls[0]?.body).toEqual({
        requests: [{ model: 'models/gemini-embedding-2', content: { parts: [{ text }] } }],
      });
      expect(dropped).toEqual([]);
    },
  );

  it('name a title that gemini-embedding-2 has no place for', () => {
    expect(
      encode('gemini', 'gemini-embedding-2', asked({ input_type: 'query', title: 'A' })).dropped,
    ).toEqual(['title']);
  });

  it('carry media, and name the task that media cannot say', () => {
    const file = { fileData: { mimeType: 'video/mp4', fileUri: 'https://files/1' } };
    const request = askedByGemini(
      { ...shown('a cat'), taskType: 'CLASSIFICATION' },
      { content: { parts: [file] } },
    );
    const { calls, dropped } = encode('gemini', 'gemini-embedding-2', request);
    expect(calls[0]?.body).toEqual({
      requests: [
        { model: 'models/gemini-embedding-2', content: { parts: [{ text: 'a cat' }, IMAGE] } },
        { model: 'models/gemini-embedding-2', content: { parts: [file] } },
      ],
    });
    expect(dropped).toEqual(['input_type']);
  });

  it('are split at a hundred', () => {
    const sizes = encode('gemini', 'gemini-embedding-001', asked({ input: texts(201) })).calls.map(
      ({ body }) => (body.requests as unknown[]).length, // the upstream's own body, as above
    );
    expect(sizes).toEqual([100, 100, 1]);
  });

  it('have no place for token ids', () => {
    expect(refusalOf(() => encode('gemini', 'gemini-embedding-001', asked({ input: [1, 2] })))).toBe('input');
  });
});

describe('embeddings for Vertex', () => {
  it('are instances of a prediction', () => {
    const request = asked({ ...full, title: 'T', truncate: false });
    expect(encode('vertex', 'text-embedding-005', request)).toEqual({
      calls: [
        {
          path: '/models/text-embedding-005:predict',
          body: {
            instances: [
              { content: 'a', task_type: 'RETRIEVAL_QUERY', title: 'T' },
              { content: 'b', task_type: 'RETRIEVAL_QUERY', title: 'T' },
            ],
            parameters: { outputDimensionality: 256, autoTruncate: false },
          },
        },
      ],
      dropped: [],
    });
  });

  it('are one text a call with gemini-embedding-001', () => {
    expect(encode('vertex', 'gemini-embedding-001', asked({ input: ['a', 'b'] })).calls).toEqual([
      { path: '/models/gemini-embedding-001:predict', body: { instances: [{ content: 'a' }] } },
      { path: '/models/gemini-embedding-001:predict', body: { instances: [{ content: 'b' }] } },
    ]);
  });

  it('are split by characters too, because the tokens of a call are counted together', () => {
    const input = [...texts(3), 'x'.repeat(39_000), 'y'.repeat(2000)];
    expect(encode('vertex', 'text-embedding-005', asked({ input })).calls).toHaveLength(2);
  });

  it('go to embedContent from gemini-embedding-2 on', () => {
    const request = askedByGemini({
      ...shown('a cat'),
      outputDimensionality: 8,
      embedContentConfig: { autoTruncate: true, documentOcr: true, mimeType: 'text/plain' },
    });
    expect(encode('vertex', 'gemini-embedding-2', request)).toEqual({
      calls: [
        {
          path: '/models/gemini-embedding-2:embedContent',
          body: {
            content: { parts: [{ text: 'a cat' }, IMAGE] },
            embedContentConfig: { outputDimensionality: 8, autoTruncate: true, documentOcr: true },
          },
        },
      ],
      dropped: ['mimeType'],
    });
    expect(bodyOf('vertex', 'gemini-embedding-2', asked({ task: 'retrieval.query' }))).toEqual({
      content: { parts: [{ text: 'task: search result | query: hi' }] },
    });
  });
});

describe('embeddings for Bedrock', () => {
  it('are one text a call with Titan', () => {
    const request = asked({ input: ['a', 'b'], dimensions: 256, normalize: false, input_type: 'query' });
    expect(encode('bedrock', 'amazon.titan-embed-text-v2:0', request)).toEqual({
      calls: ['a', 'b'].map((inputText) => ({
        path: '/model/amazon.titan-embed-text-v2%3A0/invoke',
        body: { inputText, dimensions: 256, normalize: false },
      })),
      dropped: ['input_type'],
    });
  });

  it('refuse a length that the model does not have', () => {
    const shorter = asked({ dimensions: 256 });
    expect(refusalOf(() => encode('bedrock', 'amazon.titan-embed-text-v1', shorter))).toBe('dimensions');
    expect(refusalOf(() => encode('bedrock', 'cohere.embed-english-v3', shorter))).toBe('dimensions');
    expect(encode('bedrock', 'amazon.titan-embed-text-v1', asked({ dimensions: 1536 }))).toMatchObject({
      calls: [{ body: { inputText: 'hi' } }],
      dropped: [],
    });
    expect(encode('bedrock', 'cohere.embed-english-v3', asked({ dimensions: 1024 })).dropped).toEqual([]);
  });

  it('hold an image with Titan Multimodal', () => {
    const request = askedByGemini({ ...shown('a cat'), outputDimensionality: 384 });
    expect(bodyOf('bedrock', 'amazon.titan-embed-image-v1', request)).toEqual({
      inputText: 'a cat',
      inputImage: 'aGk=',
      embeddingConfig: { outputEmbeddingLength: 384 },
    });
    const two = askedByGemini({ content: { parts: [IMAGE, IMAGE] } });
    expect(refusalOf(() => encode('bedrock', 'amazon.titan-embed-image-v1', two))).toBe(
      'requests[0].content',
    );
  });

  it('have Cohere’s body with Cohere’s models, each version its own words for cutting', () => {
    const common = { input_type: 'search_query', texts: ['a', 'b'], embedding_types: ['float'] };
    expect(encode('bedrock', 'us.cohere.embed-v4:0', asked(full))).toEqual({
      calls: [
        {
          path: '/model/us.cohere.embed-v4%3A0/invoke',
          body: { ...common, output_dimension: 256, truncate: 'RIGHT' },
        },
      ],
      dropped: [],
    });
    expect(bodyOf('bedrock', 'cohere.embed-multilingual-v3', asked({ ...full, dimensions: null }))).toEqual({
      ...common,
      truncate: 'END',
    });
  });

  it('refuse a model whose form is not known', () => {
    expect(refusalOf(() => encode('bedrock', 'vendor.unheard-of'))).toBe('model');
  });
});
