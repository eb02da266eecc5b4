/** What the admin API takes and shows of a key. */
import { z } from '@hono/zod-openapi';
import { keyGrantFields, limitFields } from '../../config/schema.ts';
import type { CreateKey } from '../registry/key-commands.ts';
import { nameSchema, nullable, pageQuery } from './shared-schemas.ts';

/** The key-entry fields, but its hash: the key is made here. `null` says what absence says. */
const fields = () => {
  const { name: _, project: __, organization: ___, ...grants } = keyGrantFields();
  return { ...nullable(grants), ...nullable(limitFields()) };
};

export const createKeySchema = () =>
  z
    .strictObject({
      name: nameSchema(),
      project: nameSchema().default('default'),
      organization: nameSchema().nullable().optional(),
      ...fields(),
    })
    .openapi('CreateKey');

export const updateKeySchema = () =>
  z.strictObject({ name: nameSchema().optional(), ...fields() }).openapi('UpdateKey');

export const rotateKeySchema = () =>
  z
    .strictObject({
      overlap_seconds: z
        .int()
        .min(0)
        .max(MAX_OVERLAP_SECONDS)
        .default(0)
        .describe('How long the old secret stays good beside the new one.'),
    })
    .openapi('RotateKey');

/** A year: the old secret of a rotation is meant to end. */
const MAX_OVERLAP_SECONDS = 366 * 86_400;

export const listKeysQuery = () =>
  z.strictObject({
    ...pageQuery(),
    project: z.string().optional(),
    organization: z.string().optional(),
    status: z.enum(['active', 'disabled', 'revoked', 'expired']).optional(),
    tag: z.string().optional(),
    search: z.string().max(200).optional().describe('Part of the name, the id or the masked key.'),
  });

export function keyResourceSchema() {
  const { models, denied_models, routes, ip_ranges, tags, log_content, metering, waiting_room } =
    keyGrantFields();
  return z
    .object({
      id: z.string(),
      name: z.string(),
      masked_key: z.string().describe('`ew-Ab12…wXyZ`: to recognise the key by.'),
      project: z.string(),
      organization: z.string().nullable(),
      models: models.unwrap().nullable(),
      denied_models: denied_models.unwrap(),
      routes: routes.unwrap().nullable(),
      ip_ranges: ip_ranges.unwrap().nullable(),
      expires_at: z.string().nullable(),
      tags: tags.unwrap(),
      log_content: log_content.unwrap(),
      metering: metering.unwrap(),
      waiting_room: waiting_room.unwrap().nullable(),
      ...limitFields(),
      status: z.enum(['active', 'disabled', 'revoked', 'expired']),
      previous_key_expires_at: z
        .string()
        .nullable()
        .describe('When the secret ends that a rotation replaced.'),
      created_at: z.string(),
      created_by: z.string(),
      updated_at: z.string(),
      version: z.number(),
    })
    .openapi('Key');
}

type CreateKeyBody = z.output<ReturnType<typeof createKeySchema>>;

export function toCreateKey({
  name,
  project,
  organization,
  expires_at,
  ...rest
}: CreateKeyBody): Omit<CreateKey, 'secret'> {
  return {
    name,
    project,
    organization: organization ?? null,
    expiresAt: toTime(expires_at),
    fields: rest,
  };
}

export const toTime = (iso: string | null | undefined): number | null =>
  iso === null || iso === undefined ? null : Date.parse(iso);
