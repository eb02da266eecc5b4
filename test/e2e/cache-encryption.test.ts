/** Entries at rest under `CACHE_ENCRYPTION_KEY`: nobody reads them in the store, changes them, or moves them about. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CacheLab, cacheOf, callOf, freshLabel, startCacheLab, write } from '../support/cache/lab.ts';
import { type NumberedVendor, startNumberedVendor } from '../support/cache/numbered-vendor.ts';
import { makeKey } from '../support/gateway.ts';
import { type KvStore, startKvStore } from '../support/kv-store.ts';

const secret = () => randomBytes(32).toString('base64');
const [OLD, NEW, OTHER] = [secret(), secret(), secret()];
/** Known to every gateway here, in two projects. */
const [ours, theirs] = [makeKey('ours', { project: 'ours' }), makeKey('theirs', { project: 'theirs' })];

let vendor: NumberedVendor;
let kv: KvStore;
let lab: CacheLab;

/** Another gateway on the same KV. */
const start = (vars: Record<string, string>) =>
  startCacheLab({ vendor, vars, keys: [ours, theirs], cache: { kv } });

beforeAll(async () => {
  [vendor, kv] = [await startNumberedVendor(), await startKvStore()];
  lab = await start({ CACHE_ENCRYPTION_KEY: OLD });
});
afterAll(async () => {
  await lab.stop();
  await Promise.all([kv.stop(), vendor.stop()]);
});

/** What small values begin with: they lie as text, so that many can be read at once. */
const TEXT = 'base64:';

/** An entry as it was sealed. */
function sealedAt(name: string): Buffer {
  const text = kv.read(name) ?? '';
  expect(text.startsWith(TEXT)).toBe(true);
  return Buffer.from(text.slice(TEXT.length), 'base64url');
}

/** What a gateway with these secrets makes of an entry that `lab` wrote. */
async function readBy(vars: Record<string, string>, text: string): Promise<string | null> {
  const other = await start(vars);
  try {
    return cacheOf(await other.ask({ text, key: ours.key }));
  } finally {
    await other.stop();
  }
}

describe('an entry in the store', () => {
  it('shows nothing of what was asked or answered, nor whose it is', async () => {
    for (const stream of [false, true]) {
      const text = freshLabel();
      const { answer, name } = await write(lab, {
        text,
        stream,
        key: ours.key,
        headers: { 'x-edgeway-cache-tags': 'a-tag' },
      });
      const bytes = sealedAt(name).toString('latin1');
      expect(bytes.length).toBeGreaterThan(100);
      const words = [
        text,
        `<${callOf(answer)}:`,
        'assistant',
        'choices',
        'ours',
        'always',
        'a-tag',
        '"up"',
        'json',
      ];
      expect(words.filter((word) => bytes.includes(word))).toEqual([]);
      expect(name).not.toContain('ours');
    }
  });

  it('differs each time it is written', async () => {
    const text = freshLabel();
    const { name } = await write(lab, { text, key: ours.key });
    const before = kv.read(name);
    await lab.ask({ text, key: ours.key, headers: { 'cache-control': 'no-cache' } });
    await expect.poll(() => kv.read(name)).not.toBe(before);
  });
});

describe('who may read it', () => {
  it('a gateway with the same key', async () => {
    const text = freshLabel();
    await write(lab, { text, key: ours.key });
    expect(await readBy({ CACHE_ENCRYPTION_KEY: OLD }, text)).toBe('hit');
  });

  it('one whose key before was that', async () => {
    const text = freshLabel();
    await write(lab, { text, key: ours.key });
    expect(await readBy({ CACHE_ENCRYPTION_KEY: NEW, CACHE_ENCRYPTION_KEY_PREVIOUS: OLD }, text)).toBe('hit');
  });

  it.each([
    ['another key', { CACHE_ENCRYPTION_KEY: OTHER }],
    ['other keys, now and before', { CACHE_ENCRYPTION_KEY: NEW, CACHE_ENCRYPTION_KEY_PREVIOUS: OTHER }],
    ['no key', {}],
  ])('nobody with %s: it is a miss', async (_, vars: Record<string, string>) => {
    const text = freshLabel();
    await write(lab, { text, key: ours.key });
    expect(await readBy(vars, text)).toBe('miss');
  });

  it('nobody who has a key reads what was written without one', async () => {
    const plain = await start({});
    const text = freshLabel();
    try {
      await write(plain, { text, key: ours.key });
    } finally {
      await plain.stop();
    }
    expect(await readBy({ CACHE_ENCRYPTION_KEY: OLD }, text)).toBe('miss');
  });
});

describe('who changes it makes it a miss', () => {
  /** The lab again, without what its isolate remembers. */
  async function reread(text: string, key: string): Promise<[string | null, number]> {
    await lab.gateway.restart();
    const answer = await lab.ask({ text, key });
    return [cacheOf(answer), callOf(answer)];
  }

  it.each([0, 5, 15, 30, -1, -20])('at byte %i', async (at) => {
    const text = freshLabel();
    const { name } = await write(lab, { text, key: ours.key });
    const bytes = sealedAt(name);
    const index = at < 0 ? bytes.length + at : at;
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    kv.write(name, TEXT + bytes.toString('base64url'));
    expect(await reread(text, ours.key)).toEqual(['miss', vendor.calls(text)[1]?.number]);
  });

  it('by putting it under the name of another entry', async () => {
    const [one, two] = [freshLabel(), freshLabel()];
    const [first, second] = [
      await write(lab, { text: one, key: ours.key }),
      await write(lab, { text: two, key: ours.key }),
    ];
    kv.write(second.name, kv.readBytes(first.name) ?? '');
    expect(await reread(two, ours.key)).toEqual(['miss', vendor.calls(two)[1]?.number]);
  });

  it('by handing one tenant’s to another (traps E1)', async () => {
    const text = freshLabel();
    const [mine, yours] = [
      await write(lab, { text, key: ours.key }),
      await write(lab, { text, key: theirs.key }),
    ];
    expect(mine.name).not.toBe(yours.name);
    kv.write(yours.name, kv.readBytes(mine.name) ?? '');
    expect(await reread(text, theirs.key)).toEqual(['miss', vendor.calls(text)[2]?.number]);
  });
});

describe('keys that are no keys', () => {
  it.each([
    ['too short', { CACHE_ENCRYPTION_KEY: 'short' }],
    ['one before and none now', { CACHE_ENCRYPTION_KEY_PREVIOUS: OLD }],
  ])(
    'are told as a mistake of the configuration, without their value: %s',
    async (_, vars: Record<string, string>) => {
      const other = await start(vars);
      try {
        const { status, text, error } = await other.ask({ key: ours.key });
        expect([status, error.code]).toEqual([500, 'invalid_config']);
        expect(String(error.message)).toContain('CACHE_ENCRYPTION_KEY');
        for (const value of Object.values(vars)) expect(text).not.toContain(value);
      } finally {
        await other.stop();
      }
    },
  );
});
