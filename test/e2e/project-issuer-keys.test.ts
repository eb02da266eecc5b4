/** The keys of a project's issuer: replaced, unreachable, remembered; and one issuer's trouble is nobody else's. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { bearer, statusOf } from '../support/keys/desk.ts';
import { type Issuer, makePair, type SigningPair, signToken, startIssuer } from '../support/keys/issuer.ts';
import { expectRefusal } from '../support/refusal.ts';

/** As long as an isolate may hold on to a key set that lacks a key. */
const REFETCH_MS = 30_000;
const unavailable = { status: 503, code: 'gateway_unavailable' };

let pair: SigningPair;
let next: SigningPair;
let issuer: Issuer;
let other: Issuer;
let gateway: ControlledGateway;
beforeAll(async () => {
  [pair, next] = [await makePair('ES256', 'key-1'), await makePair('RS256', 'key-2')];
  [issuer, other] = [await startIssuer(pair), await startIssuer(pair)];
});
afterAll(async () => {
  for (const one of [issuer, other]) await one.stop();
});
afterEach(async () => {
  await gateway.stop();
  for (const one of [issuer, other]) {
    one.fail(200);
    one.show(pair);
  }
});

const start = async (projects?: Record<string, object>) => {
  gateway = await startGateway({
    config: {
      providers: { simulator: {} },
      projects: projects ?? { trusting: { issuers: [entryOf(issuer)] } },
    },
    controlPlane: { secondIsolate: true },
  });
};

const entryOf = ({ url, jwksUrl }: Issuer, fields: object = {}) => ({
  issuer: url,
  jwks_url: jwksUrl,
  allow_insecure: true,
  audience: 'aud',
  ...fields,
});

let serial = 0;
/** Another token each time. */
const tokenOf = (by: SigningPair, claims: Record<string, unknown> = {}): Promise<string> => {
  serial += 1;
  return signToken(by, { claims: { iss: issuer.url, aud: 'aud', jti: `${serial}`, ...claims } });
};
const ask = (token: string, url = gateway.url) => fetch(`${url}/v1/models`, { headers: bearer(token) });

describe('keys that are replaced', () => {
  it('are asked for anew at the first token that needs them, and in half a minute where they were just asked for', async () => {
    await start();
    expect(await statusOf(gateway.url, await tokenOf(pair))).toBe(200);
    const fetched = issuer.fetches;
    issuer.show(next);
    // The second isolate finds the old ones in KV.
    expect(await statusOf(gateway.elsewhere, await tokenOf(next))).toBe(200);
    expect(issuer.fetches).toBe(fetched + 1);
    expect(await statusOf(gateway.elsewhere, await tokenOf(pair))).toBe(401);
    await expect
      .poll(async () => statusOf(gateway.url, await tokenOf(next)), {
        timeout: REFETCH_MS + 5000,
        interval: 250,
      })
      .toBe(200);
    expect(await statusOf(gateway.url, await tokenOf(pair))).toBe(401);
    expect(issuer.fetches).toBe(fetched + 2);
  });

  it('are not asked for again and again because somebody invents key ids', async () => {
    await start();
    expect(await statusOf(gateway.url, await tokenOf(pair))).toBe(200);
    const fetched = issuer.fetches;
    for (let id = 0; id < 20; id += 1) {
      const invented = await signToken(next, {
        claims: { iss: issuer.url, aud: 'aud' },
        header: { kid: `${id}` },
      });
      for (const url of [gateway.url, gateway.elsewhere]) expect(await statusOf(url, invented)).toBe(401);
    }
    expect(issuer.fetches - fetched).toBeLessThanOrEqual(1);
  });
});

describe('keys that cannot be had', () => {
  it('are a failure of ours, not of the token, where nothing is remembered', async () => {
    issuer.fail(500);
    await start();
    const response = await ask(await tokenOf(pair));
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    await expectRefusal(gateway, response, unavailable);
    // What needs no key of theirs is told at once.
    for (const credential of ['garbage-garbage-garbage', await tokenOf(pair, { iss: 'https://nobody.test' })])
      expect(await statusOf(gateway.url, credential)).toBe(401);
    expect(await statusOf(gateway.url, gateway.key)).toBe(200);
  });

  it('are those that were remembered, by the isolate or by KV', async () => {
    await start();
    expect(await statusOf(gateway.url, await tokenOf(pair))).toBe(200);
    await expect.poll(() => gateway.kv.names().filter((name) => name.startsWith('jwks/'))).toHaveLength(1);
    issuer.fail(500);
    const fetched = issuer.fetches;
    for (const url of [gateway.url, gateway.elsewhere])
      expect(await statusOf(url, await tokenOf(pair))).toBe(200);
    await gateway.restart();
    for (const url of [gateway.url, gateway.elsewhere])
      expect(await statusOf(url, await tokenOf(pair))).toBe(200);
    expect(issuer.fetches).toBe(fetched);
    gateway.kv.clear();
    expect(await statusOf(gateway.url, await tokenOf(pair))).toBe(200);
    await gateway.restart();
    await expectRefusal(gateway, await ask(await tokenOf(pair)), unavailable);
  });

  it.each<[what: string, keys: string]>([
    ['no JSON', 'keys'],
    ['no key set', '{"keys":7}'],
    ['another one’s text', '{"keys":["x"]}'],
  ])('because KV holds %s are fetched', async (_, garbage) => {
    await start();
    expect(await statusOf(gateway.url, await tokenOf(pair))).toBe(200);
    const stored = () => gateway.kv.names().filter((name) => name.startsWith('jwks/'));
    await expect.poll(stored).toHaveLength(1);
    gateway.kv.write(stored()[0] ?? '', garbage);
    expect(await statusOf(gateway.elsewhere, await tokenOf(pair))).toBe(200);
  });

  it('of one project’s issuer do not shut out another project that trusts the same issuer', async () => {
    issuer.fail(500);
    await start({
      broken: { issuers: [entryOf(issuer, { audience: 'one' })] },
      // The same name and another address of its keys.
      working: { issuers: [entryOf(issuer, { audience: 'two', jwks_url: other.jwksUrl })] },
    });
    expect(await statusOf(gateway.url, await tokenOf(pair, { aud: 'two' }))).toBe(200);
    await expectRefusal(gateway, await ask(await tokenOf(pair, { aud: 'one' })), unavailable);
  });
});

describe('a document', () => {
  it.each<[what: string, path: string, fields: object]>([
    ['on a private host without leave', 'jwks_url', { allow_insecure: false }],
    ['in no URL', 'jwks_url', { jwks_url: 'somewhere' }],
    ['at a metadata host', 'jwks_url', { jwks_url: 'http://169.254.169.254/latest/keys' }],
  ])('that has the keys of an issuer %s is refused', async (_, path, fields) => {
    await start({ trusting: { issuers: [entryOf(issuer, fields)] } });
    const fetched = issuer.fetches;
    const response = await ask(await tokenOf(pair));
    expect(issuer.fetches).toBe(fetched);
    const { error } = await response.json();
    expect([response.status, error.code]).toEqual([500, 'invalid_config']);
    expect(error.message).toContain(`projects.trusting.issuers[0].${path}`);
  });
});
