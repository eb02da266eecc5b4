import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../../src/context.ts';
import { InvalidApiKey, PermissionDenied, toErrorWire, toGatewayError } from '../../../src/errors.ts';
import { type Identity, identify } from '../../../src/gateway/identify.ts';
import type { Services } from '../../../src/gateway/services.ts';
import { createContext, createTestServices } from './support.ts';

const EXPIRY = Date.UTC(2026, 11, 1);

async function hashOf(token: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const TOKENS = {
  free: 'token-without-limits',
  local: 'token-from-one-network',
  routed: 'token-for-one-route',
  expiring: 'token-that-expires-once',
  sixteen: 'exactly-16-chars',
  short: 'fifteen-letters',
  long: 'x'.repeat(513),
  longest: 'y'.repeat(512),
};

async function createKeys(options: { isKeylessLocal?: boolean } = {}): Promise<Services> {
  const restrictions: Record<string, object> = {
    local: { ip_ranges: ['10.0.0.0/8', '2001:db8::/32'] },
    routed: { routes: ['/v1/embeddings'] },
    expiring: { expires_at: new Date(EXPIRY).toISOString() },
  };
  const keys = await Promise.all(
    Object.entries(TOKENS).map(async ([name, token]) => ({
      name,
      sha256: await hashOf(token),
      ...restrictions[name],
    })),
  );
  return createTestServices({ keys }, options);
}

type Asked = Identity & { readonly route: string };

const identity = (fields: Partial<Asked> = {}): Asked => ({
  token: TOKENS.free,
  clientAddress: '203.0.113.9',
  isLoopback: () => false,
  route: '/v1/chat/completions',
  ...fields,
});

const ask = ({ route, ...asked }: Asked, services: Services, context: RequestContext) =>
  identify(asked, route, services, context);

/** What identifying a credential lends from a request, at a time of the test's. */
const at = (now: number): RequestContext => ({ ...createContext().context, now: () => now });

describe('identify', () => {
  it.each(['free', 'sixteen', 'longest'] as const)('knows the key %s', async (name) => {
    const services = await createKeys();
    expect(await ask(identity({ token: TOKENS[name] }), services, at(0))).toMatchObject({
      keyName: name,
    });
  });

  it.each([
    ['none', { token: null }, 0],
    ['an empty one', { token: '' }, 0],
    ['an unknown one', { token: 'an-unknown-token-of-length' }, 0],
    ['one that is too short', { token: TOKENS.short }, 0],
    ['one that is too long', { token: TOKENS.long }, 0],
    ['one that has just expired', { token: TOKENS.expiring }, EXPIRY],
    ['one that expired long ago, from a wrong route', { token: TOKENS.expiring, route: '/v1/x' }, EXPIRY * 2],
  ])('answers every bad key with one body: %s', async (_, fields, now) => {
    const failure = await ask(identity(fields), await createKeys(), at(now)).catch(toGatewayError);
    expect(failure).toBeInstanceOf(InvalidApiKey);
    expect(toErrorWire(toGatewayError(failure))).toEqual(toErrorWire(new InvalidApiKey()));
  });

  it('takes a key up to the moment at which it expires, also when it was known before', async () => {
    const services = await createKeys();
    const one = identity({ token: TOKENS.expiring });
    expect(await ask(one, services, at(EXPIRY - 1))).toMatchObject({ keyName: 'expiring' });
    await expect(ask(one, services, at(EXPIRY))).rejects.toBeInstanceOf(InvalidApiKey);
  });

  it.each([
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['2001:db8::7', true],
    ['11.0.0.1', false],
    ['', false],
    ['nonsense', false],
    [null, false],
  ])('checks the address %s: %s', async (clientAddress, isAllowed) => {
    const answer = ask(identity({ token: TOKENS.local, clientAddress }), await createKeys(), at(0));
    if (isAllowed) expect(await answer).toMatchObject({ keyName: 'local' });
    else await expect(answer).rejects.toBeInstanceOf(PermissionDenied);
  });

  it('checks the route', async () => {
    const services = await createKeys();
    const askAt = (route: string) => ask(identity({ token: TOKENS.routed, route }), services, at(0));
    expect(await askAt('/v1/embeddings')).toMatchObject({ keyName: 'routed' });
    await expect(askAt('/v1/chat/completions')).rejects.toBeInstanceOf(PermissionDenied);
  });

  it('lets a local start without keys do everything on loopback', async () => {
    const services = createTestServices({}, { isKeylessLocal: true });
    expect(await ask(identity({ token: null, isLoopback: () => true }), services, at(0))).toMatchObject({
      keyName: 'local',
      models: null,
    });
  });

  it.each([
    ['from elsewhere', { isLoopback: () => false }, true, {}],
    ['where it was not asked for', { isLoopback: () => true }, false, {}],
    [
      'where there are keys',
      { isLoopback: () => true },
      true,
      { keys: [{ name: 'a', sha256: 'a'.repeat(64) }] },
    ],
  ])('is no local start %s', async (_, fields, isKeylessLocal, document) => {
    const services = createTestServices(document, { isKeylessLocal });
    await expect(ask(identity({ token: null, ...fields }), services, at(0))).rejects.toBeInstanceOf(
      InvalidApiKey,
    );
  });

  it('refuses everybody when no keys are configured', async () => {
    await expect(ask(identity(), createTestServices({}), at(0))).rejects.toBeInstanceOf(InvalidApiKey);
  });
});
