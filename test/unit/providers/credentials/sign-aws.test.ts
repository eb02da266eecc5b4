/** Held against the signer of AWS's own SDK, which shares no code with ours. */
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { InvalidRequest } from '../../../../src/errors.ts';
import type { AwsKeys } from '../../../../src/providers/credentials/credential.ts';
import { signAws } from '../../../../src/providers/credentials/sign-aws.ts';
import { CALL, failureOf, NOW } from './support.ts';

const KEYS: AwsKeys = {
  kind: 'aws-keys',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: null,
  region: 'eu-central-1',
  service: 'bedrock',
};
const HOST = 'https://bedrock-runtime.eu-central-1.amazonaws.com';

/** The hash that the SDK's signer asks its caller for. */
class Sha256 {
  readonly #chunks: Uint8Array[] = [];
  readonly #secret: Uint8Array | undefined;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined ? undefined : toBytes(secret);
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#chunks.push(toBytes(data));
  }
  async digest(): Promise<Uint8Array> {
    const data = new Uint8Array(await new Blob(this.#chunks).arrayBuffer());
    if (this.#secret === undefined) return new Uint8Array(await crypto.subtle.digest('SHA-256', data));
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('raw', this.#secret, algorithm, false, ['sign']);
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, data));
  }
  reset(): void {
    this.#chunks.length = 0;
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

async function signedBySdk(url: string, body: Uint8Array, keys: AwsKeys): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken, region, service } = keys;
  const credentials = {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === null ? {} : { sessionToken }),
  };
  const { protocol, hostname, host, port, pathname, searchParams } = new URL(url);
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const { headers } = await signer.sign(
    {
      method: 'POST',
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { host, 'content-type': 'application/json' },
      body,
    },
    { signingDate: new Date(NOW) },
  );
  const { host: _, 'content-type': __, ...added } = headers;
  return added;
}

const sign = (url: string, body: Uint8Array, keys = KEYS) => signAws({ ...CALL, url, body }, keys, NOW);

describe('signAws', () => {
  it.each([
    ['a plain path', `${HOST}/model/amazon.nova-pro-v1/converse`],
    ['a model with a colon, percent-encoded', `${HOST}/model/anthropic.claude-v2%3A1/converse-stream`],
    ['a model with a colon as it is', `${HOST}/model/anthropic.claude-v2:1/converse`],
    [
      'an ARN, whose slashes are encoded',
      `${HOST}/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A123456789012%3Ainference-profile%2Feu.amazon.nova-pro-v1%3A0/converse`,
    ],
    ['a path with signs that are often forgotten', `${HOST}/model/a%20b!'()*~_.-/converse`],
    ['a query', `${HOST}/model/m/invoke?b=2&a=1%2F3&c=x%20y`],
    ['a host with a port', 'http://127.0.0.1:8787/model/m%3A0/converse'],
    ['another path', 'https://bedrock-mantle.eu-central-1.api.aws/v1/chat/completions'],
  ])('signs %s as the SDK does', async (_, url) => {
    const body = new TextEncoder().encode('{"messages":[{"role":"user","content":[{"text":"schön 🌍"}]}]}');
    expect(await sign(url, body)).toEqual(await signedBySdk(url, body, KEYS));
  });

  it('signs with temporary keys, for another service and an empty body, as the SDK does', async () => {
    const keys: AwsKeys = { ...KEYS, sessionToken: 'FwoGZXIvYXdzEJr//token==', service: 'bedrock-mantle' };
    const url = `${HOST}/model/m%3A0/converse`;
    const added = await sign(url, new Uint8Array(0), keys);
    expect(added).toEqual(await signedBySdk(url, new Uint8Array(0), keys));
    expect(Object.keys(added).sort()).toEqual([
      'authorization',
      'x-amz-content-sha256',
      'x-amz-date',
      'x-amz-security-token',
    ]);
    expect(added.authorization).toContain('/eu-central-1/bedrock-mantle/aws4_request');
  });

  it('covers only headers that nothing on the way changes', async () => {
    const { authorization } = await sign(`${HOST}/model/m/converse`, new Uint8Array(1));
    expect(authorization).toContain('SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date,');
  });

  it('traps H4: shows the secret key in nothing that it adds', async () => {
    const added = await sign(`${HOST}/model/m/converse`, new Uint8Array(1));
    expect(JSON.stringify(added)).not.toContain(KEYS.secretAccessKey.slice(0, 12));
  });

  it('makes another signature for another byte, another second and another key', async () => {
    const url = `${HOST}/model/m/converse`;
    const signatureOf = async (body: number, now: number, secret: string) => {
      const keys = { ...KEYS, secretAccessKey: secret };
      return (await signAws({ ...CALL, url, body: new Uint8Array([body]) }, keys, now)).authorization;
    };
    const signatures = await Promise.all([
      signatureOf(1, NOW, 'one'),
      signatureOf(2, NOW, 'one'),
      signatureOf(1, NOW + 1000, 'one'),
      signatureOf(1, NOW, 'two'),
    ]);
    expect(new Set(signatures).size).toBe(4);
    expect(await signatureOf(1, NOW, 'one')).toBe(signatures[0]);
  });

  it('refuses a body that it cannot see before it goes', async () => {
    const body = new ReadableStream<Uint8Array>();
    expect(await failureOf(() => signAws({ ...CALL, body }, KEYS, NOW))).toBeInstanceOf(InvalidRequest);
  });
});
