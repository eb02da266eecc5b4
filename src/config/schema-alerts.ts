/** Who is told when a threshold is crossed. */
import * as z from 'zod';
import { SECRET_MARK } from './secret-fields.ts';

export const ALERT_EVENTS = ['budget.soft', 'budget.hard', 'key.expiring', 'credential.exhausted'] as const;
export type AlertEvent = (typeof ALERT_EVENTS)[number];

/** What a secret holds is checked when a message is sent. */
const URL_OR_REFERENCE = /^(?:\$[A-Za-z_][A-Za-z0-9_]*|https?:\/\/[^\s]+)$/;
const SECRET_OR_REFERENCE = /^(?:\$[A-Za-z_][A-Za-z0-9_]*|[\s\S]{16,})$/;

export const alertsSchema = () =>
  z
    .strictObject({
      webhooks: z
        .array(
          z.strictObject({
            url: z
              .string()
              .regex(URL_OR_REFERENCE, 'is neither an http(s) URL nor `$NAME` of a secret')
              .meta({ ...SECRET_MARK, description: 'Where it is sent. `$NAME` stands for a secret.' }),
            secret: z
              .string()
              .regex(SECRET_OR_REFERENCE, 'is shorter than 16 characters, and not `$NAME` of a secret')
              .meta({
                ...SECRET_MARK,
                description:
                  'Signs what is sent (HMAC-SHA256; `whsec_…` is read as base64). Usually `$NAME` of a secret.',
              })
              .optional(),
            format: z.enum(['json', 'slack']).describe('What is sent.').default('json'),
            events: z.array(z.enum(ALERT_EVENTS)).describe('Which are sent; default: all.').optional(),
            allow_insecure: z.boolean().describe('Allows `http:` and private hosts in `url`.').default(false),
          }),
        )
        .max(10)
        .describe('Each gets every event that it asks for.')
        .default([]),
      key_expires_within_days: z
        .number()
        .positive()
        .max(90)
        .describe('A key is reported so long before it expires.')
        .default(7),
    })
    .describe('Who is told when a budget runs out, a key expires, or a provider’s credential is exhausted.');
