/** The fields of the response cache: for everybody, for a project, or for an alias. */
import * as z from 'zod';
import { positiveInteger } from './schema-limits.ts';

/** Entries never live longer: what is forgotten is invalidated for at least as long. In seconds. */
export const MAX_TTL_SECONDS = 30 * 86_400;

const seconds = () => z.int().min(1).max(MAX_TTL_SECONDS);

/** A namespace, in `x-edgeway-cache-namespace` and here. */
export const NAMESPACE = /^[A-Za-z0-9._:-]{1,64}$/;

const cacheFields = () => ({
  ttl_seconds: seconds()
    .describe('How long an answer may be reused; alone it switches the cache on.')
    .optional(),
  mode: z
    .enum(['auto', 'always', 'never'])
    .describe(
      '`auto`: requests whose answer is meant to be the same each time. `never` counts wherever it stands.',
    )
    .optional(),
  request_mode: z
    .boolean()
    .describe(
      'Lets `x-edgeway-cache-mode: always` widen the mode for one request; narrowing is always allowed.',
    )
    .optional(),
  coalesce: z.boolean().describe('Identical requests in flight share one upstream call.').optional(),
  followers: z
    .enum(['live', 'finished'])
    .describe('What those get who wait for another request: its events as they come, or its whole answer.')
    .optional(),
  write: z
    .enum(['always', 'second-hit'])
    .describe('When an entry is written: at once, or when the same is asked a second time.')
    .optional(),
  store: z.enum(['kv', 'upstash']).describe('Where entries are kept.').optional(),
  scope: z
    .enum(['key', 'project', 'organization'])
    .describe('Who shares entries; the narrowest that is set counts. Default `project`.')
    .optional(),
  tool_calls: z.boolean().describe('Answers that end with tool calls are kept too.').optional(),
  replay: z
    .enum(['instant', 'original'])
    .describe('How a stream is told again: at once, or at its first pace.')
    .optional(),
  stale_while_revalidate_seconds: seconds()
    .describe('How long after its end an answer is still given, while a new one is fetched.')
    .optional(),
  stale_if_error_seconds: seconds()
    .describe('How long after its end an answer stands in for one that the providers fail to give.')
    .optional(),
});

/** Of a project or an alias. */
export const cacheSchema = () => z.strictObject(cacheFields());

export const topCacheSchema = () =>
  z.strictObject({
    ...cacheFields(),
    namespaces: z
      .record(
        z.string().regex(NAMESPACE, 'is not a namespace (letters, digits, `._:-`, at most 64)'),
        z.strictObject({
          ttl_seconds: seconds().describe(
            'As above, for entries of this namespace; at most what holds outside it.',
          ),
        }),
      )
      .describe('Settings of namespaces that requests name.')
      .optional(),
    lookup_ms: positiveInteger()
      .describe('How long a store may take to answer; a slower one has nothing. Default 500.')
      .optional(),
  });

export type CacheSettings = z.output<ReturnType<typeof cacheSchema>>;
export type TopCacheSettings = z.output<ReturnType<typeof topCacheSchema>>;
