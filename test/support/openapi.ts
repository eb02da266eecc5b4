/**
 * The public OpenAPI document of the OpenAI API, as a judge of what Edgeway makes. It is not part of the project:
 * `SPECS_DIR` says where it is, by default `../shared/specs`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dereference, type Schema, validate } from '@cfworker/json-schema';
import { ROOT } from './workerd.ts';

export const SPECS_DIR = process.env.SPECS_DIR ?? join(ROOT, '../shared/specs');
const DOCUMENT = join(SPECS_DIR, 'openai.openapi.json');

export const hasSpecs = (): boolean => existsSync(DOCUMENT);

export interface Specification {
  /** What is wrong with `value` as a `schemaName`: innermost first, empty if nothing is. Throws for an unknown name. */
  mistakes(schemaName: string, value: unknown): string[];
}

export function loadSpecification(): Specification {
  const document = JSON.parse(readFileSync(DOCUMENT, 'utf8'));
  const definitions = toJsonSchema(document.components.schemas) as Record<string, Schema>;
  const root: Schema = { definitions: { ...definitions, ...amended(definitions) } };
  const lookup = dereference(root);
  return {
    mistakes: (schemaName, value) => {
      const schema = root.definitions?.[schemaName];
      if (schema === undefined) throw new Error(`${DOCUMENT} has no schema ${schemaName}`);
      const { errors } = validate(value, schema as Schema, '2020-12', lookup, false);
      return errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`).reverse();
    },
  };
}

/**
 * OpenAPI to JSON Schema: `nullable` (a word of OpenAPI 3.0 that the document still uses) becomes a choice with
 * null, and references point at where the validator finds them.
 */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, $ref, ...rest } = node as Record<string, unknown>;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, toJsonSchema(value)]));
  if (typeof $ref === 'string') schema.$ref = $ref.replace('#/components/schemas/', '#/definitions/');
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}

/**
 * Chunks of text completions: the document says that they have the shape of the whole answer, and yet the API
 * sends `finish_reason: null` in all but the last, and `usage: null` where usage was asked for.
 */
function amended({ CreateCompletionResponse }: Record<string, Schema>): Record<string, Schema> {
  const orNull = (key: string, schema: unknown) =>
    key === 'finish_reason' || key === 'usage' ? { anyOf: [schema, { type: 'null' }] } : schema;
  return { 'CreateCompletionResponse (chunk)': JSON.parse(JSON.stringify(CreateCompletionResponse), orNull) };
}
