import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, makeKey, standIn, startGateway } from '../support/gateway.ts';
import { chatCompletion, chatStream, json, sse, startUpstream, type Upstream } from '../support/upstream.ts';

const MESSAGES = [{ role: 'user', content: 'hi' }];

describe('a provider', () => {
  const unmetered = makeKey('unmetered', { metering: false });
  let upstream: Upstream;
  let gateway: Gateway;

  beforeAll(async () => {
    upstream = await startUpstream();
    const azure = {
      base_url: `${upstream.url}/openai`,
      api_keys: ['azure-secret-0001'],
      allow_insecure: true,
    };
    gateway = await startGateway({
      keys: [unmetered],
      config: {
        providers: {
          up: standIn(upstream.url),
          'azure-openai': { ...azure, api_version: '2024-10-21' },
          nowhere: { base_url: 'https://provider.invalid/v1', api_keys: [] },
          'not-tls': {
            base_url: `https://127.0.0.1:${upstream.port}/v1`,
            api_keys: [],
            allow_insecure: true,
          },
        },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  it('at Azure with an api_version is called by its deployment, with the key in its own header', async () => {
    upstream.calls.length = 0;
    upstream.answer(json(chatCompletion('hello')));
    const response = await gateway.post('/v1/chat/completions', {
      model: 'azure-openai/gpt 4',
      messages: MESSAGES,
    });
    expect(response.status).toBe(200);
    const { path, headers } = await upstream.call(0);
    expect(path).toBe('/openai/deployments/gpt%204/chat/completions?api-version=2024-10-21');
    expect(headers['api-key']).toBe('azure-secret-0001');
    expect(headers.authorization).toBeUndefined();
  });

  it.each([
    ['has no address', 'nowhere/m'],
    ['speaks no TLS', 'not-tls/m'],
  ])('traps I4: that %s is unreachable, after a second try', async (_, model) => {
    const response = await gateway.post('/v1/chat/completions', { model, messages: MESSAGES });
    expect(response.status).toBe(502);
    expect(response.headers.get('x-edgeway-attempts')).toBe('2');
    expect(await response.json()).toMatchObject({ error: { code: 'provider_unreachable' } });
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    expect(line).toMatchObject({ ending: 'upstream_error', status: 502, attempts: 2 });
  });

  it('is not asked for usage, and hands its bytes over, where the key has metering off', async () => {
    upstream.calls.length = 0;
    const stream = chatStream(['a'], { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } });
    upstream.answer(sse(stream));
    const body = { model: 'up/m', stream: true, messages: MESSAGES };
    const response = await gateway.post('/v1/chat/completions', body, {
      authorization: `Bearer ${unmetered.key}`,
    });
    expect(await response.text()).toBe(stream);
    expect(JSON.parse((await upstream.call(0)).body.toString())).toEqual({ ...body, model: 'm' });
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    expect(line).toMatchObject({ key: 'unmetered', usage: { estimated: true } });
  });
});
