import { describe, expect, it } from 'vitest';
import { type Change, diffDocuments, MAX_CHANGES } from '../../../src/config/diff.ts';
import { seeded } from '../../support/seeded.ts';

const GPT = { provider: 'openai', model: 'gpt-5.2' };
const CLAUDE = { provider: 'anthropic', model: 'claude-sonnet-5' };
const GEMINI = { provider: 'google', model: 'gemini-3' };

const texts = (before: unknown, after: unknown): string[] =>
  diffDocuments(before, after).map(({ text }) => text);
const fast = (...targets: object[]) => ({ models: { fast: { targets } } });
const keys = (...entries: object[]) => ({ keys: entries });

describe('diffDocuments', () => {
  it('finds nothing where both say the same, whatever the order of the members', () => {
    const document = { a: 1, b: { c: [{ d: null, e: 'x' }, 2] } };
    expect(diffDocuments(document, { b: { c: [{ e: 'x', d: null }, 2] }, a: 1 })).toEqual([]);
  });

  it('tells a changed value by its path', () => {
    const total = (total_ms: number) => ({ models: { fast: { targets: [GPT], timeouts: { total_ms } } } });
    expect(diffDocuments(total(900_000), total(60_000))).toEqual([
      {
        op: 'change',
        path: 'models.fast.timeouts.total_ms',
        before: 900_000,
        after: 60_000,
        text: 'models.fast.timeouts.total_ms: 900000 → 60000',
      },
    ]);
  });

  it('tells members that came and went', () => {
    expect(diffDocuments({ keep_alive_ms: 5000 }, { cors: { origins: ['*'] } })).toEqual([
      { op: 'remove', path: 'keep_alive_ms', before: 5000, text: 'keep_alive_ms: removed, was 5000' },
      { op: 'add', path: 'cors', after: { origins: ['*'] }, text: 'cors: added, {"origins":["*"]}' },
    ]);
  });

  it.each([
    [1, '1'],
    [null, false],
    [[], {}],
    ['x', ['x']],
    [{ a: 1 }, null],
  ])('tells a change of type from %j to %j', (before, after) => {
    expect(diffDocuments({ a: before }, { a: after })).toEqual([
      {
        op: 'change',
        path: 'a',
        before,
        after,
        text: `a: ${JSON.stringify(before)} → ${JSON.stringify(after)}`,
      },
    ]);
  });

  it('compares whole documents that are no objects', () => {
    expect(diffDocuments(1, 2)).toEqual([
      { op: 'change', path: '(document)', before: 1, after: 2, text: '(document): 1 → 2' },
    ]);
  });

  describe('of targets', () => {
    it('tells an insert in front as one addition, and where', () => {
      expect(diffDocuments(fast(CLAUDE, GEMINI), fast(GPT, CLAUDE, GEMINI))).toEqual([
        {
          op: 'add',
          path: 'models.fast.targets[0]',
          after: GPT,
          text: 'models.fast.targets: openai/gpt-5.2 added before anthropic/claude-sonnet-5',
        },
      ]);
    });

    it('tells what was added at the end, or alone', () => {
      expect(texts(fast(GPT), fast(GPT, { alias: 'slow' }))).toEqual([
        'models.fast.targets: alias slow added at the end',
      ]);
      expect(texts(fast(), fast(GPT))).toEqual(['models.fast.targets: openai/gpt-5.2 added']);
    });

    it('tells a removal by the old place', () => {
      expect(diffDocuments(fast(GPT, CLAUDE), fast(GPT))).toEqual([
        {
          op: 'remove',
          path: 'models.fast.targets[1]',
          before: CLAUDE,
          text: 'models.fast.targets: anthropic/claude-sonnet-5 removed',
        },
      ]);
    });

    it('tells a new order as one change', () => {
      const labels = ['openai/gpt-5.2', 'anthropic/claude-sonnet-5', 'google/gemini-3'];
      const [gpt = '', claude = '', gemini = ''] = labels;
      expect(diffDocuments(fast(GPT, CLAUDE, GEMINI), fast(GEMINI, GPT, CLAUDE))).toEqual([
        {
          op: 'change',
          path: 'models.fast.targets',
          before: [gpt, claude, gemini],
          after: [gemini, gpt, claude],
          text: `models.fast.targets: order ${gpt}, ${claude}, ${gemini} → ${gemini}, ${gpt}, ${claude}`,
        },
      ]);
    });

    it('tells a change inside of one that moved, by its new place', () => {
      const changes = diffDocuments(fast(GPT, CLAUDE), fast({ ...CLAUDE, weight: 3 }, GPT));
      expect(changes.map(({ path }) => path)).toEqual([
        'models.fast.targets[0].weight',
        'models.fast.targets',
      ]);
      expect(changes[0]?.text).toBe('models.fast.targets[anthropic/claude-sonnet-5].weight: added, 3');
    });

    it('keeps two entries of one model apart', () => {
      const [europe, america] = [
        { ...GPT, regions: ['EU'] },
        { ...GPT, regions: ['NA'] },
      ];
      expect(texts(fast(europe, america), fast(america))).toEqual([
        'models.fast.targets: openai/gpt-5.2 removed',
      ]);
    });
  });

  describe('of keys', () => {
    const CI = { name: 'ci', sha256: '[redacted:aa]' };
    const WEB = { name: 'web', sha256: '[redacted:bb]', models: ['fast'] };

    it('tells keys that came and went by their names', () => {
      expect(texts(keys(CI, WEB), keys({ name: 'job', sha256: '[redacted:cc]' }, WEB))).toEqual([
        'keys: "ci" removed',
        'keys: "job" added',
      ]);
    });

    it('tells a changed hash of a key that kept its name', () => {
      expect(diffDocuments(keys(WEB, CI), keys(WEB, { ...CI, sha256: '[redacted:dd]' }))).toEqual([
        {
          op: 'change',
          path: 'keys[1].sha256',
          before: '[redacted:aa]',
          after: '[redacted:dd]',
          text: 'keys["ci"].sha256: "[redacted:aa]" → "[redacted:dd]"',
        },
      ]);
    });

    it('tells a key that was renamed', () => {
      expect(texts(keys(CI), keys({ ...CI, name: 'build' }))).toEqual(['keys["ci"].name: "ci" → "build"']);
    });

    it('keeps two keys of one name apart by their hashes', () => {
      const next = { ...CI, sha256: '[redacted:ee]' };
      expect(texts(keys(CI, next), keys(next))).toEqual(['keys: "ci" removed']);
      expect(texts(keys(CI), keys(next, { ...CI, project: 'p' }))).toEqual([
        'keys["ci"].project: added, "p"',
        'keys: "ci" added',
      ]);
    });

    it('tells grants one by one', () => {
      expect(texts(keys(WEB), keys({ ...WEB, models: ['slow', 'fast'] }))).toEqual([
        'keys["web"].models: "slow" added',
      ]);
      expect(texts(keys(WEB), keys({ name: 'web', sha256: WEB.sha256 }))).toEqual([
        'keys["web"].models: removed, was ["fast"]',
      ]);
    });

    it('knows budgets by their window', () => {
      const budgets = (...list: object[]) => keys({ ...CI, budgets: list });
      const [day, month] = [
        { usd: 5, window: 'day' },
        { usd: 50, window: 'month' },
      ];
      expect(
        diffDocuments(budgets(month), budgets(day, { ...month, usd: 60 })).map(({ path, text }) => [
          path,
          text,
        ]),
      ).toEqual([
        ['keys[0].budgets[1].usd', 'keys["ci"].budgets[month].usd: 50 → 60'],
        ['keys[0].budgets[0]', 'keys["ci"].budgets: day added'],
      ]);
    });
  });

  it('knows issuers and the groups that they grant a role', () => {
    const admin = (...grants: object[]) => ({
      admin: { identity: [{ issuer: 'https://id.example', audience: 'a', grants }] },
    });
    const developers = { group: 'dev', role: 'developer', projects: ['p'] };
    expect(
      texts(admin(developers), admin({ group: 'ops', role: 'owner' }, { ...developers, projects: ['q'] })),
    ).toEqual([
      'admin.identity[https://id.example].grants["dev" as developer].projects: "p" removed',
      'admin.identity[https://id.example].grants["dev" as developer].projects: "q" added',
      'admin.identity[https://id.example].grants: "ops" as owner added',
    ]);
    expect(texts(admin(developers), admin({ group: 'dev', role: 'owner' }))).toEqual([
      'admin.identity[https://id.example].grants["dev" as developer].role: "developer" → "owner"',
      'admin.identity[https://id.example].grants["dev" as developer].projects: removed, was ["p"]',
    ]);
  });

  it('shows a secret that was replaced, and in which order secrets are tried', () => {
    const provider = (...api_keys: string[]) => ({ providers: { openai: { api_keys } } });
    expect(texts(provider('[redacted:a]', '$KEY'), provider('[redacted:b]', '$KEY'))).toEqual([
      'providers.openai.api_keys: "[redacted:a]" removed',
      'providers.openai.api_keys: "[redacted:b]" added before "$KEY"',
    ]);
    expect(texts(provider('$A', '$B'), provider('$B', '$A'))).toEqual([
      'providers.openai.api_keys: order "$A", "$B" → "$B", "$A"',
    ]);
  });

  it('shows what changed of a credential that has a name, or the same text', () => {
    const provider = (...api_keys: object[]) => ({ providers: { openai: { api_keys } } });
    const [eu, us] = [
      { key: '[redacted:a]', name: 'eu' },
      { key: '$US', weight: 1 },
    ];
    expect(
      texts(provider(eu, us), provider({ ...eu, key: '[redacted:b]' }, { ...us, disabled: true })),
    ).toEqual([
      'providers.openai.api_keys["eu"].key: "[redacted:a]" → "[redacted:b]"',
      'providers.openai.api_keys["$US"].disabled: added, true',
    ]);
    expect(texts(provider(eu), provider(us, eu))).toEqual([
      'providers.openai.api_keys: "$US" added before "eu"',
    ]);
  });

  it('takes names of the prototype for names', () => {
    const [empty, named] = [{ models: {} }, JSON.parse('{"models":{"__proto__":{"targets":[]}}}')];
    for (const name of ['constructor', 'toString', 'hasOwnProperty'])
      expect(texts(empty, { models: { [name]: 1 } })).toEqual([`models.${name}: added, 1`]);
    expect(texts(empty, named)).toEqual(['models.__proto__: added, {"targets":[]}']);
    expect(texts(named, empty)).toEqual(['models.__proto__: removed, was {"targets":[]}']);
    expect(texts(named, JSON.parse('{"models":{"__proto__":{"targets":[1]}}}'))).toEqual([
      'models.__proto__.targets: 1 added',
    ]);
    expect(Object.hasOwn(Object.prototype, 'targets')).toBe(false);
  });

  it('keeps each text on one line, without characters that a terminal would obey', () => {
    const [change] = diffDocuments({ models: {} }, { models: { 'a\n\u001b[2J\u202eb\u2028c': '\u0085' } });
    expect(change?.text).toBe('models.a\\u000a\\u001b[2J\\u202eb\\u2028c: added, "\\u0085"');
  });

  it('cuts long names and values in texts, never inside a character', () => {
    const [change] = diffDocuments({}, { ['n'.repeat(5000)]: `${'v'.repeat(97)}😀${'v'.repeat(5000)}` });
    expect(change?.path).toBe(`${'n'.repeat(199)}…`);
    expect(change?.text.length).toBeLessThan(400);
    expect(change?.text.isWellFormed()).toBe(true);
  });

  it('tells at most 500 changes, and how many there are besides', () => {
    const models = (count: number) => ({
      models: Object.fromEntries(Array.from({ length: count }, (_, at) => [`m${at}`, 1])),
    });
    expect(diffDocuments({}, models(3))).toHaveLength(1);
    expect(diffDocuments(models(0), models(MAX_CHANGES))).toHaveLength(500);
    const changes = diffDocuments(models(0), models(MAX_CHANGES + 1));
    expect(changes).toHaveLength(501);
    expect(changes.at(-1)).toEqual({ op: 'change', path: '(document)', text: 'and 1 more change' });
    expect(diffDocuments(models(0), models(2000)).at(-1)?.text).toBe('and 1500 more changes');
  });

  it('tells one new key among ten thousand as one change', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => ({
      name: `key-${at}`,
      sha256: `[redacted:${at}]`,
    }));
    const added = { name: 'new', sha256: '[redacted:new]' };
    expect(texts(keys(...many), keys(added, ...many))).toEqual(['keys: "new" added']);
  });

  it('mirrors additions and removals when both documents change places', () => {
    const random = seeded(20_261);
    const target = () => ({ provider: random.pick(['a', 'b']), model: random.pick(['x', 'y', 'z']) });
    const entry = () => ({ name: random.pick(['ci', 'web']), sha256: random.pick(['1', '2', '3']) });
    const document = () => ({
      models: { m: { targets: random.list(random.between(0, 4), target) } },
      keys: random.list(random.between(0, 4), entry),
    });
    const count = (changes: readonly Change[], op: string) =>
      changes.filter((change) => change.op === op).length;
    for (let round = 0; round < 300; round += 1) {
      const [before, after] = [document(), document()];
      const [there, back] = [diffDocuments(before, after), diffDocuments(after, before)];
      expect(count(there, 'add')).toBe(count(back, 'remove'));
      expect(count(there, 'remove')).toBe(count(back, 'add'));
      expect(there.length === 0).toBe(JSON.stringify(before) === JSON.stringify(after));
    }
  });
});
