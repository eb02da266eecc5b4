import { describe, expect, it } from 'vitest';
import { costOf, PriceBook } from '../../../src/usage/prices.ts';
import { reservationFor } from '../../../src/usage/reservation.ts';
import type { RequestEstimate, Usage } from '../../../src/usage/usage.ts';

const estimateOf = (fields: Partial<RequestEstimate> = {}): RequestEstimate => ({
  inputTokens: 100,
  audioInputTokens: 0,
  isCachedForAnHour: false,
  outputLimit: null,
  usualOutput: null,
  choices: 1,
  mayAnswerInSound: false,
  serverToolCalls: 0,
  quantities: {},
  ...fields,
});

const priceOf = (fields: object) =>
  new PriceBook({ 'a/b': fields }, null, () => 0).priceOf({ id: 'a', transport: 'network' }, 'b', 0);

describe('reservationFor', () => {
  it('takes what the request states before what is usual', () => {
    const price = priceOf({ input: 1, output: 2 });
    expect(reservationFor(estimateOf({ outputLimit: 50 }), 1024, price)).toEqual({
      tokens: 150,
      nanoUsd: 100 * 1000 + 50 * 2000,
      isBounded: true,
      isUnpriced: false,
    });
    expect(reservationFor(estimateOf(), 1024, price)).toMatchObject({ tokens: 1124, isBounded: false });
  });

  it('takes at least one token, whatever cannot be estimated (traps F2)', () => {
    const estimate = estimateOf({ inputTokens: 0, outputLimit: 0 });
    expect(reservationFor(estimate, 0, null).tokens).toBe(1);
    expect(reservationFor(estimateOf({ outputLimit: 0 }), 0, null, 0.001).tokens).toBe(1);
  });

  it('takes more input where more has come than was estimated', () => {
    expect(reservationFor(estimateOf({ outputLimit: 0 }), 0, null, 1.501).tokens).toBe(151);
  });

  it('tells an unknown price from a free model', () => {
    expect(reservationFor(estimateOf(), 10, null)).toMatchObject({ nanoUsd: 0, isUnpriced: true });
    const free = priceOf({ input: 0, output: 0 });
    expect(reservationFor(estimateOf(), 10, free)).toMatchObject({ nanoUsd: 0, isUnpriced: false });
    expect(reservationFor(estimateOf(), 10, priceOf({ input: 1 }))).toMatchObject({ isUnpriced: true });
    expect(reservationFor(estimateOf({ outputLimit: 0 }), 10, priceOf({ input: 1 }))).toMatchObject({
      isUnpriced: false,
    });
  });

  it('pays for units of its own', () => {
    const images = estimateOf({ quantities: { images: 3 }, outputLimit: 0 });
    expect(reservationFor(images, 0, priceOf({ image: 0.04 }))).toMatchObject({
      nanoUsd: 120_000_000,
      isUnpriced: false,
    });
    const searching = estimateOf({ outputLimit: 0, serverToolCalls: 3 });
    expect(reservationFor(searching, 0, priceOf({ input: 1, tools: 10 })).nanoUsd).toBe(100_000 + 30_000_000);
  });

  it('is never below what the request costs, if it uses what was estimated, of whatever kind it is', () => {
    const price = priceOf({
      input: 1,
      output: 2,
      cache_read: 0.1,
      cache_write: 1.25,
      cache_write_1h: 2,
      reasoning: 3,
      audio_input: 5,
      audio_output: 7,
      image_output: 4,
      tiers: [{ above_input_tokens: 1000, input: 2, output: 3, cache_write: 2.5, cache_write_1h: 4 }],
    });
    let seed = 11;
    const next = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let i = 0; i < 3000; i += 1) {
      const inputTokens = 1 + next(2000);
      const audioInputTokens = next(3) === 0 ? next(inputTokens + 1) : 0;
      const outputLimit = next(500);
      const isCachedForAnHour = next(2) === 0;
      const mayAnswerInSound = next(2) === 0;
      const estimate = estimateOf({
        inputTokens,
        audioInputTokens,
        outputLimit,
        isCachedForAnHour,
        mayAnswerInSound,
      });
      const written = next(inputTokens - audioInputTokens + 1);
      const usage: Usage = {
        inputTokens,
        audioInputTokens,
        cacheWriteTokens: written,
        cacheWriteHourTokens: isCachedForAnHour ? written : 0,
        cacheReadTokens: next(inputTokens),
        outputTokens: outputLimit,
        reasoningTokens: next(outputLimit + 1),
        audioOutputTokens: mayAnswerInSound ? next(outputLimit + 1) : 0,
        imageOutputTokens: next(outputLimit + 1),
        estimated: false,
      };
      const { nanoUsd } = costOf(price, usage, {});
      expect(nanoUsd, JSON.stringify(usage)).toBeLessThanOrEqual(reservationFor(estimate, 0, price).nanoUsd);
    }
  });
});
