/** traps H6: a key that may use one model gets no other one by naming it elsewhere in the body. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, makeKey, standIn, startGateway } from '../support/gateway.ts';
import { chatCompletion, json, startUpstream, type Upstream } from '../support/upstream.ts';

const narrow = makeKey('narrow', { models: ['up/allowed', 'up/also'] });
const denied = makeKey('denied', { denied_models: ['up/forbidden'] });
const aliased = makeKey('aliased', { models: ['fast'] });
const wide = makeKey('wide');

let upstream: Upstream;
let gateway: Gateway;
beforeAll(async () => {
  upstream = await startUpstream(json(chatCompletion('hello')));
  gateway = await startGateway({
    config: {
      providers: { up: standIn(upstream.url) },
      models: { fast: { targets: [{ provider: 'up', model: 'allowed' }] } },
    },
    keys: [narrow, denied, aliased, wide],
  });
});
afterAll(() => Promise.all([gateway.stop(), upstream.stop()]));

const ask = (key: string, model: string, fields: object) =>
  gateway.post(
    '/v1/chat/completions',
    { model, messages: [{ role: 'user', content: 'Hi' }], ...fields },
    { authorization: `Bearer ${key}` },
  );

const WAYS: readonly [string, (model: string) => object][] = [
  ['models', (model) => ({ models: ['allowed', model], route: 'fallback' })],
  ['providerOptions', (model) => ({ providerOptions: { gateway: { models: [model] } } })],
  ['fallbacks', (model) => ({ fallbacks: ['allowed', model] })],
  ['a fallback of its own', (model) => ({ fallbacks: [{ model, messages: [] }] })],
  ['fallbacks by model', (model) => ({ fallbacks: [{ allowed: [model] }] })],
  ['a tool', (model) => ({ tools: [{ type: 'image_generation', model }] })],
];

describe.each(WAYS)('a model that is named in %s', (_, fields) => {
  it.each([
    ['a key for other models', narrow, 'up/allowed'],
    ['a key that it is denied', denied, 'up/allowed'],
    ['a key for an alias', aliased, 'fast'],
  ])('is refused to %s, and nobody is asked', async (_, { key }, model) => {
    const before = upstream.calls.length;
    const response = await ask(key, model, fields('forbidden'));
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: 'model_not_allowed' } });
    expect(upstream.calls).toHaveLength(before);
  });

  it('passes as it is for keys that may use it', async () => {
    for (const [{ key }, model] of [
      [wide, 'forbidden'],
      [narrow, 'also'],
      [denied, 'also'],
    ] as const) {
      const response = await ask(key, 'up/allowed', fields(model));
      expect(response.status).toBe(200);
      expect(JSON.parse(upstream.calls.at(-1)?.body.toString() ?? '')).toMatchObject(fields(model));
    }
  });
});

describe('cannot be hidden', () => {
  it.each([
    ['models', '"models":["forbidden"],"models":["also"]'],
    ['model', '"\\u006dodel":"forbidden"'],
    ['MODEL', '"MODEL":"forbidden"'],
    ['Models', '"Models":["forbidden"]'],
    ['Fallbacks', '"Fallbacks":["forbidden"]'],
    ['tools[].model', '"tools":[{"model":"forbidden","model":"also"}]'],
    ['tools[].Model', '"tools":[{"Model":"forbidden"}]'],
    ['providerOptions.Gateway', '"providerOptions":{"Gateway":{"models":["forbidden"]}}'],
    ['providerOptions.gateway.models', '"providerOptions":{"gateway":{"models":["forbidden"],"models":[]}}'],
  ])('behind a second %s: %s', async (param, member) => {
    const before = upstream.calls.length;
    const body = `{"model":"up/allowed",${member},"messages":[{"role":"user","content":"Hi"}]}`;
    const response = await gateway.post('/v1/chat/completions', body, {
      authorization: `Bearer ${narrow.key}`,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', param } });
    expect(upstream.calls).toHaveLength(before);
  });
});
