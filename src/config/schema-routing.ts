/** How an alias chooses among its targets, and what it does when one fails. */
import * as z from 'zod';

export const STRATEGIES = [
  'single',
  'fallback',
  'weighted',
  'latency',
  'cost',
  'least_busy',
  'region',
  'conditional',
  'sticky',
  'auto',
] as const;

export type Strategy = (typeof STRATEGIES)[number];

/** Longest condition, in characters. */
const MAX_CONDITION = 2000;

const tag = () => z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'is not a tag (letters, digits, `_`, `.`, `-`)');
const usd = () => z.number().nonnegative().max(1_000_000);
const place = () =>
  z.string().regex(/^[A-Z0-9]{2,4}$/, 'is not a continent, country or colo in capitals (`EU`, `DE`, `FRA`)');

/** Also of targets that are aliases. */
export const targetRoutingFields = () => ({
  weight: z
    .number()
    .nonnegative()
    .max(1_000_000)
    .describe('Share under `weighted` and `sticky`; 0: only when the others fail.')
    .default(1),
  regions: z
    .array(place())
    .min(1)
    .describe(
      'Continents, countries or colos in which this target serves. Clients from elsewhere are sent here when the others failed.',
    )
    .optional(),
  name: tag().describe('Name of this arm in the log; default: `provider/model`, or the alias.').optional(),
  when: z
    .string()
    .min(1)
    .max(MAX_CONDITION)
    .describe('`conditional`: the condition under which this target is asked. Without one it always is.')
    .optional(),
  quality: z.array(tag()).describe('Tags that `cost` may ask for.').optional(),
});

/** Of targets that are a provider's model. */
export const modelTargetFields = () => ({
  context_tokens: z
    .int()
    .positive()
    .describe(
      'Context window, for requests that were too long elsewhere; default: as the price list knows it.',
    )
    .optional(),
  continues: z
    .boolean()
    .describe(
      'The model goes on with an assistant turn that the request ends with; default: as its form is known to.',
    )
    .optional(),
});

export const aliasRoutingFields = () => ({
  strategy: z
    .enum(STRATEGIES)
    .describe(
      'Who is asked first: `fallback` in order, `single` the first only, `weighted` by weight, `latency` the fastest, `cost` the cheapest, `least_busy`, `region` by where the client is, `conditional` by `when`, `sticky` the same for the same conversation, `auto` by how hard the request looks. The others follow when it fails.',
    )
    .default('fallback'),
  sticky_by: z
    .enum(['conversation', 'end_user', 'key'])
    .describe(
      '`weighted` and `sticky`: what stays with one target. `sticky` goes by `conversation` where nothing is said.',
    )
    .optional(),
  quality: z.array(tag()).min(1).describe('`cost`: tags that a target needs to be asked.').optional(),
  auto: z
    .strictObject({
      thresholds: z
        .array(z.number().gt(0).lt(1))
        .min(1)
        .describe('Rising difficulties (0 to 1) from which the next target is asked; one less than targets.')
        .optional(),
    })
    .describe('`auto`: targets stand from the smallest to the largest.')
    .optional(),
  exploration: z
    .number()
    .min(0)
    .max(0.2)
    .describe('`latency`: share of requests that measure a target which is not the fastest; default 0.03.')
    .optional(),
  breaker: breakerSchema().optional(),
  hedge: z
    .strictObject({
      enabled: z.boolean().describe('Ask a second target when the first is slow.'),
      delay_ms: z
        .int()
        .min(1)
        .max(600_000)
        .describe(
          "Wait before the second target is asked; default: the first one's measured p95 to its first token.",
        )
        .optional(),
    })
    .describe('Hedged requests.')
    .optional(),
  mid_stream_failover: z
    .boolean()
    .describe('Plain text that breaks off is gone on with by another target.')
    .default(false),
  residency: z
    .array(place())
    .min(1)
    .describe(
      'Only targets whose `regions` all lie within these continents and countries are ever asked. A colo lies within those only if it is named here too.',
    )
    .optional(),
  fallback_on: z
    .strictObject({
      statuses: z
        .array(z.int().min(400).max(499))
        .describe('Further statuses of a provider after which the next target is asked.')
        .default([]),
      context_window: z
        .boolean()
        .describe('A request that is too long for one model goes to a target with a larger window.')
        .default(true),
      content_policy: z
        .boolean()
        .describe("A request that one provider's content policy refuses goes to another provider.")
        .default(false),
    })
    .describe('Failures that are final elsewhere, and make this alias ask its next target.')
    .prefault({}),
  shadow: z
    .strictObject({
      provider: z.string().min(1).describe('Provider id.'),
      model: z.string().min(1).describe("The provider's own model id."),
      share: z.number().gt(0).max(1).describe('Share of the requests that is copied.'),
      usd_per_day: usd().describe('Most that the copies may cost a day (UTC).').default(1),
    })
    .describe('Copies requests to another target after their answer, to compare the two.')
    .optional(),
});

export const BREAKER_DEFAULTS = {
  enabled: true,
  failure_rate: 0.5,
  min_requests: 10,
  open_seconds: 10,
  slow_call_rate: 0.8,
};

const breakerSchema = () =>
  z
    .strictObject({
      enabled: z.boolean().default(BREAKER_DEFAULTS.enabled),
      failure_rate: z
        .number()
        .gt(0)
        .max(1)
        .describe('Share of failures that opens it: of a minute, or of its last seconds under much traffic.')
        .default(BREAKER_DEFAULTS.failure_rate),
      min_requests: z
        .int()
        .positive()
        .describe(
          'Requests within a minute before it may open. So many failures in a row (at least 5) open it, too.',
        )
        .default(BREAKER_DEFAULTS.min_requests),
      open_seconds: z
        .number()
        .positive()
        .max(3600)
        .describe('How long it stays open before one request tries again.')
        .default(BREAKER_DEFAULTS.open_seconds),
      slow_call_ms: z
        .int()
        .positive()
        .describe('First content (or a whole answer) later than this is a slow call; default: none is.')
        .optional(),
      slow_call_rate: z
        .number()
        .gt(0)
        .max(1)
        .describe('Share of slow calls within a minute that opens it.')
        .default(BREAKER_DEFAULTS.slow_call_rate),
    })
    .describe('Circuit breaker of each target. It works where another target is left.');

export type BreakerSettings = z.output<ReturnType<typeof breakerSchema>>;

/** For the whole gateway. */
export const routingSectionSchema = () =>
  z
    .strictObject({
      headers: z
        .array(z.string().regex(/^[a-z0-9-]{1,64}$/, 'is not a header name in lower case'))
        .max(20)
        .describe('Request headers that conditions may read.')
        .default([]),
      hedge_usd_per_day: usd()
        .describe(
          'Most that the calls that lost of hedged requests may cost a project a day (UTC); default 5. Where it is set, targets without a known price are not hedged with.',
        )
        .optional(),
    })
    .describe('Routing, for all aliases.');

export const hedgeCapField = () => ({
  hedge_usd_per_day: usd().describe('As `routing.hedge_usd_per_day`, for this project.').optional(),
});
