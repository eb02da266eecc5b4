/**
 * What people, proxies, fuzzers and attackers make of a request that was right: each way spoils one place, and says which
 * name a refusal has to give it.
 */
import type { Schema } from '@cfworker/json-schema';
import type { Seeded } from '../seeded.ts';
import type { DescribedOperation } from './described-api.ts';
import type { Draft } from './drafts.ts';
import {
  HUGE_VALUES,
  ODD_BODIES,
  ODD_CREDENTIALS,
  ODD_HEADERS,
  ODD_SEGMENTS,
  ODD_TEXTS,
  ODD_TYPES,
  ODD_VALUES,
  UNKNOWN_NAMES,
} from './odd-values.ts';

export interface Spoilt {
  readonly draft: Draft;
  /** `null`: a refusal need not name a field. */
  readonly field: string | null;
}

interface Victim {
  readonly operation: DescribedOperation;
  readonly draft: Draft;
  /** Of the draft, as a value. */
  readonly body: unknown;
}

/** `null`: there is nothing of the kind to spoil. */
export type Way = (victim: Victim, random: Seeded) => Spoilt | null;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON text of an object with `odd` as the text of one member, which comes last. */
function withMember(body: Readonly<Record<string, unknown>>, name: string, odd: string): string {
  const others = Object.entries(body).filter(([other]) => other !== name);
  const members = others.map(([other, value]) => `${JSON.stringify(other)}:${JSON.stringify(value)}`);
  return `{${[...members, `${JSON.stringify(name)}:${odd}`].join()}}`;
}

/** Members that the description knows, of whichever kind of body this is. */
function knownMembers(
  { properties, anyOf, oneOf }: Schema,
  body: Readonly<Record<string, unknown>>,
): string[] {
  const described = [properties, ...[...(anyOf ?? []), ...(oneOf ?? [])].map((one) => one.properties)];
  const fitting = described.find(
    (one) => one !== undefined && Object.keys(body).every((name) => name in one),
  );
  return Object.keys(fitting ?? body);
}

const odd =
  (values: readonly string[]): Way =>
  ({ operation, draft, body }, random) => {
    if (operation.body === null || !isObject(body)) return null;
    const names = knownMembers(operation.body, body);
    if (names.length === 0) return null;
    const field = random.pick(names);
    return { draft: { ...draft, body: withMember(body, field, random.pick(values)) }, field };
  };

/** Somewhere inside a member: in a list, in an object of a list. */
const oddInside: Way = ({ draft, body }, random) => {
  if (!isObject(body)) return null;
  const inner = Object.keys(body).filter((name) => typeof body[name] === 'object' && body[name] !== null);
  if (inner.length === 0) return null;
  const field = random.pick(inner);
  const marker = '"--odd--"';
  const spoil = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return '--odd--';
    const names = Object.keys(value);
    if (names.length === 0) return Array.isArray(value) ? ['--odd--'] : { odd: '--odd--' };
    const name = random.pick(names);
    const changed = { ...value, [name]: spoil((value as Readonly<Record<string, unknown>>)[name]) };
    return Array.isArray(value) ? Object.values(changed) : changed;
  };
  const text = JSON.stringify(spoil(body[field])).replace(marker, () => random.pick(ODD_VALUES));
  return { draft: { ...draft, body: withMember(body, field, text) }, field };
};

const unknownMember: Way = ({ draft, body }, random) => {
  if (!isObject(body)) return null;
  const field = random.pick(UNKNOWN_NAMES.filter((name) => !(name in body) || name === '__proto__'));
  return { draft: { ...draft, body: withMember(body, field, random.pick(ODD_VALUES)) }, field };
};

const missingMember: Way = ({ operation, draft, body }, random) => {
  const required = operation.body?.required ?? operation.body?.oneOf?.[0]?.required?.slice(0, 1) ?? [];
  if (!isObject(body) || required.length === 0) return null;
  const field = random.pick(required);
  const { [field]: _, ...others } = body;
  return { draft: { ...draft, body: JSON.stringify(others) }, field };
};

/** The last one counts, as for `JSON.parse`. */
const repeatedMember: Way = ({ draft, body }, random) => {
  if (!isObject(body) || Object.keys(body).length === 0) return null;
  const field = random.pick(Object.keys(body));
  const again = `${JSON.stringify(field)}:${random.pick(ODD_VALUES)},`;
  return { draft: { ...draft, body: JSON.stringify(body).replace('{', `{${again}`) }, field };
};

const oddBody: Way = ({ draft, operation }, random) =>
  operation.body === null ? null : { draft: { ...draft, body: random.pick(ODD_BODIES) }, field: null };

const hugeBody: Way = ({ draft, operation }, random) => {
  if (operation.body === null) return null;
  const body = `{"name":"${'x'.repeat(random.between(2_000_000, 3_000_000))}"}`;
  return { draft: { ...draft, body }, field: null };
};

/** A byte that no UTF-8 text has, somewhere in it. */
const invalidUtf8: Way = ({ draft }, random) => {
  if (typeof draft.body !== 'string') return null;
  const bytes = Buffer.from(draft.body);
  if (bytes.length === 0) return null;
  bytes[random.between(0, bytes.length - 1)] = random.pick([0xff, 0xc0, 0xed, 0x80, 0x00]);
  return { draft: { ...draft, body: bytes }, field: null };
};

const withHeaders = (draft: Draft, headers: Draft['headers']): Draft => ({
  ...draft,
  headers: { ...draft.headers, ...headers },
});

const oddType: Way = ({ draft, operation }, random) =>
  operation.body === null
    ? null
    : { draft: withHeaders(draft, { 'content-type': random.pick(ODD_TYPES) }), field: null };

const oddEncoding: Way = ({ draft }, random) => ({
  draft: withHeaders(draft, { 'content-encoding': random.pick(['gzip', 'br', 'x', 'gzip, identity']) }),
  field: 'content-encoding',
});

const unwantedBody: Way = ({ draft, operation }, random) =>
  operation.body === null
    ? { draft: { ...withHeaders(draft, JSON_TYPE), body: random.pick(ODD_BODIES) }, field: null }
    : null;

const JSON_TYPE = { 'content-type': 'application/json' };

const oddSegment: Way = ({ draft }, random) => {
  const [name] = Object.keys(draft.params);
  if (name === undefined) return null;
  return { draft: { ...draft, params: { [name]: random.pick(ODD_SEGMENTS) } }, field: name };
};

const oddQuery: Way = ({ draft, operation }, random) => {
  const names = operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  if (names.length === 0) return null;
  const field = random.pick(names);
  const others = draft.query.filter(([name]) => name !== field);
  const oddOnes = random.list(random.pick([1, 1, 2, 30]), () => [field, random.pick(ODD_TEXTS)] as const);
  return { draft: { ...draft, query: [...others, ...oddOnes] }, field };
};

const unknownQuery: Way = ({ draft }, random) => {
  const field = random.pick([
    'unknown',
    '__proto__',
    'constructor',
    'limit[]',
    '',
    '%00',
    '%',
    'dryrun',
    'token',
  ]);
  return { draft: { ...draft, query: [...draft.query, [field, random.pick(ODD_TEXTS)]] }, field: null };
};

const oddHeader: Way = ({ draft, operation }, random) => {
  const names = operation.parameters.filter((one) => one.in === 'header').map(({ name }) => name);
  const field = random.pick(names.length === 0 ? ['if-match', 'idempotency-key', 'if-none-match'] : names);
  const values = random.list(random.pick([1, 1, 2]), () => random.pick(ODD_HEADERS));
  return { draft: withHeaders(draft, { [field]: values }), field };
};

const oddCredential: Way = ({ draft }, random) => ({
  draft: withHeaders(draft, { authorization: random.pick(ODD_CREDENTIALS) }),
  field: null,
});

const otherMethod: Way = ({ draft }, random) => ({
  draft: { ...draft, method: random.pick(['HEAD', 'OPTIONS', 'TRACE', 'PUT', 'PATCH', 'POST', 'DELETE']) },
  field: null,
});

/** By name, as failures are told; what breaks in more ways is listed more often. */
export const WAYS: readonly (readonly [what: string, way: Way])[] = [
  ['an odd value', odd(ODD_VALUES)],
  ['an odd value', odd(ODD_VALUES)],
  ['an odd value', odd(ODD_VALUES)],
  ['a huge value', odd(HUGE_VALUES)],
  ['an odd value inside', oddInside],
  ['an odd value inside', oddInside],
  ['an unknown member', unknownMember],
  ['a missing member', missingMember],
  ['a repeated member', repeatedMember],
  ['an odd body', oddBody],
  ['an odd body', oddBody],
  ['a body that is too large', hugeBody],
  ['invalid UTF-8', invalidUtf8],
  ['an odd content type', oddType],
  ['an encoded body', oddEncoding],
  ['a body that nobody asked for', unwantedBody],
  ['an odd path', oddSegment],
  ['an odd path', oddSegment],
  ['an odd query', oddQuery],
  ['an odd query', oddQuery],
  ['an unknown query', unknownQuery],
  ['an odd header', oddHeader],
  ['an odd credential', oddCredential],
  ['another method', otherMethod],
];
