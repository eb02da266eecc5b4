/** Pieces that several routes of the admin API share. */
import { z } from '@hono/zod-openapi';

/** Names of projects, organisations and keys: something to see, on one line. */
export const nameSchema = () =>
  z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{C}]*$/u, 'holds characters that cannot be seen');

type Shape = Readonly<Record<string, z.ZodType>>;

/** Fields that `null` takes away again. */
export function nullable<Fields extends Shape>(
  fields: Fields,
): { [Name in keyof Fields]: z.ZodNullable<Fields[Name]> } {
  const entries = Object.entries(fields).map(([name, schema]) => [name, schema.nullable()]);
  return Object.fromEntries(entries) as { [Name in keyof Fields]: z.ZodNullable<Fields[Name]> }; // entry by entry
}

/** Of every list. Unknown parameters are refused beside it: with a misspelt filter, everything would be listed. */
export const pageQuery = () => ({
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().max(20).optional().openapi({ description: '`next_cursor` of the page before.' }),
});

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), has_more: z.boolean(), next_cursor: z.string().nullable() });

export const idParam = (prefix: string) =>
  z.object({
    id: z
      .string()
      .max(100)
      .openapi({ param: { name: 'id', in: 'path' }, example: `${prefix}_…` }),
  });

export const idempotencyHeader = () =>
  z.object({
    'idempotency-key': z.string().min(1).max(255).optional().openapi({
      description: 'A create repeated with the same key makes nothing new. Remembered for a day.',
    }),
  });

export const ifMatchHeader = () =>
  z.object({
    'if-match': z
      .string()
      .max(100)
      .optional()
      .openapi({ description: 'Version that the change is based on; another one by now answers 412.' }),
  });
