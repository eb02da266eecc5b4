import { runDurableObjectAlarm } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { happen, tamper, times } from './audit-trail.ts';
import { createRegistry, type TestRegistry } from './registry-support.ts';

const DAY = 86_400_000;
const daysAgo = (days: number): number => Date.now() - days * DAY;

/** Stores a document that counts, past all checks: the Registry has to live with whatever it holds. */
const activate = async (registry: TestRegistry, document: unknown) => {
  const [active] = await registry.rows<{ version: number }>(
    'SELECT version FROM config_activations ORDER BY seq DESC LIMIT 1',
  );
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const base = active?.version ?? 0;
  await registry.write('config.put', {
    text,
    base,
    baseSecrets: 0,
    ifVersion: null,
    diff: [],
    isActivated: true,
  });
};

const keep = (days: unknown) => ({ admin: { audit_retention_days: days } });

/** What the Registry does every hour. */
async function keepHouse({ stub }: TestRegistry): Promise<void> {
  expect(await runDurableObjectAlarm(stub)).toBe(true);
}

const verify = ({ query }: TestRegistry) => query('audit.verify', { after: null, limit: 5000 });
const seqsOf = async ({ rows }: TestRegistry): Promise<number[]> =>
  (await rows<{ seq: number }>('SELECT seq FROM audit ORDER BY seq')).map(({ seq }) => seq);

async function agedTrail(): Promise<TestRegistry> {
  const registry = createRegistry();
  await happen(registry, [...times(4, { at: daysAgo(31) }), ...times(2, { at: daysAgo(29) })]);
  return registry;
}

describe('retention of the audit trail', () => {
  it('takes what is older than the document says, notes how far, and leaves a chain that holds', async () => {
    const registry = await agedTrail();
    await activate(registry, keep(30));
    const [last] = await registry.rows<{ hash: string }>('SELECT hash FROM audit WHERE seq = 4');
    await keepHouse(registry);
    expect(await seqsOf(registry)).toEqual([5, 6, 7, 8]);
    expect(await verify(registry)).toMatchObject({ brokenAt: null, firstSeq: 5, entries: 4, isLast: true });
    expect((await registry.audit()).at(-1)).toEqual({
      actor: 'registry',
      action: 'audit.prune',
      target: 'audit:4',
      project: null,
      before: null,
      after: { entries: 4, up_to_seq: 4, up_to_hash: last?.hash, retention_days: 30 },
    });
  });

  it('does so once, and goes on when more is due', async () => {
    const registry = await agedTrail();
    await activate(registry, keep(30));
    await keepHouse(registry);
    await keepHouse(registry);
    expect(await seqsOf(registry)).toEqual([5, 6, 7, 8]);
    await activate(registry, keep(28));
    await keepHouse(registry);
    expect(await seqsOf(registry)).toEqual([7, 8, 9, 10]);
    expect(await verify(registry)).toMatchObject({ brokenAt: null, firstSeq: 7 });
  });

  it('takes from the old end only: what stands behind a younger entry waits for it', async () => {
    const registry = createRegistry();
    await happen(registry, [{ at: daysAgo(40) }, { at: daysAgo(1) }, { at: daysAgo(40) }]);
    await activate(registry, keep(30));
    await keepHouse(registry);
    expect(await seqsOf(registry)).toEqual([2, 3, 4, 5]);
    expect(await verify(registry)).toMatchObject({ brokenAt: null });
  });

  it('does not keep itself busy with its own entries', async () => {
    const registry = createRegistry();
    await happen(registry, times(3, { action: 'audit.prune', at: daysAgo(40) }));
    await activate(registry, keep(30));
    await keepHouse(registry);
    expect(await seqsOf(registry)).toEqual([1, 2, 3, 4]);
  });

  it('takes many in several goes', async () => {
    const registry = createRegistry();
    await happen(registry, times(20_010, { at: daysAgo(40) }));
    await activate(registry, keep(30));
    await keepHouse(registry);
    expect((await seqsOf(registry))[0]).toBe(20_001);
    await keepHouse(registry);
    expect(await seqsOf(registry)).toEqual([20_011, 20_012, 20_013]);
    expect(await verify(registry)).toMatchObject({ brokenAt: null, firstSeq: 20_011 });
  });

  it.each([
    ['no document was ever activated', null],
    ['the document says nothing', {}],
    ['the section says nothing', { admin: {} }],
    ['the section is none', { admin: 30 }],
    ['the number is none', keep('30')],
    ['the number is broken', keep(0.5)],
    ['the number is nought', keep(0)],
    ['the number is negative', keep(-30)],
    ['the document is not JSON', '{"admin":'],
    ['the document is a list', []],
  ])('takes nothing where %s', async (_, document) => {
    const registry = await agedTrail();
    if (document !== null) await activate(registry, document);
    else await registry.write('keys.create', { ...KEY });
    await keepHouse(registry);
    expect((await seqsOf(registry))[0]).toBe(1);
  });

  it('takes nothing any more once the document of the variable counts again', async () => {
    const registry = await agedTrail();
    await activate(registry, keep(30));
    await registry.write('config.activate', {
      version: 0,
      base: 1,
      baseSecrets: 0,
      ifVersion: null,
      diff: [],
    });
    await keepHouse(registry);
    expect((await seqsOf(registry))[0]).toBe(1);
  });
});

const KEY = {
  secret: { sha256: '0'.repeat(64), masked: 'ew-0000…0000' },
  name: 'a key',
  project: 'web',
  organization: null,
  expiresAt: null,
  fields: {},
};

describe('a pruned chain', () => {
  const pruned = async () => {
    const registry = await agedTrail();
    await activate(registry, keep(30));
    await keepHouse(registry);
    return registry;
  };
  const note = (registry: TestRegistry, seq: number, hash: string) =>
    tamper(registry, `UPDATE meta SET value = ? WHERE name = 'audit_pruned'`, JSON.stringify({ seq, hash }));

  it('breaks where the note of what was taken is gone', async () => {
    const registry = await pruned();
    await tamper(registry, `DELETE FROM meta WHERE name = 'audit_pruned'`);
    expect(await verify(registry)).toMatchObject({ brokenAt: 1 });
  });

  it('breaks where the note names another hash, or another entry', async () => {
    const registry = await pruned();
    await note(registry, 4, '0'.repeat(64));
    expect(await verify(registry)).toMatchObject({ brokenAt: 5 });
    await note(registry, 3, '0'.repeat(64));
    expect(await verify(registry)).toMatchObject({ brokenAt: 4 });
  });

  it('breaks where more was taken than the trail says', async () => {
    const registry = await pruned();
    const [next] = await registry.rows<{ hash: string }>('SELECT hash FROM audit WHERE seq = 6');
    await tamper(registry, 'DELETE FROM audit WHERE seq <= 6');
    await note(registry, 6, next?.hash ?? '');
    expect(await verify(registry)).toMatchObject({ brokenAt: 6 });
  });

  it('holds for whoever was half-way through it when retention came by', async () => {
    const registry = await agedTrail();
    await activate(registry, keep(30));
    const first = await registry.query('audit.verify', { after: null, limit: 2 });
    await keepHouse(registry);
    expect(await registry.query('audit.verify', { after: first.reached, limit: 50 })).toMatchObject({
      brokenAt: null,
      entries: 4,
      isLast: true,
    });
  });
});
