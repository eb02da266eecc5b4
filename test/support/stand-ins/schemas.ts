/** JSON Schemas in requests: what a vendor's subset refuses, and an instance that fits what was asked for. */
import { validate } from '@cfworker/json-schema';
import { isJson, type Json, Refusal } from './closed.ts';

/** Every schema within `schema`, itself first, with its path. */
function* schemasIn(schema: unknown, path: string): Generator<[Json, string]> {
  if (!isJson(schema)) return;
  yield [schema, path];
  for (const key of ['properties', '$defs', 'definitions', 'patternProperties']) {
    const map = schema[key];
    if (!isJson(map)) continue;
    for (const [name, one] of Object.entries(map)) yield* schemasIn(one, `${path}.${key}.${name}`);
  }
  for (const key of ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains']) {
    yield* schemasIn(schema[key], `${path}.${key}`);
  }
  for (const key of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) {
    const several = schema[key];
    if (!Array.isArray(several)) continue;
    for (const [index, one] of several.entries()) yield* schemasIn(one, `${path}.${key}[${index}]`);
  }
}

/** Any draft: an object that says what it is, whose references lead somewhere. */
export function checkSchema(schema: unknown, path: string): void {
  if (!isJson(schema)) throw new Refusal(path, 'Input should be a JSON Schema');
  try {
    validate({}, schema);
  } catch (error) {
    throw new Refusal(path, `JSON schema is invalid: ${String(error)}`);
  }
}

export function checkObjectSchema(schema: unknown, path: string): void {
  checkSchema(schema, path);
  if (isJson(schema) && schema.type !== 'object')
    throw new Refusal(`${path}.type`, "Input should be 'object'");
}

/** OpenAI's strict mode: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas */
export function checkStrict(schema: unknown, path: string): void {
  checkObjectSchema(schema, path);
  for (const [one, at] of schemasIn(schema, path)) {
    if (one.type === 'object' || isJson(one.properties)) {
      if (one.additionalProperties !== false) {
        throw new Refusal(at, "'additionalProperties' is required to be supplied and to be false");
      }
      const names = Object.keys(isJson(one.properties) ? one.properties : {});
      const required = Array.isArray(one.required) ? one.required : [];
      const missing = names.find((name) => !required.includes(name));
      if (missing !== undefined) {
        throw new Refusal(
          at,
          `'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`,
        );
      }
    }
    for (const word of ['allOf', 'not', 'if', 'then', 'else', 'patternProperties', 'dependentRequired']) {
      if (word in one) throw new Refusal(at, `'${word}' is not permitted.`);
    }
  }
}

const CLAUDE_REFUSES =
  'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems uniqueItems oneOf not if then else patternProperties propertyNames prefixItems contains minProperties maxProperties'.split(
    ' ',
  );

/** Anthropic's structured outputs, also at Bedrock: https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
export function checkClaudeStrict(schema: unknown, path: string): void {
  checkObjectSchema(schema, path);
  for (const [one, at] of schemasIn(schema, path)) {
    const word = CLAUDE_REFUSES.find((keyword) => keyword in one);
    if (word !== undefined) {
      throw new Refusal(at, `For '${String(one.type)}' type, property '${word}' is not supported`);
    }
    if (one.type === 'object' && one.additionalProperties !== false) {
      throw new Refusal(at, "For 'object' type, 'additionalProperties' must be explicitly set to false");
    }
  }
}

const GEMINI_KNOWS =
  'type format title description nullable enum maxItems minItems properties required minProperties maxProperties minLength maxLength pattern example anyOf propertyOrdering default items minimum maximum'.split(
    ' ',
  );
const GEMINI_TYPES = ['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL'];

/** Gemini's `Schema` message: https://ai.google.dev/api/caching#Schema */
export function checkGeminiSchema(schema: unknown, path: string): void {
  for (const [one, at] of schemasIn(schema, path)) {
    const unknown = Object.keys(one).find((keyword) => !GEMINI_KNOWS.includes(keyword));
    if (unknown !== undefined) throw new Refusal(`${at}.${unknown}`, 'unknown', { kind: 'unknown' });
    if (one.type !== undefined && !GEMINI_TYPES.includes(String(one.type).toUpperCase())) {
      throw new Refusal(
        `${at}.type`,
        `Invalid value (type.googleapis.com/google.ai.generativelanguage.Type)`,
      );
    }
    const kind = String(one.type ?? '').toUpperCase();
    const properties = isJson(one.properties) ? Object.keys(one.properties) : [];
    if (kind === 'OBJECT' && properties.length === 0) {
      throw new Refusal(`${at}.properties`, 'should be non-empty for OBJECT type');
    }
    if (kind === 'ARRAY' && one.items === undefined) throw new Refusal(`${at}.items`, 'missing field.');
    if (one.enum !== undefined && kind !== 'STRING') {
      throw new Refusal(`${at}.enum`, 'only allowed for STRING type');
    }
    const required = Array.isArray(one.required) ? one.required : [];
    const undefinedName = required.findIndex((name) => !properties.includes(String(name)));
    if (undefinedName !== -1)
      throw new Refusal(`${at}.required[${undefinedName}]`, 'property is not defined');
  }
}

/** A value that fits; schemas of the tests only (`$ref` to `#/$defs`, `anyOf`, and the plain types). */
export function instanceOf(schema: unknown, root: unknown = schema): unknown {
  if (!isJson(schema)) return { answer: 'any JSON' };
  if (typeof schema.$ref === 'string') return instanceOf(follow(schema.$ref, root), root);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const branches = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(branches)) return instanceOf(branches[0], root);
  const type = String(Array.isArray(schema.type) ? schema.type[0] : schema.type).toLowerCase();
  switch (type) {
    case 'object': {
      const properties = Object.entries(isJson(schema.properties) ? schema.properties : {});
      return Object.fromEntries(properties.map(([name, one]) => [name, instanceOf(one, root)]));
    }
    case 'array':
      return [instanceOf(schema.items, root)];
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 7;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return 'Łukasz "der Große" 🦩';
  }
}

function follow(reference: string, root: unknown): unknown {
  return reference
    .split('/')
    .slice(1)
    .reduce<unknown>((at, name) => (isJson(at) ? at[name] : undefined), root);
}
