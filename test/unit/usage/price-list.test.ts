/** The price list against its source: whatever genai-prices charges, we charge, rounded up to the nano-dollar. */
import {
  type ConditionalPrice,
  calcPrice,
  findProvider,
  type MatchLogic,
  type ModelInfo,
} from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/providers/catalogue.ts';
import { findListed } from '../../../src/usage/price-list.ts';
import { costOf, PriceBook, type PricedProvider } from '../../../src/usage/prices.ts';
import type { Usage } from '../../../src/usage/usage.ts';

const usageOf = (fields: Partial<Usage>): Usage => ({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  imageOutputTokens: 0,
  estimated: false,
  ...fields,
});

/** Short and long, with every kind; parts are parts of their totals. */
const USAGES: readonly Usage[] = [
  usageOf({ inputTokens: 1 }),
  usageOf({ inputTokens: 1000, outputTokens: 333 }),
  usageOf({ inputTokens: 7351, outputTokens: 41, cacheReadTokens: 7000, cacheWriteTokens: 300 }),
  usageOf({ inputTokens: 200_000, outputTokens: 10 }),
  usageOf({ inputTokens: 200_001, outputTokens: 4097, cacheReadTokens: 100_000 }),
  usageOf({ inputTokens: 271_999, outputTokens: 5, cacheWriteTokens: 70_001 }),
  usageOf({ inputTokens: 272_001, outputTokens: 60_000, reasoningTokens: 50_000 }),
  usageOf({ inputTokens: 5000, cacheWriteTokens: 4000, cacheWriteHourTokens: 3000, outputTokens: 17 }),
  usageOf({ inputTokens: 900, audioInputTokens: 800, outputTokens: 700, audioOutputTokens: 600 }),
  usageOf({ inputTokens: 950, imageInputTokens: 900, outputTokens: 6240, imageOutputTokens: 6240 }),
  usageOf({ inputTokens: 31, outputTokens: 29, serverToolCalls: 3 }),
];

/** Around every change of a price, by date and by the hour. */
const MOMENTS = [
  '2025-05-21T12:00:00Z',
  '2026-03-12T23:59:59.999Z',
  '2026-03-13T00:00:00Z',
  '2026-08-20T00:29:59.999Z',
  '2026-08-20T00:30:00Z',
  '2026-08-20T03:59:59.999Z',
  '2026-08-20T04:00:00Z',
  '2026-08-20T09:00:00Z',
  '2026-08-20T16:30:00Z',
  '2026-11-21T12:00:00Z',
  '2027-01-01T00:00:00Z',
].map((text) => Date.parse(text));

const now = () => 0;
const book = new PriceBook({}, null, now);

/** Names that the entry is for: as the rules have them, or made to fit. */
function namesOf(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(namesOf);
  if ('equals' in match) return [match.equals, match.equals.toUpperCase()];
  if ('starts_with' in match) return [match.starts_with, `${match.starts_with}-20991231`];
  if ('ends_with' in match) return [match.ends_with, `us.${match.ends_with}`];
  if ('contains' in match) return [match.contains, `eu.${match.contains}-v9:0`];
  if ('regex' in match)
    return [
      match.regex
        .replaceAll(/\\d(?:\{(\d)\})?/g, (_, n = '1') => '20260102'.slice(0, Number(n)))
        .replaceAll(/[\^$\\]/g, ''),
    ];
  return match.and.slice(0, 1).flatMap(namesOf);
}

function pricesOf({ prices }: ModelInfo): ConditionalPrice['prices'][] {
  return Array.isArray(prices) ? prices.map((one) => one.prices) : [prices];
}

/** In the library's words. Kinds that overlap are told apart, as it demands. */
function toLibrary(usage: Usage, hasWebSearches: boolean): Record<string, number> {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_tokens: usage.cacheReadTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    cache_write_1h_tokens: usage.cacheWriteHourTokens ?? 0,
    input_audio_tokens: usage.audioInputTokens ?? 0,
    output_audio_tokens: usage.audioOutputTokens ?? 0,
    input_image_tokens: usage.imageInputTokens ?? 0,
    output_image_tokens: usage.imageOutputTokens ?? 0,
    output_reasoning_tokens: usage.reasoningTokens,
    cache_audio_read_tokens: 0,
    cache_image_read_tokens: 0,
    input_video_tokens: 0,
    output_video_tokens: 0,
    output_citation_tokens: 0,
    [hasWebSearches ? 'web_searches' : 'storage_searches']: usage.serverToolCalls ?? 0,
  };
}

/** A price of more than six decimals is rounded up to the picodollar a token. */
const roundedUp = ({ inputTokens, outputTokens, serverToolCalls = 0 }: Usage): number =>
  (inputTokens + outputTokens + serverToolCalls) / 1000;

/** A vendor's video and pictures are one kind here: not to be compared where it has a price for video alone. */
const hasVideo = (model: ModelInfo): boolean =>
  pricesOf(model).some((prices) => prices.output_video_mtok !== undefined);

interface Vendor {
  readonly provider: PricedProvider;
  readonly listId: string;
  readonly models: readonly ModelInfo[];
}

const VENDORS: readonly Vendor[] = CATALOGUE.flatMap(({ id, prices }) => {
  const listId = prices?.as ?? id;
  const found = findProvider({ providerId: listId });
  if (found?.id !== listId) return [];
  const provider: PricedProvider = { id, transport: 'network', prices: prices ?? { as: id } };
  return [{ provider, listId, models: found.models }];
});

describe('the price list', () => {
  it('is for most vendors of the catalogue', () => {
    expect(VENDORS.length).toBeGreaterThanOrEqual(30);
  });

  it('has a vendor behind each row of the catalogue that names one', () => {
    const named = CATALOGUE.filter(({ prices }) => prices !== undefined).map(({ id }) => id);
    const known = VENDORS.map(({ provider }) => provider.id);
    expect(named.filter((id) => !known.includes(id))).toEqual([]);
  });

  it.each(VENDORS.map((vendor) => [vendor.provider.id, vendor] as const))(
    'costs at %s what genai-prices says',
    (_id, { provider, listId, models }) => {
      let compared = 0;
      for (const model of models) {
        for (const name of namesOf(model.match)) {
          for (const at of MOMENTS) {
            const price = book.priceOf(provider, name, at);
            if (price === null) continue;
            const timestamp = new Date(at);
            for (const usage of USAGES) {
              const first = calcPrice({ input_tokens: 1 }, name, { providerId: listId, timestamp });
              if (first === null || hasVideo(first.model)) continue;
              const hasWebSearches = first.model_price.web_searches_kcount !== undefined;
              const expected = calcPrice(toLibrary(usage, hasWebSearches), name, {
                providerId: listId,
                timestamp,
              });
              const exact = (expected?.total_price ?? Number.NaN) * 1e9;
              const { nanoUsd } = costOf(price, usage, {});
              const label = `${provider.id}/${name} at ${timestamp.toISOString()}: ${JSON.stringify(usage)}`;
              if (!(nanoUsd >= exact - 1e-3 && nanoUsd < exact + 1 + roundedUp(usage)))
                expect(nanoUsd, label).toBe(exact);
              compared += 1;
            }
            if (!Array.isArray(model.prices)) break; // the same at any moment
          }
        }
      }
      expect(compared).toBeGreaterThan(0);
    },
    120_000,
  );

  it.each(VENDORS.map((vendor) => [vendor.provider.id, vendor] as const))(
    'knows each model of %s that genai-prices has a price for which is used here',
    (_id, { provider, listId, models }) => {
      const missing: string[] = [];
      for (const model of models) {
        for (const name of namesOf(model.match)) {
          if (listId === 'openrouter' && !name.includes('/')) continue; // its ids are `vendor/model`
          const found = calcPrice({ input_tokens: 1 }, name, { providerId: listId });
          if (found === null) continue;
          const usable = Object.keys(found.model_price).some((kind) =>
            /^(?:in|out)put_(?:mtok|audio_hours)$/.test(kind),
          );
          if (usable && book.priceOf(provider, name, MOMENTS[9] ?? 0) === null) missing.push(name);
        }
      }
      expect(missing).toEqual([]);
    },
    120_000,
  );

  it('says of no model that it is free but of those that their vendors give away', () => {
    const free = VENDORS.flatMap(({ provider, models }) =>
      models
        .filter((model) =>
          namesOf(model.match).some((name) => book.priceOf(provider, name, 0)?.isFree === true),
        )
        .map((model) => `${provider.id}/${model.id}`),
    );
    const google = [
      'gemini',
      'vertex',
      'vertex-express',
      'vertex-anthropic',
      'gemini-openai',
      'vertex-openai',
    ];
    const given = ['gemma-3', 'gemma-3n', 'gemma-4-26b-a4b-it', 'gemma-4-31b-it'];
    const expected = google.flatMap((id) => given.map((model) => `${id}/${model}`));
    expect(free.filter((name) => !name.endsWith(':free')).sort()).toEqual(
      [...expected, 'openai/moderation'].sort(),
    );
  });

  it('costs by the second what is heard, and nothing else for the text that comes of it', () => {
    const groq = VENDORS.find(({ listId }) => listId === 'groq')?.provider as PricedProvider; // it is in the catalogue
    const price = book.priceOf(groq, 'whisper-large-v3', 0);
    const expected = calcPrice({ input_audio_seconds: 90 }, 'whisper-large-v3', { providerId: 'groq' });
    const usage = usageOf({ inputTokens: 1800, outputTokens: 300, estimated: true });
    expect(costOf(price, usage, { audioSeconds: 90 })).toEqual({
      nanoUsd: Math.ceil((expected?.total_price ?? 0) * 1e9),
      isUnpriced: false,
    });
  });

  it.each([
    ['anthropic', 'claude-sonnet-4-5-20250929'],
    ['aws', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['aws', 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0'],
    ['google', 'claude-sonnet-4-5@20250929'],
    ['azure', 'gpt-4o'],
    ['azure', 'claude-opus-4-8'],
    ['openai', 'gpt-5-2025-08-07'],
    ['openai', 'gpt-5-20250807'],
    ['openrouter', 'anthropic/claude-sonnet-4.5'],
    ['openrouter', 'whoever/model-of-tomorrow:free'],
  ])('finds the model of %s behind %s', (vendor, model) => {
    expect(findListed(vendor, model)).not.toBeNull();
  });

  it.each([
    ['openai', 'gpt-5-20250231'],
    ['openai', 'model-of-tomorrow'],
    ['nobody', 'gpt-5'],
    ['__proto__', 'gpt-5'],
    ['google', 'gemini-2.5-pro-preview-tts-of-tomorrow'],
  ])('knows nothing of %s %s', (vendor, model) => {
    expect(findListed(vendor, model)).toBeNull();
  });

  it('takes ids as the vendor spells them, with what may stand in front', () => {
    const vendor = (id: string) =>
      VENDORS.find(({ provider }) => provider.id === id)?.provider as PricedProvider; // listed
    const plain = book.priceOf(vendor('gemini'), 'gemini-2.5-pro', 0);
    expect(plain).not.toBeNull();
    expect(book.priceOf(vendor('gemini'), 'models/gemini-2.5-pro', 0)).toEqual(plain);
    expect(book.priceOf(vendor('vertex-openai'), 'google/gemini-2.5-pro', 0)).toEqual(plain);
  });
});
