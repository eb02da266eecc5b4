import { evictDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { copyName, keyCopyName, keyCopyNameById } from '../../../src/keys/edge-copies.ts';
import {
  aKey,
  bindings,
  createRegistry,
  newSecret,
  newSha256,
  SOON,
  type TestRegistry,
} from './registry-support.ts';

const kvText = (name: string) => bindings.EDGE_COPIES.get(name);
const settled = (registry: TestRegistry) =>
  expect.poll(() => registry.rows('SELECT name FROM outbox'), SOON).toEqual([]);

async function createPublishedKey() {
  const registry = createRegistry();
  const sha256 = newSha256();
  const { id } = await registry.write('keys.create', aKey({ secret: newSecret(sha256) }));
  await settled(registry);
  return { registry, sha256, id };
}

describe('a copy that is missing in KV', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['the hash of a key', (sha256: string, _: string) => keyCopyName(sha256)],
    ['the id of a key', (_: string, id: string) => keyCopyNameById(id)],
  ])('under %s is written again when it is asked for', async (_, toName) => {
    const { registry, sha256, id } = await createPublishedKey();
    const name = toName(sha256, id);
    const text = await kvText(name);
    expect(JSON.parse(text ?? '')).toMatchObject({ id });
    await bindings.EDGE_COPIES.delete(name);
    await evictDurableObject(registry.stub); // it no longer knows what it wrote lately
    const copy =
      name === keyCopyName(sha256)
        ? await registry.stub.findKey(sha256)
        : await registry.stub.findKeyById(id);
    expect(copy).toMatchObject({ id });
    await settled(registry);
    expect(await kvText(name)).toBe(text);
  });

  it('of all tenants is written again when it is asked for', async () => {
    // One name for all Registries of this file: what is written is recognised by its version.
    const registry = createRegistry();
    const { id } = await registry.write('projects.create', { name: 'web', organization: null, fields: {} });
    for (const action of ['disable', 'enable', 'disable'] as const)
      await registry.write(`projects.${action}`, { id });
    await settled(registry);
    await bindings.EDGE_COPIES.delete(copyName('tenants'));
    await evictDurableObject(registry.stub);
    const text = await registry.stub.readCopy('tenants');
    expect(JSON.parse(text)).toMatchObject({ version: 3, closedProjects: ['web'] });
    await settled(registry);
    expect(await kvText(copyName('tenants'))).toBe(text);
  });

  it('is not written more than once a minute, however often it is asked for', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { registry, sha256 } = await createPublishedKey();
    const name = keyCopyName(sha256);
    await evictDurableObject(registry.stub);
    await registry.stub.findKey(sha256);
    await settled(registry);
    await bindings.EDGE_COPIES.delete(name);
    vi.setSystemTime(Date.now() + 59_999);
    for (let index = 0; index < 5; index += 1) await registry.stub.findKey(sha256);
    await settled(registry);
    expect(await kvText(name)).toBeNull();
    vi.setSystemTime(Date.now() + 1);
    await registry.stub.findKey(sha256);
    await settled(registry);
    expect(await kvText(name)).not.toBeNull();
  });

  it('is nothing that a stranger can have written', async () => {
    const registry = createRegistry();
    expect(await registry.stub.findKey(newSha256())).toBeNull();
    expect(await registry.stub.findKeyById('key_none')).toBeNull();
    expect(await registry.rows('SELECT name FROM outbox')).toEqual([]);
  });
});
