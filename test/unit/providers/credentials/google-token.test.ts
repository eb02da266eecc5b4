import { exportPKCS8, generateKeyPair, type JWTVerifyResult, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AuthorizationFailed,
  authorize,
  forgetToken,
} from '../../../../src/providers/credentials/authorize.ts';
import { type Credential, partsCredential } from '../../../../src/providers/credentials/credential.ts';
import { CALL, createEndpoint, failureOf, NOW, PROVIDER, type TokenEndpoint } from './support.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';

let credential: Credential;
let publicKey: CryptoKey;
let privateKey: string;

beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true });
  publicKey = pair.publicKey;
  privateKey = await exportPKCS8(pair.privateKey);
  credential = withKey(privateKey);
});

const withKey = (pem: string): Credential =>
  partsCredential('vertex#1', {
    kind: 'service-account',
    clientEmail: 'robot@project.iam.gserviceaccount.com',
    privateKeyId: 'key-1',
    privateKey: pem,
    tokenUrl: TOKEN_URL,
    scope: SCOPE,
    projectId: 'project',
  });

const ask = ({ deps }: TokenEndpoint, one = credential) => authorize(CALL, PROVIDER, one, deps);
const granting = (fields: object = { expires_in: 3599 }) =>
  createEndpoint((_, count) =>
    Response.json({ access_token: `ya29.${count}`, token_type: 'Bearer', ...fields }),
  );

/** As Google checks it: the signature, who says so, to whom, and until when. */
const verify = (assertion: string): Promise<JWTVerifyResult> =>
  jwtVerify(assertion, publicKey, {
    audience: TOKEN_URL,
    issuer: 'robot@project.iam.gserviceaccount.com',
    algorithms: ['RS256'],
    currentDate: new Date(NOW),
  });

describe('a Google service account', () => {
  it('is traded for a token by a signed assertion', async () => {
    const endpoint = granting();
    expect(await ask(endpoint)).toEqual({ authorization: 'Bearer ya29.1' });
    const [asked] = endpoint.asked;
    expect(asked?.url).toBe(TOKEN_URL);
    expect(asked?.init.method).toBe('POST');
    expect(asked?.form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const { payload, protectedHeader } = await verify(asked?.form.get('assertion') ?? '');
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    expect(payload).toEqual({
      iss: 'robot@project.iam.gserviceaccount.com',
      aud: TOKEN_URL,
      scope: SCOPE,
      iat: Math.floor(NOW / 1000),
      exp: Math.floor(NOW / 1000) + 3600,
    });
  });

  it('traps H2: follows no redirect with the assertion', async () => {
    const endpoint = createEndpoint(
      () => new Response(null, { status: 302, headers: { location: 'https://x.example' } }),
    );
    expect(await failureOf(() => ask(endpoint))).toMatchObject({ reason: 'unreachable' });
    expect(endpoint.asked).toHaveLength(1);
    expect(endpoint.asked[0]?.init.redirect).toBe('manual');
  });

  it('is traded once while the token lasts, and the remembered token comes at once', async () => {
    const endpoint = granting();
    await ask(endpoint);
    endpoint.clock.now = NOW + 3_500_000;
    expect(ask(endpoint)).toEqual({ authorization: 'Bearer ya29.1' }); // no promise
    endpoint.clock.now = NOW + 3_540_000; // a minute before its end
    expect(await ask(endpoint)).toEqual({ authorization: 'Bearer ya29.2' });
    expect(endpoint.asked).toHaveLength(2);
  });

  it.each([
    [{ expires_in: '120' }, 59_000, 60_000],
    [{}, 239_000, 240_000],
    [{ expires_in: 'soon' }, 239_000, 240_000],
    [{ expires_in: -5 }, 239_000, 240_000],
  ])('remembers a token with %j as long as is safe', async (fields, stillGood, over) => {
    const endpoint = granting(fields);
    await ask(endpoint);
    endpoint.clock.now = NOW + stillGood;
    expect(await ask(endpoint)).toEqual({ authorization: 'Bearer ya29.1' });
    endpoint.clock.now = NOW + over;
    expect(await ask(endpoint)).toEqual({ authorization: 'Bearer ya29.2' });
  });

  it('uses a token that ends within a minute once, and does not remember it', async () => {
    const endpoint = granting({ expires_in: 30 });
    expect(await ask(endpoint)).toEqual({ authorization: 'Bearer ya29.1' });
    expect(await ask(endpoint)).toEqual({ authorization: 'Bearer ya29.2' });
  });

  it('is traded by each of the requests that miss at the same time: no promise is shared', async () => {
    const endpoint = granting();
    const answers = await Promise.all([ask(endpoint), ask(endpoint), ask(endpoint)]);
    expect(endpoint.asked).toHaveLength(3);
    expect(new Set(answers.map((headers) => headers.authorization)).size).toBe(3);
  });

  it('shares no token with another account, another key or another credential', async () => {
    const endpoint = granting();
    await ask(endpoint);
    const parts = credential.parts;
    if (parts?.kind !== 'service-account') throw new Error('no account');
    for (const other of [
      partsCredential('vertex#2', parts),
      partsCredential('vertex#1', { ...parts, privateKeyId: 'key-2' }),
      partsCredential('vertex#1', { ...parts, scope: 'other' }),
    ])
      await ask(endpoint, other);
    expect(endpoint.asked).toHaveLength(4);
  });

  it('is traded anew once its token was refused', async () => {
    const endpoint = granting();
    await ask(endpoint);
    forgetToken(credential, endpoint.deps.tokens);
    expect(await ask(endpoint)).toEqual({ authorization: 'Bearer ya29.2' });
  });

  it('passes the signal on, so that a call that ends ends the trade', async () => {
    const endpoint = granting();
    await ask(endpoint);
    expect(endpoint.asked[0]?.init.signal).toBe(endpoint.deps.signal);
  });
});

describe('a trade that fails', () => {
  it.each([
    [
      400,
      '{"error":"invalid_grant","error_description":"Invalid JWT Signature."}',
      'refused',
      'invalid_grant',
    ],
    [401, '{"error":"invalid_client"}', 'refused', 'invalid_client'],
    [403, 'not json', 'refused', 'status 403'],
    [400, '{"error":"<b>secret words</b>"}', 'refused', 'status 400'],
    [400, '{"error":{"code":7}}', 'refused', 'status 400'],
    [429, '{"error":"slow_down"}', 'unreachable', 'status 429'],
    [408, '', 'unreachable', 'status 408'],
    [500, '{"error":"internal_failure"}', 'unreachable', 'status 500'],
    [200, '{}', 'unreachable', 'no sense'],
    [200, 'null', 'unreachable', 'no sense'],
    [200, '<html>', 'unreachable', 'no sense'],
    [200, '{"access_token":""}', 'unreachable', 'no sense'],
    [200, '{"access_token":"two words"}', 'unreachable', 'no sense'],
    [200, '{"access_token":7}', 'unreachable', 'no sense'],
  ])('status %i with %j is %s', async (status, body, reason, said) => {
    const endpoint = createEndpoint(() => new Response(body, { status }));
    const failure = await failureOf(() => ask(endpoint));
    expect(failure).toBeInstanceOf(AuthorizationFailed);
    expect(failure).toMatchObject({ reason, message: expect.stringContaining(said) });
    expect(JSON.stringify({ ...(failure as Error), message: (failure as Error).message })).not.toContain(
      'secret',
    );
  });

  it('is unreachable where nobody answers, and nothing is remembered', async () => {
    const endpoint = createEndpoint((_, count) => {
      if (count === 1) throw new TypeError('connection refused');
      return Response.json({ access_token: 'ya29.late', expires_in: 3600 });
    });
    expect(await failureOf(() => ask(endpoint))).toMatchObject({ reason: 'unreachable' });
    expect(await ask(endpoint)).toEqual({ authorization: 'Bearer ya29.late' });
  });

  it('is refused where the key cannot sign, without a word of the key', async () => {
    const endpoint = granting();
    const broken = withKey('-----BEGIN PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END PRIVATE KEY-----\n');
    const failure = await failureOf(() => ask(endpoint, broken));
    expect(failure).toMatchObject({ reason: 'refused' });
    expect(String(failure)).not.toContain('c2VjcmV0');
    expect(endpoint.asked).toHaveLength(0);
  });
});
