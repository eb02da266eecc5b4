/** What is explained is what happens: the same errors, the same cache key. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, DOORS, pathOf } from '../support/doors/calls.ts';
import { documentKey } from '../support/limits/lab.ts';
import { chat, type ExplainLab, type Question, startExplainLab } from '../support/routing/explain-lab.ts';

const targets = [
  { provider: 'alpha', model: 'm' },
  { provider: 'beta', model: 'm' },
];
const cache = { ttl_seconds: 60, mode: 'always', request_mode: true };
const modest = documentKey({ models: ['kept'], denied_models: ['keeper/*'] });
const budgeted = documentKey({ budgets: [{ usd: 1, window: 'month' }] });

let lab: ExplainLab;
beforeAll(async () => {
  lab = await startExplainLab({
    keys: [modest, budgeted],
    config: {
      routing: { headers: ['x-team'] },
      models: {
        kept: { targets, cache },
        shared: { targets, cache: { ...cache, coalesce: true, scope: 'organization' } },
        exact: { targets, cache: { ttl_seconds: 60 } },
        crossed: { targets: [{ provider: 'claude', model: 'm' }], cache },
        keeping: { targets: [{ provider: 'keeper', model: 'm' }], cache },
        foreign: {
          targets: [
            { provider: 'claude', model: 'm' },
            { provider: 'google', model: 'm' },
          ],
        },
        unpriced: { targets: [{ provider: 'alpha', model: 'unpriced' }] },
        off: { targets: [{ provider: 'openai', model: 'gpt-5' }] },
        chosen: {
          strategy: 'conditional',
          cache,
          targets: [
            { ...targets[0], when: 'metadata.tier == "gold"' },
            { ...targets[1], when: 'header("x-team") == "blue"' },
          ],
        },
      },
      providers: { openai: {} },
    },
  });
});
afterAll(() => lab.stop());

describe('a request that would be refused', () => {
  const wrong: [number, string, Question, string?][] = [
    [404, 'an unknown model', chat('nobody-has-this')],
    [400, 'no model', chat('', { model: undefined })],
    [400, 'a model of the wrong type', chat('', { model: 1 })],
    [400, 'messages of the wrong type', chat('kept', { messages: 'x' })],
    [400, 'a stream of the wrong type', chat('kept', { stream: 'yes' })],
    [403, 'a model that the key may not use', chat('alpha/m'), modest.key],
    [403, 'a target that is denied to the key', chat('keeper/m'), modest.key],
    [400, 'metadata that is no JSON', { ...chat('kept'), headers: { 'x-edgeway-metadata': '{' } }],
    [400, 'a bound that is no number', { ...chat('kept'), headers: { 'x-edgeway-timeout-ms': 'soon' } }],
    [
      400,
      'a cache mode that there is not',
      { ...chat('kept'), headers: { 'x-edgeway-cache-mode': 'maybe' } },
    ],
    [
      504,
      'only from the cache, where there is none',
      { ...chat('exact'), headers: { 'cache-control': 'only-if-cached' } },
    ],
    [
      400,
      'a response that is not there',
      { route: '/v1/responses', body: { model: 'keeping', input: 'x', previous_response_id: 'resp_none' } },
    ],
    [
      400,
      'a route that no target serves',
      { route: '/v1/moderations', body: { model: 'foreign', input: 'a' } },
    ],
    [
      400,
      'a field that the only target cannot do without',
      { route: '/v1/messages', body: { model: 'crossed', messages: [] } },
    ],
    [502, 'a provider that is off', chat('off')],
    [429, 'a price that nobody knows, under a budget', chat('unpriced'), budgeted.key],
    [404, 'an alias of which no rule lets it through', chat('chosen')],
    [400, 'an answer in a form that the target has not', chat('crossed', { n: 3 })],
  ];

  it.each(wrong)('is answered as the real route does, with %i: %s', async (status, _, question, key) => {
    const asker = key === undefined ? {} : { key };
    const before = lab.vendor.all.length;
    const [told, real] = [await lab.explain(question, asker), await lab.make(question, asker)];
    expect({ status: real.status, text: real.text }).toMatchObject({ status });
    expect({ status: told.status, error: told.body.error }).toEqual({
      status,
      error:
        question.route === '/v1/messages'
          ? expect.objectContaining({ message: real.body.error.message })
          : real.body.error,
    });
    expect(lab.vendor.all.length).toBe(before);
  });
});

describe('the cache key', () => {
  const long = '{"model":"kept","seed":12345678901234567890,"messages":[{"role":"user","content":"x"}]}';
  const kept: [string, Question][] = [
    ...DOORS.flatMap((door) =>
      ['kept', 'shared', 'crossed', 'keeping'].flatMap((model) =>
        [false, true].map((stream): [string, Question] => [
          `${door}, ${model}, ${stream ? 'a stream' : 'whole'}`,
          {
            route: pathOf(door, model, stream),
            body: bodyOf(door, model, stream, 'Hello'),
            ...(door === 'anthropic-messages' ? { headers: { 'anthropic-version': '2023-06-01' } } : {}),
          },
        ]),
      ),
    ),
    ['exact', chat('exact', { temperature: 0 })],
    ['embeddings', { route: '/v1/embeddings', body: { model: 'kept', input: ['a', 'b'] } }],
    ['moderations', { route: '/v1/moderations', body: { model: 'kept', input: 'a' } }],
    ['a namespace', { ...chat('kept'), headers: { 'x-edgeway-cache-namespace': 'n1' } }],
    [
      'a feature that a header switches on',
      {
        ...chat('keeping'),
        route: '/v1/messages',
        body: { model: 'crossed', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] },
        headers: { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'some-beta-1' },
      },
    ],
    [
      'a rule that lets one target through',
      { ...chat('chosen'), headers: { 'x-edgeway-metadata': '{"tier":"gold"}' } },
    ],
    ['another rule', { ...chat('chosen'), headers: { 'x-team': 'blue' } }],
    ['metadata, which changes nothing', chat('kept', { metadata: { a: 'b' }, user: 'u' })],
  ];

  it.each(kept)('is the one that the answer names: %s', async (_, question) => {
    const told = await lab.explain(question);
    const real = await lab.make(question);
    expect({ status: real.status, text: real.text }).toMatchObject({ status: 200 });
    expect(told.body.cache_key).toMatch(/^[0-9a-f]{64}$/);
    expect(told.body.cache_key).toBe(real.headers.get('x-edgeway-cache-key'));
    expect(told.body.cache).toMatchObject({ looked_up: true, ttl_seconds: 60 });
  });

  it('is that of the very bytes: a long integer is not rounded', async () => {
    const told = await lab.explain(`{"route":"/v1/chat/completions","body":${long}}`);
    const real = await lab.make({ route: '/v1/chat/completions', body: long });
    expect(told.body.cache_key).toBe(real.headers.get('x-edgeway-cache-key'));
    expect(told.body.cache_key).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    [
      'the route streams what is not kept',
      { route: '/v1/images/generations', body: { model: 'kept', prompt: 'x', stream: true } },
      'streams',
    ],
    [
      'the client will not have it',
      { ...chat('kept'), headers: { 'cache-control': 'no-store' } },
      'no-store',
    ],
    ['the client says never', { ...chat('kept'), headers: { 'x-edgeway-cache-mode': 'never' } }, 'never'],
    ['it is not answered the same each time', chat('exact'), 'temperature'],
    ['nothing sets a time to live', chat('alpha/m'), 'ttl_seconds'],
    [
      'a count is never kept',
      {
        route: '/v1/messages/count_tokens',
        body: { model: 'crossed', messages: [{ role: 'user', content: 'x' }] },
      },
      'never kept',
    ],
  ])('is not there, and why: %s', async (_, question, reason) => {
    const { body } = await lab.explain(question);
    expect(body).toMatchObject({
      cache_key: null,
      cache: { looked_up: false, reason: expect.stringContaining(reason) },
    });
  });

  it('says which members of the request are in it', async () => {
    const question = chat('kept', { temperature: 1, user: 'u', stream: false, unknown: 1 });
    expect((await lab.explain(question)).body.cache).toMatchObject({
      mode: 'always',
      scope: 'project',
      namespace: null,
      key_parts: {
        members: ['messages', 'temperature', 'unknown'],
        left_out: ['model', 'user', 'stream'],
        rules: null,
      },
    });
  });
});
