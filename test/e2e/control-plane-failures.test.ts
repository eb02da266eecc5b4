/**
 * The control plane in every kind of trouble, by contract §4: what memory or KV knows goes on, what nobody can tell is
 * 503, and no trouble ever opens a door.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMintedKey } from '../../src/keys/minted-key.ts';
import { type ControlledGateway, makeKey, startGateway, type TestKey } from '../support/gateway.ts';
import {
  bodyOf,
  changeKey,
  copiesOf,
  mintKey,
  mintNarrowToken,
  untilPublished,
  useKey,
} from '../support/minted-keys.ts';
import type { RegistryMode } from '../support/registry-front.ts';

describe('KV × Registry × isolate × key', () => {
  const REGISTRY: Readonly<Record<string, { mode: RegistryMode; answers: boolean }>> = {
    up: { mode: 'up', answers: true },
    slow: { mode: { slowMs: 300 }, answers: true },
    down: { mode: 'down', answers: false },
    hanging: { mode: 'hang', answers: false },
    reset: { mode: 'reset', answers: false },
  };

  /** What a cold isolate gets from KV. `stale`: as it was before a revocation. */
  const KV: Readonly<Record<string, { gives: 'copies' | 'stale' | 'nothing' }>> = {
    fine: { gives: 'copies' },
    frozen: { gives: 'stale' },
    empty: { gives: 'nothing' },
    throwing: { gives: 'nothing' },
    hanging: { gives: 'nothing' },
    reset: { gives: 'nothing' },
    garbage: { gives: 'nothing' },
  };

  type Credential =
    | 'good'
    | 'revoked'
    | 'just revoked'
    | 'of a closed project'
    | 'unknown'
    | 'mistyped'
    | 'of the document'
    | 'a narrow token';
  type Status = 200 | 401 | 503;

  /** Who heard of everything, and still remembers, or can ask the Registry. */
  const KNOWN: Readonly<Record<Credential, Status>> = {
    good: 200,
    revoked: 401,
    'just revoked': 401,
    'of a closed project': 401,
    unknown: 401,
    mistyped: 401,
    'of the document': 200,
    'a narrow token': 200,
  };
  /** A cold isolate that the Registry does not answer, by what KV gives. */
  const COLD: Readonly<Record<(typeof KV)[string]['gives'], Readonly<Record<Credential, Status>>>> = {
    // Nobody can tell whether KV has all keys, nor verify a token without the Registry's secrets.
    copies: { ...KNOWN, unknown: 503, 'a narrow token': 503 },
    // The one window that is left: revoked less than KV's lag ago, asked where nothing was heard, Registry silent.
    stale: { ...KNOWN, unknown: 503, 'a narrow token': 503, 'just revoked': 200 },
    // Not even the configuration is known.
    nothing: {
      good: 503,
      revoked: 503,
      'just revoked': 503,
      'of a closed project': 503,
      unknown: 503,
      mistyped: 503,
      'of the document': 503,
      'a narrow token': 503,
    },
  };

  const listed: TestKey = makeKey('listed');
  const tokens = new Map<Credential, string>();
  let gateway: ControlledGateway;
  let stored: ReadonlyMap<string, string>;

  beforeAll(async () => {
    gateway = await startGateway({
      config: { providers: { simulator: {} } },
      keys: [listed],
      controlPlane: { front: true, secondIsolate: true },
    });
    const { kv } = gateway;
    const [good, revoked, closed] = [
      await mintKey(gateway, { project: 'web' }),
      await mintKey(gateway, { project: 'web' }),
      await mintKey(gateway, { project: 'closed' }),
    ];
    await changeKey(gateway, revoked, 'revoke');
    const { data } = await bodyOf<{ data: { id: string; name: string }[] }>(
      gateway.admin('GET', '/projects'),
      200,
    );
    const project = data.find(({ name }) => name === 'closed');
    await bodyOf(gateway.admin('POST', `/projects/${project?.id}/disable`), 200);
    const document = { providers: { simulator: {} }, keys: [listed.entry] };
    await bodyOf(gateway.admin('PUT', '/config', document), 200);
    const token = await mintNarrowToken(gateway.url, good);
    tokens.set('good', good.key);
    tokens.set('revoked', revoked.key);
    tokens.set('of a closed project', closed.key);
    tokens.set('unknown', createMintedKey(randomBytes));
    tokens.set('mistyped', `${good.key.slice(0, -1)}${good.key.endsWith('a') ? 'b' : 'a'}`);
    tokens.set('of the document', listed.key);
    tokens.set('a narrow token', token);
    for (const one of [good, revoked, closed]) await untilPublished(gateway, one);
    await vi.waitFor(() => {
      expect(kv.read(copiesOf(revoked)[0])).toContain('"revoked"');
      expect(kv.names()).toEqual(expect.arrayContaining(['copy/config', 'copy/tenants']));
    }, 10_000);
    stored = new Map(kv.names().map((name) => [name, kv.read(name) ?? '']));
  });
  afterAll(() => gateway.stop());

  beforeEach(async () => {
    const { kv, registry } = gateway;
    registry.set('up');
    kv.fail('none');
    kv.thaw();
    await gateway.restart();
    kv.clear();
    for (const [name, text] of stored) kv.write(name, text);
  });

  /** What is asked first in its life knows what counts; and something was written there since. */
  async function warm(): Promise<void> {
    for (const [credential, token] of tokens)
      if (credential !== 'unknown') expect((await useKey(token, gateway.url)).status).toBe(KNOWN[credential]);
  }

  async function spoil(state: string): Promise<void> {
    const { kv } = gateway;
    const late = await mintKey(gateway);
    tokens.set('just revoked', late.key);
    await untilPublished(gateway, late);
    expect((await useKey(late.key, gateway.url)).status).toBe(200);
    if (state === 'frozen') kv.freeze();
    await changeKey(gateway, late, 'revoke');
    expect((await useKey(late.key, gateway.url)).status).toBe(401);
    await expect.poll(() => kv.read(copiesOf(late)[0])).toContain('"revoked"');
    await mintKey(gateway); // so that this isolate has to ask before it goes on
    if (state === 'empty') kv.clear();
    if (state === 'garbage')
      for (const name of [...kv.names(), 'copy/config', 'copy/tenants', 'copy/secrets'])
        kv.write(name, '{"version":7,"garbage":"\u0000');
    if (state === 'empty' || state === 'garbage') kv.freeze(); // or the Registry heals it meanwhile
    if (state === 'throwing') kv.fail('throw');
    if (state === 'hanging') kv.fail('hang');
    if (state === 'reset') kv.fail('reset');
  }

  const cells = Object.keys(KV).flatMap((kv) => Object.keys(REGISTRY).map((registry) => ({ kv, registry })));

  it.each(cells)('KV $kv, Registry $registry', async ({ kv, registry }) => {
    const { mode, answers } = REGISTRY[registry] ?? { mode: 'up', answers: true };
    await warm();
    await spoil(kv);
    gateway.registry.set(mode);
    const names = [...tokens.keys()];
    const ask = async (url: string) => {
      const got = await Promise.all([...tokens.values()].map((token) => useKey(token, url)));
      expect(new Set(got.filter(({ status }) => status === 401).map(({ body }) => body)).size).toBeLessThan(
        2,
      );
      return Object.fromEntries(names.map((name, index) => [name, [got[index]?.status, got[index]?.code]]));
    };
    const withCodes = (statuses: Readonly<Record<Credential, Status>>) =>
      Object.fromEntries(names.map((name) => [name, [statuses[name], CODES[statuses[name]]]]));
    const [warmGot, coldGot] = await Promise.all([ask(gateway.url), ask(gateway.elsewhere)]);
    expect(warmGot).toEqual(withCodes(answers ? KNOWN : { ...KNOWN, unknown: 503 }));
    expect(coldGot).toEqual(withCodes(answers ? KNOWN : COLD[KV[kv]?.gives ?? 'copies']));
    // Whatever was wrong: when it is over, everything is as it should be.
    gateway.registry.set('up');
    gateway.kv.fail('none');
    gateway.kv.thaw();
    for (const url of [gateway.url, gateway.elsewhere])
      await expect.poll(() => ask(url), { timeout: 15_000 }).toEqual(withCodes(KNOWN));
  });

  const CODES: Readonly<Record<Status, string | null>> = {
    200: null,
    401: 'invalid_api_key',
    503: 'gateway_unavailable',
  };
});
