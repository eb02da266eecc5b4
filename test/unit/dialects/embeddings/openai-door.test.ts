import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { EmbeddingAnswer } from '../../../../src/dialects/embeddings/canonical.ts';
import { EMBEDDINGS_DOORS } from '../../../../src/dialects/embeddings/embeddings.ts';
import { decodeFloats, encodeFloats } from '../../../../src/dialects/embeddings/float-base64.ts';
import { refusalOf } from './support.ts';

const door = EMBEDDINGS_DOORS.openai;
const decode = (body: Record<string, unknown>) => door.decodeRequest({ model: 'm', input: 'hi', ...body });

describe('the OpenAI embeddings door', () => {
  it.each([
    ['a text', 'hi', [{ kind: 'text', text: 'hi' }]],
    [
      'texts',
      ['a', 'b'],
      [
        { kind: 'text', text: 'a' },
        { kind: 'text', text: 'b' },
      ],
    ],
    ['one input of token ids', [1, 2], [{ kind: 'tokens', tokens: [1, 2] }]],
    [
      'inputs of token ids',
      [[1], [2, 3]],
      [
        { kind: 'tokens', tokens: [1] },
        { kind: 'tokens', tokens: [2, 3] },
      ],
    ],
  ])('reads %s', (_, input, contents) => {
    expect(decode({ input }).inputs.map(({ content }) => content)).toEqual(contents);
  });

  it.each([
    ['nothing', null, 'input'],
    ['an empty array', [], 'input'],
    ['an object', { text: 'hi' }, 'input'],
    ['an object among texts', ['a', { text: 'b' }], 'input[1]'],
    ['an empty list of token ids', [[1], []], 'input[1]'],
    ['fractions as token ids', [1.5], 'input[0]'],
    ['more than 2048 inputs', Array.from({ length: 2049 }, () => 'a'), 'input'],
  ])('refuses %s as input, naming the place', (_, input, param) => {
    expect(refusalOf(() => decode({ input }))).toBe(param);
  });

  it('takes a long list of token ids for one input', () => {
    expect(decode({ input: Array.from({ length: 4000 }, () => 7) }).inputs).toHaveLength(1);
  });

  it.each([
    ['query', 'query'],
    ['search_query', 'query'],
    ['retrieval.query', 'query'],
    ['RETRIEVAL_DOCUMENT', 'document'],
    ['passage', 'document'],
    ['separation', 'clustering'],
    ['text-matching', 'similarity'],
    ['CODE_RETRIEVAL_QUERY', 'code-query'],
    ['FACT_VERIFICATION', 'fact-verification'],
    ['constructor', null],
  ])('understands the input type %s', (word, meant) => {
    for (const name of ['input_type', 'task', 'task_type']) {
      expect(decode({ [name]: word }).inputs[0]?.inputType).toBe(meant);
    }
  });

  it('keeps an input type that it does not know under its own name', () => {
    expect(decode({ task: 'nl2sql.query' })).toMatchObject({
      inputs: [{ inputType: null }],
      extra: { 'openai-chat': { task: 'nl2sql.query' } },
      asWritten: {},
    });
  });

  it('refuses two input types that contradict each other', () => {
    expect(refusalOf(() => decode({ input_type: 'query', task: 'retrieval.passage' }))).toBe('task');
    expect(decode({ input_type: 'query', task: 'retrieval.query' }).inputs[0]?.inputType).toBe('query');
  });

  it.each([
    [{ truncate: true }, 'end'],
    [{ truncate: false }, 'none'],
    [{ truncation: false }, 'none'],
    [{ truncate: 'START' }, 'start'],
    [{ truncate: 'RIGHT' }, 'end'],
    [{}, null],
  ])('reads the truncation of %j', (body, truncation) => {
    expect(decode(body).truncation).toBe(truncation);
  });

  it.each([
    [{}, 'float'],
    [{ encoding_format: 'base64' }, 'base64'],
    [{ embedding_types: ['float'] }, 'float'],
    [{ embedding_type: 'base64' }, 'base64'],
    [{ encoding_format: 'base64', output_dtype: 'float' }, 'base64'],
  ])('reads the encoding of %j', (body, encoding) => {
    expect(decode(body).encoding).toBe(encoding);
  });

  it.each([
    ['encoding_format', 'int8'],
    ['embedding_types', ['float', 'int8']],
    ['embedding_type', 'binary'],
    ['output_dtype', 'ubinary'],
    ['dimensions', 0],
    ['dimensions', '256'],
    ['truncate', 'MIDDLE'],
    ['user', 7],
    ['input_type', ['query']],
    ['normalized', 'yes'],
    ['title', 1],
  ])('refuses %s %j by its name', (name, value) => {
    expect(refusalOf(() => decode({ [name]: value }))).toBe(name);
  });

  const answer: EmbeddingAnswer = {
    vectors: [
      [0.5, -0.25],
      [1, 2],
    ],
    usage: {
      inputTokens: 5,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      estimated: false,
    },
    model: 'vendors-name',
  };

  it('answers in the words of the OpenAI API, with the name that the client used', () => {
    const expected: OpenAI.CreateEmbeddingResponse = {
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [0.5, -0.25] },
        { object: 'embedding', index: 1, embedding: [1, 2] },
      ],
      model: 'alias',
      usage: { prompt_tokens: 5, total_tokens: 5 },
    };
    expect(door.encodeAnswer(answer, decode({}), 'alias')).toEqual(expected);
  });

  it('packs base64 as little-endian floats of four bytes', () => {
    const { data } = door.encodeAnswer(answer, decode({ encoding_format: 'base64' }), 'alias');
    expect(data).toMatchObject([{ embedding: 'AAAAPwAAgL4=' }, { embedding: 'AACAPwAAAEA=' }]);
  });

  it('has zeros for usage that nobody told, because the form demands it', () => {
    const { usage } = door.encodeAnswer({ ...answer, usage: null }, decode({}), 'alias');
    expect(usage).toEqual({ prompt_tokens: 0, total_tokens: 0 });
  });
});

describe('vectors in base64', () => {
  it('come back as they went, at any length', () => {
    for (const length of [0, 1, 3, 3072, 20_000]) {
      const vector = Array.from({ length }, (_, index) => Math.fround(Math.sin(index)));
      expect(decodeFloats(encodeFloats(vector))).toEqual(vector);
    }
  });

  it.each(['AAA', '$$$$', 'AAAAAAA='])('are none if they are %s', (text) => {
    expect(decodeFloats(text)).toBeNull();
  });
});
