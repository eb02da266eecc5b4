/**
 * What hangs on a key, a project or an organisation ends with it: at once where it was ended, within the bound elsewhere,
 * although KV shows the past.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ControlledGateway, makeKey, startGateway } from '../support/gateway.ts';
import { BOUND_MS, bearer, type KeyDesk, msUntil, openKeyDesk, statusOf } from '../support/keys/desk.ts';
import { startTrustedIssuer, type TrustedIssuer } from '../support/keys/grantees.ts';
import { signToken } from '../support/keys/issuer.ts';

const inProject = makeKey('in-project', { project: 'apps' });
const inOrganization = makeKey('in-organization', { project: 'alone', organization: 'acme' });
const bystander = makeKey('bystander', { project: 'bystanders' });
const lasting = makeKey('lasting');
const removed = makeKey('removed');

let trusted: TrustedIssuer;
let gateway: ControlledGateway;
let desk: KeyDesk;
let document: Record<string, unknown>;
beforeAll(async () => {
  trusted = await startTrustedIssuer();
  const { url: issuer, jwksUrl: jwks_url } = trusted.issuer;
  const trusting = (audience: string) => ({
    issuers: [{ issuer, jwks_url, allow_insecure: true, audience }],
  });
  const keys = [inProject, inOrganization, bystander, lasting, removed];
  document = {
    providers: { simulator: {} },
    projects: { apps: trusting('apps'), 'apps-of-acme': trusting('apps-of-acme') },
  };
  gateway = await startGateway({ config: document, keys, controlPlane: { secondIsolate: true } });
  document.keys = keys.map(({ entry }) => entry);
  desk = openKeyDesk(gateway);
});
afterAll(async () => {
  await gateway.stop();
  await trusted.issuer.stop();
});
afterEach(() => gateway.kv.thaw());

const jwtFor = (audience: string) =>
  signToken(trusted.pair, { claims: { iss: trusted.issuer.url, aud: audience } });
const tokenOf = async (parent: string) => (await desk.mintToken(parent)).token;

/** Both isolates know them all, and from now on KV shows how it was. */
async function makeBusy(credentials: readonly string[]): Promise<void> {
  for (const credential of credentials)
    for (const url of [gateway.url, gateway.elsewhere]) expect(await statusOf(url, credential)).toBe(200);
  gateway.kv.freeze();
}

/** `status` from both isolates: at once here, within the bound elsewhere. */
async function expectAll(status: number, credentials: readonly string[]): Promise<void> {
  const here = await Promise.all(credentials.map((credential) => statusOf(gateway.url, credential)));
  expect(here).toEqual(credentials.map(() => status));
  const waits = await Promise.all(credentials.map((one) => msUntil(status, one, gateway.elsewhere)));
  expect(Math.max(...waits)).toBeLessThan(BOUND_MS);
}

describe('a token', () => {
  it('ends when its key is revoked, disabled, deleted or expired, and with one that is enabled comes back', async () => {
    const kept = await desk.mint();
    const keys = await Promise.all(['revoke', 'disable', 'delete', 'expire'].map(() => desk.mint()));
    const tokens = await Promise.all(keys.map(({ key }) => tokenOf(key)));
    const keptToken = await tokenOf(kept.key);
    await makeBusy([...tokens, keptToken]);
    const [revoked, disabled, deleted, expired] = keys.map(({ id }) => id) as [
      string,
      string,
      string,
      string,
    ];
    await desk.act(revoked, 'revoke');
    await desk.act(disabled, 'disable');
    await desk.remove(deleted);
    await desk.patch(expired, { expires_at: '2020-01-01T00:00:00Z' });
    await expectAll(401, tokens);
    await desk.act(disabled, 'enable');
    await expectAll(200, [tokens[1] ?? '', keptToken]);
    await expectAll(401, [tokens[0] ?? '', tokens[2] ?? '', tokens[3] ?? '']);
  });

  it('ends when its key’s time is over', async () => {
    const { key } = await desk.mint({ expires_at: new Date(Date.now() + 2500).toISOString() });
    const token = await tokenOf(key);
    await makeBusy([token]);
    await msUntil(401, token, gateway.url);
    await expectAll(401, [token, key]);
  });

  it('outlives the rotation of its key, and the overlap', async () => {
    const { id, key } = await desk.mint();
    const token = await tokenOf(key);
    await makeBusy([token, key]);
    const rotated = await desk.act(id, 'rotate', { overlap_seconds: 0 });
    await expectAll(401, [key]);
    await expectAll(200, [token, rotated.key, await tokenOf(rotated.key)]);
    await desk.act(id, 'revoke');
    await expectAll(401, [token, rotated.key]);
  });

  it('stays ended when everything starts anew, and a living one goes on', async () => {
    const [ended, living] = [await desk.mint(), await desk.mint()];
    const [endedToken, livingToken] = [await tokenOf(ended.key), await tokenOf(living.key)];
    const ofDocument = await tokenOf(lasting.key);
    await makeBusy([endedToken, livingToken, ofDocument]);
    await desk.act(ended.id, 'revoke');
    await gateway.restart();
    for (const url of [gateway.url, gateway.elsewhere])
      for (const [token, status] of [
        [endedToken, 401],
        [livingToken, 200],
        [ofDocument, 200],
      ] as const)
        expect(await statusOf(url, token)).toBe(status);
  });
});

describe('a project that is disabled', () => {
  it('takes along its keys, tokens, keys of the document and JWTs, and brings them back', async () => {
    const { key } = await desk.mint({ project: 'apps' });
    const credentials = [
      key,
      await tokenOf(key),
      inProject.key,
      await tokenOf(inProject.key),
      await jwtFor('apps'),
    ];
    const others = [
      bystander.key,
      await tokenOf(bystander.key),
      (await desk.mint()).key,
      await jwtFor('apps-of-acme'),
    ];
    await makeBusy([...credentials, ...others]);
    const { id } = await desk.tenant('projects', 'apps');
    await desk.setTenant('projects', id, 'disable');
    await expectAll(401, credentials);
    await expectAll(200, others);
    const made = await desk.mint({ project: 'apps' });
    await expectAll(401, [made.key]);
    await desk.setTenant('projects', id, 'enable');
    await expectAll(200, [...credentials, made.key]);
  });
});

describe('an organisation that is disabled', () => {
  it('takes along whatever is in it, and brings it back', async () => {
    await desk.tenant('organizations', 'acme');
    await desk.tenant('projects', 'apps-of-acme', { organization: 'acme' });
    const own = await desk.mint({ project: 'elsewhere', organization: 'acme' });
    const ofProject = await desk.mint({ project: 'apps-of-acme' });
    const credentials = [
      own.key,
      await tokenOf(own.key),
      ofProject.key,
      await tokenOf(ofProject.key),
      inOrganization.key,
      await tokenOf(inOrganization.key),
      await jwtFor('apps-of-acme'),
    ];
    const others = [bystander.key, await tokenOf(bystander.key), await jwtFor('apps')];
    await makeBusy([...credentials, ...others]);
    const { id } = await desk.tenant('organizations', 'acme');
    await desk.setTenant('organizations', id, 'disable');
    await expectAll(401, credentials);
    await expectAll(200, others);
    await desk.setTenant('organizations', id, 'enable');
    await expectAll(200, credentials);
  });
});

describe('a key of the document', () => {
  const put = async (changed: readonly object[]) => {
    const response = await gateway.admin('PUT', '/config', { ...document, keys: changed });
    const text = await response.text();
    expect({ status: response.status, text }).toMatchObject({ status: 200 });
  };

  it('ends with its tokens when a new document lacks it, and comes back with the old one', async () => {
    const [ended, other] = [await tokenOf(removed.key), await tokenOf(lasting.key)];
    const { key } = await desk.mint();
    await makeBusy([removed.key, ended, lasting.key, other, key]);
    await put([lasting.entry]);
    await expectAll(401, [removed.key, ended, bystander.key]);
    await expectAll(200, [lasting.key, other, key]);
    await put([lasting.entry, removed.entry]);
    await expectAll(200, [removed.key, ended, lasting.key, other, key]);
  });

  it('binds its tokens by what the new document grants it', async () => {
    const token = await tokenOf(lasting.key);
    await makeBusy([token]);
    await put([{ ...lasting.entry, routes: [] }]);
    await expectAll(403, [token, lasting.key]);
    await put([{ ...lasting.entry, expires_at: '2020-01-01T00:00:00Z' }]);
    await expectAll(401, [token, lasting.key]);
    await put([lasting.entry]);
    await expectAll(200, [token, lasting.key]);
  });

  it('is another one when its secret is', async () => {
    const token = await tokenOf(lasting.key);
    const successor = makeKey('lasting');
    await makeBusy([token]);
    await put([successor.entry]);
    await expectAll(401, [token, lasting.key]);
    await expectAll(200, [successor.key]);
    const response = await fetch(`${gateway.url}/v1/models`, { headers: bearer(successor.key) });
    expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({ key: 'lasting' });
  });
});
