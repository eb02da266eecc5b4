/** The limit fields: the same in a key entry, a project, an organisation and for end users. */
import * as z from 'zod';

export const positiveInteger = () => z.int().positive();

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
  budgets: z.array(budgetSchema()).describe('Money that may be spent in a window of time.').optional(),
});

function budgetSchema() {
  return z
    .strictObject({
      usd: z.number().nonnegative().describe('Hard stop, in US dollars.'),
      soft_usd: z.number().nonnegative().describe('Threshold that only warns, in US dollars.').optional(),
      window: z.enum(['day', 'week', 'month', 'total']).describe('What the amount is for.'),
      rolling: z.boolean().describe('A moving window instead of the calendar.').default(false),
      time_zone: z.string().min(1).describe('IANA time zone of calendar windows.').default('UTC'),
    })
    .describe('A budget in money.');
}
