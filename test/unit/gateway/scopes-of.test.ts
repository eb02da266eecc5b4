/** Whose limits count for a request, under which names, and that finding out costs next to nothing. */
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { ScopeBook, scopesOf, type TenantLimits } from '../../../src/gateway/limits/scopes-of.ts';
import type { Principal } from '../../../src/keys/principal.ts';
import { toScopeLimits, UNLIMITED } from '../../../src/limits/scope-limits.ts';
import { EVERYTHING } from './support.ts';

const BUDGET = { usd: 5, window: 'day' as const, rolling: false, time_zone: 'UTC' };
const NOTHING: TenantLimits = { projectLimits: {}, organizationLimits: {}, organizations: {} };

/** `tenants` may be replaced by the test, as a pulse does. */
function setUp(document: object = {}, tenants: TenantLimits = NOTHING) {
  const registry = { tenants };
  const scopeBook = new ScopeBook(configSchema().parse(document));
  const find = (principal: Principal, endUser: string | null = null) =>
    scopesOf(principal, endUser, { scopeBook, tenants: () => registry.tenants });
  return { registry, find };
}

const aKey = (fields: Partial<Principal> = {}): Principal => ({
  ...EVERYTHING,
  keyName: 'ci',
  keyId: 'key_1',
  ledgerId: 'key_1',
  project: 'web',
  limits: {},
  waitingRoom: null,
  ...fields,
});

const aTokenOf = (parent: Principal, fields: Partial<Principal> = {}): Principal => ({
  ...parent,
  keyId: null,
  token: { id: 'tok_1', name: 'build 7' },
  ledgerId: 'tok_1',
  limits: {},
  within: parent,
  ...fields,
});

/** Somebody of a project's issuer, narrowed by a claim. */
function aUser(subject: string): Principal {
  const bound = aKey({
    keyName: 'https://id.example',
    keyId: null,
    ledgerId: `hash of ${subject}`,
    endUser: subject,
  });
  return { ...bound, models: ['fast'], within: bound };
}

const ledgers = (scopes: readonly { readonly ledger: string }[]) => scopes.map(({ ledger }) => ledger);

describe('the scopes of a request', () => {
  it('are the key and the project where nothing is limited: what they use is recorded', () => {
    const { find } = setUp();
    expect(find(aKey({ organization: 'acme', endUser: 'user-1' }), 'user-2')).toEqual([
      {
        kind: 'key',
        ledger: 'key:key_1',
        name: 'ci',
        limits: UNLIMITED,
        onUnavailable: 'open',
        isRecorded: true,
      },
      {
        kind: 'project',
        ledger: 'project:web',
        name: 'web',
        limits: UNLIMITED,
        onUnavailable: 'open',
        isRecorded: true,
      },
    ]);
  });

  it('are all that are limited, from the narrowest to the widest', () => {
    const { find } = setUp({
      projects: { web: { concurrency: 3 } },
      organizations: { acme: { concurrency: 4 } },
      end_users: { concurrency: 5 },
    });
    const parent = aKey({ organization: 'acme', limits: { concurrency: 2 } });
    const scopes = find(aTokenOf(parent, { limits: { concurrency: 1 } }), 'user-1');
    expect(
      scopes.map(({ kind, name, limits, isRecorded }) => [kind, name, limits.concurrency, isRecorded]),
    ).toEqual([
      ['token', 'build 7', 1, false],
      ['key', 'ci', 2, true],
      ['project', 'web', 3, true],
      ['organization', 'acme', 4, false],
      ['end_user', 'user-1', 5, false],
    ]);
    expect(ledgers(scopes)).toEqual([
      'token:tok_1',
      'key:key_1',
      'project:web',
      'organization:acme',
      'end_user:["web","user-1"]',
    ]);
  });

  it('of a token without limits are those of its key', () => {
    const { find } = setUp();
    const parent = aKey({ limits: { concurrency: 2 } });
    expect(ledgers(find(aTokenOf(parent)))).toEqual(['key:key_1', 'project:web']);
    expect(find(aTokenOf(parent))[0]).toMatchObject({ kind: 'key', name: 'ci', limits: { concurrency: 2 } });
  });

  it('of somebody of a project’s issuer are theirs alone', () => {
    const { find } = setUp();
    expect(ledgers(find(aUser('a')))).toEqual(['key:hash of a', 'project:web']);
    expect(ledgers(find(aUser('b')))).toEqual(['key:hash of b', 'project:web']);
  });

  it('hold every kind of limit as it stands in the entry', () => {
    const fields = { requests_per_minute: 60, burst_requests: 5, tokens_per_day: 100, budgets: [BUDGET] };
    const [key] = setUp().find(aKey({ limits: fields }));
    expect(key?.limits).toEqual(toScopeLimits(fields));
    expect(key?.limits.budgets).toHaveLength(1);
  });
});

describe('limits of projects and organisations', () => {
  const tenants: TenantLimits = {
    projectLimits: { web: { concurrency: 9, tokens_per_minute: 90 }, app: { concurrency: 8 } },
    organizationLimits: { acme: { concurrency: 7 } },
    organizations: { web: 'acme' },
  };

  it('come from the document and the Registry: where both say something, the Registry’s counts', () => {
    const document = {
      projects: { web: { concurrency: 1, requests_per_minute: 10, budgets: [BUDGET] } },
      organizations: { acme: { concurrency: 1, requests_per_day: 20 } },
    };
    const [, project, organization] = setUp(document, tenants).find(aKey({ organization: 'acme' }));
    expect(project?.limits).toEqual(
      toScopeLimits({ concurrency: 9, tokens_per_minute: 90, requests_per_minute: 10, budgets: [BUDGET] }),
    );
    expect(organization?.limits).toEqual(toScopeLimits({ concurrency: 7, requests_per_day: 20 }));
  });

  it('count for credentials that name no organisation, by that of their project', () => {
    const { find } = setUp({}, tenants);
    expect(ledgers(find(aUser('a')))).toContain('organization:acme');
    expect(ledgers(find(aKey({ organization: 'globex' })))).toEqual(['key:key_1', 'project:web']);
    expect(ledgers(find(aKey({ project: 'app' })))).toEqual(['key:key_1', 'project:app']);
  });

  it('count anew as soon as they change, for those who asked before too', () => {
    const { registry, find } = setUp({ projects: { web: { concurrency: 1 } } });
    const [key, token] = [aKey(), aTokenOf(aKey())];
    expect(find(key)[1]?.limits.concurrency).toBe(1);
    registry.tenants = { ...NOTHING, projectLimits: { web: { concurrency: 2 } } };
    expect([key, token].map((one) => find(one)[1]?.limits.concurrency)).toEqual([2, 2]);
    registry.tenants = NOTHING;
    expect([key, token].map((one) => find(one)[1]?.limits.concurrency)).toEqual([1, 1]);
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'has none that is called %s',
    (name) => {
      const { find } = setUp({ projects: {}, organizations: {} });
      const scopes = find(aKey({ project: name, organization: name }));
      expect(scopes.map(({ limits }) => limits)).toEqual([UNLIMITED, UNLIMITED]);
    },
  );

  it('are the same object for everybody: a Ledger is not told of a change with every other key', () => {
    const { find } = setUp({ projects: { web: { concurrency: 1 } } }, tenants);
    const [first, second] = [find(aKey()), find(aKey({ ledgerId: 'key_2' }))];
    expect(second[1]?.limits).toBe(first[1]?.limits);
    expect(second[2]?.limits).toBe(first[2]?.limits);
  });
});

describe('an end user', () => {
  const { find } = setUp({ end_users: { requests_per_minute: 5 } });
  const endUserOf = (principal: Principal, name: string | null) =>
    find(principal, name).find(({ kind }) => kind === 'end_user');

  it('is whom the credential names, whatever the body says', () => {
    expect(endUserOf(aKey({ endUser: 'mine' }), 'other')?.name).toBe('mine');
    expect(endUserOf(aKey(), 'other')?.name).toBe('other');
  });

  it.each([null, ''])('is nobody where nobody is named: %j', (name) => {
    expect(endUserOf(aKey(), name)).toBeUndefined();
  });

  it('is nobody where end users have no limits', () => {
    expect(setUp({ end_users: {} }).find(aKey({ endUser: 'a' }), 'b')).toHaveLength(2);
  });

  it('shares a Ledger with nobody: not with the same name in another project, nor with any other name', () => {
    const long = 'x'.repeat(300);
    const pairs: [project: string, name: string][] = [
      ['a', 'b'],
      ['b', 'b'],
      ['a', 'b/c'],
      ['a/b', 'c'],
      ['a","b', 'c'],
      ['a', 'b","c'],
      ['a', long],
      ['a', `${long}y`],
      ['b', long],
      ['a', '\u0000'.repeat(150)],
      ['a', `${'\u0000'.repeat(149)}x`],
      ['a', '\ud800'],
      ['a', '\ufffd'],
      ['a', 'B'],
    ];
    const names = pairs.map(([project, name]) => endUserOf(aKey({ project }), name)?.ledger ?? '');
    expect(new Set(names).size).toBe(pairs.length);
    for (const name of names) expect(name.length).toBeLessThan(300);
  });

  it('keeps a Ledger, however long the name is', () => {
    const name = 'x'.repeat(100_000);
    const [one, other] = [endUserOf(aKey(), name), endUserOf(aKey({ ledgerId: 'key_2' }), name)];
    expect(one?.ledger).toBe(other?.ledger);
    expect(one?.ledger).toMatch(/^end_user:sha256 [0-9a-f]{64}$/);
    expect(one?.name).toHaveLength(200);
  });
});

describe('a project with a very long name', () => {
  it('has a Ledger of its own', () => {
    const name = 'p'.repeat(1000);
    const { find } = setUp();
    const [one, other] = [find(aKey({ project: name })), find(aKey({ project: `${name}q` }))];
    expect(one[1]?.ledger).not.toBe(other[1]?.ledger);
    expect(one[1]?.ledger.length).toBeLessThan(100);
  });
});

describe('while a Ledger cannot be reached', () => {
  const RATE = { concurrency: 1 };
  const MONEY = { budgets: [BUDGET] };
  const end_users = { concurrency: 1 };

  it.each([
    ['rates do not hold up a request', {}, RATE, 'open'],
    ['money does', {}, MONEY, 'closed'],
    ['money does, beside rates', {}, { ...RATE, ...MONEY }, 'closed'],
    ['the operator may want it otherwise', { limits: { on_unavailable: 'open' } }, MONEY, 'open'],
    ['or the other way round', { limits: { on_unavailable: 'closed' } }, RATE, 'closed'],
    ['for one project', { projects: { web: { on_unavailable: 'open' } } }, MONEY, 'open'],
    [
      'and what is said of the project goes first',
      { limits: { on_unavailable: 'open' }, projects: { web: { on_unavailable: 'closed' } } },
      RATE,
      'closed',
    ],
    ['another project is another thing', { projects: { app: { on_unavailable: 'open' } } }, MONEY, 'closed'],
    ['who has no limit is never held up', { limits: { on_unavailable: 'closed' } }, {}, 'open'],
  ] as const)('%s', (_, document, limits, expected) => {
    const [key] = setUp(document).find(aKey({ limits }));
    expect(key?.onUnavailable).toBe(expected);
  });

  it('a project’s word counts for all scopes of its requests', () => {
    const document = {
      projects: { web: { ...RATE, on_unavailable: 'closed' } },
      organizations: { acme: RATE },
      end_users,
    };
    const { find } = setUp(document);
    const policies = (project: string) =>
      find(aKey({ project, organization: 'acme', limits: RATE }), 'user-1').map(({ kind, onUnavailable }) => [
        kind,
        onUnavailable,
      ]);
    expect(policies('web')).toEqual([
      ['key', 'closed'],
      ['project', 'closed'],
      ['organization', 'closed'],
      ['end_user', 'closed'],
    ]);
    expect(policies('app')).toEqual([
      ['key', 'open'],
      ['project', 'open'],
      ['organization', 'open'],
      ['end_user', 'open'],
    ]);
  });
});

describe('asking again', () => {
  it('makes nothing anew for the same credential', () => {
    const { find } = setUp({ end_users: { concurrency: 1 } });
    const [named, unnamed] = [aKey({ endUser: 'a' }), aTokenOf(aKey())];
    for (const principal of [named, unnamed]) expect(find(principal)).toBe(find(principal));
    expect(find(named, 'b')).toBe(find(named, 'c'));
    // Of an end user in the body, only that one scope is new.
    const [first, second] = [find(unnamed, 'b'), find(unnamed, 'b')];
    expect(first.slice(0, -1).every((scope, index) => scope === second[index])).toBe(true);
    expect(first.at(-1)).toEqual(second.at(-1));
  });
});
