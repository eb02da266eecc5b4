/** Traffic as Claude Code makes it: straight to Anthropic, and before vendors that speak something else. */
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLAUDE_CODE_BETAS,
  CLAUDE_CODE_TOOLS,
  type ClaudeCodeTurn,
  claudeCodeHeaders,
  mainRequest,
  titleRequest,
  userTurn,
} from '../support/clients/claude-code.ts';
import { type Lab, startLab } from '../support/clients/lab.ts';
import { COUNTED_TOKENS, SIDE_TEXT } from '../support/clients/side-routes.ts';
import { naming } from '../support/matrix/asks.ts';
import { PROOFS } from '../support/matrix/exceptions.ts';
import { PLAIN_TEXT, THOUGHT } from '../support/stand-ins/script.ts';
import type { FormId } from '../support/stand-ins/stand-ins.ts';

const FOREIGN: readonly FormId[] = ['openai-chat', 'openai-responses', 'gemini', 'bedrock-converse'];

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

const credentials = (): Record<string, string>[] => [
  { 'x-api-key': lab.gateway.key },
  { authorization: `Bearer ${lab.gateway.key}` },
];

const post = (path: string, body: object, credential = credentials()[0] ?? {}): Promise<Response> =>
  fetch(lab.gateway.url + path, {
    method: 'POST',
    headers: claudeCodeHeaders(credential),
    body: JSON.stringify(body),
  });

interface Told {
  readonly message: Anthropic.Message;
  readonly headers: Headers;
}

/** The message that a stream tells, put together by the vendor's own helper, which Claude Code uses too. */
async function say(body: object, credential?: Record<string, string>): Promise<Told> {
  const response = await post('/v1/messages?beta=true', body, credential);
  const text = await response.clone().text();
  expect([response.status, text.slice(0, 300)]).toEqual([
    200,
    expect.stringContaining('event: message_start'),
  ]);
  const client = new Anthropic({ apiKey: 'none', fetch: () => Promise.resolve(response) });
  const message = await client.messages.stream(body as Anthropic.MessageStreamParams).finalMessage();
  return { message, headers: response.headers };
}

const textOf = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('');
const thoughtOf = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join('');
const callsOf = ({ content }: Anthropic.Message): Anthropic.ToolUseBlock[] =>
  content.filter((block) => block.type === 'tool_use');

describe.each(FOREIGN)('Claude Code before %s', (form) => {
  const model = `${form}-thinking`;

  it('gets a streamed answer, and hears what the vendor has no place for', async () => {
    const { text, label } = naming('plain');
    for (const credential of credentials()) {
      const { message, headers } = await say(mainRequest(model, [userTurn(text)]), credential);
      expect(textOf(message)).toBe(PLAIN_TEXT);
      expect(message).toMatchObject({
        stop_reason: 'end_turn',
        usage: { output_tokens: expect.any(Number) },
      });
      expect(headers.get('x-edgeway-dropped-params')).toContain('context_management');
    }
    const heard = lab.heard(form, label);
    expect(heard.system.join('\n')).toContain('You are Claude Code');
    expect(heard.tools).toHaveLength(CLAUDE_CODE_TOOLS.length);
    expect(heard.turns.at(-1)?.texts.join('')).toContain('<system-reminder>');
  });

  it('thinks, calls tools side by side, and goes on with their results over several turns', async () => {
    const { text, label } = naming('reasoning-parallel');
    const messages: ClaudeCodeTurn[] = [userTurn(text)];
    const first = await say(mainRequest(model, messages));
    const calls = callsOf(first.message);
    expect(calls.map(({ name }) => name)).toEqual(['get_weather', 'get_weather', 'get_time']);
    expect(first.message.stop_reason).toBe('tool_use');
    if (form === 'gemini' || form === 'bedrock-converse') expect(thoughtOf(first.message)).toBe(THOUGHT);
    const results = calls.map(({ id }, index) => ({
      type: 'tool_result',
      tool_use_id: id,
      content: [{ type: 'text', text: `r${index}` }],
      is_error: index === 2,
    }));
    const reminder = {
      type: 'text',
      text: '<system-reminder>Go on.</system-reminder>',
      cache_control: { type: 'ephemeral' },
    };
    messages.push(
      { role: 'assistant', content: first.message.content },
      { role: 'user', content: [...results, reminder] },
    );
    const second = await say(mainRequest(model, messages));
    expect(textOf(second.message)).toMatch(/^Results: r0 \| r1 \| .*r2/);
    const proofs = lab.heard(form, label).turns.map((turn) => turn.proofs);
    expect(proofs.reduce((sum, one) => sum + one)).toBe(PROOFS[form]);
    const next = naming('reasoning');
    messages.push({ role: 'assistant', content: second.message.content }, userTurn(next.text));
    const third = await say(mainRequest(model, messages));
    expect(textOf(third.message)).toBe('The answer is 4.');
  });

  it('names a session by a structured answer', async () => {
    const { message } = await say(titleRequest(form, naming('structured').text));
    expect(JSON.parse(textOf(message))).toEqual({ title: expect.any(String) });
  });

  it('counts tokens', async () => {
    const { messages, system, tools, thinking } = mainRequest(`${form}-counting`, [userTurn('How many?')]);
    const request = { model: `${form}-counting`, messages, system, tools, thinking };
    const response = await post('/v1/messages/count_tokens?beta=true', request);
    expect(response.status).toBe(200);
    const { input_tokens: tokens } = (await response.json()) as { input_tokens: number };
    if (form === 'gemini' || form === 'bedrock-converse') expect(tokens).toBe(COUNTED_TOKENS);
    else expect(tokens).toBeGreaterThan(500);
  });

  it('is told of a long prompt and of overload in the words that it acts on', async () => {
    const bad = await post(
      '/v1/messages?beta=true',
      mainRequest(model, [userTurn(naming('bad-request').text)]),
    );
    expect([bad.status, await bad.json()]).toMatchObject([400, { error: { type: 'invalid_request_error' } }]);
    const many = await post(
      '/v1/messages?beta=true',
      mainRequest(model, [userTurn(naming('rate-limit').text)]),
    );
    expect([many.status, await many.json()]).toMatchObject([429, { error: { type: 'rate_limit_error' } }]);
  });
});

describe('Claude Code before Anthropic', () => {
  const model = 'anthropic-messages-counting';
  const lastCall = () => {
    const call = lab.sideCalls.at(-1);
    if (call === undefined) throw new Error('nobody was called');
    return call;
  };

  it('passes with every byte but the model, and with its betas', async () => {
    for (const credential of credentials()) {
      const request = mainRequest(model, [
        userTurn('hello'),
        { role: 'assistant', content: 'Hi.' },
        userTurn('go'),
      ]);
      const { message, headers } = await say(request, credential);
      expect(textOf(message)).toBe(SIDE_TEXT);
      expect(headers.get('x-edgeway-dropped-params')).toBeNull();
      const { body, headers: sent, path } = lastCall();
      expect(path).toMatch(/^\/v1\/messages(\?beta=true)?$/);
      expect(body.toString()).toBe(JSON.stringify({ ...request, model: 'claude-sonnet-4-5' }));
      expect(sent).toMatchObject({ 'anthropic-beta': CLAUDE_CODE_BETAS, 'anthropic-version': '2023-06-01' });
      expect(JSON.stringify(sent)).not.toContain(lab.gateway.key);
    }
  });

  it('counts tokens with the vendor', async () => {
    const { messages, system, tools } = mainRequest(model, [userTurn('How many?')]);
    const response = await post('/v1/messages/count_tokens?beta=true', { model, messages, system, tools });
    expect(await response.json()).toEqual({ input_tokens: COUNTED_TOKENS });
    expect(lastCall().headers['anthropic-beta']).toBe(CLAUDE_CODE_BETAS);
  });

  it('finds somebody at the base URL', async () => {
    const response = await fetch(`${lab.gateway.url}/`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});
