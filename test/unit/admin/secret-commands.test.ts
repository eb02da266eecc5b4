import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { MAX_SECRETS } from '../../../src/admin/registry/secret-commands.ts';
import type { RegistryEdge } from '../../../src/keys/registry-edge.ts';
import { createRegistry, type TestRegistry } from './registry-support.ts';

const put = (registry: TestRegistry, name: string, sealed = `sealed ${name}`) =>
  registry.write('secret.put', { name, sealed, base: 0 });

const list = (registry: TestRegistry, limit = 1000, cursor: string | null = null) =>
  registry.query('secrets.list', { limit, cursor });

const copyOf = async ({ stub }: TestRegistry) => JSON.parse(await stub.readCopy('secrets'));

/** As isolates speak to it. RPC's own types lose what its methods give. */
const edgeOf = ({ stub }: TestRegistry) => stub as unknown as RegistryEdge;

describe('provider secrets in the Registry', () => {
  it('are kept, replaced and told to the edges sealed', async () => {
    const registry = createRegistry();
    expect(await put(registry, 'ONE', 'sealed 1')).toEqual({
      name: 'ONE',
      version: 1,
      updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updated_by: 'admin-token',
    });
    expect((await put(registry, 'ONE', 'sealed 2')).version).toBe(2);
    await put(registry, 'TWO', 'sealed 3');
    expect(await copyOf(registry)).toEqual({ version: 3, sealed: { ONE: 'sealed 2', TWO: 'sealed 3' } });
    expect((await edgeOf(registry).pulse(null)).versions.secrets).toBe(3);
  });

  it('are listed by pages, and never with their values', async () => {
    const registry = createRegistry();
    for (const name of ['A', 'B', 'C']) await put(registry, name);
    const first = await list(registry, 2);
    expect(first.data.map(({ name }) => name)).toEqual(['C', 'B']);
    const rest = await list(registry, 2, first.next_cursor);
    expect(rest.data.map(({ name }) => name)).toEqual(['A']);
    expect(rest.has_more).toBe(false);
    expect(JSON.stringify([first, rest])).not.toContain('sealed');
  });

  it('are deleted, and then gone for the edges too', async () => {
    const registry = createRegistry();
    await put(registry, 'ONE');
    expect(await registry.write('secret.delete', { name: 'ONE', base: 0 })).toEqual({ name: 'ONE' });
    expect(await copyOf(registry)).toEqual({ version: 2, sealed: {} });
    expect((await registry.refuse('secret.delete', { name: 'ONE', base: 0 })).code).toBe(
      'resource_not_found',
    );
    expect((await edgeOf(registry).pulse(null)).versions.secrets).toBe(2);
  });

  it('leave names and versions in the audit trail, and nothing else', async () => {
    const registry = createRegistry();
    await put(registry, 'ONE');
    await put(registry, 'ONE');
    await registry.write('secret.delete', { name: 'ONE', base: 0 });
    const [first, second] = [1, 2].map((version) => ({ name: 'ONE', version }));
    const said = { actor: 'admin-token', target: 'ONE', project: null };
    expect(await registry.audit()).toEqual([
      { ...said, action: 'secret.put', before: null, after: first },
      { ...said, action: 'secret.put', before: first, after: second },
      { ...said, action: 'secret.delete', before: second, after: null },
    ]);
  });

  it('stay as they are if another configuration is active than the change was checked for', async () => {
    const registry = createRegistry();
    await put(registry, 'ONE', 'sealed 1');
    const based = { base: 0, baseSecrets: 1, ifVersion: null };
    await registry.write('config.put', { text: '{}', isActivated: true, ...based, diff: [] });
    const outdated = { name: 'ONE', sealed: 'sealed 2', base: 0 };
    expect((await registry.refuse('secret.put', outdated)).code).toBe('outdated');
    expect((await registry.refuse('secret.delete', outdated)).code).toBe('outdated');
    expect(await copyOf(registry)).toEqual({ version: 1, sealed: { ONE: 'sealed 1' } });
    expect(await registry.write('secret.delete', { name: 'ONE', base: 1 })).toEqual({ name: 'ONE' });
  });

  it('are as many as one copy holds', async () => {
    const registry = createRegistry();
    for (let count = 0; count < MAX_SECRETS; count += 1) await put(registry, `SECRET_${count}`);
    const oneMore = { name: 'ONE_MORE', sealed: 'sealed', base: 0 };
    expect((await registry.refuse('secret.put', oneMore)).code).toBe('conflict');
    expect((await put(registry, 'SECRET_7')).version).toBe(2);
    expect((await list(registry)).data).toHaveLength(MAX_SECRETS);
  });

  it('survive an eviction once they are acknowledged', async () => {
    const registry = createRegistry();
    await put(registry, 'ONE', 'sealed 1');
    await evictDurableObject(registry.stub);
    expect(await copyOf(registry)).toEqual({ version: 1, sealed: { ONE: 'sealed 1' } });
  });
});
