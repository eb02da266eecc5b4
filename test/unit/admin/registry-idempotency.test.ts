import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { forgetResults, REMEMBERED_MS } from '../../../src/admin/registry/idempotency.ts';
import {
  ADMIN,
  aKey,
  createRegistry,
  EVERY_KEY,
  namesakeOf,
  refusalOf,
  resultOf,
} from './registry-support.ts';

const ONCE = { key: 'retry-1', fingerprint: 'a'.repeat(64) };
const A_PROJECT = { name: 'app', organization: null, fields: {} };

describe('a create with an idempotency key', () => {
  it('repeated, answers the same record and makes nothing new', async () => {
    const registry = createRegistry();
    const first = await registry.repeat('keys.create', aKey(), ONCE);
    const second = await registry.repeat('keys.create', aKey(), ONCE);
    expect(first).toMatchObject({ ok: true, isRepeated: false });
    expect(second).toEqual({ ...first, isRepeated: true });
    expect((await registry.query('keys.list', EVERY_KEY)).data).toHaveLength(1);
    expect((await registry.audit()).filter(({ action }) => action === 'key.create')).toHaveLength(1);
  });

  it.each([
    ['keys.create', aKey(), 'keys.revoke', { status: 'revoked', version: 2 }],
    ['projects.create', A_PROJECT, 'projects.disable', { status: 'disabled', version: 2 }],
    ['organizations.create', { name: 'acme', fields: {} }, 'organizations.disable', { status: 'disabled' }],
  ] as const)(
    'repeated, answers the record as it is by then: %s',
    async (create, input, change, expected) => {
      const registry = createRegistry();
      const { id } = resultOf(await registry.repeat(create, input, ONCE));
      const changed = await registry.write(change, { id });
      expect(changed).toMatchObject(expected);
      expect(resultOf(await registry.repeat(create, input, ONCE))).toEqual(changed);
    },
  );

  it('repeated, answers a request as it was decided', async () => {
    const registry = createRegistry();
    const wish = { kind: 'key', project: 'web', asked: { name: 'ci' }, reason: null } as const;
    const { id } = resultOf(await registry.repeat('requests.create', wish, ONCE));
    const refused = await registry.write('requests.refuse', { id, note: 'no' });
    expect(resultOf(await registry.repeat('requests.create', wish, ONCE))).toEqual(refused);
  });

  it('repeated after a deletion, answers what was made, and makes nothing new', async () => {
    const registry = createRegistry();
    const made = resultOf(await registry.repeat('keys.create', aKey(), ONCE));
    await registry.write('keys.delete', { id: made.id });
    expect(await registry.repeat('keys.create', aKey(), ONCE)).toEqual({
      ok: true,
      value: made,
      isRepeated: true,
    });
    expect((await registry.query('keys.list', EVERY_KEY)).data).toEqual([]);
  });

  it('with another body is a conflict, and leaves the first as it was', async () => {
    const registry = createRegistry();
    await registry.repeat('keys.create', aKey(), ONCE);
    const other = { ...ONCE, fingerprint: 'b'.repeat(64) };
    expect(refusalOf(await registry.repeat('keys.create', aKey(), other))).toMatchObject({
      code: 'conflict',
      param: 'idempotency-key',
    });
    expect((await registry.query('keys.list', EVERY_KEY)).data).toHaveLength(1);
  });

  it('sent ten times at once, makes one thing and tells all the same', async () => {
    const registry = createRegistry();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => registry.repeat('keys.create', aKey(), ONCE)),
    );
    expect(new Set(outcomes.map((outcome) => resultOf(outcome).id)).size).toBe(1);
    expect(outcomes.filter((outcome) => outcome.ok && !outcome.isRepeated)).toHaveLength(1);
    expect((await registry.query('keys.list', EVERY_KEY)).data).toHaveLength(1);
  });

  it('is its own for each person and each kind of thing', async () => {
    const registry = createRegistry();
    await registry.repeat('keys.create', aKey(), ONCE);
    expect(await registry.repeat('keys.create', aKey(), ONCE, ADMIN)).toMatchObject({ isRepeated: false });
    expect(await registry.repeat('projects.create', A_PROJECT, ONCE)).toMatchObject({ isRepeated: false });
  });

  it('is not that of somebody with the same name at another issuer', async () => {
    const registry = createRegistry();
    const first = resultOf(await registry.repeat('keys.create', aKey(), ONCE, ADMIN));
    const second = await registry.repeat('keys.create', aKey(), ONCE, namesakeOf(ADMIN));
    expect(second).toMatchObject({ isRepeated: false });
    expect(resultOf(second).id).not.toBe(first.id);
  });

  it('that was refused is not remembered: it may succeed the next time', async () => {
    const registry = createRegistry();
    const { id } = await registry.write('projects.create', A_PROJECT);
    expect(refusalOf(await registry.repeat('projects.create', A_PROJECT, ONCE)).code).toBe('conflict');
    await registry.write('projects.delete', { id });
    expect(await registry.repeat('projects.create', A_PROJECT, ONCE)).toMatchObject({
      ok: true,
      isRepeated: false,
    });
  });

  it('is forgotten after a day, not before', async () => {
    const registry = createRegistry();
    await registry.repeat('keys.create', aKey(), ONCE);
    const forgetAfter = (ms: number) =>
      runInDurableObject(registry.stub, (_, { storage }) => forgetResults(storage.sql, Date.now() + ms));
    await forgetAfter(REMEMBERED_MS - 60_000);
    expect(await registry.repeat('keys.create', aKey(), ONCE)).toMatchObject({ isRepeated: true });
    await forgetAfter(REMEMBERED_MS + 1);
    expect(await registry.repeat('keys.create', aKey(), ONCE)).toMatchObject({ isRepeated: false });
  });
});
