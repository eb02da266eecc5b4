/** What a credential that is known costs: nothing but a pulse now and then, whatever kind it is. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControlledGateway, makeKey, startGateway } from '../support/gateway.ts';
import { type KeyDesk, openKeyDesk, statusOf, unknownKey } from '../support/keys/desk.ts';
import { startTrustedIssuer, type TrustedIssuer } from '../support/keys/grantees.ts';
import { signToken } from '../support/keys/issuer.ts';

/** How long an isolate asks for no pulse. */
const FRESH_MS = 2000;
const WARM_REQUESTS = 200;

let trusted: TrustedIssuer;
let gateway: ControlledGateway;
let desk: KeyDesk;
const inDocument = makeKey('in-document');
beforeAll(async () => {
  trusted = await startTrustedIssuer();
  const { url: issuer, jwksUrl: jwks_url } = trusted.issuer;
  const issuers = [{ issuer, jwks_url, allow_insecure: true, audience: 'aud' }];
  gateway = await startGateway({
    config: { providers: { simulator: {} }, projects: { trusting: { issuers } } },
    keys: [inDocument],
    controlPlane: { front: true, secondIsolate: true },
  });
  desk = openKeyDesk(gateway);
});
afterAll(async () => {
  await gateway.stop();
  await trusted.issuer.stop();
});
beforeEach(() => {
  gateway.registry.set('up');
  gateway.kv.fail('none');
});

const KINDS = [
  'minted key',
  'key of the document',
  'token',
  'token of a key of the document',
  'JWT',
] as const;

async function credentialOf(kind: (typeof KINDS)[number]): Promise<string> {
  switch (kind) {
    case 'minted key':
      return (await desk.mint()).key;
    case 'key of the document':
      return inDocument.key;
    case 'token':
      return (await desk.mintToken((await desk.mint()).key)).token;
    case 'token of a key of the document':
      return (await desk.mintToken(inDocument.key)).token;
    case 'JWT':
      return signToken(trusted.pair, {
        claims: { iss: trusted.issuer.url, aud: 'aud', jti: `${Math.random()}` },
      });
  }
}

/** What was asked of others so far. */
const costs = () => ({
  lookUps: gateway.registry.calls('findKey') + gateway.registry.calls('findKeyById'),
  copies: gateway.registry.calls('readCopy'),
  reads: gateway.kv.reads,
  keySets: trusted.issuer.fetches,
});

describe.each(KINDS)('a %s', (kind) => {
  it.each(['url', 'elsewhere'] as const)('that is known costs nothing but pulses (%s)', async (isolate) => {
    const credential = await credentialOf(kind);
    expect(await statusOf(gateway[isolate], credential)).toBe(200);
    const [before, pulses, startedAt] = [costs(), gateway.registry.calls('pulse'), Date.now()];
    for (let sent = 0; sent < WARM_REQUESTS; sent += 1)
      expect(await statusOf(gateway[isolate], credential)).toBe(200);
    expect(costs()).toEqual(before);
    const most = Math.floor((Date.now() - startedAt) / FRESH_MS) + 1;
    expect(gateway.registry.calls('pulse') - pulses).toBeLessThanOrEqual(most);
  });

  it('that is known is good while neither the Registry nor KV answers', async () => {
    const credential = await credentialOf(kind);
    for (const url of [gateway.url, gateway.elsewhere]) expect(await statusOf(url, credential)).toBe(200);
    gateway.registry.set('down');
    gateway.kv.fail('throw');
    const before = costs();
    const pulses = gateway.registry.calls('pulse');
    // Until a pulse was asked for in vain: what is known may have been fresh until then.
    await expect
      .poll(() => statusOf(gateway.url, credential).then(() => gateway.registry.calls('pulse')), {
        timeout: 10_000,
      })
      .toBeGreaterThan(pulses);
    for (const url of [gateway.url, gateway.elsewhere])
      for (let sent = 0; sent < 20; sent += 1) expect(await statusOf(url, credential)).toBe(200);
    expect(costs()).toEqual(before);
  });
});

describe('a key that nobody has', () => {
  it.each(['url', 'elsewhere'] as const)(
    'is looked up once, however often it comes (%s)',
    async (isolate) => {
      const credential = unknownKey();
      const before = costs();
      for (let sent = 0; sent < 50; sent += 1) expect(await statusOf(gateway[isolate], credential)).toBe(401);
      expect(costs()).toEqual({ ...before, lookUps: before.lookUps + 1, reads: before.reads + 1 });
    },
  );

  it('and is no minted one is not looked up at all', async () => {
    const known = (await desk.mint()).key;
    const before = costs();
    for (const credential of [
      `${known}x`,
      known.replace(/.$/, '-'),
      'ew-',
      `ew-${'0'.repeat(38)}`,
      'x'.repeat(41),
    ])
      expect(await statusOf(gateway.elsewhere, credential)).toBe(401);
    expect(costs()).toEqual(before);
  });
});
