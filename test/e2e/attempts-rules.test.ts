/** Which failures lead to another call, and how many calls that may become. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorBody } from '../support/faults.ts';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import {
  chatCompletion,
  chatStream,
  type Handler,
  json,
  sse,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts';

const names = ['first', 'second', 'third'] as const;
type Name = (typeof names)[number];

const TOO_LONG = json(
  errorBody("This model's maximum context length is 8192 tokens.", { code: 'context_length_exceeded' }),
  400,
);
const FILTERED = json(errorBody('filtered', { code: 'content_filter' }), 400);
/** A stream in which the policy shows by its finish reason alone. */
const FILTERED_STREAM = sse(
  `data: ${JSON.stringify({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: { role: 'assistant' }, finish_reason: 'content_filter' }],
  })}\n\ndata: [DONE]\n\n`,
);

let upstreams: Record<Name, Upstream>;
let gateway: Gateway;
beforeAll(async () => {
  const started = await Promise.all(names.map(async (name) => [name, await startUpstream()] as const));
  upstreams = Object.fromEntries(started) as Record<Name, Upstream>; // one a name
  const { first, second, third } = upstreams;
  const breaker = { enabled: false };
  const target = (provider: Name, context_tokens?: number) => ({
    provider,
    model: `${provider}-model`,
    context_tokens,
  });
  gateway = await startGateway({
    config: {
      providers: {
        first: standIn(first.url, { api_keys: ['sk-of-the-first-01'], headers: { 'x-first': 'only here' } }),
        second: standIn(second.url, {
          api_keys: ['sk-of-the-second-2'],
          headers: { 'x-second': 'only here' },
        }),
        third: {
          dialect: 'anthropic-messages',
          base_url: `${third.url}/v1`,
          api_keys: ['sk-of-the-third-03'],
          allow_insecure: true,
        },
        again: standIn(first.url),
      },
      models: {
        plain: { retries: 0, breaker, targets: names.map((name) => target(name)) },
        alone: { retries: 1, targets: [{ provider: 'again', model: 'm' }] },
        windows: {
          retries: 0,
          breaker,
          targets: [target('first', 8192), target('third', 4096), target('second', 128_000)],
        },
        narrow: { retries: 0, breaker, targets: [target('first', 8192), target('second', 8192)] },
        policy: {
          retries: 0,
          breaker,
          fallback_on: { content_policy: true },
          targets: [target('first'), { provider: 'first', model: 'sibling' }, target('second')],
        },
        named: {
          retries: 0,
          breaker,
          fallback_on: { statuses: [404] },
          targets: [target('first'), target('second')],
        },
      },
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  for (const upstream of Object.values(upstreams)) await upstream.stop();
});
beforeEach(() => {
  for (const upstream of Object.values(upstreams)) upstream.calls.length = 0;
  upstreams.second.answer((call, ...rest) => {
    const wantsStream = JSON.parse(call.body.toString()).stream === true;
    return (wantsStream ? sse(chatStream(['second'])) : json(chatCompletion('second')))(call, ...rest);
  });
});

const ask = (model: string, fields: object = {}): Promise<Response> =>
  gateway.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }], ...fields });
const callsOf = () => names.map((name) => upstreams[name].calls.length);

describe('another target', () => {
  it('traps I5: is not asked what the first refused for itself', async () => {
    upstreams.first.answer(json(errorBody('bad request'), 400));
    const response = await ask('plain');
    expect(response.status).toBe(400);
    expect((await response.json()).error.message).toBe('bad request');
    expect(callsOf()).toEqual([1, 0, 0]);
  });

  it("traps I7: gets a request of its own making: its key, its headers, its model, its form, and the client's words", async () => {
    const broken = json(errorBody('broken'), 500);
    upstreams.first.answer(broken);
    upstreams.second.answer(broken);
    upstreams.third.answer(
      json({
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [{ type: 'text', text: 'third' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 1, output_tokens: 1 },
      }),
    );
    const response = await ask('plain', { seed: 42 });
    expect((await response.json()).choices[0].message.content).toBe('third');
    const [one, two, three] = names.map((name) => upstreams[name].calls[0]);
    const seen = (call: typeof one) => [
      call?.path,
      call?.headers.authorization,
      call?.headers['x-api-key'],
      call?.headers['x-first'],
      call?.headers['x-second'],
      JSON.parse(call?.body.toString() ?? '{}').model,
    ];
    const chat = '/v1/chat/completions';
    expect(seen(one)).toEqual([
      chat,
      'Bearer sk-of-the-first-01',
      undefined,
      'only here',
      undefined,
      'first-model',
    ]);
    expect(seen(two)).toEqual([
      chat,
      'Bearer sk-of-the-second-2',
      undefined,
      undefined,
      'only here',
      'second-model',
    ]);
    expect(seen(three)).toEqual([
      '/v1/messages',
      undefined,
      'sk-of-the-third-03',
      undefined,
      undefined,
      'third-model',
    ]);
    expect(two?.body.toString()).toBe(one?.body.toString().replace('first-model', 'second-model'));
  });
});

describe('a request that is too long for a model', () => {
  it('goes to one that holds more, past those that do not', async () => {
    upstreams.first.answer(TOO_LONG);
    const response = await ask('windows');
    expect((await response.json()).choices[0].message.content).toBe('second');
    expect(response.headers.get('x-edgeway-attempts')).toBe('2');
    expect(callsOf()).toEqual([1, 1, 0]);
  });

  it('is refused as before where no model holds more', async () => {
    upstreams.first.answer(TOO_LONG);
    const response = await ask('narrow');
    expect(response.status).toBe(400);
    expect((await response.json()).error.code).toBe('context_length_exceeded');
    expect(callsOf()).toEqual([1, 0, 0]);
  });
});

describe("a request that a provider's policy refuses", () => {
  it.each([
    ['with a status', FILTERED, {}],
    ['with an answer that has nothing but its reason', FILTERED_STREAM, { stream: true }],
  ] as [string, Handler, object][])('goes to another provider, %s', async (_, handler, fields) => {
    upstreams.first.answer(handler);
    const response = await ask('policy', fields);
    expect(await response.text()).toContain('second');
    expect(response.headers.get('x-edgeway-provider')).toBe('second');
    expect(callsOf()).toEqual([1, 1, 0]);
  });

  it('stays refused where the operator did not opt in', async () => {
    upstreams.first.answer(FILTERED);
    expect((await ask('plain')).status).toBe(400);
    upstreams.first.answer(FILTERED_STREAM);
    expect(await (await ask('plain', { stream: true })).text()).toContain('content_filter');
    expect(callsOf()).toEqual([2, 0, 0]);
  });
});

it('a status that the operator names leads to the next target, and no other does', async () => {
  upstreams.first.answer(json(errorBody('no such model'), 404));
  expect((await (await ask('named')).json()).choices[0].message.content).toBe('second');
  upstreams.first.answer(json(errorBody('odd'), 422));
  expect((await ask('named')).status).toBe(422);
  expect(callsOf()).toEqual([2, 1, 0]);
});

it('a provider in trouble gets a fifth more calls, and not twice as many', async () => {
  upstreams.first.answer(json(errorBody('broken'), 500));
  const asked = 100;
  const workers = Array.from({ length: 10 }, async () => {
    for (let times = 0; times < asked / 10; times += 1) {
      const response = await ask('alone');
      expect(response.status).toBe(500);
      await response.text();
    }
  });
  await Promise.all(workers);
  const further = upstreams.first.calls.length - asked;
  expect(further).toBeGreaterThanOrEqual(10);
  expect(further).toBeLessThanOrEqual(20);
});
