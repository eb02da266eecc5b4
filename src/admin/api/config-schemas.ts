/** What the admin API takes and shows of the configuration. */
import { z } from '@hono/zod-openapi';

const DOCUMENT_DESCRIPTION =
  'A configuration document, as `docs/configuration.schema.json` describes it. Literal secrets and hashes of keys are shown as `[redacted:<fingerprint>]`; sent back, such a text stands for the secret of the active document.';

/** Any object: what a document has to be is checked with the catalogue and the secrets at hand, and told in one go. */
export const documentSchema = () =>
  z
    .record(z.string(), z.unknown())
    .openapi('ConfigDocument', { description: DOCUMENT_DESCRIPTION, type: 'object' });

/** Unknown parameters are refused: a misspelt `dry_run` would be no dry run. */
export const putConfigQuery = () =>
  z.strictObject({
    dry_run: z
      .enum(['true', 'false', ''])
      .default('false')
      .openapi({ description: 'Only checks and compares. Without a value: `true`.' }),
    activate: z
      .enum(['true', 'false'])
      .default('true')
      .openapi({ description: '`false` stores a version that does not count yet.' }),
  });

const versionNumber = () =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'is no version of the configuration')
    .transform(Number)
    .openapi({
      type: 'integer',
      minimum: 0,
      description: 'Number of a version; 0 is the document of the variable `GATEWAY_CONFIG`.',
    });

export const versionParam = () => z.object({ version: versionNumber() });

export const diffQuery = () =>
  z.strictObject({
    from: versionNumber()
      .optional()
      .openapi({ description: 'Default: the version that `to` was made from.' }),
    to: versionNumber().optional().openapi({ description: 'Default: the active version.' }),
  });

const changesSchema = () =>
  z.array(
    z
      .object({
        op: z.enum(['add', 'remove', 'change']),
        path: z.string(),
        before: z.unknown().optional(),
        after: z.unknown().optional(),
        text: z.string().openapi({ description: 'One line in English.' }),
      })
      .openapi('ConfigChange'),
  );

export const configResultSchema = () =>
  z
    .object({
      version: z.number().nullable().openapi({ description: '`null` for a dry run.' }),
      active: z.boolean(),
      diff: changesSchema(),
      warnings: z.array(z.string()).openapi({ description: 'What has no effect.' }),
    })
    .openapi('ConfigResult');

export const configDiffSchema = () =>
  z.object({ from: z.number(), to: z.number(), diff: changesSchema() }).openapi('ConfigDiff');

export const configVersionSchema = () =>
  z
    .object({
      version: z.number(),
      parent: z.number().openapi({ description: 'Version that was active when this one was stored.' }),
      created_at: z.string(),
      created_by: z.string(),
      active: z.boolean(),
    })
    .openapi('ConfigVersion');

/** `If-None-Match` of a client that holds a version. */
export const ifNoneMatchHeader = () =>
  z.object({
    'if-none-match': z
      .string()
      .max(1000)
      .optional()
      .openapi({ description: 'Version that the client holds; the same one answers 304.' }),
  });
