/** What the admin API takes and shows of what is to be forgotten of the response cache. */
import { z } from '@hono/zod-openapi';
import {
  INVALIDATION_KINDS,
  type InvalidationTarget,
  VALUE_PATTERNS,
} from '../../keys/invalidations-copy.ts';
import { nameSchema, pageQuery } from './shared-schemas.ts';

/** Whose entries; see `Owners`. */
const owners = () => ({
  project: nameSchema().optional().describe('Only entries of this project; absent: of all.'),
  organization: nameSchema()
    .nullable()
    .optional()
    .describe('Only entries of credentials that name this organisation; `null`: of those that name none.'),
});

const valued = (kind: keyof typeof VALUE_PATTERNS, what: string) =>
  z.strictObject({
    kind: z.literal(kind).describe(what),
    value: z.string().regex(VALUE_PATTERNS[kind], `is no ${kind} of the cache`),
    ...owners(),
  });

export const forgetCachedSchema = () =>
  z
    .discriminatedUnion(
      'kind',
      [
        z.strictObject({ kind: z.literal('all').describe('Every entry.'), ...owners() }),
        valued('key', 'The entry of this key, as `x-edgeway-cache-key` tells it.'),
        valued('model', 'By model: an alias, another name that clients use, or `provider/model`.'),
        valued('namespace', 'By `x-edgeway-cache-namespace`.'),
        valued('tag', 'By one of `x-edgeway-cache-tags`.'),
      ],
      { error: 'is not all, key, model, namespace or tag' },
    )
    .openapi('ForgetCached');

export const listInvalidationsQuery = () =>
  z.strictObject({
    ...pageQuery(),
    project: z.string().optional(),
    kind: z.enum(INVALIDATION_KINDS).optional(),
  });

export const invalidationSchema = () =>
  z
    .object({
      generation: z
        .int()
        .describe('Entries that were asked for before it are forgotten. Grows from one to the next.'),
      project: z.string().nullable().describe('`null`: entries of all projects.'),
      organization: z
        .string()
        .nullable()
        .optional()
        .describe('`null`: entries of credentials that name none. Absent: whatever they name.'),
      kind: z.enum(INVALIDATION_KINDS),
      value: z.string().nullable().describe('`null` for `all`.'),
      created_at: z.string(),
      created_by: z.string().describe('For `DELETE /v1/cache`: the id of the key.'),
    })
    .openapi('Invalidation');

type ForgetCachedBody = z.output<ReturnType<typeof forgetCachedSchema>>;

export const toTarget = ({ project, organization, ...what }: ForgetCachedBody): InvalidationTarget => ({
  project: project ?? null,
  ...(organization === undefined ? {} : { organization }),
  kind: what.kind,
  value: what.kind === 'all' ? null : what.value,
});
