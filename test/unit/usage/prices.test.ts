import { describe, expect, it } from 'vitest';
import { costOf, PriceBook, type PricedProvider, type Quantities } from '../../../src/usage/prices.ts';
import type { Usage } from '../../../src/usage/usage.ts';

const OPENAI: PricedProvider = { id: 'openai', transport: 'network', prices: { as: 'openai' } };
const HOUSE: PricedProvider = { id: 'house-vllm', transport: 'network' };
const SIMULATOR: PricedProvider = { id: 'simulator', transport: 'simulator' };

const AT = Date.parse('2026-11-21T12:00:00Z');
const MILLION = 1_000_000;
const DOLLAR = 1_000_000_000;

type Configured = ConstructorParameters<typeof PriceBook>[0];
const bookOf = (prices: Configured, ceiling: { input: number; output: number } | null = null) =>
  new PriceBook(prices, ceiling, () => AT);

const usageOf = (fields: Partial<Usage>): Usage => ({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
  ...fields,
});

/** At an own price of `m/x`. */
const costAt = (price: Configured[string], usage: Partial<Usage> | null, quantities: Quantities = {}) =>
  costOf(
    bookOf({ 'house-vllm/x': price }).priceOf(HOUSE, 'x', AT),
    usage === null ? null : usageOf(usage),
    quantities,
  );

describe('whose price counts', () => {
  it('is the operator’s, before that of the list', () => {
    const listed = bookOf({}).priceOf(OPENAI, 'gpt-4o', AT);
    const own = bookOf({ 'openai/gpt-4o': { input: 7, output: 8 } }).priceOf(OPENAI, 'gpt-4o', AT);
    expect(listed?.base.input).toBe(2_500_000);
    expect(own?.base).toMatchObject({ input: 7_000_000, output: 8_000_000 });
    expect(own?.origin).toBe('configuration');
  });

  it('is an exact name’s before that of any wildcard, and of wildcards the first one’s', () => {
    const book = bookOf({
      'openai/gpt-*': { input: 1 },
      '*/gpt-4o*': { input: 2 },
      'openai/gpt-4o': { input: 3 },
    });
    const input = (model: string) => book.priceOf(OPENAI, model, AT)?.base.input;
    expect([input('gpt-4o'), input('gpt-4o-mini'), input('gpt-5')]).toEqual([
      3_000_000, 1_000_000, 1_000_000,
    ]);
    expect(book.priceOf(HOUSE, 'gpt-4o-x', AT)?.base.input).toBe(2_000_000);
  });

  it('is nobody’s for a provider of the operator’s own, whatever its models are called', () => {
    expect(bookOf({}).priceOf(HOUSE, 'gpt-4o', AT)).toBeNull();
    expect(bookOf({}).priceOf(HOUSE, '__proto__', AT)).toBeNull();
    expect(bookOf({}).priceOf({ ...HOUSE, id: 'a', prices: { as: 'constructor' } }, 'x', AT)).toBeNull();
  });

  it('is that of the moment asked for, though prices are remembered', () => {
    const book = bookOf({
      'openai/gpt-4o': [
        { valid_from: '2026-02-01T00:00:00Z', input: 2 },
        { valid_from: '2026-03-01T00:00:00+01:00', input: 3 },
      ],
    });
    const input = (at: string) => book.priceOf(OPENAI, 'gpt-4o', Date.parse(at))?.base.input;
    expect(input('2026-01-31T23:59:59.999Z')).toBe(2_500_000); // the list's
    expect(input('2026-02-01T00:00:00Z')).toBe(2_000_000);
    expect(input('2026-02-28T22:59:59.999Z')).toBe(2_000_000);
    expect(input('2026-02-28T23:00:00Z')).toBe(3_000_000);
    expect(input('2026-01-31T23:59:59.999Z')).toBe(2_500_000);
  });

  it('follows the hour where a vendor’s price does', () => {
    const deepseek: PricedProvider = { id: 'deepseek', transport: 'network', prices: { as: 'deepseek' } };
    const book = bookOf({});
    const input = (time: string) =>
      book.priceOf(deepseek, 'deepseek-v4-pro', Date.parse(`2026-11-21T${time}Z`))?.base.input;
    expect([input('00:59:59'), input('01:00:00'), input('03:59:59'), input('04:00:00')]).toEqual([
      660_000, 1_320_000, 1_320_000, 660_000,
    ]);
  });

  it('stays bounded in memory, however many models are named, and gives the same answers', () => {
    const book = bookOf({ 'openai/*': { input: 1 } });
    for (let i = 0; i < 5000; i += 1) book.priceOf(OPENAI, `model-${i}`, AT);
    expect(book.priceOf(OPENAI, 'model-0', AT)?.base.input).toBe(1_000_000);
  });
});

describe('free and unknown (traps G10, G11)', () => {
  it('tells a price of 0 from none', () => {
    expect(costAt({ input: 0, output: 0 }, { inputTokens: 10, outputTokens: 10 })).toEqual({
      nanoUsd: 0,
      isUnpriced: false,
    });
    expect(costOf(null, usageOf({ inputTokens: 10 }), {})).toEqual({ nanoUsd: 0, isUnpriced: true });
  });

  it('takes a free model for free in all that it does', () => {
    expect(costAt({ input: 0, output: 0 }, null, { searches: 3, images: 1 })).toEqual({
      nanoUsd: 0,
      isUnpriced: false,
    });
  });

  it('gives the simulator away, unless the operator says what it costs', () => {
    const free = bookOf({}).priceOf(SIMULATOR, 'sim-1', AT);
    expect(free?.isFree).toBe(true);
    const priced = bookOf({ 'simulator/*': { input: 1, output: 2 } }).priceOf(SIMULATOR, 'sim-1', AT);
    expect(costOf(priced, usageOf({ inputTokens: MILLION }), {})).toEqual({
      nanoUsd: DOLLAR,
      isUnpriced: false,
    });
  });

  it('reckons with the ceiling, and still says that the price is not known', () => {
    const { ceiling } = bookOf({}, { input: 5, output: 25 });
    expect(costOf(ceiling, usageOf({ inputTokens: MILLION, outputTokens: MILLION }), {})).toEqual({
      nanoUsd: 30 * DOLLAR,
      isUnpriced: true,
    });
    expect(bookOf({}).ceiling).toBeNull();
  });

  it.each([
    ['output without a price', { input: 1 }, { inputTokens: 10, outputTokens: 1 }, {}],
    ['tools without a price', { input: 1, output: 1 }, { inputTokens: 10, serverToolCalls: 1 }, {}],
    ['pictures without a price, and nothing told', { input: 1, output: 1 }, null, { images: 1 }],
    [
      'pictures without a price, and tokens guessed',
      { input: 1, output: 1 },
      { inputTokens: 9, estimated: true },
      { images: 1 },
    ],
    [
      'pictures without a price, of which only the input was told',
      { input: 1, output: 1 },
      { inputTokens: 9 },
      { images: 1 },
    ],
    ['tokens where only pictures have a price, and none were made', { image: 1 }, { inputTokens: 9 }, {}],
    ['searches without a price', { image: 1 }, null, { searches: 1 }],
  ])('says so of %s', (_what, price, usage, quantities) => {
    expect(costAt(price, usage, quantities).isUnpriced).toBe(true);
  });

  it.each([
    [
      'pictures paid by tokens that were told',
      { input: 1, output: 1 },
      { inputTokens: 9, outputTokens: 9 },
      { images: 1 },
    ],
    ['rankings paid by tokens', { input: 1 }, { inputTokens: 9 }, { searches: 1 }],
    ['rankings paid by the search', { search: 2 }, { inputTokens: 9 }, { searches: 1 }],
    [
      'speech paid by the character',
      { characters: 15 },
      { inputTokens: 9, outputTokens: 9 },
      { characters: 30 },
    ],
    [
      'sound paid by the minute',
      { audio_minute: 0.006 },
      { inputTokens: 9, outputTokens: 9 },
      { audioSeconds: 61.5 },
    ],
    ['requests paid by the piece', { request: 0.01 }, { inputTokens: 9, outputTokens: 9 }, {}],
    ['nothing used at all', { input: 1 }, {}, {}],
  ])('does not say so of %s', (_what, price, usage, quantities) => {
    expect(costAt(price, usage, quantities).isUnpriced).toBe(false);
  });
});

describe('costOf', () => {
  it('has a price for each kind', () => {
    const price = {
      input: 1,
      output: 10,
      cache_read: 0.1,
      cache_write: 1.25,
      cache_write_1h: 2,
      reasoning: 20,
      audio_input: 30,
      audio_output: 40,
      image_input: 50,
      image_output: 60,
    };
    const usage = {
      inputTokens: 6 * MILLION,
      cacheReadTokens: MILLION,
      cacheWriteTokens: 2 * MILLION,
      cacheWriteHourTokens: MILLION,
      audioInputTokens: MILLION,
      imageInputTokens: MILLION,
      outputTokens: 4 * MILLION,
      reasoningTokens: MILLION,
      audioOutputTokens: MILLION,
      imageOutputTokens: MILLION,
    };
    const dollars = 1 + 0.1 + 1.25 + 2 + 30 + 50 + 10 + 20 + 40 + 60;
    expect(costAt(price, usage)).toEqual({ nanoUsd: dollars * DOLLAR, isUnpriced: false });
  });

  it('has a price for each unit', () => {
    const price = { request: 0.5, image: 2, characters: 15, audio_minute: 0.06, search: 2, tools: 10 };
    const quantities = { images: 3, characters: 2_000_000, audioSeconds: 90, searches: 500 };
    expect(costAt(price, null, quantities).nanoUsd).toBe((0.5 + 6 + 30 + 0.09 + 1) * DOLLAR);
    expect(costAt({ ...price, input: 0.001 }, { serverToolCalls: 200 }).nanoUsd).toBe((0.5 + 2) * DOLLAR);
  });

  it('lets kinds without a price cost what their whole costs', () => {
    const usage = {
      inputTokens: 100,
      cacheReadTokens: 10,
      cacheWriteTokens: 20,
      audioInputTokens: 30,
      outputTokens: 50,
      reasoningTokens: 40,
      audioOutputTokens: 5,
    };
    expect(costAt({ input: 2, output: 3 }, usage).nanoUsd).toBe(100 * 2000 + 50 * 3000);
  });

  it('takes what is kept for an hour for as dear as what is kept at all, where only that is known', () => {
    const usage = { inputTokens: 100, cacheWriteTokens: 100, cacheWriteHourTokens: 100 };
    expect(costAt({ input: 1, cache_write: 1.25 }, usage).nanoUsd).toBe(125_000);
  });

  it.each([
    ['more from the cache than there was input', { inputTokens: 293, cacheReadTokens: 387 }, 293 * 100],
    ['more into the cache than there was input', { inputTokens: 10, cacheWriteTokens: 99 }, 10 * 1250],
    ['both', { inputTokens: 10, cacheWriteTokens: 6, cacheReadTokens: 99 }, 6 * 1250 + 4 * 100],
    ['more for an hour than at all', { inputTokens: 10, cacheWriteHourTokens: 9 }, 10 * 1000],
    ['more thoughts than output', { outputTokens: 12, reasoningTokens: 241 }, 12 * 10_000],
    ['more sound than output', { outputTokens: 12, audioOutputTokens: 500 }, 12 * 40_000],
    ['a part below zero', { inputTokens: 10, cacheReadTokens: -5 }, 10 * 1000],
  ])('takes a part for no more than its total (traps G13): %s', (_what, usage, expected) => {
    const price = { input: 1, output: 10, cache_read: 0.1, cache_write: 1.25, audio_output: 40 };
    expect(costAt(price, usage).nanoUsd).toBe(expected);
  });

  it('charges a longer request by its tier, all of it, and what the tier leaves out as without', () => {
    const price = {
      input: 1,
      output: 10,
      cache_read: 0.1,
      tiers: [
        { above_input_tokens: 1000, input: 4 },
        { above_input_tokens: 500, input: 2, output: 20 },
      ],
    };
    const at = (inputTokens: number) =>
      costAt(price, { inputTokens, cacheReadTokens: 100, outputTokens: 10 }).nanoUsd;
    expect(at(500)).toBe(400 * 1000 + 100 * 100 + 10 * 10_000);
    expect(at(501)).toBe(401 * 2000 + 100 * 100 + 10 * 20_000);
    expect(at(1001)).toBe(901 * 4000 + 100 * 100 + 10 * 10_000);
  });

  it('takes all output for pictures where these are dearer and nobody told them apart', () => {
    const price = { input: 0.3, output: 2.5, image_output: 30 };
    expect(costAt(price, { outputTokens: 100 }).nanoUsd).toBe(100 * 30_000);
    expect(costAt(price, { outputTokens: 100, imageOutputTokens: 60 }).nanoUsd).toBe(60 * 30_000 + 40 * 2500);
  });

  it('rounds a request up, once', () => {
    expect(costAt({ input: 0.0001, output: 0.0001 }, { inputTokens: 1, outputTokens: 1 }).nanoUsd).toBe(1);
    expect(costAt({ input: 0.0001 }, { inputTokens: 10_001 }).nanoUsd).toBe(1001);
    expect(costAt({ audio_minute: 0.006 }, null, { audioSeconds: 1 / 3 }).nanoUsd).toBe(33_334);
  });

  it('stays a whole number that can be counted with, whatever a provider tells', () => {
    const { nanoUsd } = costAt({ input: 75, output: 150 }, { inputTokens: 1e300, outputTokens: 1e300 });
    expect(nanoUsd).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('keeps decimal prices exact: sums of random usages are those of whole-number arithmetic', () => {
    let seed = 7;
    const next = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let i = 0; i < 2000; i += 1) {
      const [input, output] = [next(100_000_000), next(100_000_000)];
      const [inputTokens, outputTokens] = [next(2_000_000), next(200_000)];
      const exact = BigInt(input) * BigInt(inputTokens) + BigInt(output) * BigInt(outputTokens);
      const { nanoUsd } = costAt(
        { input: input / MILLION, output: output / MILLION },
        { inputTokens, outputTokens },
      );
      expect(BigInt(nanoUsd)).toBe((exact + 999n) / 1000n);
    }
  });
});
