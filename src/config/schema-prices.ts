/** Prices of the operator's own: they stand before those that the gateway knows. */
import * as z from 'zod';

/** A dollar a token, a million dollars a picture: beyond it, sums are no numbers any more. */
export const MAX_PRICE_USD = 1_000_000;

const usd = (description: string) =>
  z.number().nonnegative().max(MAX_PRICE_USD).describe(description).optional();

/** US dollars for a million tokens of each kind. An absent kind costs what its whole kind costs (cached input: input); in a tier, what it costs without. */
const tokenPrices = () => ({
  input: usd('A million input tokens.'),
  output: usd('A million output tokens, reasoning included.'),
  cache_read: usd('A million input tokens read from the provider’s cache; default: `input`.'),
  cache_write: usd('A million input tokens written to the provider’s cache; default: `input`.'),
  cache_write_1h: usd('A million input tokens written to be kept for an hour; default: `cache_write`.'),
  reasoning: usd('A million reasoning tokens; default: `output`.'),
  audio_input: usd('A million tokens of sound in; default: `input`.'),
  audio_output: usd('A million tokens of sound out; default: `output`.'),
  image_input: usd('A million tokens of pictures in; default: `input`.'),
  image_output: usd(
    'A million tokens of pictures out; default: `output`. Counts for all output where the provider does not tell them apart.',
  ),
});

const priceSchema = () =>
  z.strictObject({
    ...tokenPrices(),
    request: usd('Each request.'),
    image: usd('Each picture that is made.'),
    characters: usd('A million characters of text to be spoken.'),
    audio_minute: usd('A minute of sound that is heard.'),
    search: usd('A thousand ranked questions (one for every started 100 documents).'),
    tools: usd('A thousand calls of tools that the provider runs itself.'),
    tiers: z
      .array(
        z.strictObject({
          above_input_tokens: z
            .int()
            .positive()
            .describe('The tier counts for requests with more input than this.'),
          ...tokenPrices(),
        }),
      )
      .max(20)
      .describe(
        'Other prices for the whole of longer requests; a kind that a tier leaves out costs what it costs without.',
      )
      .optional(),
    valid_from: z.iso
      .datetime({ offset: true, error: 'is not an ISO 8601 date and time with a time zone' })
      .describe('From this moment on; before it, the entry with the next earlier moment counts.')
      .optional(),
    source: z.string().max(500).describe('Where the price was read, for people.').optional(),
  });

const FROM_DIFFERENT_MOMENTS = [
  (prices: readonly { readonly valid_from?: string | undefined }[]) =>
    new Set(prices.map(({ valid_from }) => (valid_from === undefined ? null : Date.parse(valid_from))))
      .size === prices.length,
  'holds two prices that count from the same moment',
] as const;

/** By `provider/model`, `*` as wildcard; the first name that matches counts, an exact one before any wildcard. */
export const pricesSchema = () =>
  z
    .record(
      z.string().regex(/[/*]/, 'is not `provider/model`, and holds no wildcard'),
      z.union(
        [
          priceSchema(),
          z
            .array(priceSchema())
            .min(1)
            .max(50)
            .refine(...FROM_DIFFERENT_MOMENTS),
        ],
        {
          error: 'is neither a price nor a list of prices',
        },
      ),
    )
    .describe('Prices by `provider/model`, `*` as wildcard; `{"input": 0, "output": 0}` is free.');
