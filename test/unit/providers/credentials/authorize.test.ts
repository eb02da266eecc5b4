import { describe, expect, it } from 'vitest';
import { authorize, secretsIn } from '../../../../src/providers/credentials/authorize.ts';
import {
  noCredential,
  partsCredential,
  plainCredential,
} from '../../../../src/providers/credentials/credential.ts';
import { entra, GOOGLE_CLOUD } from '../../../../src/providers/dialect-defaults.ts';
import type { AuthScheme } from '../../../../src/providers/provider-row.ts';
import { CALL, nobodyToAsk, PROVIDER } from './support.ts';

const added = (auth: AuthScheme, value: string | null) =>
  authorize(
    CALL,
    { ...PROVIDER, auth },
    value === null ? noCredential('acme#0') : plainCredential('acme#1', value),
    nobodyToAsk(),
  );

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln';

describe('authorize', () => {
  it.each<[AuthScheme, string, Record<string, string>]>([
    [{ kind: 'bearer' }, 'sk-1', { authorization: 'Bearer sk-1' }],
    [{ kind: 'header', name: 'X-Api-Key' }, 'sk-1', { 'x-api-key': 'sk-1' }],
    [{ kind: 'none' }, 'sk-1', {}],
    [{ kind: 'sigv4', service: 'bedrock' }, 'ABSKkey', { authorization: 'Bearer ABSKkey' }],
    [GOOGLE_CLOUD, 'AIzaKey', { 'x-goog-api-key': 'AIzaKey' }],
    [GOOGLE_CLOUD, 'AQ.express-key', { 'x-goog-api-key': 'AQ.express-key' }],
    [GOOGLE_CLOUD, 'ya29.token', { authorization: 'Bearer ya29.token' }],
    [entra('api-key'), '0123456789abcdef', { 'api-key': '0123456789abcdef' }],
    [entra('x-api-key'), '0123456789abcdef', { 'x-api-key': '0123456789abcdef' }],
    [entra('api-key'), JWT, { authorization: `Bearer ${JWT}` }],
  ])('puts a plain key of %j where it belongs, at once', (auth, value, headers) => {
    expect(added(auth, value)).toEqual(headers);
  });

  it.each<AuthScheme>([
    { kind: 'bearer' },
    { kind: 'sigv4', service: 'bedrock' },
    GOOGLE_CLOUD,
    entra('api-key'),
  ])('adds nothing where there is no credential: %j', (auth) => {
    expect(added(auth, null)).toEqual({});
  });
});

describe('secretsIn', () => {
  it('finds the token of a bearer header, and nothing in a signature', () => {
    expect(secretsIn({ authorization: 'Bearer ya29.token' })).toEqual(['ya29.token']);
    expect(secretsIn({ authorization: 'AWS4-HMAC-SHA256 Credential=A', 'x-amz-date': 'd' })).toEqual([]);
  });
});

describe('Credential.secrets', () => {
  it('has every text of a credential that must never be shown', () => {
    expect(plainCredential('a#1', 'sk-1').secrets).toEqual(['sk-1']);
    expect(noCredential('a#0').secrets).toEqual([]);
    const aws = {
      kind: 'aws-keys',
      accessKeyId: 'AKID',
      secretAccessKey: 'secret',
      sessionToken: 'session',
      region: 'r',
      service: 'bedrock',
    } as const;
    expect(partsCredential('a#1', aws).secrets).toEqual(['secret', 'session', 'AKID']);
    expect(partsCredential('a#1', { ...aws, sessionToken: null }).secrets).toEqual(['secret', 'AKID']);
    const client = {
      kind: 'entra-client',
      clientId: 'c',
      clientSecret: 's',
      tokenUrl: 'u',
      scope: 'x',
    } as const;
    expect(partsCredential('a#1', client).secrets).toEqual(['s']);
  });

  it('has a private key whole, without its line breaks, and line by line', () => {
    const lines = ['A'.repeat(64), 'B'.repeat(64), 'CC=='];
    const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
    const { secrets } = partsCredential('a#1', {
      kind: 'service-account',
      clientEmail: 'e',
      privateKeyId: 'id',
      privateKey: pem,
      tokenUrl: 'u',
      scope: 's',
      projectId: null,
    });
    expect(secrets).toEqual([pem.trim(), lines.join(''), lines[0], lines[1]]);
  });
});
