/** `POST /v1/explain`: what it tells of a request, and that it does nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentKey, usageOf } from '../support/limits/lab.ts';
import { chat, type ExplainLab, startExplainLab } from '../support/routing/explain-lab.ts';

const targets = [
  { provider: 'alpha', model: 'm' },
  { provider: 'beta', model: 'm' },
];
const narrow = documentKey({ denied_models: ['beta/*'] });
const explainer = documentKey({ routes: ['/v1/explain', '/v1/messages'] });
const caller = documentKey({ routes: ['/v1/chat/completions'] });
const elsewhere = documentKey({ ip_ranges: ['203.0.113.0/24'] });
const poor = documentKey({
  project: 'poor',
  requests_per_minute: 1,
  budgets: [{ usd: 1, window: 'month' }],
});

let lab: ExplainLab;
beforeAll(async () => {
  lab = await startExplainLab({
    keys: [narrow, explainer, caller, elsewhere, poor],
    config: {
      providers: { openai: {} },
      models: {
        ranked: {
          targets: [
            { ...targets[0], name: 'small', context_tokens: 8000 },
            { provider: 'beta', model: 'unpriced' },
          ],
        },
        mixed: { targets: [...targets, { provider: 'claude', model: 'm' }] },
        off: { targets: [{ provider: 'openai', model: 'gpt-5' }, ...targets] },
        raw: { targets, metering: false },
        kept: { targets, cache: { ttl_seconds: 60, mode: 'always', coalesce: true } },
        keeping: { targets: [...targets, { provider: 'keeper', model: 'm' }] },
      },
    },
  });
});
afterAll(() => lab.stop());

const named = ({ provider, model }: { provider: string; model: string }) => `${provider}/${model}`;

describe('an explanation', () => {
  it('tells every target in order, with its reason and what it may cost', async () => {
    const { status, body } = await lab.explain(chat('ranked', { max_tokens: 100 }));
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        object: 'explanation',
        route: '/v1/chat/completions',
        model: 'ranked',
        alias: 'ranked',
        strategy: 'fallback',
        arm: 'small',
        region: { region: expect.stringMatching(/^[a-z]{2,4}$/) },
        pinned_to: null,
        targets: [
          {
            provider: 'alpha',
            model: 'm',
            arm: 'small',
            reason: expect.stringContaining('fallback'),
            standing: 'yes',
            eligible: true,
            circuit: 'closed',
            context_tokens: 8000,
            dropped_params: [],
            price: { origin: 'configuration', input_usd: 1, output_usd: 1, cache_read_usd: 1 },
          },
          {
            provider: 'beta',
            model: 'unpriced',
            standing: 'yes',
            eligible: true,
            estimated_cost_usd: null,
            price: null,
          },
        ],
        cache_key: null,
        cache: { looked_up: false, reason: expect.stringContaining('ttl_seconds') },
        request: { messages: 1, tools: 0, images: 0, wants_stream: false, max_output_tokens: 100 },
      },
    });
    const [first] = body.targets;
    expect(first.estimated_cost_usd).toBeGreaterThan(100e-6); // of output alone
    expect(first.estimated_cost_usd).toBeLessThan(200e-6);
    expect(body.estimated_cost_usd).toBe(first.estimated_cost_usd);
    expect(body.request.difficulty).toMatchObject({ score: expect.any(Number), because: expect.any(String) });
  });

  it.each([
    ['a model that the request names itself', 'alpha/m', ['alpha/m']],
    ['an alias', 'ranked', ['alpha/m', 'beta/unpriced']],
  ])('is given of %s, with and without /v1 in either place', async (_, model, names) => {
    for (const path of ['/v1/explain', '/explain'])
      for (const route of ['/v1/chat/completions', '/chat/completions']) {
        const { body } = await lab.explain({ ...chat(model), route }, { path });
        expect(body.targets.map(named)).toEqual(names);
        expect(body.alias).toBe(model === 'ranked' ? 'ranked' : null);
      }
  });

  it('tells what a target of another form would not get', async () => {
    const { body } = await lab.explain(chat('mixed', { logit_bias: { 1: 2 }, seed: 7 }));
    expect(body.targets.map(named)).toEqual(['alpha/m', 'beta/m', 'claude/m']);
    expect(body.targets[0].dropped_params).toEqual([]);
    expect(body.targets[2].dropped_params).toEqual(expect.arrayContaining(['logit_bias', 'seed']));
  });

  it('tells of a target that cannot take the request why, and that it is passed over', async () => {
    const request = { route: '/v1/moderations', body: { model: 'mixed', input: 'x' } };
    const { body } = await lab.explain(request);
    expect(body.targets.map((one: { eligible: boolean }) => one.eligible)).toEqual([true, true, false]);
    expect(body.targets[2].reason).toContain('does not serve /v1/moderations');
  });

  it('tells of a provider that is off', async () => {
    const { body } = await lab.explain(chat('off'));
    const off = body.targets.find(({ provider }: { provider: string }) => provider === 'openai');
    expect(off).toMatchObject({ eligible: false, reason: expect.stringContaining('secret is not set') });
    expect(body.targets.filter((one: { eligible: boolean }) => one.eligible).map(named)).toEqual([
      'alpha/m',
      'beta/m',
    ]);
  });

  it('tells of a target that is denied to this key, and that it is', async () => {
    const { body } = await lab.explain(chat('mixed'), { key: narrow.key });
    expect(body.targets.find(({ provider }: { provider: string }) => provider === 'beta')).toMatchObject({
      eligible: false,
      standing: 'no',
      reason: expect.stringContaining('denied'),
    });
  });

  it('says that a count of tokens costs nothing', async () => {
    const question = { ...chat('mixed', { max_tokens: 10 }), route: '/v1/messages/count_tokens' };
    expect((await lab.explain(question)).body).toMatchObject({ estimated_cost_usd: 0 });
  });

  it('takes the model of a Gemini call from its path', async () => {
    const body = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
    const told = await lab.explain({ route: '/v1beta/models/ranked:streamGenerateContent?alt=sse', body });
    expect(told.body).toMatchObject({
      route: '/v1beta/models/{model}:streamGenerateContent',
      model: 'ranked',
      request: { wants_stream: true },
    });
  });

  it('goes by the headers of the question, and by those that it is told before them', async () => {
    const placed = { 'cache-control': 'no-store' };
    const reasonOf = async (own: Record<string, string>, told: Record<string, string>) =>
      (await lab.explain({ ...chat('kept'), headers: told }, { headers: own })).body.cache;
    expect(await reasonOf(placed, {})).toMatchObject({ looked_up: false, reason: /no-store/ });
    expect(await reasonOf({}, placed)).toMatchObject({ looked_up: false });
    expect(await reasonOf(placed, { 'Cache-Control': 'max-age=10' })).toMatchObject({ looked_up: true });
  });

  it('shows to which response a request is pinned', async () => {
    const route = '/v1/responses';
    const first = await lab.make({ route, body: { model: 'keeper/m', input: 'Hello' } });
    const body = { model: 'keeping', input: 'and?', previous_response_id: first.body.id };
    const told = await lab.explain({ route, body });
    expect(told.body.pinned_to).toBe('keeper/m');
    expect(told.body.targets.filter((one: { eligible: boolean }) => one.eligible)).toMatchObject([
      { provider: 'keeper', reason: 'made the previous response' },
    ]);
    const answer = await lab.make({ route, body });
    expect(answer.headers.get('x-edgeway-provider')).toBe('keeper');
  });
});

describe('who may ask', () => {
  it.each([
    ['nobody without a key', null, '/v1/chat/completions', 401],
    ['no unknown key', 'sk-unknown-0000000000000000', '/v1/chat/completions', 401],
    ['a key with a grant for both routes', explainer.key, '/v1/messages', 200],
    ['no key without one for the explained route', explainer.key, '/v1/chat/completions', 403],
    ['no key without one for this route', caller.key, '/v1/chat/completions', 403],
    ['no key from another address', elsewhere.key, '/v1/chat/completions', 403],
  ])('%s', async (_, key, route, status) => {
    const question = { ...chat('mixed', { max_tokens: 10 }), route };
    const told = await lab.explain(question, { key });
    expect({ status: told.status, text: told.text }).toMatchObject({ status });
  });

  it('is who sends the question, whatever credential its headers name', async () => {
    const headers = { authorization: `Bearer ${lab.gateway.key}`, 'x-api-key': lab.gateway.key };
    const { body } = await lab.explain({ ...chat('mixed'), headers }, { key: narrow.key });
    expect(body.targets.filter((one: { eligible: boolean }) => one.eligible).map(named)).toEqual([
      'alpha/m',
      'claude/m',
    ]);
    expect((await lab.explain({ ...chat('mixed'), headers }, { key: null })).status).toBe(401);
  });

  it('hears 405 with Allow for another method', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await lab.gateway.request('/v1/explain', { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
      await response.body?.cancel();
    }
  });

  it('hears which field is wrong', async () => {
    for (const [question, param] of [
      [{ body: {} }, 'route'],
      [{ route: '/v1/chat/completions' }, 'body'],
      [{ ...chat('mixed'), route: '/v1/audio/transcriptions' }, 'route'],
      [{ ...chat('mixed'), route: '/v1/files' }, 'route'],
      [{ ...chat('mixed'), headers: { 'a b': 'c' } }, 'headers'],
    ] as const) {
      const { status, body } = await lab.explain(question);
      expect({ status, param: body.error.param }).toEqual({ status: 400, param });
    }
  });
});

describe('an explanation does nothing', () => {
  it('reaches no provider, takes nothing of any limit, and is logged as itself', async () => {
    const before = lab.vendor.all.length;
    const usage = await usageOf(lab.gateway.url, poor.key);
    for (let turn = 0; turn < 5; turn += 1) {
      const { status, requestId, text } = await lab.explain(chat('mixed'), { key: poor.key });
      expect({ status, text }).toMatchObject({ status: 200 });
      expect(await lab.gateway.lineOf(requestId)).toMatchObject({
        type: 'request',
        key: poor.entry.name,
        project: 'poor',
        route: '/v1/explain',
        ending: 'complete',
        provider: null,
        attempts: 0,
        usage: null,
        cost_usd: 0,
      });
    }
    expect(lab.vendor.all.length).toBe(before);
    expect(await usageOf(lab.gateway.url, poor.key)).toEqual(usage);
    // The one request that the key has is still there; and when it is spent, explanations go on.
    expect((await lab.make(chat('mixed'), { key: poor.key })).status).toBe(200);
    expect((await lab.make(chat('mixed'), { key: poor.key })).status).toBe(429);
    expect((await lab.explain(chat('mixed'), { key: poor.key })).status).toBe(200);
  });

  it('writes nothing into the cache', async () => {
    const question = chat('kept', { messages: [{ role: 'user', content: 'Nobody asked this' }] });
    const { body } = await lab.explain(question);
    const answer = await lab.make(question);
    expect(answer.headers.get('x-edgeway-cache')).toBe('miss');
    expect(body.cache_key).toBe(answer.headers.get('x-edgeway-cache-key'));
  });

  it('tells no secret, and not where providers are', async () => {
    for (const model of ['mixed', 'off', 'ranked', 'alpha/m']) {
      const { text } = await lab.explain(chat(model));
      expect(text).not.toMatch(/sk-|127\.0\.0\.1|localhost|http:/);
    }
  });
});
