/** What the query of `DELETE /v1/cache` says: one thing that the answers have in common which are to be forgotten. */
import { InvalidRequest } from '../errors.ts';
import { type InvalidationKind, VALUE_PATTERNS } from '../keys/invalidations-copy.ts';

/** Of the answers of its own project; `project`: all of them, by the project's name. */
export interface ForgetWish {
  readonly kind: InvalidationKind | 'project';
  /** `null` for `all`. */
  readonly value: string | null;
}

const SELECTORS = ['key', 'model', 'namespace', 'tag', 'project', 'all'] as const;
const ALL_SELECTORS = '`key`, `model`, `namespace`, `tag`, `project` and `all`';

/** Throws `InvalidRequest` unless exactly one of them is named, with a value that makes sense. */
export function readForgetWish(params: URLSearchParams): ForgetWish {
  const unknown = [...params.keys()].find((name) => !SELECTORS.some((selector) => selector === name));
  // Else a slip of the pen beside `all` would forget everything.
  if (unknown !== undefined)
    throw new InvalidRequest(`This is none of ${ALL_SELECTORS}.`, unknown.slice(0, 100));
  const [first, second] = [...params];
  if (first === undefined)
    throw new InvalidRequest(`One of ${ALL_SELECTORS} has to say what is to be forgotten.`, 'all');
  if (second !== undefined)
    throw new InvalidRequest(`Only one of ${ALL_SELECTORS} can be named at once.`, second[0]);
  const [name, value] = first;
  const kind = SELECTORS.find((selector) => selector === name) ?? 'all'; // looked at above
  return kind === 'all' ? readAll(value) : { kind, value: requireValue(kind, value) };
}

function readAll(value: string): ForgetWish {
  if (value !== 'true') throw new InvalidRequest('`all` can only be `true`.', 'all');
  return { kind: 'all', value: null };
}

function requireValue(kind: Exclude<ForgetWish['kind'], 'all'>, value: string): string {
  if (kind === 'project' || VALUE_PATTERNS[kind].test(value)) return value;
  throw new InvalidRequest(`This is no ${WORDS[kind]}.`, kind);
}

const WORDS = {
  key: 'cache key: 64 characters of hex, as `x-edgeway-cache-key` tells them',
  model: 'name of a model',
  namespace: 'namespace',
  tag: 'tag',
};
