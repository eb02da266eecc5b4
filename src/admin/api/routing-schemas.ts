/** What the admin API shows of the regions that requests are routed in. */
import { z } from '@hono/zod-openapi';
import type { SeenRegion, SilentRegion } from '../../routing/health/region-views.ts';
import { REGIONS } from '../../routing/region-of.ts';

export const routingHealthQuery = () =>
  z.strictObject({
    region: z
      .enum(REGIONS)
      .optional()
      .openapi({ description: 'This one alone, even if it has seen nothing.' }),
  });

const latency = (description: string) =>
  z
    .object({
      p50: z.number(),
      p95: z.number(),
      weight: z.number().openapi({ description: 'Calls that weigh in: one of a minute ago counts half.' }),
    })
    .nullable()
    .openapi({ description: `${description} Milliseconds; \`null\`: none was seen.` });

const latencies = () => ({
  first_token_ms: latency('From the call to its first content, of streams.'),
  total_ms: latency('Of whole answers.'),
});

const targetViewSchema = () =>
  z
    .object({
      target: z.string().openapi({ description: '`provider/model`' }),
      circuit: z.enum(['closed', 'open']),
      open_until: z.iso.datetime().nullable(),
      cooling_until: z.iso
        .datetime()
        .nullable()
        .openapi({ description: 'The provider asked for a pause until then.' }),
      in_flight: z.int().openapi({ description: 'Calls under way.' }),
      successes: z.int().openapi({ description: 'Of the last minute.' }),
      failures: z.int().openapi({ description: 'Of the last minute.' }),
      slow: z.int().openapi({ description: 'Of the last minute.' }),
      ...latencies(),
      colos: z
        .array(
          z.object({
            colo: z.string(),
            calls: z.int().openapi({ description: 'Of the last minute.' }),
            ...latencies(),
          }),
        )
        .openapi({ description: 'By data centre.' }),
    })
    .openapi('TargetHealth');

const regionHealthSchema = () =>
  z
    .object({
      region: z.enum(REGIONS),
      at: z.iso.datetime(),
      isolates: z.int().openapi({ description: 'That told of themselves within the last ten seconds.' }),
      targets: z.array(targetViewSchema()),
      credentials: z.array(
        z.object({
          id: z
            .string()
            .openapi({ description: 'Of the credential, and a model where it stands for one alone.' }),
          state: z.enum(['active', 'cooling', 'exhausted', 'invalid']),
          until: z.iso.datetime().nullable().openapi({ description: '`null` for `active`.' }),
          at: z.iso.datetime().openapi({ description: 'When this was learnt.' }),
        }),
      ),
      aliases: z.array(
        z.object({
          alias: z.string(),
          requests: z.int().openapi({ description: 'Of the last minute.' }),
          further: z.int().openapi({
            description: 'Of the last minute: further calls to a target that was tried, and hedges.',
          }),
        }),
      ),
    })
    .openapi('RegionHealth');

const silentRegionSchema = () =>
  z.object({ region: z.enum(REGIONS), error: z.string() }).openapi('SilentRegion');

export const routingHealthSchema = () =>
  z.object({ data: z.array(z.union([regionHealthSchema(), silentRegionSchema()])) }).openapi('RoutingHealth');

type RoutingHealth = z.input<ReturnType<typeof routingHealthSchema>>;

export const toRoutingHealth = (views: readonly (SeenRegion | SilentRegion)[]): RoutingHealth => ({
  data: views.map((view) => ('error' in view ? view : toRegionHealth(view))),
});

/** Copied: the answer is written from lists that may be changed. */
const toRegionHealth = ({ at, targets, credentials, aliases, ...view }: SeenRegion) => ({
  ...view,
  at: toIso(at),
  targets: targets.map((target) => ({ ...target, colos: [...target.colos] })),
  credentials: credentials.map(({ id, state, until, at: learntAt }) => ({
    id,
    state,
    until: until === 0 ? null : toIso(until),
    at: toIso(learntAt),
  })),
  aliases: [...aliases],
});

const toIso = (at: number): string => new Date(at).toISOString();
