/** The limit fields: the same in a key entry, a project, an organisation and for end users. */
import * as z from 'zod';
import { MAX_PRICE_USD } from './schema-prices.ts';

export const positiveInteger = () => z.int().positive();

/** Above this, billionths of a dollar are no exact numbers any more. */
const MAX_USD = 9_000_000;

/** Every field is optional; an absent one sets no limit. */
export const limitFields = () => ({
  requests_per_minute: positiveInteger().describe('Requests that refill the bucket each minute.').optional(),
  tokens_per_minute: positiveInteger().describe('Tokens that refill the bucket each minute.').optional(),
  requests_per_day: positiveInteger().describe('Requests a day, refilled continuously.').optional(),
  tokens_per_day: positiveInteger().describe('Tokens a day, refilled continuously.').optional(),
  burst_requests: positiveInteger()
    .describe('Size of the request bucket; default: `requests_per_minute`.')
    .optional(),
  burst_tokens: positiveInteger()
    .describe('Size of the token bucket; default: `tokens_per_minute`.')
    .optional(),
  concurrency: positiveInteger().describe('Requests that may be in flight at once.').optional(),
  budgets: z
    .array(budgetSchema())
    .max(10)
    .describe('Money that may be spent in a window of time.')
    .optional(),
});

/** Limit fields as they stand in an entry. */
export type LimitEntry = z.output<z.ZodObject<ReturnType<typeof limitFields>>>;

/** Of a project or an organisation that stands in the document and in the Registry: the Registry's fields go first. */
export const mergeLimits = (
  fromDocument: LimitEntry | undefined,
  fromRegistry: LimitEntry | undefined,
): LimitEntry => ({ ...pickLimits(fromDocument ?? {}), ...fromRegistry });

/** Of an entry that has other fields too. */
export const pickLimits = (entry: LimitEntry): LimitEntry =>
  Object.fromEntries(
    LIMIT_FIELDS.filter((name) => entry[name] !== undefined).map((name) => [name, entry[name]]),
  );

const LIMIT_FIELDS = [
  'requests_per_minute',
  'tokens_per_minute',
  'requests_per_day',
  'tokens_per_day',
  'burst_requests',
  'burst_tokens',
  'concurrency',
  'budgets',
] as const satisfies readonly (keyof LimitEntry)[];

/** A waiting room: of a key, or of an alias. */
export const waitingRoomSchema = () =>
  z
    .strictObject({
      max_wait_seconds: z.number().positive().max(600).describe('Longest wait before the 429.'),
      max_waiters: positiveInteger()
        .max(10_000)
        .describe('Requests that may wait at once; further ones get the 429.'),
    })
    .describe('Requests beyond a limit wait for their turn instead of getting a 429.');

export type WaitingRoom = z.output<ReturnType<typeof waitingRoomSchema>>;

/** How limits are kept, for the whole gateway. */
export const limitsSectionSchema = () =>
  z
    .strictObject({
      store: z.enum(['durable-object', 'upstash']).describe('Where counters live.').default('durable-object'),
      on_unavailable: z
        .enum(['open', 'closed'])
        .describe(
          'While counters cannot be reached: requests go on unlimited, or get a 503. Default: `closed` where a budget applies, else `open`.',
        )
        .optional(),
      default_output_tokens: positiveInteger()
        .describe(
          'Output reserved for a request that states no limit, until the gateway has learnt what is usual.',
        )
        .default(1024),
      price_ceiling: z
        .strictObject({
          input: usdPerMillion('Price of a million input tokens.'),
          output: usdPerMillion('Price of a million output tokens.'),
        })
        .describe(
          'What a model without a known price is reckoned at under a budget. Without it such requests are refused there.',
        )
        .optional(),
      stop_mid_stream: z
        .boolean()
        .describe(
          'Ends a running stream (`finish_reason: "length"`) when a budget is spent, instead of letting it finish.',
        )
        .default(false),
    })
    .describe('How limits are kept.');

const usdPerMillion = (description: string) =>
  z.number().nonnegative().max(MAX_PRICE_USD).describe(`${description} US dollars.`);

function budgetSchema() {
  return z
    .strictObject({
      usd: z.number().nonnegative().max(MAX_USD).describe('Hard stop, in US dollars.'),
      soft_usd: z.number().nonnegative().describe('Threshold that only warns, in US dollars.').optional(),
      window: z.enum(['day', 'week', 'month', 'total']).describe('What the amount is for.'),
      rolling: z.boolean().describe('A moving window instead of the calendar.').default(false),
      time_zone: z
        .string()
        .min(1)
        .refine(isTimeZone, 'is not an IANA time zone')
        .describe('IANA time zone of calendar windows.')
        .default('UTC'),
    })
    .describe('A budget in money.');
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
