import { describe, expect, it } from 'vitest';
import {
  noCredential,
  partsCredential,
  plainCredential,
} from '../../../src/providers/credentials/credential.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { buildUpstreamRequest, type UpstreamRequestParts } from '../../../src/providers/upstream-request.ts';
import { nobodyToAsk, PROVIDER } from './credentials/support.ts';

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json',
  'user-agent': 'edgeway',
};

async function build(
  parts: Partial<UpstreamRequestParts> = {},
  provider: Partial<Provider> = {},
  deps = nobodyToAsk(),
): Promise<Request> {
  const { url, init } = await buildUpstreamRequest(
    {
      provider: { ...PROVIDER, ...provider },
      credential: plainCredential('acme#1', 'sk-acme'),
      model: 'acme-1',
      method: 'POST',
      path: '/chat/completions',
      headers: {},
      body: new TextEncoder().encode('{"model":"acme-1"}'),
      contentType: 'application/json',
      accept: 'application/json',
      wantsStream: false,
      clientHeaders: new Headers(),
      ...parts,
    },
    deps,
  );
  return new Request(url, init);
}

describe('buildUpstreamRequest', () => {
  it('posts the body below the base URL, with the credential', async () => {
    const request = await build();
    expect(request.method).toBe('POST');
    expect(request.url).toBe('https://api.acme.example/v1/chat/completions');
    expect(await request.text()).toBe('{"model":"acme-1"}');
    expect(Object.fromEntries(request.headers)).toEqual({ ...HEADERS, authorization: 'Bearer sk-acme' });
  });

  it('asks for events that are not compressed where the client wants a stream', async () => {
    const { headers } = await build({ wantsStream: true, accept: 'text/event-stream' });
    expect(headers.get('accept')).toBe('text/event-stream');
    expect(headers.get('accept-encoding')).toBe('identity');
  });

  it('sends the headers of the wire form, and no type where there is no body', async () => {
    const headers = { 'anthropic-version': '2023-06-01' };
    const request = await build({ method: 'GET', body: null, headers });
    expect(Object.fromEntries(request.headers)).toEqual({
      accept: 'application/json',
      'user-agent': 'edgeway',
      'anthropic-version': '2023-06-01',
      authorization: 'Bearer sk-acme',
    });
  });

  it('signs the call as it is sent', async () => {
    const keys = partsCredential('acme#1', {
      kind: 'aws-keys',
      accessKeyId: 'AKID',
      secretAccessKey: 'secret',
      sessionToken: null,
      region: 'eu-central-1',
      service: 'bedrock',
    });
    const request = await build({ credential: keys, path: '/model/m%3A0/converse' });
    expect(request.url).toBe('https://api.acme.example/v1/model/m%3A0/converse');
    expect(request.headers.get('authorization')).toMatch(/^AWS4-HMAC-SHA256 Credential=AKID\//);
    expect(request.headers.get('x-amz-content-sha256')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('traps H2: follows no redirect', async () => {
    expect((await build()).redirect).toBe('manual');
  });

  it('traps H11: lets no client header through that the row does not name', async () => {
    const clientHeaders = new Headers({
      authorization: 'Bearer client-key',
      cookie: 'a=b',
      'x-api-key': 'client-key',
      'x-forwarded-for': '203.0.113.9',
      'x-acme-beta': 'tools',
      'x-edgeway-metadata': '{}',
      'content-type': 'text/plain',
      'user-agent': 'client',
    });
    const quirk = { kind: 'forwards-request-header', header: 'x-acme-beta', source: 'x' } as const;
    const { headers } = await build({ clientHeaders }, { quirks: [quirk] });
    expect(Object.fromEntries(headers)).toEqual({
      ...HEADERS,
      'x-acme-beta': 'tools',
      authorization: 'Bearer sk-acme',
    });
    expect([...(await build({ clientHeaders })).headers.keys()]).not.toContain('x-acme-beta');
  });

  it('sends the credential where the row says, and nowhere in the URL', async () => {
    const request = await build({}, { auth: { kind: 'header', name: 'x-acme-key' } });
    expect(request.headers.get('x-acme-key')).toBe('sk-acme');
    expect(request.headers.has('authorization')).toBe(false);
    expect(request.url).not.toContain('sk-acme');
  });

  it('sends no credential where there is none, or where none is taken', async () => {
    const { headers } = await build({ credential: noCredential('acme#0') });
    expect(headers.has('authorization')).toBe(false);
    const unauthorized = await build({}, { auth: { kind: 'none' } });
    expect([...unauthorized.headers.values()].join()).not.toContain('sk-acme');
  });

  it('adds the operator’s headers, which beat the client’s and not the credential', async () => {
    const quirk = { kind: 'forwards-request-header', header: 'x-acme-beta', source: 'x' } as const;
    const headers = { 'x-acme-beta': 'operator', authorization: 'Bearer old', 'x-team': 'blue' };
    const request = await build(
      { clientHeaders: new Headers({ 'x-acme-beta': 'client' }) },
      { headers, quirks: [quirk] },
    );
    expect(request.headers.get('x-acme-beta')).toBe('operator');
    expect(request.headers.get('x-team')).toBe('blue');
    expect(request.headers.get('authorization')).toBe('Bearer sk-acme');
  });

  it.each([
    [
      'https://r.azure.example/openai/v1',
      'my/gpt 4',
      'https://r.azure.example/openai/deployments/my%2Fgpt%204/chat/completions?api-version=2024-10-21',
    ],
    [
      'https://r.azure.example/openai/deployments/fixed',
      'gpt',
      'https://r.azure.example/openai/deployments/fixed/chat/completions?api-version=2024-10-21',
    ],
  ])('writes the deployment and the version into URLs below %s', async (baseUrl, model, url) => {
    expect((await build({ model }, { baseUrl, apiVersion: '2024-10-21' })).url).toBe(url);
  });

  it('ends with the signal that it was given', async () => {
    const controller = new AbortController();
    const request = await build({}, {}, { ...nobodyToAsk(), signal: controller.signal });
    controller.abort(new Error('client left'));
    expect(request.signal.aborted).toBe(true);
  });

  it('sends a body that streams', async () => {
    const body = new Response('some bytes').body;
    if (body === null) throw new Error('no body');
    expect(await (await build({ body, contentType: 'multipart/form-data; boundary=b' })).text()).toBe(
      'some bytes',
    );
  });
});
