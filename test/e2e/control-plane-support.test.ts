/** The suites' own support for the control plane, proven with a gateway in miniature: what it claims, it does. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN } from '../support/control-plane.ts';
import { type ControlledGateway, type ControlledOptions, startGateway } from '../support/gateway.ts';
import { type KvStore, startKvStore } from '../support/kv-store.ts';
import { ROOT, startWorkerd } from '../support/workerd.ts';

const MODULE = join(ROOT, 'test/support/registry-stand-in.js');
/** 2026-11-21, in milliseconds. */
const NOON = 1_795_262_400_000;

const start = (controlPlane: ControlledOptions['controlPlane']) =>
  startGateway({ modulePath: MODULE, controlPlane });

/** What the miniature answers: a value, or what its binding threw. */
async function ask(base: string, path: string): Promise<unknown> {
  const response = await fetch(base + path);
  const { value, error } = await response.json();
  return response.ok ? value : error;
}

describe('the KV stand-in', () => {
  let clock = NOON;
  let kv: KvStore;
  let gateway: ControlledGateway;
  const at = (path: string) => ask(gateway.url, `/kv/${path}`);

  beforeAll(async () => {
    kv = await startKvStore(() => clock);
    gateway = await start({ kv });
  });
  afterAll(async () => {
    await gateway.stop();
    await kv.stop();
  });
  beforeEach(() => {
    kv.fail('none');
    kv.thaw();
    kv.clear();
  });

  it('keeps what a Worker puts, under any name, and counts reads and writes', async () => {
    const [reads, writes] = [kv.reads, kv.writes];
    const name = 'key:ä/ö?x=%2F&y';
    expect(await at(`put?name=${encodeURIComponent(name)}&value=one`)).toBeNull();
    expect(await at(`get?name=${encodeURIComponent(name)}`)).toBe('one');
    expect(await at(`get-cached?name=${encodeURIComponent(name)}`)).toBe('one');
    expect([kv.read(name), kv.names()]).toEqual(['one', [name]]);
    await at(`delete?name=${encodeURIComponent(name)}`);
    expect([kv.read(name), await at(`get?name=${encodeURIComponent(name)}`)]).toEqual([null, null]);
    expect([kv.reads - reads, kv.writes - writes]).toEqual([3, 2]);
  });

  it('gives a Worker whatever garbage was planted', async () => {
    kv.write('config', '{"half":');
    expect(await at('get?name=config')).toBe('{"half":');
    kv.write('config', new Uint8Array([0xff, 0xfe, 0]));
    expect(await at('get?name=config')).toBe('\ufffd\ufffd\0');
  });

  it('lets a value go when its time is over', async () => {
    await at('put-for?name=short&value=v&seconds=60');
    clock = NOON + 59_999;
    expect(await at('get?name=short')).toBe('v');
    clock = NOON + 60_000;
    expect([await at('get?name=short'), kv.read('short'), kv.names()]).toEqual([null, null, []]);
    clock = NOON;
  });

  it('refuses what the real KV refuses', async () => {
    expect(await at('put-for?name=short&value=v&seconds=59')).toMatchObject({
      message: expect.stringContaining('400'),
    });
    expect(await at(`get?name=${'n'.repeat(513)}`)).toMatchObject({
      message: expect.stringContaining('414'),
    });
    expect(await at('list')).toMatchObject({ message: expect.stringContaining('501') });
  });

  it('shows the state at the freeze, while writes go on to the truth', async () => {
    kv.write('kept', 'old');
    kv.write('deleted', 'old');
    kv.freeze();
    await at('put?name=kept&value=new');
    await at('put?name=added&value=new');
    await at('delete?name=deleted');
    const shown = ['get?name=kept', 'get?name=added', 'get?name=deleted'];
    expect(await Promise.all(shown.map(at))).toEqual(['old', null, 'old']);
    expect(kv.names()).toEqual(['added', 'kept']);
    expect(kv.read('kept')).toBe('new');
    kv.thaw();
    expect(await Promise.all(shown.map(at))).toEqual(['new', 'new', null]);
  });

  it('is empty after clear', async () => {
    kv.write('one', '1');
    kv.clear();
    expect([await at('get?name=one'), kv.names()]).toEqual([null, []]);
  });

  it('throws at a Worker, reading and writing', async () => {
    kv.write('one', '1');
    kv.fail('throw');
    for (const operation of ['get?name=one', 'put?name=one&value=2', 'delete?name=one'])
      expect(await at(operation)).toMatchObject({ message: expect.stringContaining('500') });
    expect(kv.read('one')).toBe('1');
  });

  it('refuses writes only, as for more than one a second', async () => {
    kv.write('one', '1');
    kv.fail('refuse-writes');
    for (const operation of ['put?name=one&value=2', 'delete?name=one'])
      expect(await at(operation)).toMatchObject({ message: expect.stringContaining('429') });
    expect(await at('get?name=one')).toBe('1');
  });

  it('tears connections', async () => {
    kv.write('one', '1');
    kv.fail('reset');
    expect(await at('get?name=one')).toMatchObject({ name: 'Error' });
    expect(await at('put?name=one&value=2')).toMatchObject({ name: 'Error' });
    expect(kv.read('one')).toBe('1');
  });

  it('does not answer while it hangs, and goes on when released', async () => {
    kv.write('one', '1');
    kv.fail('hang');
    const reads = kv.reads;
    let isAnswered = false;
    const answer = at('get?name=one').finally(() => {
      isAnswered = true;
    });
    await expect.poll(() => kv.reads).toBe(reads + 1);
    await ask(gateway.url, '/remember'); // a whole request later
    expect(isAnswered).toBe(false);
    kv.fail('none');
    expect(await answer).toBe('1');
  });
});

describe('the front of the Registry', () => {
  let gateway: ControlledGateway;
  const at = (path: string) => ask(gateway.url, `/registry/${path}`);

  beforeAll(async () => {
    gateway = await start({ front: true });
  });
  afterAll(() => gateway.stop());
  beforeEach(() => gateway.registry.set('up'));

  it('passes every method on, with inputs, answers and errors', async () => {
    const before = await at('read');
    expect(await at('increment?by=5')).toBe(Number(before) + 5);
    expect(await at('refuse')).toEqual({
      name: 'TypeError',
      message: 'refused by the object',
      code: 'refused',
    });
    expect(await at('unknown')).toMatchObject({ message: expect.stringContaining('"unknown"') });
  });

  it('counts calls, of one method and of all', async () => {
    const counts = () => [
      gateway.registry.calls('read'),
      gateway.registry.calls('increment'),
      gateway.registry.calls(),
    ];
    const before = counts();
    await at('read');
    await at('read');
    await at('increment');
    expect(counts().map((count, index) => count - (before[index] ?? 0))).toEqual([2, 1, 3]);
    expect(gateway.registry.calls('never')).toBe(0);
  });

  it('is down: the call throws and does nothing', async () => {
    const before = await at('read');
    gateway.registry.set('down');
    expect(await at('increment')).toMatchObject({ message: 'the Registry is unreachable' });
    gateway.registry.set('up');
    expect(await at('read')).toBe(before);
  });

  it('is reset: the call throws as the platform does, and the next stub works', async () => {
    const before = await at('read');
    gateway.registry.set('reset');
    expect(await at('increment')).toMatchObject({ durableObjectReset: true });
    gateway.registry.set('up');
    expect(await at('read')).toBe(before);
  });

  it('loses answers: the object has done what the caller takes for failed', async () => {
    const before = await at('read');
    gateway.registry.set('lose-answers');
    expect(await at('increment')).toMatchObject({ message: 'the answer of the Registry was lost' });
    gateway.registry.set('up');
    expect(await at('read')).toBe(Number(before) + 1);
  });

  it.each([
    ['hangs', 'hang', 'up'],
    ['hangs', 'hang', 'down'],
    ['is slow', { slowMs: 3_600_000 }, 'up'],
    ['is slow', { slowMs: 3_600_000 }, 'down'],
  ] as const)(
    '%s (%j) until another mode is set, and then does what that says: %s',
    async (_, mode, next) => {
      const total = await at('read');
      gateway.registry.set(mode);
      const calls = gateway.registry.calls();
      let isAnswered = false;
      const answer = at('read').finally(() => {
        isAnswered = true;
      });
      await expect.poll(() => gateway.registry.calls()).toBe(calls + 1);
      await ask(gateway.url, '/remember'); // a whole request later
      expect(isAnswered).toBe(false);
      gateway.registry.set(next);
      expect(await answer).toEqual(
        next === 'up' ? total : expect.objectContaining({ message: 'the Registry is unreachable' }),
      );
    },
  );

  it('is slow, and answers when its time is over', async () => {
    gateway.registry.set({ slowMs: 1 });
    expect(await at('read')).toEqual(expect.any(Number));
  });

  it('is no part of a gateway that did not ask for it', async () => {
    const plain = await start(true);
    try {
      expect(() => plain.registry).toThrow('front: true');
      expect(() => plain.elsewhere).toThrow('secondIsolate: true');
      expect(await ask(plain.url, '/registry/increment')).toBe(1);
    } finally {
      await plain.stop();
    }
  });
});

describe('a gateway with a control plane', () => {
  it('keeps what the Registry stored when it is killed, and forgets what the isolate knew', async () => {
    const gateway = await start({ front: true });
    try {
      await ask(gateway.url, '/registry/increment?by=3');
      await ask(gateway.url, '/kv/put?name=one&value=1');
      await ask(gateway.url, '/remember');
      const { pid, url } = gateway;
      await gateway.restart();
      expect(gateway.pid).not.toBe(pid);
      expect(gateway.url).toBe(url);
      expect(await ask(url, '/registry/read')).toBe(3);
      expect(await ask(url, '/kv/get?name=one')).toBe('1');
      expect(await ask(url, '/remember')).toBe(1);
    } finally {
      await gateway.stop();
    }
  });

  it('dies in the middle of a request, and only what was not answered fails', async () => {
    const gateway = await start({ front: true });
    try {
      await ask(gateway.url, '/registry/increment');
      gateway.registry.set('hang');
      const calls = gateway.registry.calls();
      const failed = expect(ask(gateway.url, '/registry/increment')).rejects.toThrow('fetch failed');
      await expect.poll(() => gateway.registry.calls()).toBe(calls + 1);
      await gateway.restart();
      await failed;
      gateway.registry.set('up');
      expect(await ask(gateway.url, '/registry/read')).toBe(1);
    } finally {
      await gateway.stop();
    }
  });

  it('finds again what an earlier one left in the same directory, and leaves it there', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'edgeway-kept-'));
    try {
      for (const total of [1, 2]) {
        const gateway = await start({ directory });
        const read = await ask(gateway.url, '/registry/increment');
        await gateway.stop();
        expect(read).toBe(total);
      }
      expect(readdirSync(directory)).toEqual([
        'edgeway-flight',
        'edgeway-ledger',
        'edgeway-registry',
        'edgeway-vantage',
      ]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('starts empty, and leaves nothing behind', async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('edgeway-registry-'));
    const before = left();
    const gateway = await start(true);
    const made = left().filter((name) => !before.includes(name));
    const total = await ask(gateway.url, '/registry/increment');
    await gateway.stop();
    expect(total).toBe(1);
    expect(made).toHaveLength(1);
    expect(existsSync(join(tmpdir(), made[0] ?? ''))).toBe(false);
  });

  it.each([{ front: true }, { front: false }])(
    'has a second isolate: another memory, the same Registry and KV ($front)',
    async (options) => {
      const gateway = await start({ ...options, secondIsolate: true });
      try {
        const { url, elsewhere } = gateway;
        expect(await ask(url, '/registry/increment?by=2')).toBe(2);
        expect(await ask(elsewhere, '/registry/increment?by=2')).toBe(4);
        expect(await ask(url, '/registry/read')).toBe(4);
        await ask(elsewhere, '/kv/put?name=one&value=1');
        expect(await ask(url, '/kv/get?name=one')).toBe('1');
        expect(await ask(url, '/remember')).toBe(1);
        expect(await ask(url, '/remember')).toBe(2);
        expect(await ask(elsewhere, '/remember')).toBe(1);
        await gateway.restart();
        expect(await ask(elsewhere, '/registry/read')).toBe(4);
      } finally {
        await gateway.stop();
      }
    },
  );

  it('asks as the administrator, or as a test says', async () => {
    const gateway = await start(true);
    const value = async (response: Response) => (await response.json()).value;
    try {
      expect(await value(await gateway.admin('GET', '/told'))).toEqual({
        isAdministrator: true,
        method: 'GET',
        type: null,
        body: '',
      });
      const body = { name: 'a' };
      expect(await value(await gateway.admin('POST', '/told', body, { authorization: 'no' }))).toEqual({
        isAdministrator: false,
        method: 'POST',
        type: 'application/json',
        body: '{"name":"a"}',
      });
      expect(await value(await gateway.admin('PUT', '/told', '{"half":'))).toMatchObject({
        body: '{"half":',
      });
    } finally {
      await gateway.stop();
    }
  });

  it('has the administrator that a test names, or none', async () => {
    const told = async (adminToken: string | null) => {
      const gateway = await start({ adminToken });
      const answer = await gateway.admin('GET', '/told', undefined, {
        authorization: `Bearer ${ADMIN_TOKEN}`,
      });
      const [{ value }, names] = [await answer.json(), await ask(gateway.url, '/bindings')];
      await gateway.stop();
      return [value.isAdministrator, names];
    };
    const bound = ['CACHE', 'EDGE_COPIES', 'FLIGHT', 'GATEWAY_CONFIG', 'LEDGER', 'REGISTRY', 'VANTAGE'];
    expect(await told(null)).toEqual([false, bound]);
    expect(await told('another')).toEqual([false, ['ADMIN_TOKEN', ...bound]]);
  });
});

it('binds Ledgers, Flights and Vantages alone where no state is asked for', async () => {
  const worker = await startWorkerd(MODULE, { ONE: '1' });
  try {
    expect(await ask(worker.url, '/bindings')).toEqual(['FLIGHT', 'LEDGER', 'ONE', 'VANTAGE']);
  } finally {
    await worker.stop();
  }
});
