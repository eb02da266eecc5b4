import { describe, expect, it } from 'vitest';
import type { EmbeddingsDoorId } from '../../../../src/dialects/routes.ts';
import { type Body, batchOf, bodyOf, keyOf, MODEL } from './embeddings-support.ts';

const inputKeys = (door: EmbeddingsDoorId, body: Body | string): readonly string[] =>
  batchOf(door, body).inputRequests.map(keyOf);
const wholeKey = (door: EmbeddingsDoorId, body: Body | string): string =>
  keyOf(batchOf(door, body).wholeRequest);

const OPENAI = { model: MODEL, input: ['a', 'b'] };
const PART = { content: { parts: [{ text: 'a' }] } };
const GEMINI = { requests: [PART, { content: { parts: [{ text: 'b' }] } }] };
const IMAGE = { inlineData: { mimeType: 'image/png', data: 'aGk=' } };

describe('the key of an input', () => {
  it.each([
    ['how it is to be encoded', { encoding_format: 'base64' }],
    ['how other vendors say that', { embedding_types: ['float'] }],
    ['who asks', { user: 'u', safety_identifier: 's' }],
    ['notes', { metadata: { a: 'b' } }],
    ['hints and streams', { prompt_cache_key: 'k', stream: false, stream_options: {} }],
    ['what is null', { dimensions: null, truncate: null }],
  ])('does not know %s', (_, more) => {
    expect(inputKeys('openai', { ...OPENAI, ...more })).toEqual(inputKeys('openai', OPENAI));
    expect(wholeKey('openai', { ...OPENAI, ...more })).toBe(wholeKey('openai', OPENAI));
  });

  it.each([
    { dimensions: 256 },
    { dimensions: 255 },
    { input_type: 'query' },
    { input_type: 'search_query' }, // for a provider of the same form it is another word
    { task: 'query' },
    { task: 'nl2sql.query' },
    { title: 't' },
    { truncate: 'NONE' },
    { truncation: false },
    { normalized: true },
    { normalize: true },
    { priority: 1 },
    { output_dimension: 256 },
    { late_chunking: false },
  ])('is another with %j', (more) => {
    const [plain] = inputKeys('openai', OPENAI);
    const [other, second] = inputKeys('openai', { ...OPENAI, ...more });
    expect(other).toBeDefined();
    expect(other).not.toBe(plain);
    expect(other).not.toBe(second);
    expect(wholeKey('openai', { ...OPENAI, ...more })).not.toBe(wholeKey('openai', OPENAI));
  });

  it('differs for every member that says another thing', () => {
    const asked = [
      {},
      { dimensions: 256 },
      { dimensions: 255 },
      { input_type: 'query' },
      { task: 'query' },
      { truncate: 'NONE' },
      { truncation: false },
      { output_dimension: 256 },
    ];
    const keys = asked.map((more) => inputKeys('openai', { ...OPENAI, ...more })[0]);
    expect(new Set(keys).size).toBe(asked.length);
  });

  it('tells a text from tokens, and one content of two parts from two contents', () => {
    const keys = [
      wholeKey('openai', { model: MODEL, input: '1' }),
      wholeKey('openai', { model: MODEL, input: [1] }),
      wholeKey('openai', { model: MODEL, input: [[1], [1]] }),
      wholeKey('openai', { model: MODEL, input: ['[1]'] }),
      wholeKey('gemini-embed-content', { content: { parts: [{ text: '1' }, { text: '1' }] } }),
      wholeKey('gemini-embed-content', { content: { parts: [{ text: '11' }] } }),
      wholeKey('gemini-embed-content', { content: { parts: [IMAGE] } }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(wholeKey('openai', { model: MODEL, input: [[1]] })).toBe(keys[1]);
  });

  it.each([
    ['plainly', OPENAI, GEMINI],
    [
      'of one length',
      { ...OPENAI, dimensions: 8 },
      { requests: GEMINI.requests.map((one) => ({ ...one, outputDimensionality: 8 })) },
    ],
    [
      'by a user',
      OPENAI,
      { requests: GEMINI.requests.map(({ content }) => ({ content: { ...content, role: 'user' } })) },
    ],
    [
      'with the model repeated',
      OPENAI,
      { model: 'models/x', requests: GEMINI.requests.map((one) => ({ ...one, model: 'models/x' })) },
    ],
  ])('is the same at every door where it is asked %s', (_, openai, gemini) => {
    expect(inputKeys('gemini-batch-embed-contents', gemini)).toEqual(inputKeys('openai', openai));
    expect(wholeKey('gemini-batch-embed-contents', gemini)).toBe(wholeKey('openai', openai));
    const [first] = gemini.requests;
    expect(wholeKey('gemini-embed-content', { ...first })).toBe(inputKeys('openai', openai)[0]);
  });

  it.each([
    { taskType: 'RETRIEVAL_QUERY' },
    { taskType: 'CODE_RETRIEVAL_QUERY' },
    { taskType: 'SOMETHING_NEW' },
    { taskType: 'passage' },
    { task_type: 'RETRIEVAL_QUERY' },
    { title: 't' },
    { outputDimensionality: 8 },
    { output_dimensionality: 8 },
    { embedContentConfig: { outputDimensionality: 8 } },
    { autoTruncate: true },
    { embedContentConfig: { documentOcr: true } },
    { unknown: 1 },
    { unknown: 2 },
    { content: { parts: [{ text: 'a' }], role: 'model' } },
    { content: { parts: [{ text: 'a', thought: true }] } },
    { content: { parts: [{ text: 'a', videoMetadata: { startOffset: '1s' } }] } },
  ])('is another with %j in a request of Gemini’s', (more) => {
    const plain = wholeKey('gemini-embed-content', PART);
    expect(wholeKey('gemini-embed-content', { ...PART, ...more })).not.toBe(plain);
  });

  it('knows each request of a batch by itself', () => {
    const requests = (one: Body, other: Body) => ({
      requests: [
        { ...PART, ...one },
        { ...PART, ...other },
      ],
    });
    const keys = (one: Body, other: Body) => inputKeys('gemini-batch-embed-contents', requests(one, other));
    const [first, second] = keys({ unknown: 1 }, { unknown: 2 });
    expect(keys({ unknown: 2 }, { unknown: 1 })).toEqual([second, first]);
    expect(keys({ taskType: 'X' }, { taskType: 'Y' })).toEqual(
      keys({ taskType: 'Y' }, { taskType: 'X' }).toReversed(),
    );
    expect(wholeKey('gemini-batch-embed-contents', requests({ taskType: 'X' }, { taskType: 'Y' }))).not.toBe(
      wholeKey('gemini-batch-embed-contents', requests({ taskType: 'Y' }, { taskType: 'Y' })),
    );
  });

  it('takes long integers by their digits', () => {
    const body = (digits: string) => `{"model":"${MODEL}","input":["a","b"],"priority":${digits}}`;
    const [one] = inputKeys('openai', body('9007199254740993'));
    expect(one).not.toBe(inputKeys('openai', body('9007199254740992'))[0]);
    expect(one).toBe(inputKeys('openai', body('9007199254740993'))[0]);
  });
});

describe('a batch whose vectors may depend on each other', () => {
  it.each([
    ['openai', { ...OPENAI, late_chunking: true }],
    ['openai', { ...OPENAI, something: 'new' }],
    ['openai', { ...OPENAI, titles: ['x', 'y'] }],
    ['gemini-batch-embed-contents', { ...GEMINI, something: 'new' }],
  ] as const)('at %s is kept as a whole only: %j', (door, body) => {
    expect(inputKeys(door, body)).toEqual([]);
    const plain = door === 'openai' ? OPENAI : GEMINI;
    expect(wholeKey(door, body)).not.toBe(wholeKey(door, plain));
  });

  it.each([{ late_chunking: false }, { something: null }, { titles: [] }, { metadata: { a: 'b' } }])(
    'is not one with %j',
    (more) => {
      expect(inputKeys('openai', { ...OPENAI, ...more })).toHaveLength(2);
    },
  );
});

describe('one input', () => {
  it.each([
    ['openai', bodyOf('openai', ['a'])],
    ['openai', { model: MODEL, input: 'a', late_chunking: true }],
    ['openai', { model: MODEL, input: [1, 2, 3] }],
    ['gemini-embed-content', PART],
    ['gemini-batch-embed-contents', { requests: [PART] }],
  ] as const)('at %s has one entry: %j', (door, body) => {
    expect(inputKeys(door, body)).toEqual([]);
  });
});
