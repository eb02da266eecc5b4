/** The schema that an answer has to keep, for forms that have no description beside it. */
import type { JsonObject, ResponseFormat } from './canonical.ts';

type SchemaFormat = Extract<ResponseFormat, { kind: 'schema' }>;

/** The format's description as the schema's, unless it has one. `schema`: as the form takes it. */
export function describedSchema(
  { schema: asked, description }: SchemaFormat,
  schema: JsonObject = asked,
): JsonObject {
  return description === null || schema.description !== undefined ? schema : { ...schema, description };
}
