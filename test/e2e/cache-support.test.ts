/** What stands around the cache in the suites, proven with a gateway in miniature: what it claims, it does. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { startKvStore } from '../support/kv-store.ts';
import { ROOT } from '../support/workerd.ts';

const MODULE = join(ROOT, 'test/support/cache-stand-in.js');

/** What the miniature answers: a value, or what its binding threw. */
async function ask(base: string, path: string): Promise<unknown> {
  const response = await fetch(base + path);
  const { value, error } = await response.json();
  return response.ok ? value : error;
}

const thrown = (part: string) => expect.objectContaining({ message: expect.stringContaining(part) });

let gateway: ControlledGateway;
beforeAll(async () => {
  gateway = await startGateway({
    modulePath: MODULE,
    cache: { near: true },
    controlPlane: { secondIsolate: true },
  });
});
afterAll(() => gateway.stop());

describe('the namespace of the cache', () => {
  const at = (path: string) => ask(gateway.url, `/kv/${path}`);
  beforeEach(() => {
    gateway.cache.kv.fail('none');
    gateway.cache.kv.clear();
  });

  it('is one of its own: the edge copies’ faults are not the cache’s', async () => {
    gateway.kv.fail('throw');
    await at('put?name=one&value=1&seconds=60');
    expect([await at('get?name=one'), gateway.kv.names()]).toEqual(['1', []]);
    gateway.kv.fail('none');
  });

  it('tells what a Worker asked for, and how long a value has', async () => {
    const { kv } = gateway.cache;
    const before = kv.received.length;
    await at('put?name=a%2Fb&value=12345&seconds=100');
    expect(await at('get?name=a%2Fb')).toBe('12345');
    expect(await at('bulk?name=a%2Fb,none')).toEqual({ 'a/b': '12345', none: null });
    expect(kv.received.slice(before)).toEqual([
      { method: 'put', names: ['a/b'], bytes: 5 },
      { method: 'get', names: ['a/b'], bytes: 0 },
      { method: 'bulk get', names: ['a/b', 'none'], bytes: 0 },
    ]);
    expect(kv.secondsLeft('a/b')).toBeGreaterThan(90);
    expect(kv.secondsLeft('none')).toBeNull();
    expect(Buffer.from(kv.readBytes('a/b') ?? []).toString()).toBe('12345');
  });

  it('refuses what the real one refuses', async () => {
    const soon = Math.floor(Date.now() / 1000) + 30;
    expect(await at(`put-until?name=a&value=1&seconds=${soon}`)).toEqual(thrown('400'));
    expect(await at('bulk?name=a&type=arrayBuffer')).toEqual(thrown('400'));
    expect(await at(`bulk?name=${Array(101).fill('a').join(',')}`)).toEqual(thrown('400'));
    expect(await at(`put-many-bytes?name=a&value=${25 * 1024 * 1024 + 1}`)).toEqual(thrown('413'));
    expect(await at(`put-many-bytes?name=a&value=${25 * 1024 * 1024}`)).toBeNull();
  });

  it('gives garbage for any name', async () => {
    gateway.cache.kv.fail('garbage');
    expect(await at('get?name=nobody')).toContain('{"version":1');
    expect(await at('bulk?name=nobody')).toEqual({ nobody: expect.stringContaining('{"version":1') });
  });

  it('is somebody else’s, or none', async () => {
    const kv = await startKvStore();
    kv.write('planted', '1');
    const [shared, none] = await Promise.all([
      startGateway({ modulePath: MODULE, cache: { kv } }),
      startGateway({ modulePath: MODULE, cache: { kv: null } }),
    ]);
    try {
      expect(await ask(shared.url, '/kv/get?name=planted')).toBe('1');
      expect(await ask(none.url, '/kv/get?name=planted')).toMatchObject({ name: 'TypeError' });
      expect(() => none.cache.kv).toThrow('KV');
    } finally {
      await Promise.all([shared.stop(), none.stop()]);
    }
    expect(kv.read('planted')).toBe('1');
    await kv.stop();
  });
});

describe('the near cache', () => {
  const at = (path: string) => ask(gateway.url, `/near/${path}`);
  beforeEach(() => {
    for (const near of [gateway.cache.near, gateway.cache.nearElsewhere]) {
      near.fail('none');
      near.clear();
    }
  });

  it('keeps what is put, deletes it, and counts', async () => {
    const { near } = gateway.cache;
    const [matches, puts] = [near.matches, near.puts];
    expect(await at('match?name=a')).toBeNull();
    await at('put?name=a&value=1&control=max-age%3D60');
    expect(await at('match?name=a')).toEqual({ text: '1', type: 'application/octet-stream' });
    expect(near.urls()).toEqual(['http://edgeway.example/a']);
    expect(Buffer.from(near.read('http://edgeway.example/a') ?? []).toString()).toBe('1');
    expect([await at('delete?name=a'), await at('delete?name=a'), await at('match?name=a')]).toEqual([
      true,
      false,
      null,
    ]);
    expect([near.matches - matches, near.puts - puts]).toEqual([3, 1]);
  });

  it.each(['no-store', 'private, max-age=60', 'max-age=0', 'public'])(
    'keeps nothing under `Cache-Control: %s`',
    async (control) => {
      await at(`put?name=a&value=1&control=${encodeURIComponent(control)}`);
      expect(await at('match?name=a')).toBeNull();
    },
  );

  it('is another one in another isolate', async () => {
    await at('put?name=a&value=1&control=max-age%3D60');
    expect(await ask(gateway.elsewhere, '/near/match?name=a')).toBeNull();
    await ask(gateway.elsewhere, '/near/put?name=a&value=2&control=max-age%3D60');
    expect(gateway.cache.nearElsewhere.urls()).toEqual(['http://edgeway.example/a']);
    expect(await at('match?name=a')).toMatchObject({ text: '1' });
  });

  it('forgets, breaks, is torn, gives garbage', async () => {
    const { near } = gateway.cache;
    await at('put?name=a&value=1&control=max-age%3D60');
    near.fail('forgetful');
    expect(await at('match?name=a')).toBeNull();
    near.fail('broken');
    expect([await at('put?name=b&value=1&control=max-age%3D60'), await at('match?name=a')]).toEqual([
      null,
      null,
    ]);
    near.fail('reset');
    expect(await at('match?name=a')).toMatchObject({ name: 'Error' });
    near.fail('garbage');
    expect(await at('match?name=b')).toMatchObject({ text: expect.stringContaining('{"version":1') });
    near.fail('none');
    expect(await at('match?name=a')).toMatchObject({ text: '1' });
  });

  it('does not answer while it hangs, and goes on when released', async () => {
    const { near } = gateway.cache;
    near.fail('hang');
    const before = near.matches;
    let isAnswered = false;
    const answer = at('match?name=a').finally(() => {
      isAnswered = true;
    });
    await expect.poll(() => near.matches).toBe(before + 1);
    await fetch(`${gateway.url}/healthz`); // a whole request later
    expect(isAnswered).toBe(false);
    near.fail('none');
    expect(await answer).toBeNull();
  });

  it('is not there unless a test asks for it, and then throws', async () => {
    const plain = await startGateway({ modulePath: MODULE });
    try {
      expect(await ask(plain.url, '/near/match?name=a')).toEqual(thrown('No Cache was configured'));
      expect(() => plain.cache.near).toThrow('near: true');
    } finally {
      await plain.stop();
    }
  });
});

it('keeps a Flight over a restart, and shares it between isolates', async () => {
  expect(await ask(gateway.url, '/flight?name=one')).toBe(1);
  await gateway.restart();
  expect(await ask(gateway.elsewhere, '/flight?name=one')).toBe(2);
});
