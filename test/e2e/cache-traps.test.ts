/** Part E of what users of other gateways complain about, one by one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CacheLab,
  cacheOf,
  cacheTold,
  callOf,
  freshLabel,
  startCacheLab,
} from '../support/cache/lab.ts';
import { numbered, piecesOf } from '../support/cache/numbered-vendor.ts';
import { LeavingClient } from '../support/leaving-client.ts';
import { dataOf, splitEvents } from '../support/streaming.ts';

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab();
});
afterAll(() => lab.stop());

it('E1: two tenants with equal bodies are two upstream calls', async () => {
  const text = freshLabel();
  const [one, other] = [await lab.mint(), await lab.mint()];
  for (const stream of [false, true]) {
    const calls = [
      callOf(await lab.ask({ key: one, text, stream })),
      callOf(await lab.ask({ key: other, text, stream })),
    ];
    expect(calls).toEqual([1, 2].map((_, index) => lab.vendor.calls(text)[index]?.number));
  }
  expect(lab.vendor.calls(text)).toHaveLength(2);
});

const TOOL = { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } };

describe('E2: every field that can change the answer makes another entry', () => {
  const FIELDS: readonly Record<string, unknown>[] = [
    { max_tokens: 10 },
    { max_tokens: 11 },
    { max_completion_tokens: 12 },
    { temperature: 0 },
    { temperature: 0.5 },
    { top_p: 0.9 },
    { seed: 1 },
    { seed: 2 ** 40 },
    { stop: ['x'] },
    { stop: ['x', 'y'] },
    { reasoning_effort: 'low' },
    { reasoning_effort: 'high' },
    { tools: [TOOL] },
    { tools: [TOOL], tool_choice: 'none' },
    { tools: [TOOL], parallel_tool_calls: false },
    { response_format: { type: 'json_object' } },
    { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } } },
    { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'array' } } } },
    { logprobs: true },
    { frequency_penalty: 1 },
    { presence_penalty: 1 },
    { logit_bias: { 5: 1 } },
    { service_tier: 'flex' },
    { verbosity: 'low' },
    { thinking: { type: 'enabled', budget_tokens: 2000 } },
    { a_parameter_of_the_provider: { deep: [1, 2] } },
    { a_parameter_of_the_provider: { deep: [2, 1] } },
  ];

  it('asks the provider once for each, and keeps them apart', async () => {
    const text = freshLabel();
    const ask = async (fields: Record<string, unknown>) => {
      const answer = await lab.ask({ text, fields });
      return [cacheOf(answer), callOf(answer)] as const;
    };
    const first = [];
    for (const fields of [{}, ...FIELDS]) first.push(await ask(fields));
    expect(first.map(([word]) => word)).toEqual(first.map(() => 'miss'));
    for (const [index, fields] of [{}, ...FIELDS].entries())
      expect(await ask(fields)).toEqual(['hit', first[index]?.[1]]);
  });

  it('tells integers apart that no double holds', async () => {
    const text = freshLabel();
    const body = (seed: string) =>
      `{"model":"always","seed":${seed},"messages":[{"role":"user","content":"${text}"}]}`;
    const word = async (seed: string) =>
      (await lab.gateway.post('/v1/chat/completions', body(seed))).headers.get('x-edgeway-cache');
    expect([
      await word('9007199254740993'),
      await word('9007199254740992'),
      await word('9007199254740993'),
    ]).toEqual(['miss', 'miss', 'hit']);
  });
});

it('E3: messages that differ in the id of a tool call alone are two requests', async () => {
  const text = freshLabel();
  const ask = (id: string) =>
    lab.ask({
      fields: {
        messages: [
          { role: 'user', content: text },
          {
            role: 'assistant',
            tool_calls: [{ id, type: 'function', function: { name: 'look', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: id, content: 'seen' },
        ],
        tools: [TOOL],
      },
    });
  expect([cacheOf(await ask('call_1')), cacheOf(await ask('call_2')), cacheOf(await ask('call_1'))]).toEqual([
    'miss',
    'miss',
    'hit',
  ]);
  const [one, two] = [await ask('call_1'), await ask('call_2')];
  expect(callOf(one)).not.toBe(callOf(two));
});

describe('E4: what was not whole is not kept', () => {
  it('a stream that breaks', async () => {
    const text = freshLabel();
    lab.vendor.on(text, (number) => (call, response, request) => {
      const cut = (piece: number) => void (piece === 2 && response.socket?.resetAndDestroy());
      return numbered({ between: async (piece) => cut(piece) })(number)(call, response, request);
    });
    const broken = await lab.ask({ text, stream: true });
    expect(broken.text).not.toContain('[DONE]');
    lab.vendor.on(text, numbered());
    const next = await lab.ask({ text, stream: true });
    expect([cacheOf(next), callOf(next)]).toEqual(['miss', lab.vendor.calls(text)[1]?.number]);
  });

  it('a stream whose client left', async () => {
    const text = freshLabel();
    const { promise: never } = Promise.withResolvers<void>();
    lab.vendor.on(text, numbered({ between: (piece) => (piece === 2 ? never : undefined) }));
    const messages = [{ role: 'user', content: text }];
    const client = new LeavingClient(lab.gateway, '/v1/chat/completions', {
      model: 'always',
      stream: true,
      messages,
    });
    await client.until(':1>');
    client.leave();
    await (await lab.vendor.call(text)).closed;
    lab.vendor.on(text, numbered());
    expect(cacheOf(await lab.ask({ text, stream: true }))).toBe('miss');
  });
});

describe('E5: an answer that was cut, filtered or an error is not kept', () => {
  it.each(['length', 'content_filter'])('finish_reason %s', async (reason) => {
    for (const stream of [false, true]) {
      const text = freshLabel();
      const edit = (json: string) => json.replace('"finish_reason":"stop"', `"finish_reason":"${reason}"`);
      lab.vendor.on(text, numbered({ edit }));
      expect((await lab.ask({ text, stream })).text).toContain(`"finish_reason":"${reason}"`);
      expect(cacheOf(await lab.ask({ text, stream }))).toBe('miss');
    }
  });

  it('an error, however it was sent', async () => {
    const text = freshLabel();
    for (const status of [200, 400, 500]) {
      const error = JSON.stringify({ error: { message: 'broken', type: 't', code: 'c' } });
      lab.vendor.on(
        text,
        () => (_, response) =>
          void response.writeHead(status, { 'content-type': 'application/json' }).end(error),
      );
      expect((await lab.ask({ text })).status).toBeGreaterThanOrEqual(400);
    }
    lab.vendor.on(text, numbered());
    const healed = await lab.ask({ text });
    expect([cacheOf(healed), callOf(healed)]).toEqual(['miss', lab.vendor.calls(text).at(-1)?.number]);
  });
});

describe('E6: the framing is that of who asks, not of who asked first', () => {
  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('written as a stream: %s, read as a stream: %s', async (written, read) => {
    const text = freshLabel();
    await lab.ask({ text, stream: written });
    const hit = await lab.ask({ text, stream: read });
    expect(cacheOf(hit)).toBe('hit');
    expect(hit.headers.get('content-type')).toMatch(read ? /^text\/event-stream/ : /^application\/json/);
    expect(hit.headers.get('content-encoding')).toBeNull();
    if (read) expect(dataOf(hit.text).at(-1)).toBe('[DONE]');
    else
      expect(JSON.parse(hit.text)).toMatchObject({
        object: 'chat.completion',
        choices: [{ finish_reason: 'stop' }],
      });
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });
});

describe('E7: a hit on a stream is a stream', () => {
  it.each([
    ['whole', false],
    ['as a stream', true],
  ])('role, content in pieces, finish, usage if asked, [DONE]; first asked %s', async (_, written) => {
    const text = freshLabel();
    lab.vendor.on(text, numbered({ pieces: 40 }));
    const first = await lab.ask({ text, stream: written });
    for (const wantsUsage of [true, false]) {
      const fields = wantsUsage ? { stream_options: { include_usage: true } } : {};
      const hit = await lab.ask({ text, stream: true, fields });
      expect(cacheTold(hit)).toMatchObject({ cache: 'hit', cost: '0', age: expect.stringMatching(/^\d+$/) });
      expect(splitEvents(hit.text).join('')).toBe(hit.text);
      const data = dataOf(hit.text);
      expect(data.at(-1)).toBe('[DONE]');
      const chunks = data.slice(0, -1).map((one) => JSON.parse(one));
      const deltas = chunks.flatMap(({ choices }) => choices).map(({ delta }) => delta);
      expect(deltas[0]).toMatchObject({ role: 'assistant' });
      const pieces = deltas.map(({ content }) => content ?? '').filter((content) => content !== '');
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.join('')).toBe(piecesOf(callOf(first), 40).join(''));
      const finishes = chunks
        .map(({ choices }) => choices[0]?.finish_reason ?? null)
        .filter((one) => one !== null);
      expect(finishes).toEqual(['stop']);
      const told = chunks.filter(({ usage }) => usage != null);
      expect(told.map(({ choices, usage }) => [choices, usage.total_tokens])).toEqual(
        wantsUsage ? [[[], 18]] : [],
      );
    }
  });
});

it('E8: off by default, and `Cache-Control: no-store` is honoured', async () => {
  const text = freshLabel();
  for (const model of ['plain', 'up/m'])
    expect(cacheOf(await lab.ask({ text, model, fields: { temperature: 0 } }))).toBe('bypass');
  expect(cacheOf(await lab.ask({ text, headers: { 'cache-control': 'no-store' } }))).toBe('bypass');
  expect(cacheOf(await lab.ask({ text, headers: { 'x-edgeway-cache-mode': 'never' } }))).toBe('bypass');
  expect(cacheOf(await lab.ask({ text }))).toBe('miss');
});
