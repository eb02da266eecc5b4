/** What can go wrong where a request goes to a target of another form, or is written anew for one of the same. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeSignature } from '../../src/dialects/signatures.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { chatStream, json, sse, startUpstream, type Upstream } from '../support/upstream.ts';

let chat: Upstream;
let claude: Upstream;
let responses: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  chat = await startUpstream();
  claude = await startUpstream();
  responses = await startUpstream();
  const provider = (dialect: string, { url }: Upstream) => ({
    dialect,
    base_url: `${url}/v1`,
    api_keys: ['sk-test-0123456789'],
    allow_insecure: true,
  });
  const target = (name: string, model = 'm') => ({ provider: name, model });
  gateway = await startGateway({
    config: {
      providers: {
        chat: provider('openai-chat', chat),
        claude: provider('anthropic-messages', claude),
        keeper: provider('openai-responses', responses),
      },
      models: {
        'chat-then-claude': { retries: 0, targets: [target('chat'), target('claude')] },
        'claude-then-chat': { retries: 0, targets: [target('claude'), target('chat')] },
        either: { strategy: 'weighted', retries: 0, targets: [target('keeper', 'a'), target('keeper', 'b')] },
      },
    },
  });
});
afterAll(async () => {
  for (const one of [gateway, chat, claude, responses]) await one.stop();
});
beforeEach(() => {
  for (const { calls } of [chat, claude, responses]) calls.length = 0;
});

const sent = ({ calls }: Upstream, index = 0): Record<string, unknown> =>
  JSON.parse(String(calls[index]?.body));

const ANTHROPIC = { 'anthropic-version': '2023-06-01' };
const SOUND = [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }];

describe('a target that cannot take the request', () => {
  const body = (model: string) => ({ model, messages: [{ role: 'user', content: SOUND }] });

  it('does not hide why the one before it failed', async () => {
    chat.answer(json({ error: { message: 'busy' } }, 503, { 'retry-after': '7' }));
    const response = await gateway.post('/v1/chat/completions', body('chat-then-claude'));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(claude.calls).toHaveLength(0);
  });

  it('is passed over for the one behind it', async () => {
    chat.answer(
      json({ id: 'a', choices: [{ index: 0, message: { content: 'Hi' }, finish_reason: 'stop' }] }),
    );
    const response = await gateway.post('/v1/chat/completions', body('claude-then-chat'));
    expect(response.status).toBe(200);
    expect(response.headers.get('x-edgeway-attempts')).toBe('1');
  });
});

it('asks again without the wish for usage where a vendor refuses it, and remembers', async () => {
  chat.answer((call, response, request) => {
    const refuses = 'stream_options' in JSON.parse(String(call.body));
    const answer = refuses
      ? json({ error: { message: 'Unknown field: stream_options' } }, 400)
      : sse(chatStream(['Hi']));
    return answer(call, response, request);
  });
  const ask = () =>
    gateway.post(
      '/v1/messages',
      { model: 'chat/m', max_tokens: 5, stream: true, messages: [{ role: 'user', content: 'Hi' }] },
      ANTHROPIC,
    );
  expect(await (await ask()).text()).toContain('message_stop');
  expect(chat.calls).toHaveLength(2);
  expect(await (await ask()).text()).toContain('message_stop');
  expect(chat.calls).toHaveLength(3);
});

it('traps C6: estimates usage that was asked for and that nobody told, and says so in the log', async () => {
  const event = (type: string, members: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
  const made = { id: 'resp_1', object: 'response', model: 'a', output: [] };
  responses.answer(
    sse(
      event('response.created', { response: { ...made, status: 'in_progress' } }) +
        event('response.output_text.delta', {
          output_index: 0,
          content_index: 0,
          item_id: 'm',
          delta: 'Hello there',
        }) +
        event('response.completed', { response: { ...made, status: 'completed' } }),
    ),
  );
  const response = await gateway.post('/v1/chat/completions', {
    model: 'keeper/a',
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: 'Say hello, please.' }],
  });
  const chunks = (await response.text())
    .split('\n\n')
    .filter((one) => one.startsWith('data: {'))
    .map((one) => JSON.parse(one.slice(6)));
  const { usage } = chunks.at(-1);
  expect(usage.prompt_tokens).toBeGreaterThan(0);
  expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
  const line = await gateway.lineOf(response.headers.get('x-request-id'));
  expect(line.usage).toMatchObject({ estimated: true, output_tokens: usage.completion_tokens });
});

describe('a request that is written anew for its own form', () => {
  it('keeps the features that its headers switch on', async () => {
    claude.answer(
      json({ id: 'msg_1', type: 'message', role: 'assistant', content: [], stop_reason: 'end_turn' }),
    );
    const signature = writeSignature({ signer: 'google', value: 'proof' }, 'anthropic');
    const body = {
      model: 'claude/m',
      max_tokens: 5,
      context_management: { edits: [] },
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm', signature },
            { type: 'text', text: 'A' },
          ],
        },
        { role: 'user', content: 'On' },
      ],
    };
    const beta = 'context-management-2025-06-27,mcp-client-2025-11-20';
    const response = await gateway.post('/v1/messages', body, { ...ANTHROPIC, 'anthropic-beta': beta });
    expect(response.status).toBe(200);
    expect(claude.calls[0]?.headers).toMatchObject({
      'anthropic-beta': beta,
      'anthropic-version': '2023-06-01',
    });
    expect(sent(claude).context_management).toEqual({ edits: [] });
    expect(JSON.stringify(sent(claude))).not.toContain(signature);
  });

  const made = {
    id: 'resp_RAW',
    object: 'response',
    status: 'completed',
    model: 'a',
    output: [
      { type: 'message', id: 'msg_1', content: [{ type: 'output_text', text: 'Hi', annotations: [] }] },
    ],
  };
  const proof = writeSignature({ signer: 'anthropic', value: 'proof' }, 'openai');
  const input = [
    { type: 'message', role: 'user', content: 'Hi' },
    { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: proof },
    { type: 'message', role: 'user', content: 'On' },
  ];

  it('seals the id of the response that it leads to', async () => {
    responses.answer(json(made));
    const body = { model: 'keeper/a', input, store: true };
    const answer = await (await gateway.post('/v1/responses', body)).text();
    expect(answer).not.toContain('resp_RAW');
    const { id } = JSON.parse(answer);
    const again = await gateway.request(`/v1/responses/${id}`);
    expect(again.status).toBe(200);
    expect(responses.calls[1]?.path).toBe('/v1/responses/resp_RAW');
  });

  it('seals it in streams too', async () => {
    const event = (type: string, members: object) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
    responses.answer(
      sse(
        event('response.created', { response: { ...made, status: 'in_progress', output: [] } }) +
          event('response.output_text.delta', {
            output_index: 0,
            content_index: 0,
            item_id: 'msg_1',
            delta: 'Hi',
          }) +
          event('response.completed', { response: made }),
      ),
    );
    const text = await (
      await gateway.post('/v1/responses', { model: 'keeper/a', input, stream: true })
    ).text();
    expect(text).toContain('response.completed');
    expect(text).not.toContain('resp_RAW');
  });

  it('is refused where it would also go on from a stored response', async () => {
    responses.answer(json(made));
    const first = await (await gateway.post('/v1/responses', { model: 'keeper/a', input: 'Hi' })).json();
    const { id } = first as { id: string };
    const response = await gateway.post('/v1/responses', {
      model: 'keeper/a',
      input,
      previous_response_id: id,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: 'input' } });
    expect(responses.calls).toHaveLength(1);
  });

  it('goes on with the model that made the response, whatever the weights say', async () => {
    responses.answer(json(made));
    const first = await (await gateway.post('/v1/responses', { model: 'keeper/a', input: 'Hi' })).json();
    const { id } = first as { id: string };
    for (let round = 0; round < 20; round += 1)
      await gateway.post('/v1/responses', { model: 'either', input: 'On', previous_response_id: id });
    const models = responses.calls.slice(1).map((_, index) => sent(responses, index + 1).model);
    expect(models).toEqual(Array(20).fill('a'));
    const other = await gateway.post('/v1/responses', {
      model: 'keeper/b',
      input: 'On',
      previous_response_id: id,
    });
    expect(other.status).toBe(400);
    expect(await other.json()).toMatchObject({ error: { param: 'previous_response_id' } });
  });
});

it.each(['claude/..', 'claude/.', 'claude/a/../b'])(
  'takes %j for no model, before any path is made of it',
  async (model) => {
    const response = await gateway.post('/v1/chat/completions', {
      model,
      messages: [{ role: 'user', content: 'Hi' }],
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'model_not_found', param: 'model' } });
    expect(claude.calls).toHaveLength(0);
  },
);
