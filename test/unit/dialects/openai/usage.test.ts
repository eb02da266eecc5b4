import { describe, expect, it } from 'vitest';
import { readUsage } from '../../../../src/dialects/openai/usage.ts';
import { readChunkUsage } from '../../../../src/dialects/openai-chat/usage.ts';
import { estimateUsage } from '../../../../src/usage/usage.ts';
import { seeded } from '../../../support/seeded.ts';

const canonical = (fields: object) => ({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
  ...fields,
});

describe('readUsage', () => {
  it.each([
    [
      'chat',
      { prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 },
      { inputTokens: 20, outputTokens: 7 },
    ],
    [
      'traps G13: cached tokens inside the prompt',
      {
        prompt_tokens: 900,
        completion_tokens: 30,
        total_tokens: 930,
        prompt_tokens_details: { cached_tokens: 640, cache_write_tokens: 128 },
      },
      { inputTokens: 900, outputTokens: 30, cacheReadTokens: 640, cacheWriteTokens: 128 },
    ],
    [
      'reasoning inside the completion',
      {
        prompt_tokens: 20,
        completion_tokens: 90,
        total_tokens: 110,
        completion_tokens_details: { reasoning_tokens: 64 },
      },
      { inputTokens: 20, outputTokens: 90, reasoningTokens: 64 },
    ],
    [
      'wire 56: reasoning left out of the completion, as the total tells',
      {
        prompt_tokens: 11,
        completion_tokens: 2,
        total_tokens: 133,
        completion_tokens_details: { reasoning_tokens: 120 },
      },
      { inputTokens: 11, outputTokens: 122, reasoningTokens: 120 },
    ],
    [
      'traps G14: thoughts that only the total tells of',
      { prompt_tokens: 21, completion_tokens: 9, total_tokens: 80 },
      { inputTokens: 21, outputTokens: 59 },
    ],
    [
      'the names of the newer routes',
      {
        input_tokens: 40,
        output_tokens: 12,
        total_tokens: 52,
        input_tokens_details: { cached_tokens: 8 },
        output_tokens_details: { reasoning_tokens: 5 },
      },
      { inputTokens: 40, outputTokens: 12, cacheReadTokens: 8, reasoningTokens: 5 },
    ],
    [
      'a vendor’s own name for cache hits',
      { prompt_tokens: 50, completion_tokens: 5, total_tokens: 55, prompt_cache_hit_tokens: 32 },
      { inputTokens: 50, outputTokens: 5, cacheReadTokens: 32 },
    ],
    ['embeddings', { prompt_tokens: 6, total_tokens: 6 }, { inputTokens: 6 }],
    [
      'wire 25: nulls for details',
      {
        prompt_tokens: 4,
        completion_tokens: 1,
        total_tokens: 5,
        prompt_tokens_details: null,
        completion_tokens_details: { reasoning_tokens: null },
      },
      { inputTokens: 4, outputTokens: 1 },
    ],
    ['zeros', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, {}],
    ['no total', { prompt_tokens: 3, completion_tokens: 2 }, { inputTokens: 3, outputTokens: 2 }],
  ])('reads %s', (_, usage, expected) => {
    expect(readUsage(usage)).toEqual(canonical(expected));
  });

  it.each([
    null,
    undefined,
    'usage',
    7,
    [],
    {},
    { completion_tokens: 5 },
    { total_tokens: 5 },
    { prompt_tokens: null, completion_tokens: null, total_tokens: null },
    { prompt_tokens: '20', completion_tokens: 7 },
    { prompt_tokens: -1, completion_tokens: 7 },
    { prompt_tokens: Number.NaN, completion_tokens: 7 },
    { prompt_tokens_details: { cached_tokens: 5 } },
  ])('traps C2: takes %j for no usage', (value) => {
    expect(readUsage(value)).toBeNull();
  });

  it('wire 61: keeps a part that is larger than its total as it was told', () => {
    const report = { prompt_tokens: 210, completion_tokens: 8, total_tokens: 218 };
    const usage = readUsage({ ...report, prompt_tokens_details: { cached_tokens: 300 } });
    expect(usage).toMatchObject({ inputTokens: 210, cacheReadTokens: 300 });
  });

  it.each([1, 2, 3])('traps G14: input and output make at least the total (seed %i)', (seed) => {
    const random = seeded(seed);
    for (let round = 0; round < 500; round += 1) {
      const report = {
        prompt_tokens: random.between(0, 400),
        completion_tokens: random.between(0, 400),
        total_tokens: random.pick([undefined, null, random.between(0, 1200)]),
      };
      const usage = readUsage(report);
      const sum = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
      expect(sum, JSON.stringify(report)).toBeGreaterThanOrEqual(report.total_tokens ?? 0);
      expect(usage?.outputTokens).toBeGreaterThanOrEqual(report.completion_tokens);
    }
  });
});

describe('readChunkUsage', () => {
  const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };

  it('wire 62: reads usage beside `usage` too', () => {
    const expected = canonical({ inputTokens: 5, outputTokens: 3 });
    expect(readChunkUsage({ choices: [], usage })).toEqual(expected);
    expect(readChunkUsage({ x_groq: { id: 'req_1', usage } })).toEqual(expected);
    expect(readChunkUsage({ usage: null, x_groq: { usage } })).toEqual(expected);
  });

  it.each([{}, { usage: null }, { x_groq: null }, { x_groq: { id: 'req_1' } }, { x_groq: { error: 'x' } }])(
    'finds none in %j',
    (chunk) => {
      expect(readChunkUsage(chunk)).toBeNull();
    },
  );
});

describe('estimateUsage', () => {
  it('counts a token for each four characters begun, and says that it is an estimate', () => {
    expect(estimateUsage(0, 0)).toEqual(canonical({ estimated: true }));
    expect(estimateUsage(9, 4)).toEqual(canonical({ inputTokens: 3, outputTokens: 1, estimated: true }));
  });
});
