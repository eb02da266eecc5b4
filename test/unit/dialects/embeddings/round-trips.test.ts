/** What one side writes, the other reads to the same meaning, over random requests and answers. */
import { describe, expect, it } from 'vitest';
import { EMBEDDINGS_DOORS, EMBEDDINGS_UPSTREAMS } from '../../../../src/dialects/embeddings/embeddings.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import { asked, askedByGemini, IMAGE } from './support.ts';

const SEEDS = Array.from({ length: 50 }, (_, index) => index + 1);
const TASKS = [
  'RETRIEVAL_QUERY',
  'RETRIEVAL_DOCUMENT',
  'CLASSIFICATION',
  'CLUSTERING',
  'SEMANTIC_SIMILARITY',
];

const randomText = (random: Seeded) =>
  random.list(random.between(0, 9), () => random.pick(['a', 'ü', '🙂', ' '])).join('');
/** Numbers that 32 bits hold, as vendors send them. */
const randomVectors = (random: Seeded, count: number) =>
  random.list(count, () => random.list(random.between(1, 20), () => Math.fround(random.next() * 2 - 1)));
const usageOf = (inputTokens: number) => ({
  inputTokens,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
});

describe('embeddings there and back', () => {
  it.each(SEEDS)('answers mean the same in OpenAI’s form, as floats and as base64 (seed %i)', (seed) => {
    const random = seeded(seed);
    const vectors = randomVectors(random, random.between(1, 5));
    const answer = { vectors, usage: usageOf(random.between(0, 99)), model: 'm' };
    for (const encoding_format of ['float', 'base64']) {
      const request = asked({ input: vectors.map(() => 'x'), encoding_format });
      const written = EMBEDDINGS_DOORS.openai.encodeAnswer(answer, request, 'm');
      const body: unknown = JSON.parse(JSON.stringify(written));
      expect(EMBEDDINGS_UPSTREAMS.openai.decodeAnswer([body], request)).toEqual(answer);
    }
  });

  it.each(SEEDS)('requests and answers mean the same in Gemini’s form (seed %i)', (seed) => {
    const random = seeded(seed);
    const outputDimensionality = random.chance(0.5) ? random.between(1, 3072) : null;
    const requests = random.list(random.between(1, 5), () => ({
      content: {
        parts: random.chance(0.2) ? [{ text: randomText(random) }, IMAGE] : [{ text: randomText(random) }],
      },
      ...(random.chance(0.5) ? { taskType: random.pick(TASKS) } : {}),
      ...(random.chance(0.3) ? { title: randomText(random) } : {}),
      outputDimensionality,
    }));
    const request = askedByGemini(...requests);
    const { calls, dropped } = EMBEDDINGS_UPSTREAMS.gemini.encodeRequest(request, 'gemini-embedding-001');
    const door = EMBEDDINGS_DOORS['gemini-batch-embed-contents'];
    expect(dropped).toEqual([]);
    expect(calls.map(({ body }) => door.decodeRequest(body))).toEqual([request]);

    const answer = {
      vectors: randomVectors(random, requests.length),
      usage: random.chance(0.5) ? usageOf(random.between(0, 99)) : null,
      model: null,
    };
    const body = door.encodeAnswer(answer, request, 'm');
    expect(EMBEDDINGS_UPSTREAMS.gemini.decodeAnswer([body], request)).toEqual(answer);
  });

  it.each(SEEDS)('every input stands in one call, in order, however it is split (seed %i)', (seed) => {
    const random = seeded(seed);
    const input = random.list(random.between(1, 400), () => 'x'.repeat(random.between(0, 2000)));
    const request = asked({ input: input.map((text, index) => `${index}:${text}`) });
    const sent = (form: 'cohere' | 'voyage' | 'jina' | 'ollama') =>
      EMBEDDINGS_UPSTREAMS[form]
        .encodeRequest(request, 'm')
        .calls.flatMap(({ body }) => body.texts ?? body.input)
        .map((text) => Number.parseInt(String(text), 10));
    const order = input.map((_, index) => index);
    for (const form of ['cohere', 'voyage', 'jina', 'ollama'] as const) expect(sent(form)).toEqual(order);
  });
});
