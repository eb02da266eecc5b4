/**
 * Traps H8, H9: whoever has no good credential is told one and the same thing at every door, whatever is wrong with it,
 * and before a byte of the body is asked for.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlledGateway, makeKey, startGateway } from '../support/gateway.ts';
import { bearer, msUntil, openKeyDesk, unknownKey, withTypo } from '../support/keys/desk.ts';
import { DOORS, type DoorRequest } from '../support/keys/doors.ts';
import { startTrustedIssuer, type TrustedIssuer } from '../support/keys/grantees.ts';
import { makePair, signToken } from '../support/keys/issuer.ts';
import { openUpload } from '../support/raw-http.ts';

const MODEL = 'simulator/sim-fast';
const AUDIENCE = 'https://gateway.test';

let trusted: TrustedIssuer;
let gateway: ControlledGateway;
let bad: readonly (readonly [what: string, credential: string | null])[];
let good: readonly string[];
beforeAll(async () => {
  trusted = await startTrustedIssuer();
  const expired = makeKey('expired', { expires_at: '2020-01-01T00:00:00Z' });
  const closed = makeKey('closed', { project: 'closed' });
  gateway = await startGateway({
    config: {
      providers: { simulator: {} },
      projects: {
        trusting: {
          issuers: [
            {
              issuer: trusted.issuer.url,
              jwks_url: trusted.issuer.jwksUrl,
              allow_insecure: true,
              audience: AUDIENCE,
            },
          ],
        },
      },
    },
    keys: [expired, closed],
    controlPlane: true,
  });
  bad = await badCredentials([
    ['expired key of the document', expired.key],
    ['key of the document whose project is closed', closed.key],
  ]);
  const { key } = await openKeyDesk(gateway).mint();
  good = [key, gateway.key];
});
afterAll(async () => {
  await gateway.stop();
  await trusted.issuer.stop();
});

async function badCredentials(ofDocument: readonly (readonly [string, string])[]) {
  const desk = openKeyDesk(gateway);
  const ended = async (action: string) => {
    const minted = await desk.mint();
    const { token } = await desk.mintToken(minted.key);
    await desk.act(minted.id, action);
    return [
      [`key after ${action}`, minted.key],
      [`token whose key is gone after ${action}`, token],
    ] as const;
  };
  const living = await desk.mint();
  const { token } = await desk.mintToken(living.key);
  const gone = await desk.mint();
  await desk.remove(gone.id);
  const rotated = await desk.mint();
  await desk.act(rotated.id, 'rotate', { overlap_seconds: 0 });
  const overlapped = await desk.mint();
  await desk.act(overlapped.id, 'rotate', { overlap_seconds: 1 });
  await msUntil(401, overlapped.key, gateway.url);
  const expired = await desk.mint({ expires_at: '2020-01-01T00:00:00Z' });
  const inClosed = await desk.mint({ project: 'closed' });
  const { id } = await desk.tenant('projects', 'closed');
  await desk.setTenant('projects', id, 'disable');
  const inClosedOrganization = await desk.mint({ project: 'p', organization: 'closed-organization' });
  const organization = await desk.tenant('organizations', 'closed-organization');
  await desk.setTenant('organizations', organization.id, 'disable');
  const { issuer, pair } = trusted;
  const claims = { iss: issuer.url, aud: AUDIENCE };
  const stranger = await makePair('ES256', pair.kid);
  return [
    ['no credential', null],
    ['an empty one', ''],
    ['garbage', 'garbage-garbage-garbage'],
    ['one letter', 'x'],
    ['a key that nobody minted', unknownKey()],
    ['a mistyped key', withTypo(living.key)],
    ['a key that lacks its last letter', living.key.slice(0, -1)],
    ['a key in capitals', living.key.toUpperCase()],
    ['the id of a key', living.id],
    ['the masked key', encodeURIComponent(String(living.masked_key))],
    ['an expired key', expired.key],
    ['a deleted key', gone.key],
    ['a key that was rotated away', rotated.key],
    ['a key that was rotated away a moment ago', overlapped.key],
    ['a key of a closed project', inClosed.key],
    ['a key of a closed organisation', inClosedOrganization.key],
    ...ofDocument,
    ...(await ended('disable')),
    ...(await ended('revoke')),
    ['a token with a typo', withTypo(token, 20)],
    ['a token with another signature', withTypo(token, token.length - 5)],
    ['the beginning of a token', 'ewt-'],
    ['half a token', token.slice(0, token.length / 2)],
    ['a JWT of a stranger', await signToken(stranger, { claims })],
    ['an expired JWT', await signToken(pair, { claims, expiresIn: -3600 })],
    ['a JWT for somebody else', await signToken(pair, { claims: { ...claims, aud: 'other' } })],
    ['a JWT of an issuer that nobody trusts', await signToken(pair, { claims: { ...claims, iss: 'x' } })],
    ['half a JWT', (await signToken(pair, { claims })).slice(0, 100)],
    ['5000 letters', 'k'.repeat(5000)],
  ] as const;
}

interface Call {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly request: Partial<DoorRequest>;
  /** Where clients of this door put their key, beside `authorization`. */
  readonly keyHeader: string | null;
}

const KEY_HEADERS = { 'anthropic-messages': 'x-api-key', gemini: 'x-goog-api-key' } as const;
const reading = (method: string, path: string): Call => ({
  name: `${method} ${path}`,
  method,
  path,
  request: {},
  keyHeader: null,
});
const CALLS: readonly Call[] = [
  ...DOORS.map((door) => {
    const request = door.request(MODEL);
    const { [door.dialect as 'gemini']: keyHeader = null } = KEY_HEADERS;
    return { name: door.name, method: 'POST', path: request.path, request, keyHeader };
  }),
  reading('GET', '/v1/models'),
  reading('GET', '/v1beta/models'),
  reading('GET', `/v1/models/${MODEL}`),
  reading('GET', '/v1/responses/resp_unknown'),
  reading('DELETE', '/v1/responses/resp_unknown'),
  reading('POST', '/v1/keys/token'),
];

const headersWith = ({ request, keyHeader }: Call, credential: string | null, inOwnHeader: boolean) => ({
  ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
  ...(credential === null ? {} : inOwnHeader ? { [String(keyHeader)]: credential } : bearer(credential)),
});

const send = (call: Call, credential: string | null, inOwnHeader = false): Promise<Response> =>
  fetch(gateway.url + call.path, {
    method: call.method,
    headers: headersWith(call, credential, inOwnHeader),
    ...(call.request.body === undefined ? {} : { body: call.request.body }),
  });

/** All that a client sees, but what names this very request. */
async function told(response: Response): Promise<object> {
  const text = await response.text();
  const { headers, status } = response;
  const id = headers.get('x-request-id') ?? 'no id';
  const kept = [...headers].filter(([name]) => !['date', 'x-request-id', 'request-id'].includes(name));
  return { status, names: [...headers.keys()], headers: kept, text: text.replaceAll(id, '<id>') };
}

describe.each(CALLS)('at $name', (call) => {
  it('every credential that is not good is told one and the same', async () => {
    const seen = new Map<string, string[]>();
    const ways = call.keyHeader === null ? [false] : [false, true];
    for (const inOwnHeader of ways)
      for (const [what, credential] of bad) {
        const answer = await told(await send(call, credential, inOwnHeader));
        expect(answer).toMatchObject({ status: 401 });
        const text = JSON.stringify(answer);
        seen.set(text, [...(seen.get(text) ?? []), what]);
      }
    expect([...seen.values()].map((whats) => whats.length)).toEqual([bad.length * ways.length]);
  });

  it('a good one is not told that', async () => {
    for (const key of good) expect((await send(call, key)).status).not.toBe(401);
  });
});

it.each(CALLS.filter(({ method }) => method === 'POST'))(
  'a body that never ends is not waited for at $name (traps H10)',
  async (call) => {
    for (const [, credential] of bad) {
      const headers: Record<string, string> = headersWith(call, credential, false);
      const upload = openUpload(gateway.url + call.path, { headers });
      await upload.write('{"model":"simulator/sim-fast",');
      expect((await upload.response).status).toBe(401);
      upload.abort();
    }
  },
);

it('no credential stands in the log', () => {
  const texts = bad.map(([, credential]) => credential ?? '').filter((text) => text.length > 15);
  expect(texts.filter((text) => gateway.output().includes(text))).toEqual([]);
});
