/** A request to a described operation, before it is bytes: valid as it is made, and easy to spoil in one place. */
import type { Seeded } from '../seeded.ts';
import type { DescribedOperation, DescribedParameter } from './described-api.ts';
import type { RawCall } from './raw-client.ts';
import { type Hints, makeValue } from './valid-values.ts';

export interface Draft {
  readonly method: string;
  /** With `{braces}`. */
  readonly path: string;
  /** Encoded already. */
  readonly params: Readonly<Record<string, string>>;
  /** Encoded already, both of each. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

export interface DraftSources {
  /** Of body members, and of parameters: `name`, or `operation.name` where another operation means something else by it. */
  readonly hints: Hints;
  /** Something for a path's parameter that may exist. */
  readonly pathValue: (operation: DescribedOperation, name: string) => string;
  readonly authorization: string;
}

/** What the description allows. The body, where there is one, comes beside it as a value. */
export function makeDraft(
  operation: DescribedOperation,
  random: Seeded,
  { hints, pathValue, authorization }: DraftSources,
): { readonly draft: Draft; readonly body: unknown } {
  const { method, path, parameters } = operation;
  const inPlace = (place: DescribedParameter['in']) =>
    parameters.filter((one) => one.in === place && (place === 'path' || random.chance(0.5)));
  const textOf = ({ name, schema }: DescribedParameter) => {
    const own = `${operation.id}.${name}`;
    return String(makeValue(schema, random, hints, own in hints ? own : name));
  };
  const params = inPlace('path').map(({ name }) => [name, encodeURIComponent(pathValue(operation, name))]);
  const query = inPlace('query').map((one) => [one.name, encodeURIComponent(textOf(one))] as const);
  const headers = inPlace('header').map((one) => [one.name, textOf(one)]);
  const body = operation.body === null ? undefined : makeValue(operation.body, random, hints, operation.id);
  const draft = {
    method,
    path,
    params: Object.fromEntries(params),
    query,
    headers: {
      authorization,
      ...Object.fromEntries(headers),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  return { draft, body };
}

export function toCall({ method, path, params, query, headers, body }: Draft): RawCall {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => params[name] ?? '');
  const search = query.map(([name, value]) => `${name}=${value}`).join('&');
  return {
    method,
    path: search === '' ? filled : `${filled}?${search}`,
    headers,
    ...(body === undefined ? {} : { body }),
  };
}
