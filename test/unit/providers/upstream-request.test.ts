import { describe, expect, it } from 'vitest';
import type { Provider } from '../../../src/providers/provider.ts';
import { buildUpstreamRequest, type UpstreamRequestParts } from '../../../src/providers/upstream-request.ts';

const PROVIDER: Provider = {
  id: 'acme',
  dialect: 'openai-chat',
  transport: 'network',
  baseUrl: 'https://api.acme.example/v1',
  auth: { kind: 'bearer' },
  credentials: [],
  headers: {},
  apiVersion: null,
  serves: [],
  models: [],
  quirks: [],
};

function build(parts: Partial<UpstreamRequestParts> = {}, provider: Partial<Provider> = {}): Request {
  const { url, init } = buildUpstreamRequest({
    provider: { ...PROVIDER, ...provider },
    credential: { id: 'acme#1', value: 'sk-acme' },
    model: 'acme-1',
    path: '/chat/completions',
    body: new TextEncoder().encode('{"model":"acme-1"}'),
    contentType: 'application/json',
    wantsStream: false,
    clientHeaders: new Headers(),
    signal: new AbortController().signal,
    ...parts,
  });
  return new Request(url, init);
}

describe('buildUpstreamRequest', () => {
  it('posts the body below the base URL, with the credential', async () => {
    const request = build();
    expect(request.method).toBe('POST');
    expect(request.url).toBe('https://api.acme.example/v1/chat/completions');
    expect(await request.text()).toBe('{"model":"acme-1"}');
    expect(Object.fromEntries(request.headers)).toEqual({
      'content-type': 'application/json',
      accept: 'application/json, */*;q=0.9',
      'user-agent': 'edgeway',
      authorization: 'Bearer sk-acme',
    });
  });

  it('asks for events that are not compressed where the client wants a stream', () => {
    const { headers } = build({ wantsStream: true });
    expect(headers.get('accept')).toBe('text/event-stream');
    expect(headers.get('accept-encoding')).toBe('identity');
  });

  it('traps H2: follows no redirect', () => {
    expect(build().redirect).toBe('manual');
  });

  it('traps H11: lets no client header through that the row does not name', () => {
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
    expect(Object.fromEntries(build({ clientHeaders }, { quirks: [quirk] }).headers)).toEqual({
      'content-type': 'application/json',
      accept: 'application/json, */*;q=0.9',
      'user-agent': 'edgeway',
      'x-acme-beta': 'tools',
      authorization: 'Bearer sk-acme',
    });
    expect([...build({ clientHeaders }).headers.keys()]).not.toContain('x-acme-beta');
  });

  it('sends the credential where the row says, and nowhere in the URL', () => {
    const request = build({}, { auth: { kind: 'header', name: 'x-acme-key' } });
    expect(request.headers.get('x-acme-key')).toBe('sk-acme');
    expect(request.headers.has('authorization')).toBe(false);
    expect(request.url).not.toContain('sk-acme');
  });

  it('sends no credential where there is none, or where none is taken', () => {
    expect(build({ credential: { id: 'acme#0', value: null } }).headers.has('authorization')).toBe(false);
    expect([...build({}, { auth: { kind: 'none' } }).headers.values()].join()).not.toContain('sk-acme');
  });

  it('adds the operator’s headers, which beat the client’s and not the credential', () => {
    const quirk = { kind: 'forwards-request-header', header: 'x-acme-beta', source: 'x' } as const;
    const headers = { 'x-acme-beta': 'operator', authorization: 'Bearer old', 'x-team': 'blue' };
    const request = build(
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
  ])('writes the deployment and the version into URLs below %s', (baseUrl, model, url) => {
    expect(build({ model }, { baseUrl, apiVersion: '2024-10-21' }).url).toBe(url);
  });

  it('ends with the signal that it was given', () => {
    const controller = new AbortController();
    const request = build({ signal: controller.signal });
    controller.abort(new Error('client left'));
    expect(request.signal.aborted).toBe(true);
  });

  it('sends a body that streams', async () => {
    const body = new Response('some bytes').body;
    if (body === null) throw new Error('no body');
    expect(await build({ body, contentType: 'multipart/form-data; boundary=b' }).text()).toBe('some bytes');
  });
});
