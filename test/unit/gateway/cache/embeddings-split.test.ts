import { describe, expect, it } from 'vitest';
import { decodeStored, encodeStored } from '../../../../src/dialects/embeddings/stored-answer.ts';
import { toStored } from '../../../../src/dialects/embeddings/stored-vectors.ts';
import { inputUsage } from '../../../../src/dialects/input-usage.ts';
import type { BatchAnswer } from '../../../../src/gateway/cache/embeddings-answer.ts';
import type { VectorSource } from '../../../../src/gateway/cache/embeddings-known.ts';
import { batchOf, bodyOf, bytesOf, entryOf, jsonOf, MODEL, SOURCE, textOf } from './embeddings-support.ts';

const TEXTS = ['a', 'bb', 'ccc'];
const BODY = bodyOf('openai', TEXTS);
const OTHER: VectorSource = { provider: 'other', model: MODEL };

function known(
  numbers: readonly number[],
  source = SOURCE,
  inputTokens: number | null = 5,
  model: string | null = null,
) {
  const vector = toStored(numbers);
  if (vector === null) throw new Error('no vector');
  return entryOf(encodeStored({ vectors: [vector], inputTokens, model }), source);
}

/** As OpenAI's form has it, for vectors in order. */
const answered = (vectors: readonly (readonly number[])[], tokens: number | null = 9) =>
  bytesOf({
    object: 'list',
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    model: MODEL,
    ...(tokens === null ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
  });

const splitOf = (...found: Parameters<ReturnType<typeof batchOf>['split']>[0]) =>
  batchOf('openai', BODY).split(found);

const shown = (bytes: Uint8Array | undefined): unknown => {
  const { data } = jsonOf(bytes ?? bytesOf({}));
  return Array.isArray(data) ? data.map(({ embedding }) => embedding) : null;
};

describe('what is known of a batch', () => {
  it('stands beside what comes, each in its place', () => {
    const split = splitOf(null, known([2, 2]), null);
    expect([split.missing, split.isWhole, split.source]).toEqual([[0, 2], false, SOURCE]);
    expect(jsonOf(split.derive(bytesOf(BODY)))).toEqual({ ...BODY, input: ['a', 'ccc'] });
    const answer = split.read(
      answered([
        [1, 1],
        [3, 3],
      ]),
      SOURCE,
    );
    expect(shown(answer?.body())).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect([answer?.usage, answer?.sentUsage]).toEqual([inputUsage(14), inputUsage(9)]);
  });

  it('leaves entries for what was sent, and one for the whole', () => {
    const answer = splitOf(null, known([2, 2]), null).read(
      answered(
        [
          [1, 1],
          [3, 3],
        ],
        100,
      ),
      SOURCE,
    );
    const entries = answer?.entries() ?? [];
    const vectors = (bytes: Uint8Array) =>
      decodeStored(bytes)?.vectors.map(({ bytes: packed }) => [...new Float32Array(packed.slice().buffer)]);
    expect(entries.map(({ index, body }) => [index, vectors(body)])).toEqual([
      [0, [[1, 1]]],
      [2, [[3, 3]]],
    ]);
    expect(entries.map(({ usage }) => usage?.inputTokens)).toEqual([33, 67]); // 1 and 3 characters, each one more
    expect(entries.map(({ body }) => decodeStored(body)?.inputTokens)).toEqual([33, 67]);
    expect(vectors(answer?.whole() ?? new Uint8Array())).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(decodeStored(answer?.whole() ?? new Uint8Array())).toMatchObject({
      inputTokens: 105,
      model: MODEL,
    });
  });

  it('is all of it: nothing is sent, and nothing billed', () => {
    const split = splitOf(known([1]), known([2]), known([3]));
    expect(split.missing).toEqual([]);
    const answer = split.recall();
    expect(shown(answer.body())).toEqual([[1], [2], [3]]);
    expect([answer.usage, answer.sentUsage, answer.entries()]).toEqual([inputUsage(15), inputUsage(0), []]);
  });

  it('is nothing: the body goes up as it came', () => {
    const body = bytesOf(BODY);
    const split = splitOf(null, null, null);
    expect([split.isWhole, split.source]).toEqual([true, null]);
    expect(split.derive(body)).toBe(body);
    expect(batchOf('openai', BODY).split([]).missing).toEqual([0, 1, 2]);
  });

  it('without a number of tokens makes the sum unknown', () => {
    const some = splitOf(known([1], SOURCE, null), known([2]), null).read(answered([[3]]), SOURCE);
    expect([some?.usage, some?.sentUsage]).toEqual([null, inputUsage(9)]);
    const none = splitOf(known([1]), known([2]), null).read(answered([[3]], null), SOURCE);
    expect([none?.usage, none?.sentUsage, none?.entries()[0]?.usage]).toEqual([null, null, null]);
    expect(jsonOf(none?.body() ?? bytesOf({})).usage).toEqual({ prompt_tokens: 0, total_tokens: 0 });
  });

  it('is called by the name that the newest answer gives the model, or else by the client’s', () => {
    const modelOf = (answer: BatchAnswer | null) => jsonOf(answer?.body() ?? bytesOf({})).model;
    const old = known([1], SOURCE, 5, 'old-name');
    expect(modelOf(splitOf(old, null, null).read(answered([[2], [3]]), SOURCE))).toBe(MODEL);
    expect(modelOf(splitOf(known([1]), old, known([3])).recall())).toBe('old-name');
    expect(modelOf(splitOf(known([1]), known([2]), known([3])).recall())).toBe(MODEL);
  });
});

describe('vectors that cannot stand together', () => {
  it('are those of two models: the fewer are asked for again', () => {
    const split = splitOf(known([1], OTHER), known([2]), known([3]));
    expect([split.missing, split.source]).toEqual([[0], SOURCE]);
    expect(shown(split.read(answered([[1]]), SOURCE)?.body())).toEqual([[1], [2], [3]]);
  });

  it('are those of two lengths', () => {
    const split = splitOf(known([1, 1]), known([2, 2]), known([3]));
    expect(split.missing).toEqual([2]);
    expect(split.read(answered([[3]]), SOURCE)).toBeNull();
    expect(split.read(answered([[3, 3]]), SOURCE)).not.toBeNull();
  });

  it('are a known one and one that another model answers', () => {
    const split = splitOf(known([1]), null, null);
    expect(split.read(answered([[2], [3]]), OTHER)).toBeNull();
    expect(splitOf(null, null, null).read(answered([[1], [2], [3]]), OTHER)).not.toBeNull();
  });

  it('are not taken from an entry of anything else', () => {
    const good = known([1]);
    const [vector] = decodeStored(good.body)?.vectors ?? [];
    if (vector === undefined) throw new Error('no vector');
    const two = entryOf(encodeStored({ vectors: [vector, vector], inputTokens: 1, model: null }));
    const json = { ...good, head: { ...good.head, kind: 'json' as const } };
    const cut = { ...good, body: good.body.subarray(1) };
    expect(splitOf(two, json, cut).missing).toEqual([0, 1, 2]);
  });
});

describe('what is no answer to what was sent', () => {
  it.each([
    ['one vector too few', answered([[1]])],
    ['one vector too many', answered([[1], [2], [3]])],
    ['vectors of two lengths', answered([[1], [2, 2]])],
    [
      'a hole in the places',
      bytesOf({
        data: [
          { index: 0, embedding: [1] },
          { index: 2, embedding: [2] },
        ],
      }),
    ],
    [
      'one place twice',
      bytesOf({
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [2] },
        ],
      }),
    ],
    [
      'a number that is none',
      bytesOf({
        data: [
          { index: 0, embedding: [1] },
          { index: 1, embedding: [null] },
        ],
      }),
    ],
    ['an error', bytesOf({ error: { message: 'no' } })],
    ['another form', bytesOf({ embeddings: [{ values: [1] }, { values: [2] }] })],
    ['no JSON', new TextEncoder().encode('data: [DONE]')],
    ['nothing', new Uint8Array(0)],
  ])('is %s', (_, body) => {
    expect(splitOf(null, known([2]), null).read(body, SOURCE)).toBeNull();
  });
});

describe('an answer that is too long to be held', () => {
  const TEXT_COUNT = 250;
  const texts = Array.from({ length: TEXT_COUNT }, (_, place) => `${place}`);
  const long = known(Array.from({ length: 4096 }, (_, place) => 1 / (place + 3)));

  it('is asked for as a whole, whatever is known', () => {
    const found = texts.map((_, place) => (place === 0 ? null : long));
    const split = batchOf('openai', bodyOf('openai', texts)).split(found);
    expect([split.isWhole, split.source]).toEqual([true, null]);
  });

  it('is not too long as base64', () => {
    const found = texts.map((_, place) => (place === 0 ? null : long));
    const split = batchOf('openai', bodyOf('openai', texts, { encoding_format: 'base64' })).split(found);
    expect(split.missing).toEqual([0]);
  });

  it('is not told from the entry of the whole', () => {
    const vector = decodeStored(long.body)?.vectors[0];
    if (vector === undefined) throw new Error('no vector');
    const whole = entryOf(encodeStored({ vectors: texts.map(() => vector), inputTokens: 1, model: null }));
    expect(batchOf('openai', bodyOf('openai', texts)).recall(whole)).toBeNull();
    const packed = bodyOf('openai', texts, { encoding_format: 'base64' });
    expect(textOf(batchOf('openai', packed).recall(whole)?.body ?? bytesOf(0))).toContain('"index":249');
  });
});
