import { describe, expect, it } from 'vitest';
import { EMBEDDINGS_DOORS, EMBEDDINGS_UPSTREAMS } from '../../../../src/dialects/embeddings/embeddings.ts';
import { askedByGemini, IMAGE, refusalOf, said } from './support.ts';

const single = EMBEDDINGS_DOORS['gemini-embed-content'];
const batch = EMBEDDINGS_DOORS['gemini-batch-embed-contents'];
const USAGE = {
  inputTokens: 3,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

describe('the Gemini embeddings doors', () => {
  const plain = {
    content: { parts: [{ text: 'hi' }, { inlineData: { mimeType: 'image/png', data: 'aGk=' } }] },
    taskType: 'RETRIEVAL_DOCUMENT',
    title: 'A greeting',
    outputDimensionality: 256,
  };

  it('read one request', () => {
    expect(single.decodeRequest(plain)).toEqual({
      inputs: [
        {
          content: {
            kind: 'parts',
            parts: [
              { type: 'text', text: 'hi' },
              { type: 'inline', mediaType: 'image/png', data: 'aGk=' },
            ],
          },
          inputType: 'document',
          title: 'A greeting',
          param: 'content',
        },
      ],
      dimensions: 256,
      encoding: 'float',
      truncation: null,
      normalize: null,
      user: null,
      asWritten: {},
      extra: {},
    });
  });

  it('read names in snake case, and Vertex’s config, to the same meaning', () => {
    const snake = {
      content: { parts: [{ text: 'hi' }, { inline_data: { mime_type: 'image/png', data: 'aGk=' } }] },
      task_type: 'RETRIEVAL_DOCUMENT',
      title: 'A greeting',
      output_dimensionality: 256,
    };
    const { content, ...embedContentConfig } = plain;
    expect(single.decodeRequest(snake)).toEqual(single.decodeRequest(plain));
    expect(single.decodeRequest({ content, embedContentConfig })).toEqual(single.decodeRequest(plain));
    const { content: written, ...embed_content_config } = snake;
    expect(single.decodeRequest({ content: written, embed_content_config })).toEqual(
      single.decodeRequest(plain),
    );
  });

  it('keep the input type and title of each request of a batch', () => {
    const { inputs } = askedByGemini(
      { ...said('a'), taskType: 'RETRIEVAL_DOCUMENT', title: 'A' },
      { ...said('b'), taskType: 'RETRIEVAL_QUERY' },
      { ...said('c'), taskType: 'TASK_TYPE_UNSPECIFIED' },
    );
    expect(inputs.map(({ inputType, title }) => [inputType, title])).toEqual([
      ['document', 'A'],
      ['query', null],
      [null, null],
    ]);
  });

  it('keep files by reference', () => {
    const file = { file_data: { file_uri: 'gs://bucket/cat.mp4', mime_type: 'video/mp4' } };
    expect(single.decodeRequest({ content: { parts: [file] } }).inputs[0]?.content).toEqual({
      kind: 'parts',
      parts: [{ type: 'url', mediaType: 'video/mp4', url: 'gs://bucket/cat.mp4' }],
    });
  });

  it.each([
    ['no content', {}, 'content'],
    ['a text for content', { content: 'hi' }, 'content'],
    ['no parts', { content: { parts: [] } }, 'content.parts'],
    ['a part of another kind', { content: { parts: [{ functionCall: {} }] } }, 'content.parts[0]'],
    [
      'media without a type',
      { content: { parts: [{ inlineData: { data: '' } }] } },
      'content.parts[0].inlineData.mimeType',
    ],
    ['a text for dimensions', { ...said('a'), outputDimensionality: '3' }, 'outputDimensionality'],
    ['a number for the task', { ...said('a'), taskType: 3 }, 'taskType'],
  ])('refuse %s', (_, body, param) => {
    expect(refusalOf(() => single.decodeRequest(body))).toBe(param);
  });

  it('refuse a batch of nothing, and one whose requests ask for different vectors', () => {
    expect(refusalOf(() => batch.decodeRequest({}))).toBe('requests');
    expect(refusalOf(() => askedByGemini())).toBe('requests');
    expect(refusalOf(() => askedByGemini(said('a'), { content: {} }))).toBe('requests[1].content.parts');
    expect(refusalOf(() => askedByGemini(said('a'), { ...said('b'), outputDimensionality: 3 }))).toBe(
      'requests[1].outputDimensionality',
    );
    expect(
      refusalOf(() =>
        askedByGemini({ ...said('a'), model: 'models/x' }, { ...said('b'), model: 'models/y' }),
      ),
    ).toBe('requests[1].model');
  });

  it('answer in their own shapes, with usage where it is known', () => {
    const request = askedByGemini(said('a'));
    const answer = { vectors: [[1, 2]], usage: USAGE, model: null };
    expect(single.encodeAnswer(answer, request, 'm')).toEqual({
      embedding: { values: [1, 2] },
      usageMetadata: { promptTokenCount: 3 },
    });
    expect(batch.encodeAnswer({ ...answer, usage: null }, request, 'm')).toEqual({
      embeddings: [{ values: [1, 2] }],
    });
  });

  it('name what an OpenAI upstream cannot say, and refuse media there', () => {
    const { calls, dropped } = EMBEDDINGS_UPSTREAMS.openai.encodeRequest(
      askedByGemini({
        ...said('a'),
        taskType: 'RETRIEVAL_QUERY',
        title: 'A',
        outputDimensionality: 8,
        documentOcr: true,
        embedContentConfig: { autoTruncate: true },
      }),
      'text-embedding-3-small',
    );
    expect(calls).toEqual([
      { path: '/embeddings', body: { model: 'text-embedding-3-small', input: ['a'], dimensions: 8 } },
    ]);
    expect(dropped).toEqual(['input_type', 'title', 'truncate', 'documentOcr']);
    const withImage = askedByGemini(said('a'), { content: { parts: [IMAGE] } });
    expect(refusalOf(() => EMBEDDINGS_UPSTREAMS.openai.encodeRequest(withImage, 'm'))).toBe(
      'requests[1].content',
    );
  });
});
