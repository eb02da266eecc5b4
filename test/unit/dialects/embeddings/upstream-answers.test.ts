import { describe, expect, it } from 'vitest';
import {
  EMBEDDINGS_UPSTREAMS,
  type EmbeddingsFormId,
} from '../../../../src/dialects/embeddings/embeddings.ts';
import { encodeFloats } from '../../../../src/dialects/embeddings/float-base64.ts';
import { asked } from './support.ts';

const FORMS = Object.keys(EMBEDDINGS_UPSTREAMS) as EmbeddingsFormId[]; // they are its keys
const two = asked({ input: ['a', 'b'] });
const decode = (form: EmbeddingsFormId, bodies: readonly unknown[], request = two) =>
  EMBEDDINGS_UPSTREAMS[form].decodeAnswer(bodies, request);
const vectors = [
  [0.5, 1],
  [-1, 2],
];
const [a, b] = vectors;
const list = (usage: unknown) => ({
  object: 'list',
  data: [
    { object: 'embedding', index: 0, embedding: a },
    { object: 'embedding', index: 1, embedding: b },
  ],
  model: 'theirs',
  usage,
});

/** Form, what it is, its bodies, tokens, model. */
const ANSWERS: [EmbeddingsFormId, string, unknown[], number | null, string | null][] = [
  ['openai', 'floats', [list({ prompt_tokens: 4, total_tokens: 4 })], 4, 'theirs'],
  ['voyage', 'a total', [list({ total_tokens: 4 })], 4, 'theirs'],
  ['jina', 'a total and prompt tokens', [list({ total_tokens: 4, prompt_tokens: 4 })], 4, 'theirs'],
  ['openai', 'no usage', [list(null)], null, 'theirs'],
  [
    'gemini',
    'usage',
    [{ embeddings: [{ values: a }, { values: b }], usageMetadata: { promptTokenCount: 4 } }],
    4,
    null,
  ],
  [
    'gemini',
    'no usage, as gemini-embedding-001',
    [{ embeddings: [{ values: a }, { values: b }] }],
    null,
    null,
  ],
  [
    'vertex',
    'predictions',
    [
      {
        predictions: [
          { embeddings: { values: a, statistics: { token_count: 1, truncated: false } } },
          { embeddings: { values: b, statistics: { token_count: 3 } } },
        ],
        metadata: { billableCharacterCount: 2 },
      },
    ],
    4,
    null,
  ],
  [
    'vertex',
    'embedContent, a call each',
    [
      { embedding: { values: a }, usageMetadata: { promptTokenCount: 1 } },
      { embedding: { values: b }, usageMetadata: { promptTokenCount: 3 }, truncated: true },
    ],
    4,
    null,
  ],
  [
    'bedrock',
    'Titan, a call each',
    [
      { embedding: a, inputTextTokenCount: 1 },
      { embedding: b, inputTextTokenCount: 3, message: null },
    ],
    4,
    null,
  ],
  [
    'bedrock',
    'Cohere by type',
    [{ id: 'x', embeddings: { float: vectors }, response_type: 'embeddings_by_type' }],
    null,
    null,
  ],
  ['bedrock', 'Cohere as a list', [{ embeddings: vectors, response_type: 'embeddings_floats' }], null, null],
  [
    'cohere',
    'two calls, images billed apart',
    [
      { embeddings: { float: [a] }, meta: { billed_units: { input_tokens: 1 } } },
      { embeddings: { float: [b] }, meta: { billed_units: { input_tokens: 1, image_tokens: 2 } } },
    ],
    4,
    null,
  ],
  [
    'ollama',
    'its own',
    [{ model: 'embeddinggemma', embeddings: vectors, prompt_eval_count: 4 }],
    4,
    'embeddinggemma',
  ],
];

describe('answers with vectors', () => {
  it.each(ANSWERS)('of %s are read: %s', (form, _, bodies, inputTokens, model) => {
    const usage =
      inputTokens === null
        ? null
        : {
            inputTokens,
            outputTokens: 0,
            cacheReadTokens: 0,
            cacheWriteTokens: 0,
            reasoningTokens: 0,
            estimated: false,
          };
    expect(decode(form, bodies)).toEqual({ vectors, usage, model });
  });

  it('are put into the order that their indexes say', () => {
    const data = [
      { index: 1, embedding: b },
      { index: 0, embedding: a },
    ];
    expect(decode('openai', [{ data }])?.vectors).toEqual(vectors);
    expect(decode('voyage', [{ data: data.map(({ embedding }) => ({ embedding })) }])?.vectors).toEqual([
      b,
      a,
    ]);
  });

  it('are unpacked from base64', () => {
    const data = vectors.map((vector, index) => ({ index, embedding: encodeFloats(vector) }));
    expect(decode('openai', [{ data }])?.vectors).toEqual(vectors);
  });

  it('have no usage if one of several calls does not tell: half a bill is a wrong one', () => {
    const bodies = [{ embedding: a, inputTextTokenCount: 1 }, { embedding: b }];
    expect(decode('bedrock', bodies)).toMatchObject({ vectors, usage: null });
  });

  it.each(FORMS)('of %s are none if they make no sense', (form) => {
    const senseless = [
      null,
      'text',
      [],
      {},
      { error: { message: 'no' } },
      { data: null },
      { data: [null, 7] },
      { embeddings: [null, { values: 'x' }] },
      { embeddings: { float: [[1], ['a']] } },
      { embeddings: [[1], []] },
      { embeddings: [[1], [null]] },
      { predictions: [{}, { embeddings: null }] },
      { embedding: {} },
      {
        data: [
          { index: 5, embedding: [1] },
          { index: 0, embedding: [1] },
        ],
      },
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [1] },
        ],
      },
    ];
    for (const body of senseless) expect(decode(form, [body])).toBeNull();
    expect(decode(form, [])).toBeNull();
  });

  it.each(ANSWERS)('of %s are none if there are not as many as inputs: %s', (form, _, bodies) => {
    expect(decode(form, bodies, asked({ input: ['a', 'b', 'c'] }))).toBeNull();
    expect(decode(form, bodies, asked({ input: 'a' }))).toBeNull();
    expect(decode(form, [...bodies, null])).toBeNull();
  });
});
