import { describe, expect, it } from 'vitest';
import { readDoorAnswer, writeDoorAnswer } from '../../../../src/dialects/embeddings/door-answers.ts';
import { EMBEDDINGS_DOORS } from '../../../../src/dialects/embeddings/embeddings.ts';
import { encodeFloats } from '../../../../src/dialects/embeddings/float-base64.ts';
import { shortestOf } from '../../../../src/dialects/embeddings/short-float.ts';
import type { StoredAnswer } from '../../../../src/dialects/embeddings/stored-answer.ts';
import { toStored } from '../../../../src/dialects/embeddings/stored-vectors.ts';
import { inputUsage } from '../../../../src/dialects/input-usage.ts';
import { seeded } from '../../../support/seeded.ts';
import { asked, askedByGemini, said } from './support.ts';

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
const DOORS = ['openai', 'gemini-embed-content', 'gemini-batch-embed-contents'] as const;
const read = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));
const storedOf = (...values: unknown[]) =>
  values.map((value) => toStored(value)).filter((vector) => vector !== null);

describe('the answers of the doors', () => {
  it.each(SEEDS)('are written as the doors write them, and read back (seed %i)', (seed) => {
    const random = seeded(seed);
    for (const door of DOORS) {
      const count = door === 'gemini-embed-content' ? 1 : random.between(1, 4);
      const vectors = random.list(count, () =>
        random.list(random.between(1, 9), () => shortestOf(Math.fround(random.next() - 0.5))),
      );
      const inputTokens = random.pick([null, 0, 12]);
      const model = random.pick([null, 'text-embedding-x', '\0"\0"\\u0000']);
      const encoding = door === 'openai' ? random.pick(['float', 'base64'] as const) : 'float';
      const request =
        door === 'openai' ? asked({ encoding_format: encoding }) : askedByGemini(said('a'), said('b'));

      const bytes = writeDoorAnswer(
        door,
        { vectors: storedOf(...vectors), inputTokens, model },
        request,
        'mine',
      );
      const shown = model === null ? 'mine' : model.replaceAll('\0', '');
      const answer = { vectors, usage: inputUsage(inputTokens), model };
      expect(read(bytes)).toEqual(
        JSON.parse(JSON.stringify(EMBEDDINGS_DOORS[door].encodeAnswer(answer, request, shown))),
      );
      const back =
        door === 'openai' ? { inputTokens: inputTokens ?? 0, model: shown } : { inputTokens, model: null };
      const values = encoding === 'base64' ? vectors.map(encodeFloats) : vectors;
      expect(readDoorAnswer(door, read(bytes))).toEqual({ vectors: storedOf(...values), ...back });
    }
  });

  it('put vectors in the places that they name', () => {
    const data = [2, 0, 1].map((index) => ({ object: 'embedding', index, embedding: [index + 0.5] }));
    const answer: StoredAnswer | null = readDoorAnswer('openai', {
      data,
      model: 'm',
      usage: { total_tokens: 3 },
    });
    expect(answer).toEqual({ vectors: storedOf([0.5], [1.5], [2.5]), inputTokens: 3, model: 'm' });
  });

  it('take the order of vectors that name no place', () => {
    const data = [{ embedding: [1] }, { embedding: [2] }];
    expect(readDoorAnswer('openai', { data })?.vectors).toEqual(storedOf([1], [2]));
  });

  it.each([
    ['openai', 'no list', { data: {} }],
    ['openai', 'an error', { error: { message: 'no' } }],
    ['openai', 'an empty list', { data: [] }],
    [
      'openai',
      'a place that is missing',
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 2, embedding: [2] },
        ],
      },
    ],
    [
      'openai',
      'a place that stands twice',
      {
        data: [
          { index: 1, embedding: [1] },
          { index: 1, embedding: [2] },
        ],
      },
    ],
    [
      'openai',
      'a place without a name that another one takes',
      { data: [{ index: 1, embedding: [1] }, { embedding: [2] }] },
    ],
    [
      'openai',
      'a vector that is none',
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 1, embedding: 'x' },
        ],
      },
    ],
    ['openai', 'nothing', undefined],
    ['gemini-embed-content', 'no numbers', { embedding: { values: [] } }],
    ['gemini-embed-content', 'another form', { embeddings: [{ values: [1] }] }],
    ['gemini-batch-embed-contents', 'an entry without numbers', { embeddings: [{ values: [1] }, {}] }],
    ['gemini-batch-embed-contents', 'another form', { embedding: { values: [1] } }],
    ['gemini-batch-embed-contents', 'an empty list', { embeddings: [] }],
  ] as const)('at %s are none with %s', (door, _, body) => {
    expect(readDoorAnswer(door, body)).toBeNull();
  });
});
