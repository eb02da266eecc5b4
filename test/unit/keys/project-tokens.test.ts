/** JWTs of a project's own issuer as credentials: who they are, what bounds them, and what happens to them when the entry changes. */
import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../../src/context.ts';
import { GatewayUnavailable } from '../../../src/errors.ts';
import { JsonWebKeys } from '../../../src/keys/json-web-keys.ts';
import { isExpired, mayReach, mayUseModel, type Principal } from '../../../src/keys/principal.ts';
import { type IssuersByProject, ProjectTokens } from '../../../src/keys/project-tokens.ts';
import { createContext } from '../gateway/support.ts';
import { createSigner, ISSUER, keySet, NOW_SECONDS, sign } from './identity-provider.ts';
import { createHost } from './key-set-host.ts';

const KEYS_URL = 'https://id.example/keys';
const ENTRY = { issuer: ISSUER, audience: 'edgeway', jwks_url: KEYS_URL };

async function setUp(fromDocument: IssuersByProject = { web: [ENTRY] }) {
  const signer = await createSigner('ES256', 'one');
  const host = createHost(() => new Response(keySet(signer.jwk)));
  const { context, lines } = createContext();
  const registry = { issuers: {} as IssuersByProject };
  const tokens = new ProjectTokens({
    fromDocument,
    fromRegistry: () => registry.issuers,
    jsonWebKeys: new JsonWebKeys(host.isolate(), () => undefined),
    now: () => host.clock.now,
  });
  const asking: RequestContext = { ...context, ...host.access, log: context.log, now: () => host.clock.now };
  const find = (token: string) => tokens.find(token, asking);
  return { signer, host, registry, tokens, find, lines };
}

describe('a JWT of a project’s issuer', () => {
  it('is whom its claims name, with the rights of the entry', async () => {
    const { signer, find } = await setUp({
      web: [{ ...ENTRY, models: ['openai/*'], denied_models: ['openai/o3'], routes: ['/v1/*'] }],
    });
    const principal = (await find(await sign(signer))) as Principal; // a good one
    expect(principal).toMatchObject({
      keyName: ISSUER,
      keyId: null,
      project: 'web',
      organization: null,
      endUser: 'user-1',
      routes: ['/v1/*'],
    });
    expect(mayUseModel(principal, 'openai/o4')).toBe(true);
    expect(mayUseModel(principal, 'anthropic/claude')).toBe(false);
    expect(mayReach(principal, 'openai/o3')).toBe(false);
    const expiresAt = (NOW_SECONDS + 600 + 60) * 1000; // the entry's clock skew
    expect([isExpired(principal, expiresAt - 1), isExpired(principal, expiresAt)]).toEqual([false, true]);
  });

  it('is counted by project, issuer and subject, whatever else it says', async () => {
    const { signer, find } = await setUp({
      web: [{ ...ENTRY, models_claim: 'models' }],
      app: [{ ...ENTRY, audience: 'app' }],
    });
    const idOf = async (claims: Record<string, unknown>) =>
      (await find(await sign(signer, { models: ['*'], ...claims })))?.ledgerId;
    const known = await idOf({ sub: 'user-1' });
    expect(known).toMatch(/^[0-9a-f]{32}$/);
    expect(await idOf({ sub: 'user-1', models: ['other'], jti: '2' })).toBe(known);
    const ids = [
      known,
      await idOf({ sub: 'user-2' }),
      await idOf({ sub: '' }),
      await idOf({ sub: 'user-1', aud: 'app' }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    const principal = await find(await sign(signer, { models: ['*'], sub: 'user-1' }));
    expect([principal?.limits, principal?.within?.ledgerId]).toEqual([{}, known]);
  });

  it.each([
    ['lists more than the entry', ['openai/*', 'anthropic/*'], 'openai/o4', true],
    ['lists more than the entry', ['openai/*', 'anthropic/*'], 'anthropic/claude', false],
    ['lists less', ['openai/o1'], 'openai/o4', false],
    ['lists nothing', [], 'openai/o4', false],
    ['has no list', undefined, 'openai/o4', false],
    ['has garbage for a list', { openai: '*' }, 'openai/o4', false],
  ])('that %s may use what both grant: %j → %s: %s', async (_, models, model, isGranted) => {
    const { signer, find } = await setUp({
      web: [{ ...ENTRY, models: ['openai/*'], models_claim: 'models' }],
    });
    const principal = (await find(await sign(signer, { models }))) as Principal; // a good one
    expect(mayUseModel(principal, model)).toBe(isGranted);
  });

  it.each([
    [{ team: 'web' }, { team: 'web' }, true],
    [{ team: ['web', 'shop'] }, { team: 'shop' }, true],
    [{ team: 'web' }, { team: ['web', 'other'] }, true],
    [{ team: 'web' }, { team: 'Web' }, false],
    [{ team: 'web' }, {}, false],
    [{ team: 'web', verified: true }, { team: 'web' }, false],
    [{ level: 1 }, { level: '1' }, false],
    [{ 'a.b': 'x' }, { a: { b: 'x' } }, true],
  ])('needs the claims that the entry requires: %j of %j: %s', async (required_claims, claims, isGood) => {
    const { signer, find } = await setUp({ web: [{ ...ENTRY, required_claims }] });
    expect((await find(await sign(signer, claims))) !== undefined).toBe(isGood);
  });

  it.each([
    ['expired', { exp: NOW_SECONDS - 61 }],
    ['for somebody else', { aud: 'another' }],
    ['of another issuer', { iss: 'https://evil.example' }],
  ])('is nobody’s if it is %s', async (_, claims) => {
    const { signer, find } = await setUp();
    expect(await find(await sign(signer, claims))).toBeUndefined();
  });

  it('is nobody’s if somebody else signed it, and the log tells no more than why', async () => {
    const { find, lines } = await setUp();
    const token = await sign(await createSigner('ES256', 'one'));
    expect(await find(token)).toBeUndefined();
    expect(lines).toMatchObject([{ type: 'token_refused', project: 'web', reason: expect.any(String) }]);
    expect(JSON.stringify(lines)).not.toContain(token.split('.')[2]);
  });

  it('is remembered, and its issuer’s keys are asked for once', async () => {
    const { signer, host, find } = await setUp();
    const token = await sign(signer);
    const first = await find(token);
    expect(await find(token)).toBe(first);
    expect(host.asked).toHaveLength(1);
  });
});

describe('the list of issuers', () => {
  it('counts as it is now: what is taken away is refused at once, what is new is good at once', async () => {
    const { signer, find, registry, tokens } = await setUp({});
    const token = await sign(signer);
    expect([tokens.hasIssuers, await find(token)]).toEqual([false, undefined]);
    registry.issuers = { shop: [ENTRY] };
    expect(tokens.hasIssuers).toBe(true);
    expect(await find(token)).toMatchObject({ project: 'shop', models: null });
    registry.issuers = { shop: [{ ...ENTRY, models: ['fast'] }] };
    expect(await find(token)).toMatchObject({ project: 'shop', models: ['fast'] });
    registry.issuers = {};
    expect(await find(token)).toBeUndefined();
  });

  it('gives nothing for entries of a copy that make no sense', async () => {
    const { signer, find, registry } = await setUp({});
    const garbage = [null, 7, 'https://id.example', [], {}, { issuer: ISSUER }, { ...ENTRY, audience: [] }];
    registry.issuers = { web: [...garbage, { ...ENTRY, modells: ['fast'] }] };
    expect(await find(await sign(signer))).toBeUndefined();
    registry.issuers = { web: [...garbage, ENTRY] };
    expect(await find(await sign(signer))).toMatchObject({ project: 'web' });
  });

  it('leads a token to the project that it is for, where several trust its issuer', async () => {
    const { signer, find } = await setUp({
      web: [{ ...ENTRY, audience: 'web-app' }],
      shop: [{ ...ENTRY, audience: 'shop-app' }],
    });
    expect(await find(await sign(signer, { aud: 'shop-app' }))).toMatchObject({ project: 'shop' });
    expect(await find(await sign(signer, { aud: 'edgeway' }))).toBeUndefined();
  });
});

describe('while the issuer’s keys cannot be had', () => {
  it('nobody can tell, and a token that is known goes on', async () => {
    const { signer, host, find } = await setUp();
    const [known, unknown] = [await sign(signer), await sign(signer, { sub: 'user-2' })];
    await find(known);
    host.answer = () => new Response('', { status: 500 });
    host.clock.now += 59_999; // memory of tokens is shorter than that of keys
    expect(await find(unknown)).toMatchObject({ endUser: 'user-2' });
    const fresh = await setUp();
    fresh.host.answer = host.answer;
    await expect(fresh.find(known)).rejects.toBeInstanceOf(GatewayUnavailable);
  });

  it('another project’s address for them may still tell', async () => {
    const { signer, host, find } = await setUp({
      web: [{ ...ENTRY, jwks_url: 'https://down.example/keys' }],
      shop: [ENTRY],
    });
    host.answer = (url) =>
      url === KEYS_URL ? new Response(keySet(signer.jwk)) : new Response('', { status: 500 });
    expect(await find(await sign(signer))).toMatchObject({ project: 'shop' });
    await expect(find(await sign(signer, { aud: 'another' }))).rejects.toBeInstanceOf(GatewayUnavailable);
  });
});
