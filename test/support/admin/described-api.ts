/** The admin API as its own OpenAPI document describes it: what may be sent, and what has to come back. */
import { type Schema, Validator } from '@cfworker/json-schema';
import type { RawAnswer } from './raw-client.ts';

export interface DescribedParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface DescribedOperation {
  readonly id: string;
  /** In capitals. */
  readonly method: string;
  /** From the root on, with `{braces}`. */
  readonly path: string;
  readonly parameters: readonly DescribedParameter[];
  /** Of the JSON body; `null`: it takes none. */
  readonly body: Schema | null;
  /** What is wrong with a good answer by its description; empty if nothing is. */
  mistakesOf(answer: RawAnswer): string[];
}

/** As far as it is read here; its shape has a test of its own. */
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly DescribedParameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

/** `text`: what `/openapi.json` answers. */
export function describeApi(text: string): DescribedOperation[] {
  const document = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as Document;
  const { schemas } = document.components;
  const resolve = (schema: Schema): Schema => {
    const name = schema.$ref?.replace('#/$defs/', '');
    return name === undefined ? schema : (schemas[name] ?? {});
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const [body] = Object.values(operation.requestBody?.content ?? {});
      return {
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        parameters: operation.parameters ?? [],
        body: body === undefined ? null : resolve(body.schema),
        mistakesOf: createJudge(operation, schemas),
      };
    }),
  );
}

function createJudge(
  { responses }: Operation,
  schemas: Document['components']['schemas'],
): DescribedOperation['mistakesOf'] {
  const validators = new Map<number, Validator>();
  const validatorFor = (status: number, schema: Schema): Validator => {
    const known = validators.get(status) ?? new Validator({ ...schema, $defs: schemas }, '2020-12', false);
    validators.set(status, known);
    return known;
  };
  return ({ status, headers, text }) => {
    const described = responses[status];
    if (described === undefined) return [`status ${status} is not described`];
    const [content] = Object.entries(described.content ?? {});
    if (content === undefined) return text === '' ? [] : ['has a body, and none is described'];
    const [type, { schema }] = content;
    if (headers.get('content-type') !== type) return [`is ${headers.get('content-type')}, not ${type}`];
    const values = type === 'application/x-ndjson' ? text.split('\n').slice(0, -1) : [text];
    return values.flatMap((value) =>
      validatorFor(status, schema)
        .validate(JSON.parse(value))
        .errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`),
    );
  };
}
