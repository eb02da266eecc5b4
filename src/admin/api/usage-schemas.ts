/** What the admin API takes and shows of use and spending. */
import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from './shared-schemas.ts';
import { GROUPINGS } from './usage-rows.ts';

/** A request may make 50 calls on the smallest plan, and each Ledger takes two: one to tell it, one to ask. */
export const MAX_LEDGERS = 20;

const day = () => z.iso.date({ error: 'is not a day such as 2026-11-21' });

export const usageQuery = () => {
  const { limit, cursor } = pageQuery();
  return z.strictObject({
    by: z.enum(GROUPINGS).default('project').openapi({ description: 'What a row is about.' }),
    from: day().optional().openapi({ description: 'First UTC day; default: six days before `to`.' }),
    to: day().optional().openapi({ description: 'Last UTC day; default: today.' }),
    project: z.string().min(1).max(200).optional().openapi({ description: 'Name of a project.' }),
    key_id: z.string().min(1).max(100).optional().openapi({
      description: '`key_…`, or what `by=key` tells of a key of the document: the use of this one alone.',
    }),
    limit: limit.openapi({
      description: `Keys or projects that a page is made from; never more than ${MAX_LEDGERS}.`,
    }),
    cursor,
  });
};

const usd = (description: string) => z.number().openapi({ description: `${description} US dollars.` });

const limitSchema = () =>
  z.object({
    field: z.string(),
    limit: z.number(),
    burst: z.number(),
    remaining: z.number().openapi({ description: 'Below zero after requests that used more than expected.' }),
    reset_ms: z.number().openapi({ description: 'Until the bucket is full.' }),
  });

const budgetSchema = () =>
  z.object({
    window: z.string(),
    rolling: z.boolean(),
    time_zone: z.string(),
    usd: usd('Hard stop.'),
    soft_usd: usd('Threshold that only warns.').nullable(),
    spent_usd: usd('In this window.'),
    reserved_usd: usd('For requests that are running or expected.'),
    estimated_usd: usd('Part of `spent_usd`: reserved, and nobody told what became of it.'),
    remaining_usd: usd('Neither spent nor reserved.'),
    starts_at: z.iso.datetime(),
    ends_at: z.iso.datetime().nullable(),
    forecast_usd: usd(
      'Spent at the end of the window, if it goes on like this; `null`: there is no end.',
    ).nullable(),
  });

const usageRowSchema = () =>
  z
    .object({
      key_id: z.string().optional(),
      key: z.string().optional().openapi({ description: 'Name of the key.' }),
      project: z.string().optional(),
      model: z.string().optional().openapi({
        description: '`provider/model`; empty for requests that came to no provider.',
      }),
      day: z.string().optional(),
      requests: z.int(),
      input_tokens: z.int(),
      output_tokens: z.int(),
      cache_read_tokens: z.int().openapi({ description: 'Part of `input_tokens`.' }),
      cache_write_tokens: z.int().openapi({ description: 'Part of `input_tokens`.' }),
      reasoning_tokens: z.int().openapi({ description: 'Part of `output_tokens`.' }),
      cost_usd: usd('Without requests whose price nobody knows.'),
      estimated_requests: z.int().openapi({ description: 'Whose usage no provider told.' }),
      unpriced_requests: z.int().openapi({ description: 'Whose price nobody knows.' }),
      limits: z.array(limitSchema()).optional(),
      concurrency: z.object({ limit: z.number(), in_flight: z.number() }).nullable().optional(),
      budgets: z.array(budgetSchema()).optional(),
    })
    .openapi('UsageRow');

export const usagePageSchema = () =>
  pageOf(usageRowSchema())
    .extend({ by: z.enum(GROUPINGS), from: z.string(), to: z.string() })
    .openapi('UsagePage');
