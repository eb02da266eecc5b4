import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/admin/actor.ts';
import { identifyAdmin } from '../../../src/admin/identity/identify-admin.ts';
import type { AdminIdentity } from '../../../src/config/admin-section.ts';
import { configSchema } from '../../../src/config/schema.ts';
import type { RequestContext } from '../../../src/context.ts';
import { toErrorWire, toGatewayError } from '../../../src/errors.ts';
import { JsonWebKeys } from '../../../src/keys/json-web-keys.ts';
import { refuseBaseUrl } from '../../../src/providers/base-url.ts';
import { createSigner, ISSUER, keySet, NOW, type Signer, sign } from '../keys/identity-provider.ts';
import { createHost, type KeySetHost } from '../keys/key-set-host.ts';

const ADMIN_TOKEN = 'the-token-of-the-owner';
const JWKS_URL = 'https://keys.example/jwks.json';
const ACCESS = 'https://team.cloudflareaccess.com';
const CERTS_URL = `${ACCESS}/cdn-cgi/access/certs`;

let signer: Signer;
let stranger: Signer;
beforeAll(async () => {
  [signer, stranger] = await Promise.all([createSigner('RS256', 'one'), createSigner('RS256', 'two')]);
});

type Fields = Readonly<Record<string, unknown>>;

/** Entries as the document's schema reads them. */
function entries(...given: readonly Fields[]): readonly AdminIdentity[] {
  const defaults = {
    issuer: ISSUER,
    audience: 'edgeway',
    jwks_url: JWKS_URL,
    grants: [
      { group: 'platform', role: 'owner' },
      { group: 'ops-*', role: 'admin' },
      { group: 'shop', role: 'developer', projects: ['shop', 'shop-test'] },
      { group: 'search', role: 'developer', projects: ['search', 'shop'] },
      { group: 'staff', role: 'viewer' },
    ],
  };
  const identity = given.map((one) => ({ ...defaults, ...one }));
  return configSchema().parse({ admin: { identity } }).admin?.identity ?? [];
}

const accessEntry = (fields: Fields = {}): Fields => ({
  issuer: ACCESS,
  kind: 'cloudflare-access',
  jwks_url: undefined,
  ...fields,
});

interface Door {
  readonly host: KeySetHost;
  /** How often the document was asked for. */
  readonly asked: () => number;
  identify(request: Request): Promise<Actor>;
}

interface DoorOptions {
  readonly issuers?: readonly AdminIdentity[];
  /** `null`: not set. */
  readonly adminToken?: string | null;
}

function createDoor({ issuers = entries({}), adminToken = ADMIN_TOKEN }: DoorOptions = {}): Door {
  const host = createHost((url) =>
    [JWKS_URL, CERTS_URL].includes(url)
      ? new Response(keySet(signer.jwk))
      : new Response('', { status: 404 }),
  );
  const keySets = new JsonWebKeys(host.isolate(), refuseBaseUrl);
  const context: RequestContext = {
    ...host.access,
    requestId: 'req_1',
    now: () => NOW,
    random: () => 0,
    signal: new AbortController().signal,
    arrivedAt: NOW,
  };
  let asked = 0;
  const sources = {
    adminToken: adminToken ?? undefined,
    issuers: async () => {
      asked += 1;
      return issuers;
    },
    keySets,
  };
  return { host, asked: () => asked, identify: (request) => identifyAdmin(request, sources, context) };
}

const URL_OF_ME = 'https://gateway.example/admin/v1/me';
const withHeaders = (headers: Record<string, string>, method = 'GET', url = URL_OF_ME): Request =>
  new Request(url, { method, headers });
const bearer = (token: string, url = URL_OF_ME): Request =>
  withHeaders({ authorization: `Bearer ${token}` }, 'GET', url);
const assertion = (token: string, headers: Record<string, string> = {}, method = 'GET'): Request =>
  withHeaders({ 'cf-access-jwt-assertion': token, ...headers }, method);

/** Status and body of the answer that the request would get. */
async function refusal(identified: Promise<Actor>): Promise<[status: number, code: string | null]> {
  const error = await identified.then(
    (actor) => {
      throw new Error(`let in: ${JSON.stringify(actor)}`);
    },
    (thrown: unknown) => toErrorWire(toGatewayError(thrown)),
  );
  return [error.status, error.error.code];
}

const REFUSED = [401, 'invalid_admin_credential'];
const NOBODY = [403, 'permission_denied'];

describe('ADMIN_TOKEN', () => {
  it('makes an owner, without a look at the document', async () => {
    const door = createDoor();
    const request = withHeaders({
      authorization: `bearer  ${ADMIN_TOKEN} `,
      'cf-connecting-ip': '192.0.2.7',
    });
    expect(await door.identify(request)).toEqual({
      subject: 'admin-token',
      issuer: null,
      role: 'owner',
      projects: null,
      ip: '192.0.2.7',
      country: null,
      requestId: 'req_1',
    });
    expect(door.asked()).toBe(0);
  });

  it('may be short, because it is the operator who chooses it', async () => {
    expect(await createDoor({ adminToken: 'x' }).identify(bearer('x'))).toMatchObject({ role: 'owner' });
  });

  it.each([`${ADMIN_TOKEN}x`, ADMIN_TOKEN.slice(1), ADMIN_TOKEN.toUpperCase(), 'undefined', 'null'])(
    'is not %s',
    async (token) => {
      expect(await refusal(createDoor().identify(bearer(token)))).toEqual(REFUSED);
    },
  );

  it.each([
    ['unset', null],
    ['empty', ''],
  ])('traps H8: opens nothing while it is %s', async (_, adminToken) => {
    const door = createDoor({ adminToken, issuers: [] });
    for (const authorization of ['Bearer ', 'Bearer', 'Bearer undefined', 'Bearer null', 'Basic Og=='])
      expect(await refusal(door.identify(withHeaders({ authorization })))).toEqual(REFUSED);
    expect(await refusal(door.identify(withHeaders({})))).toEqual(REFUSED);
  });

  it.each(['key', 'api_key', 'api-key', 'apikey', 'access_token'])(
    'traps H4: is refused where a key stands in the query, as %s',
    async (name) => {
      const url = `${URL_OF_ME}?${name}=x`;
      expect(await refusal(createDoor().identify(bearer(ADMIN_TOKEN, url)))).toEqual(REFUSED);
    },
  );

  it('is no assertion of Cloudflare Access, and not in another header', async () => {
    const door = createDoor();
    expect(await refusal(door.identify(assertion(ADMIN_TOKEN)))).toEqual(REFUSED);
    expect(await refusal(door.identify(withHeaders({ 'x-api-key': ADMIN_TOKEN })))).toEqual(REFUSED);
    expect(door.asked()).toBe(0);
  });
});

describe('a token of an issuer', () => {
  const as = async (claims: Fields, issuers = entries({})) =>
    createDoor({ issuers }).identify(bearer(await sign(signer, claims)));

  it('has the strongest role of its groups', async () => {
    expect(await as({ groups: ['staff', 'ops-eu', 'shop'] })).toMatchObject({
      role: 'admin',
      projects: null,
    });
    expect(await as({ groups: ['ops-eu', 'platform'] })).toMatchObject({ role: 'owner', projects: null });
    expect(await as({ groups: ['staff'] })).toMatchObject({ role: 'viewer', projects: null });
  });

  it('unites the projects of a developer', async () => {
    const projects = ['shop', 'shop-test', 'search'];
    expect(await as({ groups: ['search', 'shop'] })).toMatchObject({ role: 'developer', projects });
    expect(await as({ groups: ['search', 'staff'] })).toMatchObject({
      role: 'developer',
      projects: ['search', 'shop'],
    });
  });

  it.each([
    ['no groups', {}],
    ['an empty list', { groups: [] }],
    ['other groups', { groups: ['guests', 'Platform', 'platform ', 'xops-eu'] }],
    ['groups that are no texts', { groups: ['platform', 7] }],
    ['groups in an object', { groups: { platform: true } }],
  ])('traps H13: has no role with %s, and is told no group', async (_, claims) => {
    const identified = as(claims);
    expect(await refusal(identified)).toEqual(NOBODY);
    await expect(identified).rejects.toThrow(/^No group of this identity has a role here\.$/);
  });

  it('has its groups under the path that the entry names', async () => {
    const issuers = entries({
      groups_claim: 'realm_access.roles',
      grants: [{ group: 'owner', role: 'owner' }],
    });
    expect(await as({}, issuers)).toMatchObject({ role: 'owner' });
  });

  it('is named by its address, else by its subject, or as the entry says', async () => {
    const person = { sub: 'u-1', email: 'ada@example.com', name: 'Ada', groups: ['staff'] };
    expect(await as(person)).toMatchObject({ subject: 'ada@example.com', issuer: ISSUER });
    expect(await as({ ...person, email: undefined })).toMatchObject({ subject: 'u-1' });
    expect(await as(person, entries({ subject_claim: 'name' }))).toMatchObject({ subject: 'Ada' });
  });

  it.each([false, 'false'])(
    'is not named by, nor has rights from, an unproven address (%j)',
    async (proof) => {
      const person = { sub: 'u-1', email: 'ada@example.com', email_verified: proof, groups: ['staff'] };
      expect(await as(person)).toMatchObject({ subject: 'u-1' });
      const byAddress = entries({
        groups_claim: 'email',
        grants: [{ group: '*@example.com', role: 'owner' }],
      });
      expect(await refusal(as(person, byAddress))).toEqual(NOBODY);
      expect(await as({ ...person, email_verified: true }, byAddress)).toMatchObject({ role: 'owner' });
    },
  );

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['no text', 7],
    ['too long', 'a'.repeat(201)],
    ['on two lines', 'ada\nregistry'],
    ['written backwards', 'ada\u202e'],
    ['that of ADMIN_TOKEN', 'admin-token'],
    ['that of the Registry', 'registry'],
  ])('is refused if its name is %s', async (_, sub) => {
    const door = createDoor();
    const token = await sign(signer, { sub, groups: ['platform'] });
    expect(await refusal(door.identify(bearer(token)))).toEqual(REFUSED);
    expect(door.host.logged).toEqual([
      { type: 'admin_identity_refused', request_id: 'req_1', issuer: ISSUER, reason: 'subject' },
    ]);
  });

  it.each([
    ['that has expired', { exp: NOW / 1000 - 61 }, 'expired'],
    ['from the future', { nbf: NOW / 1000 + 61 }, 'not_yet'],
    ['for others', { aud: 'another' }, 'audience'],
    ['that never ends', { exp: undefined }, 'malformed'],
  ])('is refused %s; the log says why, without the token', async (_, claims, reason) => {
    const door = createDoor();
    const token = await sign(signer, { groups: ['platform'], ...claims });
    expect(await refusal(door.identify(bearer(token)))).toEqual(REFUSED);
    expect(door.host.logged).toEqual([
      { type: 'admin_identity_refused', request_id: 'req_1', issuer: ISSUER, reason },
    ]);
    expect(JSON.stringify(door.host.logged)).not.toContain(token.slice(0, 20));
  });

  it('is refused with the signature of another key, of another issuer, and without one', async () => {
    const claims = { groups: ['platform'] };
    const forged = await sign(stranger, claims, { kid: 'one' });
    const unsigned = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify({ iss: ISSUER, ...claims }))}.`;
    for (const token of [forged, unsigned, await sign(signer, { ...claims, iss: 'https://other.example' })])
      expect(await refusal(createDoor().identify(bearer(token)))).toEqual(REFUSED);
  });

  it('may be off by the skew that the entry allows', async () => {
    const late = { groups: ['platform'], exp: NOW / 1000 - 100 };
    expect(await refusal(as(late))).toEqual(REFUSED);
    expect(await as(late, entries({ clock_skew_seconds: 120 }))).toMatchObject({ role: 'owner' });
  });

  it('counts by the entry with its audience, where one issuer stands in several', async () => {
    const issuers = entries(
      { audience: 'first', grants: [{ group: 'staff', role: 'viewer' }] },
      { audience: ['second', 'third'], grants: [{ group: 'staff', role: 'admin' }] },
    );
    const person = { groups: ['staff'] };
    expect(await as({ ...person, aud: 'first' }, issuers)).toMatchObject({ role: 'viewer' });
    expect(await as({ ...person, aud: ['third', 'x'] }, issuers)).toMatchObject({ role: 'admin' });
    expect(await refusal(as({ ...person, aud: 'fourth' }, issuers))).toEqual(REFUSED);
  });

  it('traps H13: waits for keys that cannot be had, and is not let in', async () => {
    const door = createDoor();
    const good = door.host.answer;
    const token = await sign(signer, { groups: ['platform'] });
    door.host.answer = () => new Response('', { status: 500 });
    expect(await refusal(door.identify(bearer(token)))).toEqual([503, 'gateway_unavailable']);
    expect(await door.identify(bearer(ADMIN_TOKEN))).toMatchObject({ role: 'owner' });
    door.host.answer = good;
    door.host.clock.now += 6000;
    expect(await door.identify(bearer(token))).toMatchObject({ role: 'owner' });
  });
});

describe('an assertion of Cloudflare Access', () => {
  const issuers = () => entries(accessEntry(), {});
  const token = (claims: Fields = {}) =>
    sign(signer, { iss: ACCESS, email: 'ada@example.com', groups: ['platform'], ...claims });

  it('is checked with the keys of the team', async () => {
    const door = createDoor({ issuers: issuers() });
    const actor = await door.identify(assertion(await token()));
    expect(actor).toMatchObject({ subject: 'ada@example.com', issuer: ACCESS, role: 'owner' });
    expect(door.host.asked.map(({ url }) => url)).toEqual([CERTS_URL]);
  });

  it('may come as a bearer token too', async () => {
    const door = createDoor({ issuers: issuers() });
    expect(await door.identify(bearer(await token()))).toMatchObject({ role: 'owner' });
  });

  it('is one only where the entry says so', async () => {
    const door = createDoor({ issuers: issuers() });
    const other = await sign(signer, { groups: ['platform'] });
    expect(await door.identify(bearer(other))).toMatchObject({ role: 'owner' });
    expect(await refusal(door.identify(assertion(other)))).toEqual(REFUSED);
  });

  it('does not count beside a credential that is wrong', async () => {
    const door = createDoor({ issuers: issuers() });
    for (const authorization of ['Bearer wrong', 'Basic eDp5', ''])
      expect(await refusal(door.identify(assertion(await token(), { authorization })))).toEqual(REFUSED);
  });

  it.each([
    ['POST', { 'sec-fetch-site': 'cross-site' }],
    ['POST', { 'sec-fetch-site': 'same-site' }],
    ['DELETE', { 'sec-fetch-site': 'cross-site' }],
    ['PUT', { 'sec-fetch-site': 'anything' }],
    ['POST', { origin: 'https://evil.example' }],
    ['POST', { origin: 'null' }],
  ])('changes nothing for a page of another site (%s %j)', async (method, headers) => {
    const door = createDoor({ issuers: issuers() });
    expect(await refusal(door.identify(assertion(await token(), headers, method)))).toEqual(NOBODY);
  });

  it.each([
    ['GET', { 'sec-fetch-site': 'cross-site' }],
    ['POST', { 'sec-fetch-site': 'same-origin', origin: 'https://behind-a-proxy.example' }],
    ['POST', { 'sec-fetch-site': 'none' }],
    ['POST', { origin: 'https://gateway.example' }],
    ['POST', {}],
  ])('is good for our own page, and for programs (%s %j)', async (method, headers) => {
    const door = createDoor({ issuers: issuers() });
    const actor = await door.identify(assertion(await token(), headers as Record<string, string>, method));
    expect(actor).toMatchObject({ role: 'owner' });
  });

  it('tells a page of another site nothing about tokens', async () => {
    const door = createDoor({ issuers: issuers() });
    const request = assertion(await token({ aud: 'other' }), { 'sec-fetch-site': 'cross-site' }, 'POST');
    expect(await refusal(door.identify(request))).toEqual(REFUSED);
  });
});

describe('whoever is refused', () => {
  it('gets one body, whatever was wrong', async () => {
    const door = createDoor({ issuers: entries({}) });
    const requests = [
      withHeaders({}),
      withHeaders({ authorization: 'Basic eDp5' }),
      bearer('wrong'),
      bearer('a.b.c'),
      bearer(await sign(signer, { groups: ['platform'], exp: 1 })),
      bearer(await sign(stranger, { groups: ['platform'] }, { kid: 'one' })),
      assertion('a.b.c'),
    ];
    const messages = await Promise.all(
      requests.map((request) => door.identify(request).then(String, (error: Error) => error.message)),
    );
    expect(new Set(messages).size).toBe(1);
  });
});
