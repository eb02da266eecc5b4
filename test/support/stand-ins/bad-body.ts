/** A request that a vendor refuses, and pieces of such requests. */
import type { Json } from './closed.ts';
import { SECRET } from './form.ts';
import type { FormId } from './stand-ins.ts';

export interface BadBody {
  readonly form: FormId;
  readonly what: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status?: number;
  readonly says: RegExp;
}

export const PLAIN = 'scenario:plain';
export const bearer = { authorization: `Bearer ${SECRET}` };
export const schema = { type: 'object', properties: { a: { type: 'string', minLength: 1 } } };
type Bad = readonly [what: string, fields: Json, says: RegExp, headers?: Readonly<Record<string, string>>];

export function bad(
  form: FormId,
  path: string,
  headers: Readonly<Record<string, string>>,
  base: Json,
  list: readonly Bad[],
): BadBody[] {
  return list.map(([what, fields, says, others]) => ({
    form,
    what,
    path,
    headers: others ?? headers,
    body: { ...base, ...fields },
    says,
  }));
}

export const chatTool = (fields: object): object => ({
  type: 'function',
  function: { name: 'f', ...fields },
});
export const called = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };
export const user = { role: 'user', content: PLAIN };
