/** Copies that are lost or spoilt come back by themselves, and a process that is killed forgets nothing that it acknowledged. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlPlaneOptions } from '../support/control-plane.ts';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { type KvStore, startKvStore } from '../support/kv-store.ts';
import {
  bodyOf,
  changeKey,
  copiesOf,
  type MintedKey,
  mintKey,
  mintNarrowToken,
  untilPublished,
  useKey,
} from '../support/minted-keys.ts';

const start = (controlPlane: ControlPlaneOptions) =>
  startGateway({ config: { providers: { simulator: {} } }, controlPlane });

const statusOf = async (key: string, url: string, path?: string) =>
  (await useKey(key, url, path === undefined ? {} : { path })).status;

const FAULTS: Readonly<Record<string, (kv: KvStore, name: string) => void>> = {
  lost: (kv, name) => {
    const kept = kv.names().map((one) => [one, kv.read(one) ?? ''] as const);
    kv.clear();
    for (const [one, text] of kept) if (one !== name) kv.write(one, text);
  },
  'cut off': (kv, name) => kv.write(name, (kv.read(name) ?? '').slice(0, -9)),
  'no text at all': (kv, name) => kv.write(name, new Uint8Array([0xff, 0xfe, 0x00])),
  'that of another': (kv, name) => {
    const prefix = name.slice(0, name.indexOf('/') + 1);
    const other = kv.names().find((one) => one !== name && one.startsWith(prefix));
    kv.write(name, kv.read(other ?? '') ?? '');
  },
};

/** As if all that the Registry did had been done long ago, so that no pulse tells of it any more. */
function makeOld(directory: string): void {
  const folder = join(directory, 'edgeway-registry');
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite');
  const database = new DatabaseSync(join(folder, file ?? ''));
  database.exec('UPDATE changes SET at = 0');
  database.close();
}

describe('a copy of a key that was minted long ago', () => {
  let kv: KvStore;
  let directory: string;
  let gateway: ControlledGateway;
  let key: MintedKey;
  let token: string;

  beforeAll(async () => {
    kv = await startKvStore();
    directory = mkdtempSync(join(tmpdir(), 'edgeway-kept-'));
    gateway = await start({ kv, directory });
    key = await mintKey(gateway);
    token = await mintNarrowToken(gateway.url, key);
    const other = await mintKey(gateway);
    for (const one of [key, other]) await untilPublished(gateway, one);
    await gateway.stop();
    makeOld(directory);
    gateway = await start({ kv, directory, secondIsolate: true, front: true });
  });
  afterAll(async () => {
    await gateway.stop();
    await kv.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is all that an isolate needs of it, and the Registry is not asked for the key', async () => {
    const asked = () => gateway.registry.calls('findKey') + gateway.registry.calls('findKeyById');
    expect(await statusOf(key.key, gateway.elsewhere)).toBe(200);
    expect(await statusOf(token, gateway.elsewhere)).toBe(200);
    expect(asked()).toBe(0);
  });

  it.each(Object.keys(FAULTS))('is written again by the next use when it is %s', async (fault) => {
    const names = copiesOf(key);
    const good = names.map((name) => kv.read(name));
    await gateway.restart(); // nobody remembers anything
    for (const name of names) FAULTS[fault]?.(kv, name);
    expect(names.map((name) => kv.read(name) === null)).toEqual(Array(2).fill(fault === 'lost'));
    expect(await statusOf(key.key, gateway.elsewhere)).toBe(200);
    expect(await statusOf(token, gateway.url)).toBe(200);
    await expect.poll(() => names.map((name) => kv.read(name)), { timeout: 10_000 }).toEqual(good);
  });
});

describe('a gateway', () => {
  let gateway: ControlledGateway;
  beforeAll(async () => {
    gateway = await start({ front: true, secondIsolate: true });
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    gateway.registry.set('up');
    gateway.kv.fail('none');
    gateway.kv.thaw();
  });

  it.each(
    ['config', 'tenants'].flatMap((name) => Object.keys(FAULTS).map((fault) => [name, fault] as const)),
  )('writes the copy of the %s again for the next isolate when it is %s', async (name, fault) => {
    const { kv } = gateway;
    const mark = `${name}-${fault.replaceAll(' ', '-')}`;
    const alias = { targets: [{ provider: 'simulator', model: 'sim-fast' }] };
    await bodyOf(
      gateway.admin('PUT', '/config', { providers: { simulator: {} }, models: { [mark]: alias } }),
      200,
    );
    const project = await bodyOf<MintedKey>(gateway.admin('POST', '/projects', { name: mark }), 201);
    const closed = await mintKey(gateway, { project: mark });
    await bodyOf(gateway.admin('POST', `/projects/${project.id}/disable`), 200);
    const open = await mintKey(gateway);
    const copy = `copy/${name}`;
    await expect
      .poll(() => [kv.read('copy/config'), kv.read('copy/tenants')])
      .toEqual([expect.stringContaining(mark), expect.stringContaining(mark)]);
    const good = kv.read(copy);
    await gateway.restart();
    FAULTS[fault]?.(kv, copy);
    expect(await useKey(open.key, gateway.elsewhere, { model: mark })).toMatchObject({ status: 200 });
    expect(await statusOf(closed.key, gateway.elsewhere)).toBe(401);
    await expect.poll(() => kv.read(copy), { timeout: 10_000 }).toBe(good);
  });

  it('serves every key of a KV that was lost as a whole', async () => {
    const keys = await Promise.all(Array.from({ length: 10 }, () => mintKey(gateway)));
    await gateway.restart();
    gateway.kv.clear();
    for (const { key } of keys) expect(await statusOf(key, gateway.elsewhere)).toBe(200);
  });

  it('traps H9: what was revoked while KV takes no writes stays revoked, also where nobody heard of it', async () => {
    const key = await mintKey(gateway);
    const [copy] = copiesOf(key);
    await untilPublished(gateway, key);
    gateway.kv.fail('refuse-writes');
    await changeKey(gateway, key, 'revoke');
    expect(await statusOf(key.key, gateway.url)).toBe(401);
    await gateway.restart();
    expect(gateway.kv.read(copy)).toContain('"active"');
    for (const url of [gateway.url, gateway.elsewhere]) expect(await statusOf(key.key, url)).toBe(401);
    gateway.kv.fail('none');
    await expect.poll(() => gateway.kv.read(copy), { timeout: 20_000 }).toContain('"revoked"');
  });

  it.each(['down', 'hang', 'reset'] as const)(
    'traps H9: remembers what it acknowledged, although the Registry is gone right after (%s)',
    async (mode) => {
      const [revoked, made] = [await mintKey(gateway), await mintKey(gateway)];
      expect(await statusOf(revoked.key, gateway.url)).toBe(200);
      gateway.kv.freeze();
      await changeKey(gateway, revoked, 'revoke');
      const late = await mintKey(gateway);
      gateway.registry.set(mode);
      expect(await statusOf(revoked.key, gateway.url)).toBe(401);
      for (const { key } of [made, late]) expect(await statusOf(key, gateway.url)).toBe(200);
    },
  );

  it('refuses a key everywhere whose revocation nobody acknowledged, because the answer was lost', async () => {
    const key = await mintKey(gateway);
    const urls = [gateway.url, gateway.elsewhere];
    for (const url of urls) expect(await statusOf(key.key, url)).toBe(200);
    gateway.registry.set('lose-answers');
    expect((await gateway.admin('POST', `/keys/${key.id}/revoke`)).status).toBe(503);
    gateway.registry.set('up');
    for (const url of urls)
      await expect.poll(() => statusOf(key.key, url), { timeout: 5000, interval: 50 }).toBe(401);
  });

  it('is healthy whatever the Registry and KV do, and no other path profits from that', async () => {
    const key = await mintKey(gateway);
    await gateway.restart();
    gateway.registry.set('hang');
    gateway.kv.fail('hang');
    const health = await fetch(`${gateway.elsewhere}/healthz`);
    expect([health.status, await health.json()]).toMatchObject([200, { status: 'ok' }]);
    gateway.registry.set('up');
    gateway.kv.fail('none');
    // An isolate that serves these without asking knows nothing, or what was true long ago.
    for (const path of ['/v1/chat/completions?x=/healthz', '/v1/chat/completions?/healthz'])
      expect(await statusOf(key.key, gateway.elsewhere, path)).toBe(200);
    await gateway.restart();
    await changeKey(gateway, key, 'revoke');
    for (const url of [gateway.url, gateway.elsewhere])
      expect(await statusOf(key.key, url, '/v1/chat/completions?x=/healthz')).toBe(401);
  });

  it('mints keys that are good at once while KV is down', async () => {
    await gateway.restart();
    gateway.kv.fail('throw');
    const key = await mintKey(gateway);
    for (const url of [gateway.url, gateway.elsewhere]) expect(await statusOf(key.key, url)).toBe(200);
  });
});

describe('a gateway that is killed in the middle of 200 creates', () => {
  interface Listed {
    readonly id: string;
    readonly name: string;
  }

  async function listAll(gateway: ControlledGateway): Promise<Listed[]> {
    const all: Listed[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { data: Listed[]; next_cursor: string | null } = await bodyOf(
        gateway.admin('GET', `/keys?limit=100${query}`),
        200,
      );
      all.push(...page.data);
      cursor = page.next_cursor;
    }
    return all;
  }

  /** Of the audit trail, the targets of an action. */
  async function targetsOf(gateway: ControlledGateway, action: string): Promise<string[]> {
    const lines = (await (await gateway.admin('GET', '/audit/export')).text()).trim().split('\n');
    return lines
      .map((line) => JSON.parse(line) as { action: string; target: string })
      .filter((entry) => entry.action === action)
      .map(({ target }) => target);
  }

  /** Those that were acknowledged, when so many were and then the process was killed. */
  async function createUntilKilled(gateway: ControlledGateway, killedAfter: number): Promise<MintedKey[]> {
    const made: MintedKey[] = [];
    const isReached = Promise.withResolvers<void>();
    const creates = Array.from({ length: 200 }, async (_, index) => {
      const response = await gateway.admin('POST', '/keys', { name: `key-${index}` });
      const key = (await response.json()) as MintedKey; // of a 201
      if (response.status !== 201) return;
      made.push(key);
      if (made.length === killedAfter) isReached.resolve();
    });
    const ended = Promise.allSettled(creates);
    await isReached.promise;
    await gateway.restart();
    await ended;
    return made;
  }

  it.each([1, 40, 120])(
    'loses none that it acknowledged, and leaves none half there (killed after %i)',
    async (killedAfter) => {
      const gateway = await start({ secondIsolate: true });
      try {
        const made = await createUntilKilled(gateway, killedAfter);
        expect(made.length).toBeGreaterThanOrEqual(killedAfter);
        const listed = await listAll(gateway);
        const ids = listed.map(({ id }) => id).sort();
        expect(new Set(ids).size).toBe(listed.length);
        expect(ids).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
        for (const url of [gateway.elsewhere, gateway.url])
          for (const { key } of made) expect(await statusOf(key, url)).toBe(200);

        expect(await bodyOf(gateway.admin('GET', '/audit/verify'), 200)).toMatchObject({ valid: true });
        expect((await targetsOf(gateway, 'key.create')).sort()).toEqual(ids);

        // Also those whose publication died with the process.
        const { kv } = gateway;
        const namesWith = (prefix: string) => kv.names().filter((name) => name.startsWith(prefix));
        await expect
          .poll(() => namesWith('key-id/'), { timeout: 30_000 })
          .toEqual(ids.map((id) => `key-id/${id}`));
        await expect.poll(() => namesWith('key/').length, { timeout: 30_000 }).toBe(listed.length);
      } finally {
        await gateway.stop();
      }
    },
  );
});
