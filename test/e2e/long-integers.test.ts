/** Numbers that a JavaScript number cannot hold, through the whole gateway (wire 63). */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { json, startUpstream, type Upstream } from '../support/upstream.ts';

const ARGS = '{"id":12345678901234567890,"n":[-9007199254740993]}';
const SCHEMA = '{"type":"object","properties":{"id":{"type":"integer","maximum":9223372036854775807}}}';

let claude: Upstream;
let chat: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  claude = await startUpstream();
  chat = await startUpstream();
  const provider = (dialect: string, { url }: Upstream) => ({
    dialect,
    base_url: `${url}/v1`,
    api_keys: ['sk-test-0123456789'],
    allow_insecure: true,
  });
  gateway = await startGateway({
    config: {
      providers: { claude: provider('anthropic-messages', claude), chat: provider('openai-chat', chat) },
      models: {
        claude: { retries: 0, targets: [{ provider: 'claude', model: 'm' }] },
        chat: { retries: 0, targets: [{ provider: 'chat', model: 'm' }] },
      },
    },
  });
  claude.answer(
    json(
      `{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"toolu_1","name":"look","input":${ARGS}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}`,
    ),
  );
});
afterAll(async () => {
  for (const one of [gateway, claude, chat]) await one.stop();
});

const tools = [{ type: 'function', function: { name: 'look' } }];
const messages = [{ role: 'user', content: 'Hi' }];
const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];

it.each([
  ['/v1/chat/completions', { model: 'claude', messages, tools }, JSON.stringify(ARGS).slice(1, -1)],
  [
    '/v1/chat/completions',
    { model: 'claude', messages, tools, stream: true },
    JSON.stringify(ARGS).slice(1, -1),
  ],
  ['/v1/responses', { model: 'claude', input: 'Hi' }, JSON.stringify(ARGS).slice(1, -1)],
  ['/v1beta/models/claude:generateContent', { contents }, ARGS],
  // The same form, told as events because the provider did not stream.
  [
    '/v1/messages',
    { model: 'claude', max_tokens: 9, messages, stream: true },
    JSON.stringify(ARGS).slice(1, -1),
  ],
])('%s: a whole answer keeps its digits: %j', async (path, body, expected) => {
  const response = await gateway.post(path, body, { 'anthropic-version': '2023-06-01' });
  expect(response.status).toBe(200);
  expect(await response.text()).toContain(expected);
});

it('a request of another form keeps them on its way', async () => {
  chat.answer(json({ id: 'a', choices: [{ index: 0, message: { content: 'Hi' }, finish_reason: 'stop' }] }));
  const response = await gateway.request('/v1/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
    body: `{"model":"chat","max_tokens":9,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"look","input":${ARGS}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"x"}]}],"tools":[{"name":"look","input_schema":${SCHEMA}}]}`,
  });
  expect(response.status).toBe(200);
  const sent = String((await chat.call(0)).body);
  expect(sent).toContain(JSON.stringify(ARGS));
  expect(sent).toContain(SCHEMA);
});
