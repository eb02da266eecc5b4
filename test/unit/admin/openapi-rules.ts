/**
 * What has to be true of an OpenAPI 3.1 document, as far as ours uses the format: the shape as a schema, after the
 * specification's own (https://spec.openapis.org/oas/3.1/schema/2022-10-07), and what no schema can say.
 */
import { type Schema, validate } from '@cfworker/json-schema';

const text: Schema = { type: 'string', minLength: 1 };
const mapOf = (schema: Schema): Schema => ({ type: 'object', additionalProperties: schema });
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const count: Schema = { type: 'integer', minimum: 0 };
const typeName: Schema = { enum: ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer'] };

/** Nothing but what is named here, and extensions. */
const closed = (required: string[], properties: Record<string, Schema>): Schema => ({
  type: 'object',
  required,
  properties,
  patternProperties: { '^x-': {} },
  additionalProperties: false,
});

const META: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...closed(['openapi', 'info', 'paths', 'servers', 'tags', 'components'], {
    openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
    info: closed(['title', 'version', 'description'], { title: text, version: text, description: text }),
    servers: { type: 'array', minItems: 1, items: closed(['url'], { url: text }) },
    tags: {
      type: 'array',
      items: closed(['name', 'description'], { name: text, description: text }),
      uniqueItems: true,
    },
    paths: { type: 'object', patternProperties: { '^/': ref('pathItem') }, additionalProperties: false },
    webhooks: mapOf(ref('pathItem')),
    components: closed([], {
      schemas: mapOf(ref('schema')),
      parameters: mapOf(ref('parameter')),
      securitySchemes: mapOf(ref('securityScheme')),
    }),
  }),
  $defs: {
    pathItem: closed(
      [],
      Object.fromEntries(['get', 'put', 'post', 'delete', 'patch'].map((name) => [name, ref('operation')])),
    ),
    operation: closed(['operationId', 'summary', 'tags', 'security', 'responses', 'x-roles'], {
      operationId: { type: 'string', pattern: '^[a-z][A-Za-z]+$' },
      summary: text,
      description: text,
      tags: { type: 'array', minItems: 1, items: text },
      security: { type: 'array', minItems: 1, items: mapOf({ type: 'array', items: text }) },
      parameters: { type: 'array', items: ref('parameter') },
      requestBody: closed(['content'], {
        description: text,
        required: { type: 'boolean' },
        content: ref('content'),
      }),
      responses: {
        type: 'object',
        required: ['default'],
        patternProperties: {
          '^([1-5]\\d\\d|default)$': ref('response'),
          '^(2|default)': { required: ['content'] },
        },
        additionalProperties: false,
      },
    }),
    parameter: {
      ...closed(['name', 'in', 'schema'], {
        name: text,
        in: { enum: ['query', 'header', 'path', 'cookie'] },
        required: { type: 'boolean' },
        description: text,
        schema: ref('schema'),
        example: {},
      }),
      if: { properties: { in: { const: 'path' } } },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      then: { properties: { required: { const: true } }, required: ['required'] },
    },
    response: closed(['description'], {
      description: text,
      content: ref('content'),
      headers: mapOf(closed([], { description: text, schema: ref('schema') })),
    }),
    content: {
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: '^[a-z]+/[a-z.+-]+$' },
      additionalProperties: closed(['schema'], { schema: ref('schema'), example: {} }),
    },
    securityScheme: {
      oneOf: [
        closed(['type', 'scheme'], { type: { const: 'http' }, scheme: text, description: text }),
        closed(['type', 'in', 'name'], {
          type: { const: 'apiKey' },
          in: { enum: ['query', 'header', 'cookie'] },
          name: text,
          description: text,
        }),
      ],
    },
    /** The words of JSON Schema that there are here: any other may be a misspelt one. */
    schema: closed([], {
      $ref: { type: 'string', pattern: '^#/components/schemas/[A-Za-z]+$' },
      type: { anyOf: [typeName, { type: 'array', items: typeName, minItems: 1, uniqueItems: true }] },
      enum: { type: 'array', minItems: 1, uniqueItems: true },
      const: {},
      not: ref('schema'),
      anyOf: { type: 'array', minItems: 1, items: ref('schema') },
      oneOf: { type: 'array', minItems: 1, items: ref('schema') },
      allOf: { type: 'array', minItems: 1, items: ref('schema') },
      discriminator: closed(['propertyName'], { propertyName: text, mapping: mapOf(text) }),
      properties: mapOf(ref('schema')),
      required: { type: 'array', items: { type: 'string' }, uniqueItems: true },
      additionalProperties: { anyOf: [{ type: 'boolean' }, ref('schema')] },
      propertyNames: ref('schema'),
      items: ref('schema'),
      minItems: count,
      maxItems: count,
      uniqueItems: { type: 'boolean' },
      minLength: count,
      maxLength: count,
      pattern: text,
      format: text,
      minimum: { type: 'number' },
      maximum: { type: 'number' },
      exclusiveMinimum: { type: 'number' },
      exclusiveMaximum: { type: 'number' },
      multipleOf: { type: 'number', exclusiveMinimum: 0 },
      title: text,
      description: text,
      default: {},
      example: {},
      examples: { type: 'array' },
      writeOnly: { type: 'boolean' },
    }),
  },
};

/** The document, or a part of it. */
export type Node = { readonly [name: string]: unknown };

export interface Described {
  readonly method: string;
  readonly path: string;
  readonly operation: Node;
}

export const operationsOf = (document: Node): Described[] =>
  Object.entries(document.paths as Record<string, Record<string, Node>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );

/** What is wrong with the document; empty if nothing is. */
export function mistakesOf(document: Node): string[] {
  const { errors } = validate(document, META, '2020-12', undefined, false);
  const shape = errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  return shape.length > 0
    ? shape
    : [
        ...wrongReferences(document),
        ...wrongPatterns(document),
        ...operationsOf(document).flatMap(wrongParameters),
      ];
}

function wrongReferences(document: Node): string[] {
  const { schemas } = document.components as { schemas: Node };
  return valuesOf(document, '$ref')
    .filter((target) => !Object.hasOwn(schemas, String(target).replace('#/components/schemas/', '')))
    .map((target) => `${target} leads nowhere`);
}

/** A pattern has to be a regular expression, and one with flags behind it would ask for their letters. */
const wrongPatterns = (document: Node): string[] =>
  valuesOf(document, 'pattern')
    .filter((pattern) => typeof pattern === 'string')
    .filter((pattern) => !isRegExp(pattern) || /\/[a-z]+$/.test(pattern))
    .map((pattern) => `${pattern} is no pattern`);

function isRegExp(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

interface Parameter {
  readonly name: string;
  readonly in: string;
}

/** Every part of the path in braces is a parameter, and the other way round; none is there twice. */
function wrongParameters({ path, operation }: Described): string[] {
  const parameters = (operation.parameters ?? []) as readonly Parameter[];
  const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
  const inBraces = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const keys = parameters.map((one) => `${one.in} ${one.name}`);
  const where = String(operation.operationId);
  return [
    ...(inPath.toSorted().join() === inBraces.toSorted().join() ? [] : [`${where}: ${path} has ${inPath}`]),
    ...(new Set(keys).size === keys.length ? [] : [`${where}: a parameter twice`]),
  ];
}

/** Of all members of this name, however deep. */
function valuesOf(node: unknown, name: string): unknown[] {
  if (Array.isArray(node)) return node.flatMap((item) => valuesOf(item, name));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => [
    ...(key === name ? [value] : []),
    ...valuesOf(value, name),
  ]);
}

/** What is wrong with `value` as the answer `status` of an operation; innermost first. */
export function answerMistakes(
  document: Node,
  operationId: string,
  status: number,
  value: unknown,
): string[] {
  const found = operationsOf(document).find(({ operation }) => operation.operationId === operationId);
  const responses = found?.operation.responses as Record<
    string,
    { content: Record<string, { schema: unknown }> }
  >;
  const [content] = Object.values((responses[status] ?? responses.default)?.content ?? {});
  const { schemas } = document.components as { schemas: Node };
  const root = toLocal({ ...(content?.schema as Node), $defs: schemas }) as Schema; // checked by `mistakesOf`
  return validate(value, root, '2020-12', undefined, false)
    .errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)
    .reverse();
}

/** References as the validator finds them. */
const toLocal = (node: unknown): unknown =>
  JSON.parse(JSON.stringify(node).replaceAll('#/components/schemas/', '#/$defs/'));
