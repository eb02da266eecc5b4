/**
 * JSON answers. Cohere has one type for them, with a schema or without.
 * Source: https://docs.cohere.com/docs/structured-outputs
 */
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import { describedSchema } from '../response-schema.ts';
import { refuse } from '../shape.ts';

/** `null` for text. Throws `InvalidRequest` where Cohere does not take it: beside tools or documents. */
export function encodeFormat(request: CanonicalRequest, documents: unknown): JsonObject | null {
  const { responseFormat, tools, toolChoice } = request;
  if (responseFormat === null || responseFormat.kind === 'text') return null;
  // With `none` no tool may be called: they are left out instead (`encodeTools`).
  if (tools.length > 0 && toolChoice?.kind !== 'none') {
    refuse('response_format', 'cannot be joined with `tools`: Cohere takes only one of them');
  }
  if (Array.isArray(documents) && documents.length > 0) {
    refuse('response_format', 'cannot be joined with `documents`: Cohere takes only one of them');
  }
  if (responseFormat.kind !== 'schema') return { type: 'json_object' };
  return { type: 'json_object', json_schema: describedSchema(responseFormat) };
}
