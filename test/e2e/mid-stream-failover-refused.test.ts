/** What breaks off and is not gone on with: the client is told in the stream, as it would be without another target. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHAT_DOOR, DOORS, type Door } from '../support/continuing/doors.ts';
import { breaksAfter, eventsOf, goesOn, PIECES, tells, WHOLE } from '../support/continuing/vendors.ts';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { LeavingClient } from '../support/leaving-client.ts';
import { sse as named } from '../support/named-events.ts';
import { BodyReader, createGate, lineOfLabel, withoutComments } from '../support/streaming.ts';
import { type Handler, json, sse, startUpstream, type Upstream } from '../support/upstream.ts';

/** Longer than an upstream here takes that is not held up. */
const KEEP_ALIVE_MS = 300;

let first: Upstream;
let second: Upstream;
let third: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  first = await startUpstream();
  second = await startUpstream();
  third = await startUpstream();
  const claude = { dialect: 'anthropic-messages' };
  const target = (provider: string, fields: object = {}) => ({
    provider,
    model: 'claude-sonnet-4-5',
    ...fields,
  });
  const calm = {
    retries: 0,
    breaker: { failure_rate: 1, min_requests: 10_000, open_seconds: 1 },
  };
  const opted = { ...calm, mid_stream_failover: true };
  gateway = await startGateway({
    config: {
      keep_alive_ms: KEEP_ALIVE_MS,
      providers: {
        first: standIn(first.url),
        'first-claude': standIn(first.url, claude),
        second: standIn(second.url),
        third: standIn(third.url, claude),
      },
      models: {
        plain: { ...calm, targets: [target('first'), target('second')] },
        opted: { ...opted, targets: [target('first'), target('second')] },
        claude: { ...opted, targets: [target('first-claude'), target('second')] },
        three: { ...opted, targets: [target('first'), target('second'), target('third')] },
        never: { ...opted, targets: [target('first'), target('second', { continues: false })] },
        short: { ...opted, timeouts: { total_ms: 700 }, targets: [target('first'), target('second')] },
        kept: {
          ...opted,
          cache: { ttl_seconds: 60, mode: 'always' },
          targets: [target('first'), target('second')],
        },
      },
    },
  });
});
afterAll(async () => {
  for (const one of [gateway, first, second, third]) await one.stop();
});
beforeEach(() => {
  for (const one of [first, second, third]) one.calls.length = 0;
  second.answer(goesOn('openai-chat'));
  third.answer(goesOn('anthropic-messages', { id: 'three' }));
});

const BROKEN = eventsOf('openai-chat', PIECES).slice(0, 4);
const SAID = PIECES.slice(0, 3).join('');

const ask = async (model: string, fields: object = {}, door: Door = CHAT_DOOR) => {
  const response = await gateway.post(door.path(model), door.body(model, fields));
  const stream = await response.text();
  return { response, stream, answer: door.read(stream) };
};

const chunk = (delta: object, choice = 0): string =>
  `data: ${JSON.stringify({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: choice, delta, finish_reason: null }],
  })}\n\n`;

const call = (fields: object) => chunk({ tool_calls: [{ index: 0, ...fields }] });

const block = (index: number, type: string, fields: object) => ({ type, index, ...fields });
const CLAUDE_START = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    usage: { input_tokens: 1 },
  },
};
const SIGNED = [
  named(
    CLAUDE_START,
    block(0, 'content_block_start', { content_block: { type: 'thinking', thinking: '' } }),
    block(0, 'content_block_delta', { delta: { type: 'thinking_delta', thinking: 'hm' } }),
    block(0, 'content_block_delta', { delta: { type: 'signature_delta', signature: 'proof' } }),
    block(0, 'content_block_stop', {}),
    block(1, 'content_block_start', { content_block: { type: 'text', text: '' } }),
    block(1, 'content_block_delta', { delta: { type: 'text_delta', text: SAID } }),
  ),
];

const TOOLS = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }];

describe('an answer that is more than plain text', () => {
  it.each<[string, string, object, readonly string[]]>([
    [
      'a tool call',
      'opted',
      { tools: TOOLS },
      [call({ id: 'c', function: { name: 'look', arguments: '{"a' } })],
    ],
    ['text where tools might be called', 'opted', { tools: TOOLS }, BROKEN],
    ['JSON', 'opted', { response_format: { type: 'json_object' } }, [chunk({ content: '{"a": ' })]],
    ['several choices', 'opted', { n: 2 }, [chunk({ content: 'a' }), chunk({ content: 'b' }, 1)]],
    ['a choice that nobody asked for', 'opted', {}, [chunk({ content: 'a' }), chunk({ content: 'b' }, 1)]],
    [
      'a call that nobody asked for',
      'opted',
      {},
      [chunk({ content: 'a' }), call({ id: 'c', function: { name: 'x' } })],
    ],
    ['a refusal', 'opted', {}, [chunk({ refusal: 'I will not' })]],
    ['thoughts without text', 'opted', {}, [chunk({ reasoning_content: 'hm' })]],
    ['signed thoughts and text', 'claude', {}, SIGNED],
    ['text of an alias that did not opt in', 'plain', {}, BROKEN],
    ['text that no other target goes on with', 'never', {}, BROKEN],
  ])('%s: ends with an error, and nobody else is asked', async (_, model, fields, events) => {
    first.answer(breaksAfter(events));
    const { answer, response } = await ask(model, fields);
    expect(answer.error).toMatchObject({ code: 'provider_unreachable' });
    expect([answer.ends, first.calls.length, second.calls.length]).toEqual([0, 1, 0]);
    expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
      attempts: 1,
      ending: 'upstream_error',
      error_code: 'provider_unreachable',
    });
  });
});

describe('bytes', () => {
  const CHAT = `${eventsOf('openai-chat', PIECES).join('').replaceAll('"created":1', '"created": 1,\t"odd":12345678901234567890')}`;
  it.each<[string, string, object]>([
    ['without the option', 'plain', {}],
    ['with tools', 'opted', { tools: TOOLS }],
    ['with JSON', 'opted', { response_format: { type: 'json_object' } }],
    ['with several choices', 'opted', { n: 1, logprobs: true }],
    ['where nobody goes on', 'never', {}],
  ])('pass as they come: %s', async (_, model, fields) => {
    first.answer(sse(CHAT));
    const { stream } = await ask(model, fields);
    expect(withoutComments(stream)).toBe(CHAT);
    expect(JSON.parse(String(first.calls[0]?.body))).toEqual({
      ...CHAT_DOOR.body(model, fields),
      model: 'claude-sonnet-4-5',
    });
  });
});

describe.each(DOORS)('next targets that fail, at the door $name', (door) => {
  const failures: readonly [string, Handler][] = [
    ['400', json({ error: { message: 'This model does not support assistant message prefill.' } }, 400)],
    ['503', json({ error: { message: 'busy' } }, 503)],
    ['an error event', breaksAfter([], 'error')],
    ['nothing', breaksAfter(eventsOf('openai-chat', []).slice(0, 1), 'end')],
    ['a call', tells([call({ id: 'c', function: { name: 'look', arguments: '{}' } })])],
    ['JSON where a stream was asked for', json({ choices: [] })],
  ];

  it.each(failures)('the second fails with %s: the third goes on', async (_, handler) => {
    first.answer(breaksAfter(BROKEN));
    second.answer(handler);
    const { answer } = await ask('three', {}, door);
    expect(answer).toMatchObject({ text: WHOLE, starts: 1, texts: 1, ends: 1, error: null });
    expect(answer.failover).toEqual([
      { from: 'first/claude-sonnet-4-5', to: 'third/claude-sonnet-4-5', at_characters: SAID.length },
    ]);
  });

  it('the second breaks too: the third goes on with both', async () => {
    const more = PIECES.slice(3, 5);
    first.answer(breaksAfter(BROKEN));
    // It was not told of the line's end, and begins with it.
    second.answer(breaksAfter(eventsOf('openai-chat', ['\n', ...more], 'two').slice(0, 4)));
    const { answer } = await ask('three', {}, door);
    expect(answer).toMatchObject({ text: WHOLE, starts: 1, texts: 1, ends: 1, error: null });
    expect(answer.failover).toEqual([
      { from: 'first/claude-sonnet-4-5', to: 'second/claude-sonnet-4-5', at_characters: SAID.length },
      {
        from: 'second/claude-sonnet-4-5',
        to: 'third/claude-sonnet-4-5',
        at_characters: SAID.length + more.join('').length,
      },
    ]);
  });

  it('nobody is left: the client is told why the first one broke', async () => {
    first.answer(breaksAfter(BROKEN, 'error'));
    second.answer(json({ error: { message: 'words of the second' } }, 503));
    third.answer(json({ error: { message: 'words of the third' } }, 400));
    const { answer, stream } = await ask('three', {}, door);
    expect(answer).toMatchObject({ text: SAID, ends: 0 });
    expect(JSON.stringify(answer.error)).toContain('words of the broken one');
    expect(stream).not.toMatch(/words of the (second|third)/);
    expect([second.calls.length, third.calls.length]).toEqual([1, 1]);
  });
});

describe('a request that is over', () => {
  it('is not gone on with when its time is over', async () => {
    first.answer(breaksAfter(BROKEN, 'silence'));
    const { answer } = await ask('short');
    expect(answer.error).toMatchObject({ code: 'provider_timeout' });
    expect(second.calls).toHaveLength(0);
  });

  it('has its continuation aborted when the client leaves', async () => {
    first.answer(breaksAfter(BROKEN));
    second.answer(() => undefined);
    const client = new LeavingClient(gateway, CHAT_DOOR.path('opted'), CHAT_DOOR.body('opted'));
    const { closed } = await second.call(0);
    client.leave();
    await closed;
    const line = await lineOfLabel(gateway, client.label);
    expect(line).toMatchObject({ ending: 'client_abort', attempts: 2 });
  });

  it('is kept alive while the next target is asked', async () => {
    const gate = createGate();
    first.answer(breaksAfter(BROKEN));
    second.answer(async (...all) => {
      await gate.opened;
      await goesOn('openai-chat')(...all);
    });
    const reader = new BodyReader(await gateway.post(CHAT_DOOR.path('opted'), CHAT_DOOR.body('opted')));
    await second.call(0);
    const { length } = reader.text;
    await reader.until((text) => /^:/m.test(text.slice(length)));
    gate.open();
    expect(CHAT_DOOR.read(await reader.rest()).text).toBe(WHOLE);
  });
});

describe('the cache', () => {
  it('keeps no answer of two', async () => {
    first.answer(breaksAfter(BROKEN));
    const broken = await ask('kept');
    expect(broken.answer.text).toBe(WHOLE);
    const again = await ask('kept');
    expect(again.response.headers.get('x-edgeway-cache')).toBe('miss');
    first.answer(tells(eventsOf('openai-chat', PIECES)));
    await ask('kept');
    const kept = await ask('kept');
    expect(kept.response.headers.get('x-edgeway-cache')).toBe('hit');
    expect(kept.answer.text).toBe(WHOLE);
  });
});
