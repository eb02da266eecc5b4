/** A key of the document, and the fields that it shares with the keys of the admin API and with tokens of an issuer. */
import * as z from 'zod';
import { parseIpRange } from '../ip-range.ts';
import { limitFields, waitingRoomSchema } from './schema-limits.ts';
import { SECRET_MARK } from './secret-fields.ts';

const patterns = () => z.array(z.string().min(1));

/** What a credential may do. Every field is optional; an absent one restricts nothing. */
export const grantFields = () => ({
  models: patterns()
    .describe(
      'Models that may be used: aliases, or `provider/model`; `*` as wildcard. Absent: all; `[]`: none.',
    )
    .optional(),
  denied_models: patterns()
    .describe('Resolved targets (`provider/model`) that may never be reached; `*` as wildcard.')
    .optional(),
  routes: patterns()
    .describe('Routes that may be used, such as `/v1/chat/completions`; `*` as wildcard.')
    .optional(),
  ip_ranges: z
    .array(z.string().refine(isIpRange, 'is not an IPv4 or IPv6 address or CIDR range'))
    .describe('Client addresses that may come with it.')
    .optional(),
});

/**
 * A key without its secret and its limits. No field has a default, so that an update of a key changes only what
 * it names; all but `name` are optional.
 */
export const keyGrantFields = () => ({
  name: z.string().min(1).max(200).describe('Stands in the log.'),
  project: z.string().min(1).describe('Project that the key belongs to.').optional(),
  organization: z.string().min(1).describe('Organisation that the key belongs to.').optional(),
  ...grantFields(),
  expires_at: z.iso
    .datetime({ offset: true, error: 'is not an ISO 8601 date and time with a time zone' })
    .describe('From this moment on the key is refused.')
    .optional(),
  tags: z
    .array(
      z
        .string()
        .min(1)
        .max(64)
        .regex(/^\P{C}+$/u, 'holds characters that cannot be printed'),
    )
    .max(20)
    .describe('Words to find the key by.')
    .optional(),
  log_content: z
    .boolean()
    .describe('Whether prompts and answers go to the log, the first 32 KiB of each.')
    .optional(),
  metering: z.boolean().describe('`false` as in a model entry.').optional(),
  waiting_room: waitingRoomSchema().optional(),
});

export function keySchema() {
  const { name, ...fields } = keyGrantFields();
  return z
    .strictObject({
      name,
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in lowercase hex')
        .meta({
          ...SECRET_MARK,
          description:
            'SHA-256 of the key, lowercase hex. The key itself is any string of 16 or more characters.',
        }),
      ...fields,
      project: fields.project.unwrap().default('default'),
      log_content: fields.log_content.unwrap().default(false),
      metering: fields.metering.unwrap().default(true),
      ...limitFields(),
    })
    .describe('A key of the document. Only its hash is stored.');
}

function isIpRange(text: string): boolean {
  return parseIpRange(text) !== undefined;
}
