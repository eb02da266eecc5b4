/**
 * The configuration document: one zod schema, from which the types, the checks and the published JSON Schema
 * come. The schema is built by a function, because building it at module scope would cost every cold start.
 */
import * as z from 'zod';
import { DIALECTS } from '../providers/provider-row.ts';
import { SETTING, SETTING_RULE } from '../providers/setting-rule.ts';
import { behaviourSchema } from '../providers/simulator/behaviour.ts';
import { adminSchema } from './admin-section.ts';
import { projectIssuerSchema } from './identity-issuers.ts';
import { alertsSchema } from './schema-alerts.ts';
import { cacheSchema, topCacheSchema } from './schema-cache.ts';
import { keySchema } from './schema-keys.ts';
import { limitFields, limitsSectionSchema, waitingRoomSchema } from './schema-limits.ts';
import { pricesSchema } from './schema-prices.ts';
import { providerKeyFields } from './schema-provider-keys.ts';
import {
  aliasRoutingFields,
  hedgeCapField,
  modelTargetFields,
  routingSectionSchema,
  targetRoutingFields,
} from './schema-routing.ts';
import { SECRET_MARK, SECRET_REFERENCE } from './secret-fields.ts';

export { keyGrantFields } from './schema-keys.ts';
export { limitFields } from './schema-limits.ts';

/** Also for targets that no alias names. */
export const DEFAULT_TIMEOUTS = { first_token_ms: 120_000, idle_ms: 120_000, total_ms: 900_000 };

const milliseconds = () => z.int().min(1).max(86_400_000);

function limitsSchema() {
  return z.strictObject(limitFields());
}

function projectSchema() {
  return z.strictObject({
    ...limitFields(),
    ...hedgeCapField(),
    on_unavailable: z
      .enum(['open', 'closed'])
      .describe('As `limits.on_unavailable`, for requests of this project.')
      .optional(),
    issuers: z
      .array(projectIssuerSchema())
      .describe('Issuers whose tokens are credentials of this project, beside its keys.')
      .optional(),
    cache: cacheSchema().describe('Response cache of this project.').optional(),
  });
}

/** Header names of the operator: HTTP tokens, so that no CR, LF or colon can slip into a header line. */
const headerName = () => z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'is not an HTTP header name');
/** One-line printable text. */
const headerValue = () => z.string().regex(/^[\t\x20-\x7e]*$/, 'is not printable ASCII on one line');

function providerSchema() {
  return z
    .strictObject({
      dialect: z
        .enum(DIALECTS)
        .describe(
          'Wire form that the provider speaks. Known vendors have theirs; custom ones default to `openai-chat`.',
        )
        .optional(),
      base_url: z
        .url({ protocol: /^https?$/, error: 'is not an http(s) URL' })
        .describe('Where the provider answers, ending where its documentation ends it (`…/v1`).')
        .optional(),
      ...providerKeyFields(),
      allow_insecure: z.boolean().describe('Allows `http:` and private hosts in `base_url`.').default(false),
      headers: z
        .record(headerName(), headerValue().meta(SECRET_MARK))
        .describe('Headers added to every call; `$NAME` stands for a secret.')
        .optional(),
      models: z
        .array(z.string().min(1))
        .describe('Model names that this provider serves, `*` as wildcard: where a bare model name goes.')
        .optional(),
      api_version: z
        .string()
        .regex(/^[A-Za-z0-9.-]+$/, 'is not an API version')
        .describe('Azure: use deployment URLs with this `api-version`.')
        .optional(),
      resource: setting('Azure: name of the resource.'),
      account_id: setting('Cloudflare Workers AI: account id.'),
      account: setting('Snowflake: account identifier.'),
      region: setting('AWS or Google region.'),
      project: setting('Google Cloud project; by default the one of the service account.'),
      service_account: secretText('Google: key of a service account (the JSON of its file).'),
      access_key_id: secretText('AWS: access key id.'),
      secret_access_key: secretText('AWS: secret access key.'),
      session_token: secretText('AWS: session token, where the keys are temporary.'),
      tenant_id: setting('Microsoft Entra: tenant.'),
      client_id: setting('Microsoft Entra: id of the application.'),
      client_secret: secretText('Microsoft Entra: client secret of the application.'),
      token_url: z
        .url({ protocol: /^https?$/, error: 'is not an http(s) URL' })
        .describe("Google and Entra: where keys are traded for tokens, if not at the vendor's usual address.")
        .optional(),
      limits: limitsSchema()
        .describe(
          'Limits of each credential of this provider: one that has none left hands over to the next.',
        )
        .optional(),
      simulations: z
        .record(z.string().min(1), behaviourSchema())
        .describe('Simulator only: model names and how each behaves.')
        .optional(),
    })
    .describe('A provider. Known vendors need nothing but their secret.');
}

/** A setting that becomes part of a host name or path, or `$NAME` of one. */
const setting = (description: string) =>
  z
    .string()
    .regex(SETTING_OR_SECRET, SETTING_RULE)
    .describe(`${description} \`$NAME\` stands for a secret or variable.`)
    .optional();

const SETTING_OR_SECRET = new RegExp(`${SETTING.source}|${SECRET_REFERENCE.source}`);

const secretText = (description: string) =>
  z
    .string()
    .min(1)
    .meta({ ...SECRET_MARK, description: `${description} Usually \`$NAME\` of a secret.` })
    .optional();

function targetSchema() {
  const shared = targetRoutingFields();
  return z
    .union(
      [
        z.strictObject({
          provider: z.string().min(1).describe('Provider id.'),
          model: z.string().min(1).describe("The provider's own model id."),
          ...shared,
          ...modelTargetFields(),
        }),
        z.strictObject({ alias: z.string().min(1).describe('Another entry of `models`.'), ...shared }),
      ],
      { error: 'needs `provider` and `model`, or `alias`, and no unknown field' },
    )
    .describe('Where an alias leads.');
}

function timeoutsSchema() {
  return z
    .strictObject({
      headers_ms: milliseconds()
        .describe("Wait for the upstream's headers; default 120000 for streams, else `total_ms` bounds it.")
        .optional(),
      first_token_ms: milliseconds()
        .describe('Streams: from the call to the first content.')
        .default(DEFAULT_TIMEOUTS.first_token_ms),
      idle_ms: milliseconds()
        .describe('Silence inside a body; comments do not count.')
        .default(DEFAULT_TIMEOUTS.idle_ms),
      total_ms: milliseconds()
        .describe('From arrival, over all attempts.')
        .default(DEFAULT_TIMEOUTS.total_ms),
    })
    .describe('Bounds in milliseconds.');
}

function modelSchema() {
  return z
    .strictObject({
      targets: z.array(targetSchema()).min(1).describe('Where requests for this alias go.'),
      timeouts: timeoutsSchema().prefault({}),
      retries: z.int().min(0).max(10).describe('Further tries on the same target.').default(1),
      metering: z
        .boolean()
        .describe('`false` hands bodies over natively: no usage, no ending, no failover after headers.')
        .default(true),
      waiting_room: waitingRoomSchema().optional(),
      cache: cacheSchema().describe('Response cache of this alias.').optional(),
      ...aliasRoutingFields(),
    })
    .describe('An alias: a model name of your own.');
}

export function configSchema() {
  return z
    .strictObject({
      $schema: z.string().describe('For editors.').optional(),
      providers: z.record(providerId(), providerSchema()).describe('Providers by id.').default({}),
      models: z.record(z.string().min(1), modelSchema()).describe('Aliases by name.').default({}),
      keys: z.array(keySchema()).describe('API keys of this gateway.').default([]),
      projects: z
        .record(z.string().min(1), projectSchema())
        .describe('Limits and token issuers by project.')
        .optional(),
      organizations: z
        .record(z.string().min(1), limitsSchema())
        .describe('Limits by organisation.')
        .optional(),
      end_users: limitsSchema().describe('Default limits of each end user.').optional(),
      admin: adminSchema().optional(),
      limits: limitsSectionSchema().prefault({}),
      routing: routingSectionSchema().prefault({}),
      prices: pricesSchema().optional(),
      alerts: alertsSchema().optional(),
      cache: topCacheSchema().describe('Response cache, for all models.').optional(),
      max_body_bytes: z
        .int()
        .min(1024)
        .max(MAX_BODY_BYTES_CEILING)
        .describe('Largest request body, in bytes really read.')
        .default(32 * 1024 * 1024),
      cors: z
        .strictObject({
          origins: z.array(z.string().min(1)).describe('Origins that may call from a browser; `*` for all.'),
        })
        .describe('Cross-origin access from browsers.')
        .optional(),
      keep_alive_ms: z
        .int()
        .min(10)
        .max(600_000)
        .describe('Silence after which a stream gets a comment.')
        .default(15_000),
      strict_params: z
        .boolean()
        .describe('Refuse parameters that a target cannot take, instead of dropping them visibly.')
        .default(false),
      testing: z
        .strictObject({
          region_header: z
            .boolean()
            .describe('Lets `x-edgeway-test-region: EU,DE,FRA` stand for where the request came from.'),
        })
        .describe('For tests only.')
        .optional(),
    })
    .describe('Configuration document of Edgeway.');
}

/** An isolate may hold 64 MiB of bodies in all, so one body cannot be larger. */
export const MAX_BODY_BYTES_CEILING = 64 * 1024 * 1024;

const providerId = () =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*$/, 'is not a provider id (lowercase letters, digits, dots, dashes)');

export type ConfigDocument = z.output<ReturnType<typeof configSchema>>;
export type ProviderEntry = ConfigDocument['providers'][string];
export type ModelEntry = ConfigDocument['models'][string];
export type TargetEntry = ModelEntry['targets'][number];
export type KeyEntry = ConfigDocument['keys'][number];
export type Timeouts = ModelEntry['timeouts'];
