/** KV may hold what anybody wrote: a text is a copy, whole and of the right shape, or it is none. */
import { describe, expect, it } from 'vitest';
import {
  type CopyName,
  copyName,
  type KeyCopy,
  keyCopyName,
  keyCopyNameById,
  parseCopy,
  parseKeyCopy,
} from '../../../src/keys/edge-copies.ts';
import { type Seeded, seeded } from '../../support/seeded.ts';
import { aCopy } from './edge-support.ts';

const KEY: KeyCopy = aCopy(['a'.repeat(64)], {
  id: 'key_1',
  organization: 'acme',
  secrets: [
    { sha256: 'a'.repeat(64), expiresAt: 1_795_512_615_000 },
    { sha256: 'b'.repeat(64), expiresAt: null },
  ],
  models: ['openai/*', 'schnell'],
  deniedModels: ['openai/o3'],
  routes: ['/v1/*'],
  ipRanges: ['10.0.0.0/8'],
  expiresAt: 1_795_512_615_000,
  tags: ['ci'],
  limits: {
    requests_per_minute: 5,
    budgets: [{ usd: 1, soft_usd: 0.5, window: 'day', rolling: false, time_zone: 'UTC' }],
  },
  waitingRoom: { max_wait_seconds: 5, max_waiters: 10 },
});
const COPIES = {
  tenants: {
    version: 3,
    closedProjects: ['web'],
    closedOrganizations: ['acme'],
    issuers: { web: [{ issuer: 'https://id.example', audience: 'edgeway' }] },
    projectLimits: { web: { concurrency: 5 } },
    organizationLimits: {
      acme: { budgets: [{ usd: 100, window: 'month', rolling: true, time_zone: 'UTC' }] },
    },
    organizations: { web: 'acme' },
  },
  config: { version: 4, number: 2, text: '{"keys":[]}' },
  secrets: { version: 5, sealed: { OPENAI_API_KEY: 'v1.AAAA' } },
  cache: {
    version: 6,
    generation: 9,
    entries: [
      { generation: 7, project: 'web', organization: null, kind: 'tag', value: 'a' },
      { generation: 8, project: 'web', kind: 'model', value: 'fast' },
      { generation: 9, project: null, organization: 'acme', kind: 'all', value: null },
    ],
  },
} as const;
const NAMES = ['tenants', 'config', 'secrets', 'cache'] as const satisfies readonly CopyName[];

describe('the names in KV', () => {
  it('tell hashes, ids and copies apart, and stay as they are: what is stored has to be found again', () => {
    expect(keyCopyName('abc')).toBe('key/abc');
    expect(keyCopyNameById('key_1')).toBe('key-id/key_1');
    expect(NAMES.map(copyName)).toEqual(['copy/tenants', 'copy/config', 'copy/secrets', 'copy/cache']);
  });
});

describe('a copy', () => {
  it('reads as what was written', () => {
    expect(parseKeyCopy(JSON.stringify(KEY))).toEqual(KEY);
    for (const name of NAMES) expect(parseCopy(name, JSON.stringify(COPIES[name]))).toEqual(COPIES[name]);
    const variable = { version: 9, number: 0, text: null };
    expect(parseCopy('config', JSON.stringify(variable))).toEqual(variable);
  });

  it.each([
    null,
    '',
    ' ',
    'null',
    'true',
    '0',
    '"text"',
    '[]',
    '{}',
    '{"version":1}',
    '{"__proto__":{"version":1}}',
    '<html>',
    '\u0000',
    '\ufffd\ufffd',
    '['.repeat(100_000),
    `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
  ])('is not what reads %j', (text) => {
    expect(parseKeyCopy(text)).toBeNull();
    for (const name of NAMES) expect(parseCopy(name, text)).toBeNull();
  });

  it.each(Object.keys(KEY).filter((member) => member !== 'waitingRoom'))(
    'of a key is none without its member %s',
    (member) => {
      expect(parseKeyCopy(JSON.stringify({ ...KEY, [member]: undefined }))).toBeNull();
    },
  );

  it('of a key from before there were waiting rooms is one', () => {
    const { waitingRoom: _, ...earlier } = KEY;
    expect(parseKeyCopy(JSON.stringify(earlier))).toEqual(earlier);
  });

  it.each(['projectLimits', 'organizationLimits', 'organizations'])(
    'of tenants is none without %s: it would read as if nothing were limited',
    (member) => {
      expect(parseCopy('tenants', JSON.stringify({ ...COPIES.tenants, [member]: undefined }))).toBeNull();
    },
  );

  it.each([
    ['version', '1'],
    ['version', 1.5],
    ['status', 'Active'],
    ['status', 'constructor'],
    ['organization', 7],
    ['secrets', { 0: KEY.secrets[0] }],
    ['secrets', [{ sha256: 'a' }]],
    ['secrets', [null]],
    ['models', 'openai/*'],
    ['models', [null]],
    ['deniedModels', null],
    ['expiresAt', '2027-01-01T00:00:00Z'],
    ['logContent', 1],
    ['isMetered', null],
    ['limits', []],
    ['limits', { requests_per_minute: '5' }],
    ['limits', { tokens_per_day: 0 }],
    ['limits', { concurrency: 1.5 }],
    ['limits', { burst_tokens: null }],
    ['limits', { budgets: { usd: 1, window: 'day' } }],
    ['limits', { budgets: [{ usd: 1 }] }],
    ['limits', { budgets: [{ usd: '1', window: 'day' }] }],
    ['limits', { budgets: [{ usd: -1, window: 'day' }] }],
    ['limits', { budgets: [{ usd: 1, soft_usd: null, window: 'day' }] }],
    ['limits', { budgets: [{ usd: 1, window: 'year' }] }],
    ['limits', { budgets: [{ usd: 1, window: 'day', rolling: 1 }] }],
    ['limits', { budgets: [{ usd: 1, window: 'day', time_zone: 1 }] }],
    ['waitingRoom', true],
    ['waitingRoom', { max_wait_seconds: 5 }],
    ['waitingRoom', { max_wait_seconds: 5, max_waiters: 0 }],
  ])('of a key is none whose %s is %j', (member, value) => {
    expect(parseKeyCopy(JSON.stringify({ ...KEY, [member]: value }))).toBeNull();
  });

  it.each(['version', 'expiresAt'])('of a key is none whose %s is endless', (member) => {
    const text = JSON.stringify({ ...KEY, [member]: 'X' });
    expect(parseKeyCopy(text.replace('"X"', '1e999'))).toBeNull();
  });

  it.each([
    ['tenants', 'closedProjects', 'web'],
    ['tenants', 'closedOrganizations', [1]],
    ['tenants', 'issuers', []],
    ['tenants', 'issuers', { web: {} }],
    ['tenants', 'projectLimits', []],
    ['tenants', 'projectLimits', { web: { concurrency: '5' } }],
    ['tenants', 'organizationLimits', { acme: null }],
    ['tenants', 'organizations', { web: ['acme'] }],
    ['config', 'version', Number.NaN],
    ['config', 'text', { keys: [] }],
    ['config', 'text', null], // would let the variable's document count in place of version 2
    ['config', 'number', 0],
    ['secrets', 'sealed', { NAME: null }],
    ['secrets', 'sealed', ['v1.AAAA']],
    ['cache', 'generation', '9'],
    ['cache', 'entries', {}],
    ['cache', 'entries', [null]],
    ['cache', 'entries', [{ generation: 1.5, project: null, kind: 'all', value: null }]],
    ['cache', 'entries', [{ generation: 1, kind: 'all', value: null }]],
    ['cache', 'entries', [{ generation: 1, project: null, organization: 7, kind: 'all', value: null }]],
    ['cache', 'entries', [{ generation: 1, project: null, kind: 'all', value: 'x' }]],
    ['cache', 'entries', [{ generation: 1, project: null, kind: 'tag', value: null }]],
    ['cache', 'entries', [{ generation: 1, project: null, kind: 'colour', value: 'x' }]], // of a newer version: it would forget too little
  ] as const)('of %s is none whose %s is %j', (name, member, value) => {
    expect(parseCopy(name, JSON.stringify({ ...COPIES[name], [member]: value }))).toBeNull();
  });

  it.each([1, 2, 3, 4])(
    'never has another shape, and reading never throws, whatever became of its text (seed %i)',
    (seed) => {
      const random = seeded(seed);
      let isRead = 0;
      for (let round = 0; round < 3000; round += 1) {
        const name = random.pick(NAMES);
        const keyText = spoil(JSON.stringify(KEY), random);
        const key = parseKeyCopy(keyText);
        if (key !== null) {
          isRead += 1;
          expectKeyShape(key);
        }
        const copy = parseCopy(name, spoil(JSON.stringify(COPIES[name]), random));
        if (copy !== null) expect(Number.isSafeInteger(copy.version)).toBe(true);
      }
      expect(isRead).toBeGreaterThan(100); // or nothing but refusals was tested
    },
  );
});

const VALUES: readonly unknown[] = [null, 0, -1, 1.5, '', 'x', true, [], [null], ['x'], {}, { x: 1 }];

/** Garbage of a kind that happens: cut, overwritten, of another version of this code, or of somebody else. */
function spoil(text: string, random: Seeded): string {
  switch (random.between(0, 3)) {
    case 0:
      return text.slice(random.between(0, 10), random.between(0, text.length));
    case 1: {
      const at = random.between(0, text.length - 1);
      return text.slice(0, at) + String.fromCharCode(random.between(0, 0x2ff)) + text.slice(at + 1);
    }
    case 2:
      return JSON.stringify(replaced(JSON.parse(text), random));
    default:
      return JSON.stringify({
        ...JSON.parse(text),
        [random.pick(['added', 'version ', 'V'])]: random.pick(VALUES),
      });
  }
}

/** The value with one of its members, at any depth, replaced. */
function replaced(value: unknown, random: Seeded): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.2)) return random.pick(VALUES);
  const entries = Object.entries(value);
  if (entries.length === 0) return random.pick(VALUES);
  const [name] = random.pick(entries);
  const next = Object.fromEntries(
    entries.map(([one, member]) => [one, one === name ? replaced(member, random) : member]),
  );
  return Array.isArray(value) ? Object.values(next) : next;
}

/** What `KeyCopy` says, said once more by other means. */
function expectKeyShape(copy: KeyCopy): void {
  const texts = expect.toSatisfy(
    (list) => Array.isArray(list) && list.every((one) => typeof one === 'string'),
    'a list of texts',
  );
  const orNull = (matches: (value: unknown) => boolean) =>
    expect.toSatisfy((value) => value === null || matches(value), 'null or of its type');
  const isTexts = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === 'string');
  expect(copy).toMatchObject({
    id: expect.any(String),
    version: expect.toSatisfy(Number.isSafeInteger, 'a whole number'),
    status: expect.stringMatching(/^(?:active|disabled|revoked|deleted)$/),
    name: expect.any(String),
    project: expect.any(String),
    organization: orNull((value) => typeof value === 'string'),
    models: orNull(isTexts),
    deniedModels: texts,
    routes: orNull(isTexts),
    ipRanges: orNull(isTexts),
    expiresAt: orNull(Number.isSafeInteger),
    tags: texts,
    logContent: expect.any(Boolean),
    isMetered: expect.any(Boolean),
    limits: expect.any(Object),
  });
  for (const secret of copy.secrets)
    expect(secret).toMatchObject({ sha256: expect.any(String), expiresAt: orNull(Number.isSafeInteger) });
}
