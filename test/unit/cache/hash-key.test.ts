import { describe, expect, it } from 'vitest';
import type { CacheKeyParts } from '../../../src/cache/cache-key.ts';
import { hashKey } from '../../../src/cache/hash-key.ts';
import { type ScopeKind, type Tenant, tenantScope } from '../../../src/cache/tenant-scope.ts';
import { parseExact } from '../../../src/exact-json.ts';

const TENANT: Tenant = { keyId: 'key-1', project: 'shop', organization: 'acme' };

const hash = (request: unknown, more: Partial<CacheKeyParts> = {}): string | null =>
  hashKey({
    scope: tenantScope(TENANT, 'project'),
    operation: 'chat',
    model: 'm',
    policy: 'p',
    namespace: null,
    request,
    ...more,
  })?.hash ?? null;

const hashOfText = (json: string): string | null => hash(parseExact(json));

describe('hashKey', () => {
  it('is the SHA-256 of the canonical JSON of its parts', () => {
    // By `sha256sum` of {"model":"m","namespace":null,"operation":"chat","policy":"p","prompts":1,
    // "request":{"a":1,"é":"x"},"scope":"[\"project\",\"acme\",\"shop\"]","version":1}, on one line.
    const expected = '843af0a808e0dae68fc1cfb3ad3ee8ffc2ef8165dfca1c00edc6c41ae45597fa';
    expect(hash({ é: 'x', a: 1 })).toBe(expected);
    expect(
      hashKey({
        scope: tenantScope(TENANT, 'project'),
        operation: 'chat',
        model: 'm',
        policy: 'p',
        namespace: null,
        request: { a: 1, é: 'x' },
      }),
    ).toEqual({ scope: '["project","acme","shop"]', hash: expected });
  });

  it.each([
    [
      'members in another order',
      '{"a":{"b":1,"c":[1,{"d":1,"e":2}]},"f":1}',
      '{"f":1,"a":{"c":[1,{"e":2,"d":1}],"b":1}}',
    ],
    ['white space', '{"a":[1,2]}', ' {\n"a" :\t[ 1 ,2 ] }\r\n'],
    ['escapes', '{"café":"\\"é/😀"}', '{"caf\\u00e9":"\\u0022\\u00E9\\/\\ud83d\\uDE00"}'],
    ['a number with a fraction of nothing', '{"a":1}', '{"a":1.0}'],
    ['a number with an exponent', '{"a":100}', '{"a":1E2}'],
    ['a negative nothing', '{"a":0}', '{"a":-0}'],
    ['long integers in another place', '{"a":9007199254740993,"b":1}', '{"b":1,"a":9007199254740993}'],
  ])('is the same for %s', (_, one, other) => {
    expect(hashOfText(one)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOfText(one)).toBe(hashOfText(other));
  });

  /** Each means something else than every other. */
  const DIFFERENT = [
    '{"a":1}',
    '{"a":"1"}',
    '{"a":1.5}',
    '{"a":true}',
    '{"a":null}',
    '{}',
    '[]',
    '{"a":[1]}',
    '{"a":[1,2]}',
    '{"a":[2,1]}',
    '{"a":[[1],2]}',
    '{"A":1}',
    '{"a":"é"}',
    '{"a":"e\\u0301"}', // the same letter, in two characters
    '{"a":9007199254740992}',
    '{"a":9007199254740993}',
    '{"a":9007199254740994}',
    '{"a":-9007199254740993}',
    '{"a":"9007199254740993"}',
    '{"a":{"rawJSON":"9007199254740993"}}',
    '{"a":{"rawJSON":9007199254740993}}',
    '{"a":{"rawJSON":"1"}}',
    '{"a":{"number":"9007199254740993"}}',
    '{"a":{"object":{"rawJSON":"9007199254740993"}}}',
    '{"object":{"a":{"number":"9007199254740993"}}}',
    '{"a":"\\"rawJSON\\":\\"9007199254740993\\""}',
    '{"a":[9007199254740993]}',
    '{"a":{"b":9007199254740993}}',
  ];

  it.each(DIFFERENT)('differs from those of all other requests: %s', (json) => {
    const others = DIFFERENT.filter((other) => other !== json).map(hashOfText);
    expect(others).toHaveLength(DIFFERENT.length - 1);
    expect(others).not.toContain(hashOfText(json));
  });

  it('takes an object of a client for what it is, whatever it looks like', () => {
    const likeNumber = { a: { rawJSON: '9007199254740993' }, b: parseExact('9007199254740995') };
    const number = { a: parseExact('9007199254740993'), b: parseExact('9007199254740995') };
    expect(hash(likeNumber)).not.toBe(hash(number));
  });

  it.each([
    ['a lone surrogate', { a: '\ud800' }],
    ['a lone surrogate in a name', { '\udc00': 1 }],
    ['an endless number', { a: JSON.parse('1e999') }],
    ['what is no number', { a: Number.NaN }],
    ['a lone surrogate beside a long integer', { a: '\ud800', b: parseExact('9007199254740993') }],
  ])('has none for %s', (_, request) => {
    expect(hash(request)).toBeNull();
  });

  it.each<[string, Partial<CacheKeyParts>]>([
    ['operation', { operation: 'completions' }],
    ['model', { model: 'n' }],
    ['policy', { policy: 'q' }],
    ['namespace', { namespace: 'blue' }],
    ['namespace of that name', { namespace: 'null' }],
    ['scope', { scope: tenantScope(TENANT, 'key') }],
  ])('differs by its %s', (_, part) => {
    expect(hash({ a: 1 }, part)).not.toBe(hash({ a: 1 }));
  });
});

describe('tenants (traps E1)', () => {
  const of = (tenant: Partial<Tenant>, kind: ScopeKind) =>
    hash({ a: 1 }, { scope: tenantScope({ ...TENANT, ...tenant }, kind) });

  it.each<[ScopeKind, Partial<Tenant>, boolean]>([
    ['key', {}, true],
    ['key', { keyId: 'key-2' }, false],
    ['key', { project: 'other' }, false],
    ['project', { keyId: 'key-2' }, true],
    ['project', { project: 'other' }, false],
    ['project', { organization: 'other' }, false],
    ['project', { organization: null }, false],
    ['organization', { project: 'other', keyId: 'key-2' }, true],
    ['organization', { organization: 'other' }, false],
    ['organization', { organization: null }, false],
  ])('by %s share with %j: %s', (kind, other, isShared) => {
    expect(of(other, kind) === of({}, kind)).toBe(isShared);
  });

  it('without an organisation share with their project only', () => {
    expect(of({ organization: null }, 'organization')).not.toBe(
      of({ organization: null, project: 'other' }, 'organization'),
    );
    expect(of({ organization: null }, 'organization')).toBe(of({ organization: null }, 'project'));
  });

  it('cannot be told by a name what they are not', () => {
    const names: Partial<Tenant>[] = [
      { project: 'a', organization: null },
      { project: 'a","b', organization: null },
      { project: 'a', organization: 'b' },
      { project: 'b', organization: 'a' },
      { project: 'null', organization: null },
      { project: '["project"]', organization: 'null' },
    ];
    const kinds: readonly ScopeKind[] = ['key', 'project', 'organization'];
    const scopes = new Set(kinds.flatMap((kind) => names.map((name) => of(name, kind))));
    // Three of the six have no organisation, and so one scope for two kinds.
    expect(scopes.size).toBe(3 * names.length - 3);
  });
});
