/**
 * JSON Schemas of a chat request: of its tools, and of the answer. They enter the key as they are, beside the canonical
 * form: each encoder rewrites them for its vendor, so what it writes does not show whether something was lost.
 */
import type { JsonObject } from '../../dialects/canonical.ts';
import type { DoorDialect } from '../../dialects/routes.ts';
import { isRecord } from '../../is-record.ts';

/** Where they stand; `*` for each of a list. */
const PLACES: Readonly<Record<DoorDialect, readonly (readonly string[])[]>> = {
  'openai-chat': [
    ['tools', '*', 'function', 'parameters'],
    ['response_format', 'json_schema', 'schema'],
  ],
  'openai-responses': [
    ['tools', '*', 'parameters'],
    ['text', 'format', 'schema'],
  ],
  'anthropic-messages': [
    ['tools', '*', 'input_schema'],
    ['output_config', 'format', 'schema'],
  ],
  gemini: [
    ['tools', '*', 'functionDeclarations', '*', 'parametersJsonSchema'],
    ['generationConfig', 'responseJsonSchema'],
  ],
};

/** What every encoder writes as it is. */
const PLACEHOLDER: JsonObject = { type: 'object', properties: {}, additionalProperties: false };

/** `body` with a placeholder for each schema, and the schemas in their order. */
export function takeSchemas(
  dialect: DoorDialect,
  body: JsonObject,
): { readonly bare: JsonObject; readonly schemas: readonly JsonObject[] } {
  const schemas: JsonObject[] = [];
  let bare: unknown = body;
  for (const place of PLACES[dialect]) bare = without(bare, place, schemas);
  return { bare: bare as JsonObject, schemas }; // of a record comes a record
}

function without(value: unknown, [step, ...further]: readonly string[], schemas: JsonObject[]): unknown {
  if (step === '*') {
    return Array.isArray(value) ? value.map((one) => without(one, further, schemas)) : value;
  }
  if (!isRecord(value)) return value;
  if (step !== undefined) {
    return Object.hasOwn(value, step) ? { ...value, [step]: without(value[step], further, schemas) } : value;
  }
  schemas.push(value);
  return PLACEHOLDER;
}
