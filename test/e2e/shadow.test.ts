/** Requests that are copied to another target behind the client's back: what is compared, and that nobody notices. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshLabel } from '../support/cache/lab.ts';
import { brokenAt, numbered } from '../support/cache/numbered-vendor.ts';
import { DOORS } from '../support/doors/calls.ts';
import { documentKey, untilNothingIsHeld } from '../support/limits/lab.ts';
import { askCopied, copied, type ShadowLab, startShadowLab } from '../support/routing/shadow-lab.ts';
import { BodyReader, createGate } from '../support/streaming.ts';
import { json } from '../support/upstream.ts';

const logging = documentKey({ log_content: true });

let lab: ShadowLab;
beforeAll(async () => {
  lab = await startShadowLab({
    keys: [logging],
    models: {
      copied: copied(),
      'to-claude': copied({}, { provider: 'dark-claude' }),
      'to-google': copied({}, { provider: 'dark-google' }),
      'from-claude': copied({ targets: [{ provider: 'claude', model: 'm' }] }),
      hasty: copied({ timeouts: { first_token_ms: 300, headers_ms: 300 } }),
      fragile: copied({}, { provider: 'dark', model: 'fragile' }),
      failing: copied({ targets: [{ provider: 'up', model: 'm' }], retries: 0 }),
    },
    config: { prices: { '*/m': { input: 1, output: 1 }, '*/fragile': { input: 1, output: 1 } } },
  });
});
afterAll(() => lab.stop());

const MODES: [string, boolean][] = [
  ['whole', false],
  ['a stream', true],
];

describe.each(MODES)('a copy, %s', (_, stream) => {
  it('is the same request, for another model, and the two answers are compared', async () => {
    const { label, answer } = await askCopied(lab, { model: 'copied', stream, fields: { top_k: 3 } });
    const line = await lab.shadowOf(answer);
    const side = {
      model: 'm',
      attempts: 1,
      ending: 'complete',
      error_code: null,
      latency_ms: expect.any(Number),
      first_token_ms: stream ? expect.any(Number) : null,
      cost_usd: 18e-6,
      input_tokens: 11,
      output_tokens: 7,
      output_characters: expect.any(Number),
      finish_reason: 'stop',
      tools: [],
      is_json: false,
    };
    expect(line).toEqual({
      type: 'shadow',
      request_id: answer.headers.get('x-request-id'),
      project: 'default',
      route: '/v1/chat/completions',
      alias: 'copied',
      stream,
      wants_json: false,
      primary: { ...side, provider: 'up' },
      shadow: { ...side, provider: 'dark' },
      same: { finish_reason: true, tools: true, tool_order: true, is_json: true },
    });
    const bodies = [lab.vendor, lab.dark].map((vendor) =>
      vendor.calls(label).map(({ body }) => JSON.parse(`${body}`)),
    );
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[1]).toHaveLength(1);
  });

  it('is made when the client has its answer, and not before', async () => {
    const label = freshLabel();
    const [first, last] = [createGate(), createGate()];
    lab.vendor.on(
      label,
      numbered({ between: (piece) => [first.opened, undefined, undefined, last.opened][piece] }),
    );
    const opening = lab.open({ model: 'copied', stream, text: label });
    await lab.vendor.call(label);
    first.open();
    const reader = stream ? new BodyReader(await opening) : null;
    await reader?.until('<');
    expect(lab.dark.calls(label)).toHaveLength(0);
    last.open();
    if (reader === null) await (await opening).text();
    else await reader.rest();
    await lab.dark.call(label);
  });

  it.each(DOORS)('compares what comes through the door %s with what other forms answer', async (door) => {
    for (const model of ['copied', 'to-claude', 'to-google', 'from-claude']) {
      const fields = door === 'openai-responses' ? { store: false } : {};
      const { answer } = await askCopied(lab, { door, model, stream, fields });
      expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
      const whole = { ending: 'complete', output_tokens: 7, finish_reason: 'stop', is_json: false };
      expect(await lab.shadowOf(answer)).toMatchObject({
        alias: model,
        stream,
        primary: whole,
        shadow: whole,
        same: { finish_reason: true, tools: true, tool_order: true, is_json: true },
      });
    }
  });

  it('changes nothing of what the client gets, whatever the other target does', async () => {
    const ways = [
      numbered(),
      () => json({ error: { message: 'no' } }, 500),
      brokenAt(1, (response) => response.destroy()),
    ];
    const texts = await Promise.all(
      ways.map(async (way) => {
        const label = freshLabel();
        lab.dark.on(label, way);
        const answer = await lab.ask({ model: 'copied', stream, text: label });
        const line = await lab.shadowOf(answer);
        expect(answer.headers.get('x-edgeway-attempts')).toBe('1');
        expect([...answer.headers.keys()].filter((name) => name.includes('shadow'))).toEqual([]);
        expect(await lab.lineOf(answer)).toMatchObject({
          provider: 'up',
          attempts: 1,
          ending: 'complete',
          cost_usd: 18e-6,
        });
        expect(line).toMatchObject({ primary: { ending: 'complete', output_tokens: 7 } });
        return answer.text.replace(/<\d+/g, '<').replace(/"created":\d+/g, '');
      }),
    );
    expect(new Set(texts).size).toBe(1);
  });
});

describe('what is told of a copy', () => {
  it('is how it failed, and that it was asked once', async () => {
    const ways: [Parameters<typeof lab.dark.on>[1], object, boolean][] = [
      [
        () => json({ error: { message: 'no' } }, 500),
        { ending: 'upstream_error', error_code: 'provider_error' },
        false,
      ],
      [() => json({ error: { message: 'no' } }, 400), { ending: 'upstream_error' }, false],
      [() => json('<html>'), { ending: 'upstream_error' }, false],
      [
        brokenAt(2, (response) => response.destroy()),
        { ending: 'upstream_error', error_code: 'provider_unreachable' },
        true,
      ],
      [() => () => undefined, { ending: 'timeout', error_code: 'provider_timeout' }, true],
    ];
    for (const [way, told, stream] of ways) {
      const label = freshLabel();
      lab.dark.on(label, way);
      const answer = await lab.ask({ model: 'hasty', stream, text: label });
      expect(await lab.shadowOf(answer)).toMatchObject({
        primary: { finish_reason: 'stop' },
        shadow: { attempts: 1, output_characters: null, finish_reason: null, tools: null, ...told },
        same: null,
      });
      expect(lab.dark.calls(label)).toHaveLength(1);
    }
  });

  it.each(MODES)('is which tools are called, in which order, %s', async (_, stream) => {
    const label = freshLabel();
    const calls = (...names: string[]) => ({
      role: 'assistant',
      content: null,
      tool_calls: names.map((name, index) => ({
        index,
        id: `call_${index}`,
        type: 'function',
        function: { name, arguments: '{"a":1}' },
      })),
    });
    const answerWith =
      (...names: string[]) =>
      () => {
        const choice = { index: 0, finish_reason: 'tool_calls' };
        const base = { id: 'chatcmpl-1', created: 1, model: 'm' };
        const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
        if (!stream)
          return json({
            ...base,
            object: 'chat.completion',
            choices: [{ ...choice, message: calls(...names) }],
            usage,
          });
        const chunk = { ...base, object: 'chat.completion.chunk' };
        const events = [
          { ...chunk, choices: [{ index: 0, delta: calls(...names), finish_reason: null }] },
          { ...chunk, choices: [{ ...choice, delta: {} }] },
          { ...chunk, choices: [], usage },
        ];
        return (_call: unknown, response: import('node:http').ServerResponse) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.end(
            [...events.map((event) => JSON.stringify(event)), '[DONE]']
              .map((data) => `data: ${data}\n\n`)
              .join(''),
          );
        };
      };
    lab.vendor.on(label, answerWith('find', 'read'));
    lab.dark.on(label, answerWith('read', 'find'));
    const tool = (name: string) => ({ type: 'function', function: { name, parameters: { type: 'object' } } });
    const fields = { tools: [tool('find'), tool('read')] };
    const answer = await lab.ask({ model: 'copied', stream, text: label, fields });
    expect(await lab.shadowOf(answer)).toMatchObject({
      primary: { tools: ['find', 'read'], finish_reason: 'tool_calls', output_characters: 14, is_json: null },
      shadow: { tools: ['read', 'find'], finish_reason: 'tool_calls' },
      same: { tools: true, tool_order: false, finish_reason: true },
    });
  });

  it('is whether it is JSON, and whether that was asked for', async () => {
    const label = freshLabel();
    const edit = (text: string) => text.replace(/<\d+:\d+> (?:<\d+:\d+> )*/, '{\\"a\\": 1}');
    lab.vendor.on(label, numbered({ edit }));
    const fields = { response_format: { type: 'json_object' } };
    const answer = await lab.ask({ model: 'copied', text: label, fields });
    expect(await lab.shadowOf(answer)).toMatchObject({
      wants_json: true,
      primary: { is_json: true },
      shadow: { is_json: false },
      same: { is_json: false },
    });
  });

  it('holds nothing of what was asked or answered, for keys that log content neither', async () => {
    const { label, answer } = await askCopied(lab, { model: 'copied', key: logging.key });
    const line = await lab.shadowOf(answer);
    expect(JSON.stringify(line)).not.toMatch(/label|<\d/);
    const contents = lab.gateway.lines.filter(
      (one) => one.type === 'content' && JSON.stringify(one).includes(label),
    );
    expect(contents).toHaveLength(1);
    const requests = lab.gateway.lines.filter(
      (one) =>
        one.type === 'request' && `${one.request_id}`.startsWith(`${answer.headers.get('x-request-id')}`),
    );
    expect(requests).toHaveLength(1);
  });
});

describe('who pays for a copy', () => {
  it('is not the client: its key counts its own request, and nothing else', async () => {
    const key = await lab.mint({ requests_per_minute: 100, budgets: [{ usd: 1, window: 'month' }] });
    const { answer } = await askCopied(lab, { model: 'copied', key });
    await lab.shadowOf(answer);
    expect((await untilNothingIsHeld(lab.gateway.url, key)).total).toMatchObject({
      requests: 1,
      input_tokens: 11,
      output_tokens: 7,
      cost_usd: 18e-6,
    });
  });

  it('is asked for nothing when the client leaves, or gets no answer', async () => {
    const failing = freshLabel();
    lab.vendor.on(failing, () => json({ error: { message: 'no' } }, 500));
    expect((await lab.ask({ model: 'failing', text: failing })).status).toBe(500);
    await lab.expectNoCopy(failing);
    const left = freshLabel();
    const gate = createGate();
    lab.vendor.on(left, numbered({ between: (piece) => (piece === 2 ? gate.opened : undefined) }));
    const client = new AbortController();
    const reader = new BodyReader(
      await lab.open({ model: 'copied', stream: true, text: left, signal: client.signal }),
    );
    await reader.until('<');
    client.abort();
    gate.open();
    await lab.expectNoCopy(left);
  });

  it('stops while the circuit of the other target is open, and the client notices nothing', async () => {
    const broken = Array.from({ length: 12 }, freshLabel);
    for (const label of broken) {
      lab.dark.on(label, () => json({ error: { message: 'down' } }, 503));
      const answer = await lab.ask({ model: 'fragile', text: label });
      expect(answer.status).toBe(200);
      if (lab.dark.calls(label).length > 0) await lab.shadowOf(answer);
    }
    await lab.expectNoCopy(broken.at(-1) ?? '');
  });
});
