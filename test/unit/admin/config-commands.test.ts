import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { PutConfig } from '../../../src/admin/registry/config-commands.ts';
import type { Outcome } from '../../../src/admin/registry/transaction.ts';
import type { RegistryEdge } from '../../../src/keys/registry-edge.ts';
import { createRegistry, OWNER, type TestRegistry } from './registry-support.ts';

const activeOf = (registry: TestRegistry) => registry.query('config.active', undefined);

/** As what is checked now says that it was. */
async function baseOf(registry: TestRegistry) {
  const { version, secrets } = await registry.query('config.base', undefined);
  return { base: version, baseSecrets: secrets.version, ifVersion: null };
}

/** A document that nothing else is equal to, based on what is active. */
async function toPut(registry: TestRegistry, fields: Partial<PutConfig> = {}): Promise<PutConfig> {
  const text = `{"$schema":"${crypto.randomUUID()}"}`;
  return { text, isActivated: true, ...(await baseOf(registry)), diff: ['a line'], ...fields };
}

const put = async (registry: TestRegistry, fields?: Partial<PutConfig>) =>
  registry.write('config.put', await toPut(registry, fields));

const refusePut = async (registry: TestRegistry, fields?: Partial<PutConfig>) =>
  (await registry.refuse('config.put', await toPut(registry, fields))).code;

const toActivate = async (registry: TestRegistry, version: number) => ({
  version,
  ...(await baseOf(registry)),
  diff: ['another line'],
});

const activate = async (registry: TestRegistry, version: number) =>
  registry.write('config.activate', await toActivate(registry, version));

/** The version that is active now; `null` if there was nothing to return to. */
async function rollBack(registry: TestRegistry): Promise<number | null> {
  const before = await registry.query('config.before', undefined);
  if (before === null) return null;
  const input = { version: before.version, ...(await baseOf(registry)), diff: [] };
  return (await registry.write('config.rollback', input)).active;
}

const codeOf = (outcome: Outcome<unknown>): string => (outcome.ok ? 'done' : outcome.refusal.code);

const copyOf = async ({ stub }: TestRegistry) => JSON.parse(await stub.readCopy('config'));

/** As isolates speak to it. RPC's own types lose what its methods give. */
const edgeOf = ({ stub }: TestRegistry) => stub as unknown as RegistryEdge;

describe('storing a configuration', () => {
  it('counts from 1, activates, and tells the edges', async () => {
    const registry = createRegistry();
    expect(await activeOf(registry)).toEqual({ version: 0, text: null });
    expect(await copyOf(registry)).toEqual({ version: 0, number: 0, text: null });
    expect(await put(registry, { text: '{"a":1}' })).toEqual({ version: 1, active: 1 });
    expect(await activeOf(registry)).toEqual({ version: 1, text: '{"a":1}' });
    expect(await copyOf(registry)).toEqual({ version: 1, number: 1, text: '{"a":1}' });
    expect((await edgeOf(registry).pulse(null)).versions.config).toBe(1);
  });

  it('can leave the active one as it is, and then tells nobody', async () => {
    const registry = createRegistry();
    await put(registry);
    expect(await put(registry, { isActivated: false })).toEqual({ version: 2, active: 1 });
    expect(await activeOf(registry)).toMatchObject({ version: 1 });
    expect(await copyOf(registry)).toMatchObject({ version: 1, number: 1 });
  });

  it('notes who did what, with the lines of the diff and without the document', async () => {
    const registry = createRegistry();
    await put(registry, { text: '{"providers":{"openai":{"api_keys":["sk-very-secret"]}}}' });
    await put(registry, { isActivated: false });
    const entries = await registry.audit();
    const said = { actor: 'admin-token', action: 'config.put', target: 'config', project: null };
    expect(entries).toEqual([
      { ...said, before: { version: 0 }, after: { version: 1, active: true, diff: ['a line'] } },
      { ...said, before: { version: 1 }, after: { version: 2, active: false, diff: ['a line'] } },
    ]);
    expect(JSON.stringify(entries)).not.toContain('sk-very-secret');
  });

  it('is refused for another active version than the one in If-Match, and leaves nothing', async () => {
    const registry = createRegistry();
    await put(registry);
    expect(await refusePut(registry, { ifVersion: 0 })).toBe('precondition_failed');
    expect((await put(registry, { ifVersion: 1 })).version).toBe(2);
    expect(await refusePut(registry, { ifVersion: 1, isActivated: false })).toBe('precondition_failed');
    expect(await registry.rows('SELECT version FROM config_versions')).toEqual([
      { version: 1 },
      { version: 2 },
    ]);
    expect(await registry.rows('SELECT seq FROM audit')).toHaveLength(2);
  });

  it('is refused if another version is active than the one it was checked against', async () => {
    const registry = createRegistry();
    await put(registry);
    expect(await refusePut(registry, { base: 0 })).toBe('outdated');
    expect(await activeOf(registry)).toMatchObject({ version: 1 });
  });

  it('is refused, as all that activates is, if there are other secrets than it was checked with', async () => {
    const registry = createRegistry();
    await put(registry);
    await put(registry);
    const outdated = await baseOf(registry);
    await registry.write('secret.put', { name: 'ONE', sealed: 'sealed', base: 2 });
    expect(await refusePut(registry, outdated)).toBe('outdated');
    expect(await refusePut(registry, { ...outdated, ifVersion: 2 })).toBe('outdated');
    expect(await refusePut(registry, { ...outdated, ifVersion: 1 })).toBe('precondition_failed');
    const input = { version: 1, ...outdated, diff: [] };
    expect((await registry.refuse('config.activate', input)).code).toBe('outdated');
    expect((await registry.refuse('config.rollback', input)).code).toBe('outdated');
    expect(await rollBack(registry)).toBe(1);
  });

  it('is checked against the document and the secrets of one moment', async () => {
    const registry = createRegistry();
    const empty = { version: 0, sealed: {} };
    expect(await registry.query('config.base', undefined)).toEqual({
      version: 0,
      text: null,
      secrets: empty,
    });
    await registry.write('secret.put', { name: 'ONE', sealed: 'sealed 1', base: 0 });
    await put(registry, { text: '{"a":1}' });
    expect(await registry.query('config.base', undefined)).toEqual({
      version: 1,
      text: '{"a":1}',
      secrets: { version: 1, sealed: { ONE: 'sealed 1' } },
    });
  });

  it('lets one of many writers win who race with one If-Match', async () => {
    const registry = createRegistry();
    const input = await toPut(registry, { ifVersion: 0 });
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => registry.desk.write('config.put', input, OWNER)),
    );
    expect(outcomes.map(codeOf).toSorted()).toEqual(['done', ...Array(19).fill('precondition_failed')]);
    expect(await registry.rows('SELECT version FROM config_activations')).toEqual([{ version: 1 }]);
    expect((await copyOf(registry)).version).toBe(1);
  });

  it('leaves nothing of a change that breaks off in the middle', async () => {
    const registry = createRegistry();
    // The audit trail is written last, and no JSON holds this.
    const unspeakable = [1n] as unknown as string[];
    await expect(put(registry, { diff: unspeakable })).rejects.toThrow('cannot be reached');
    expect(await activeOf(registry)).toEqual({ version: 0, text: null });
    expect(await copyOf(registry)).toEqual({ version: 0, number: 0, text: null });
    expect(await registry.rows('SELECT version FROM config_versions')).toEqual([]);
    expect(await put(registry)).toEqual({ version: 1, active: 1 });
  });

  it('survives an eviction once it is acknowledged', async () => {
    const registry = createRegistry();
    await put(registry, { text: '{"a":1}' });
    await evictDurableObject(registry.stub);
    expect(await activeOf(registry)).toEqual({ version: 1, text: '{"a":1}' });
    expect(await copyOf(registry)).toEqual({ version: 1, number: 1, text: '{"a":1}' });
    expect(await registry.rows('SELECT action FROM audit')).toEqual([{ action: 'config.put' }]);
  });
});

describe('activating a version', () => {
  it('takes any of old, and the variable’s', async () => {
    const registry = createRegistry();
    for (let count = 0; count < 3; count += 1) await put(registry);
    expect(await activate(registry, 1)).toEqual({ version: 1, active: 1 });
    expect(await activeOf(registry)).toMatchObject({ version: 1 });
    expect(await activate(registry, 0)).toEqual({ version: 0, active: 0 });
    expect(await activeOf(registry)).toEqual({ version: 0, text: null });
    expect(await copyOf(registry)).toEqual({ version: 5, number: 0, text: null });
    const entry = (await registry.audit()).at(-1);
    expect(entry).toMatchObject({
      action: 'config.activate',
      before: { version: 1 },
      after: { version: 0, diff: ['another line'] },
    });
  });

  it('does nothing for the active one', async () => {
    const registry = createRegistry();
    await put(registry);
    expect(await activate(registry, 1)).toEqual({ version: 1, active: 1 });
    expect(await registry.rows('SELECT action FROM audit')).toHaveLength(1);
    expect((await copyOf(registry)).version).toBe(1);
    expect(await rollBack(registry)).toBe(0);
  });

  it('is refused for a version that does not exist, and for a stale If-Match', async () => {
    const registry = createRegistry();
    await put(registry);
    const missing = await registry.refuse('config.activate', await toActivate(registry, 7));
    expect(missing.code).toBe('resource_not_found');
    const stale = { version: 1, base: 1, baseSecrets: 0, ifVersion: 0, diff: [] };
    expect((await registry.refuse('config.activate', stale)).code).toBe('precondition_failed');
  });
});

describe('rolling back', () => {
  /** Numbers activate that version; `put` stores and activates a new one. */
  it.each<[string, readonly ('put' | number)[], readonly (number | null)[]]>([
    ['goes further back each time, down to the variable’s', ['put', 'put', 'put'], [2, 1, 0, null]],
    ['has nothing to undo at the start', [], [null]],
    ['undoes an activation of an old version too', ['put', 'put', 1], [2, 1, 0, null]],
    ['undoes a return to the variable’s', ['put', 0], [1, 0, null]],
    ['passes the same version twice if it was active twice', ['put', 'put', 1, 2], [1, 2, 1, 0, null]],
  ])('%s', async (_, steps, expected) => {
    const registry = createRegistry();
    for (const step of steps) await (step === 'put' ? put(registry) : activate(registry, step));
    const found: (number | null)[] = [];
    for (let count = 0; count < expected.length; count += 1) found.push(await rollBack(registry));
    expect(found).toEqual(expected);
  });

  it('never returns to a version that was itself rolled back', async () => {
    const registry = createRegistry();
    await put(registry);
    await put(registry);
    expect(await rollBack(registry)).toBe(1);
    expect((await put(registry)).version).toBe(3);
    expect(await rollBack(registry)).toBe(1);
    expect(await rollBack(registry)).toBe(0);
  });

  it('is an activation like others for the edges and the audit trail', async () => {
    const registry = createRegistry();
    await put(registry, { text: '{"a":1}' });
    await put(registry);
    await rollBack(registry);
    expect(await copyOf(registry)).toEqual({ version: 3, number: 1, text: '{"a":1}' });
    const entry = (await registry.audit()).at(-1);
    expect(entry).toMatchObject({
      action: 'config.rollback',
      before: { version: 2 },
      after: { version: 1, diff: [] },
    });
  });

  it('is refused if it would lead elsewhere than was checked', async () => {
    const registry = createRegistry();
    await put(registry);
    await put(registry);
    const elsewhere = { version: 0, base: 2, baseSecrets: 0, ifVersion: null, diff: [] };
    expect((await registry.refuse('config.rollback', elsewhere)).code).toBe('conflict');
    const stale = { version: 1, base: 2, baseSecrets: 0, ifVersion: 1, diff: [] };
    expect((await registry.refuse('config.rollback', stale)).code).toBe('precondition_failed');
  });

  it('happens once when two people press the button at once', async () => {
    const registry = createRegistry();
    for (let count = 0; count < 3; count += 1) await put(registry);
    const input = { version: 2, base: 3, baseSecrets: 0, ifVersion: null, diff: [] };
    const outcomes = await Promise.all(
      [1, 2].map(() => registry.desk.write('config.rollback', input, OWNER)),
    );
    expect(outcomes.map(codeOf).toSorted()).toEqual(['done', 'outdated']);
    expect(await activeOf(registry)).toMatchObject({ version: 2 });
  });

  it('knows the way after an eviction', async () => {
    const registry = createRegistry();
    await put(registry);
    await put(registry);
    await rollBack(registry);
    await evictDurableObject(registry.stub);
    expect(await rollBack(registry)).toBe(0);
  });
});

describe('versions', () => {
  it('are listed by pages, the newest first, with what they were made from', async () => {
    const registry = createRegistry();
    for (let count = 0; count < 3; count += 1) await put(registry);
    await activate(registry, 1);
    await put(registry, { isActivated: false });
    const first = await registry.query('config.list', { limit: 3, cursor: null });
    expect(first.data.map(({ version, parent, active }) => [version, parent, active])).toEqual([
      [4, 1, false],
      [3, 2, false],
      [2, 1, false],
    ]);
    const rest = await registry.query('config.list', { limit: 3, cursor: first.next_cursor });
    expect(rest).toEqual({
      data: [
        {
          version: 1,
          parent: 0,
          created_by: 'admin-token',
          created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          active: true,
        },
      ],
      has_more: false,
      next_cursor: null,
    });
  });

  it('keep their text', async () => {
    const registry = createRegistry();
    await put(registry, { text: '{"ä":"\\u0000"}' });
    expect(await registry.query('config.get', { version: 1 })).toEqual({
      version: 1,
      parent: 0,
      text: '{"ä":"\\u0000"}',
    });
    expect(await registry.query('config.get', { version: 2 })).toBeNull();
    expect(await registry.query('config.get', { version: 0 })).toEqual({
      version: 0,
      parent: 0,
      text: null,
    });
  });
});
