/** The `@anthropic-ai/sdk` client, in front of vendors that speak something else, and of its own. */
import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../support/clients/lab.ts';
import { COUNTED_TOKENS } from '../support/clients/side-routes.ts';
import {
  hearTools,
  ONE_CALL,
  ONE_RESULT,
  PARALLEL_CALLS,
  PARALLEL_RESULTS,
  person,
  timeInput,
  weatherInput,
} from '../support/clients/tools.ts';
import { collect, recordingFetch, refusal, within } from '../support/clients.ts';
import { naming, TOOLS } from '../support/matrix/asks.ts';
import { OVERLOADED, PROOFS, TELLS_RETRY } from '../support/matrix/exceptions.ts';
import { RETRY_AFTER } from '../support/stand-ins/form.ts';
import { PLAIN_TEXT, THOUGHT } from '../support/stand-ins/script.ts';
import type { FormId } from '../support/stand-ins/stand-ins.ts';

const UPSTREAMS: readonly FormId[] = [
  'openai-chat',
  'openai-responses',
  'gemini',
  'bedrock-converse',
  'anthropic-messages',
];
/** Forms whose vendor counts tokens; for others the gateway estimates. */
const COUNTS: readonly FormId[] = ['gemini', 'bedrock-converse', 'anthropic-messages'];
const MAX = { max_tokens: 4096 };

let lab: Lab;
let client: Anthropic;
let once: Anthropic;
beforeAll(async () => {
  lab = await startLab();
  const { url, key } = lab.gateway;
  client = new Anthropic({ baseURL: url, apiKey: key });
  once = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
});
afterAll(() => lab.stop());

const ask = (scenario: string): { messages: Anthropic.MessageParam[]; label: string } => {
  const { text, label } = naming(scenario);
  return { messages: [{ role: 'user', content: text }], label };
};
const tools = (): Anthropic.Tool[] =>
  TOOLS.map(({ name, description, parameters }) => ({
    name,
    description,
    input_schema: { ...parameters, type: 'object' },
  }));
const textOf = (content: readonly { type: string; text?: string }[]): string =>
  content.map(({ text }) => text ?? '').join('');

describe.each(UPSTREAMS)('the Anthropic client before %s', (form) => {
  it('creates a message, and streams the same', async () => {
    const { messages } = ask('plain');
    const whole = await client.messages.create({ model: form, ...MAX, messages });
    expect(whole).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' });
    expect(textOf(whole.content)).toBe(PLAIN_TEXT);
    const stream = client.messages.stream({ model: form, ...MAX, messages });
    let heard = '';
    stream.on('text', (delta, snapshot) => {
      heard += delta;
      expect(snapshot).toBe(heard);
    });
    const final = await stream.finalMessage();
    expect(heard).toBe(PLAIN_TEXT);
    expect(final.content).toMatchObject([{ type: 'text', text: PLAIN_TEXT }]);
    expect(final.usage.output_tokens).toBe(whole.usage.output_tokens);
    expect(final.usage.input_tokens).toBe(whole.usage.input_tokens);
    expect(final.stop_reason).toBe('end_turn');
    const events = await collect(
      await client.messages.create({ model: form, ...MAX, messages, stream: true }),
    );
    expect(events[0]?.type).toBe('message_start');
    expect(events.at(-1)?.type).toBe('message_stop');
  });

  it.each([false, true])('takes a thought with its signature back (stream: %s)', async (isStreamed) => {
    const { messages, label } = ask('reasoning-tool');
    const request = {
      model: `${form}-thinking`,
      ...MAX,
      tools: tools(),
      thinking: { type: 'enabled' as const, budget_tokens: 2048 },
    };
    const first = isStreamed
      ? await client.messages.stream({ ...request, messages }).finalMessage()
      : await client.messages.create({ ...request, messages });
    const [thought] = first.content;
    const call = first.content.find(({ type }) => type === 'tool_use');
    if (call?.type !== 'tool_use') throw new Error('no call');
    expect(call.input).toEqual(ONE_CALL);
    expect(first.stop_reason).toBe('tool_use');
    if (form !== 'openai-chat' && form !== 'openai-responses') {
      expect(thought).toMatchObject({ type: 'thinking', thinking: THOUGHT, signature: expect.any(String) });
    }
    const result = {
      type: 'tool_result' as const,
      tool_use_id: call.id,
      content: `sunny in ${ONE_CALL.city}`,
    };
    const next = await client.messages.create({
      ...request,
      messages: [
        ...messages,
        { role: 'assistant', content: first.content as Anthropic.ContentBlockParam[] }, // as the docs do it
        { role: 'user', content: [result] },
      ],
    });
    expect(textOf(next.content.filter(({ type }) => type === 'text'))).toBe(ONE_RESULT);
    const proofs = lab.heard(form, label).turns.map((turn) => turn.proofs);
    expect(proofs.reduce((sum, one) => sum + one)).toBe(PROOFS[form]);
  });

  it('parses a structured answer', async () => {
    const { messages } = ask('structured');
    const request = { model: form, ...MAX, messages, output_config: { format: zodOutputFormat(person) } };
    const whole = await client.messages.parse(request);
    expect(person.parse(whole.parsed_output)).toEqual(whole.parsed_output);
    const streamed = await client.messages.stream(request).finalMessage();
    expect(person.parse(streamed.parsed_output)).toEqual(streamed.parsed_output);
  });

  it('counts tokens', async () => {
    const { messages } = ask('plain');
    const request = { messages, system: 'Be brief.', tools: tools() };
    const { input_tokens: tokens } = await client.messages.countTokens({
      model: `${form}-counting`,
      ...request,
    });
    if (COUNTS.includes(form)) expect(tokens).toBe(COUNTED_TOKENS);
    else expect(tokens).toBeGreaterThan(20);
  });

  it('throws its own class for each failure', async () => {
    const fail = (scenario: string, model: string = form) =>
      refusal(once.messages.create({ model, ...MAX, messages: ask(scenario).messages }));
    const limited = await fail('rate-limit');
    expect(limited).toBeInstanceOf(Anthropic.RateLimitError);
    expect(limited).toMatchObject({ error: { type: 'error', error: { type: 'rate_limit_error' } } });
    if (TELLS_RETRY.includes(form) && limited instanceof Anthropic.RateLimitError) {
      expect(limited.headers.get('retry-after')).toBe(String(RETRY_AFTER));
    }
    const bad = await fail('bad-request');
    expect(bad).toBeInstanceOf(Anthropic.BadRequestError);
    expect(bad).toMatchObject({ error: { error: { type: 'invalid_request_error' } } });
    const busy = await fail('overloaded');
    expect(busy).toBeInstanceOf(Anthropic.InternalServerError);
    expect(busy).toMatchObject({ status: OVERLOADED[form] });
    expect(await fail('plain', `${form}-wrong-key`)).toMatchObject({ status: 502 });
    expect(await fail('plain', 'no-such-model')).toBeInstanceOf(Anthropic.NotFoundError);
    const stranger = new Anthropic({ baseURL: lab.gateway.url, apiKey: 'sk-of-nobody-at-all-0001' });
    const denied = refusal(
      stranger.messages.create({ model: form, ...MAX, messages: ask('plain').messages }),
    );
    expect(await denied).toBeInstanceOf(Anthropic.AuthenticationError);
  });

  it.each(['error-mid-stream', 'reset-mid-stream', 'early-end'])(
    'throws APIError out of the stream in %s',
    async (scenario) => {
      const { messages } = ask(scenario);
      const stream = client.messages.stream({ model: form, ...MAX, messages });
      let heard = '';
      stream.on('text', (delta) => {
        heard += delta;
      });
      const thrown = await refusal(stream.finalMessage());
      expect(thrown).toBeInstanceOf(Anthropic.APIError);
      expect(thrown).toMatchObject({ error: { type: 'error', error: { message: expect.any(String) } } });
      expect(heard).toMatch(/^Half/);
    },
  );

  it('lets go of the vendor when the client aborts', async () => {
    const { messages } = ask('plain');
    const stream = client.messages.stream({ model: `${form}-endless`, ...MAX, messages });
    stream.on('text', () => stream.abort());
    expect(await refusal(stream.finalMessage())).toBeInstanceOf(Anthropic.APIUserAbortError);
    await within(1000, 'the vendor’s connection is closed', (await lab.endlessCall(form)).closed);
  });
});

/** Its own vendor keeps the conversation; everywhere else the runner has to notice that nobody does. */
describe.each(UPSTREAMS.filter((form) => form !== 'anthropic-messages'))(
  'the tool runner before %s',
  (form) => {
    it.each([false, true])('runs zod tools to the end with toolRunner (stream: %s)', async (stream) => {
      const { messages } = ask('parallel-tools');
      const { asked, weather, time } = hearTools();
      const runner = client.beta.messages.toolRunner({
        model: form,
        ...MAX,
        messages,
        stream,
        tools: [
          betaZodTool({
            name: 'get_weather',
            inputSchema: weatherInput,
            description: 'The weather of a city.',
            run: weather,
          }),
          betaZodTool({
            name: 'get_time',
            inputSchema: timeInput,
            description: 'The time of day.',
            run: time,
          }),
        ],
      });
      const final = await runner.runUntilDone();
      expect(textOf(final.content as { type: string; text?: string }[])).toBe(PARALLEL_RESULTS);
      expect([...asked].sort()).toEqual([...PARALLEL_CALLS].sort());
    });

    it('is told in the vendor’s words that nobody keeps a thread', async () => {
      const thread = client.beta.messages.thread({ model: form, ...MAX });
      const failed = await refusal(thread.send({ role: 'user', content: naming('plain').text }));
      expect(failed).toBeInstanceOf(Anthropic.BadRequestError);
      expect(failed).toMatchObject({
        error: { error: { details: { error_code: 'thread_unsupported_request' } } },
      });
    });

    it('takes thinking between tools for none', async () => {
      const { messages } = ask('reasoning');
      const request = {
        model: `${form}-thinking`,
        ...MAX,
        messages,
        thinking: { type: 'between_tools' as const },
      };
      const message = await client.messages.create(request);
      expect(message.content.map(({ type }) => type)).toEqual(['text']);
    });
  },
);

describe('the Anthropic client', () => {
  it('lists and retrieves models', async () => {
    const ids = (await collect(client.models.list())).map(({ id, type }) => `${type} ${id}`);
    expect(ids).toEqual(expect.arrayContaining(UPSTREAMS.map((form) => `model ${form}`)));
    expect(await client.models.retrieve('gemini-thinking')).toMatchObject({
      type: 'model',
      id: 'gemini-thinking',
    });
  });

  it('reaches its own vendor with its bytes, version and betas', async () => {
    const { fetch, sent } = recordingFetch();
    const { url, key } = lab.gateway;
    const recorded = new Anthropic({ baseURL: url, apiKey: key, fetch });
    const { messages, label } = ask('plain');
    const betas = ['context-1m-2025-08-07', 'interleaved-thinking-2025-05-14'];
    await recorded.beta.messages.create({ model: 'anthropic-messages', ...MAX, messages, betas });
    const [call] = lab.calls('anthropic-messages', label);
    const said = JSON.parse(String(sent[0]?.body));
    expect(call?.body).toEqual({ ...said, model: expect.stringMatching(/^claude/) });
    expect(Object.keys(call?.body as object)).toEqual(Object.keys(said));
    expect(call?.headers['anthropic-version']).toBe(sent[0]?.headers.get('anthropic-version'));
    expect(call?.headers['anthropic-beta']).toBe(betas.join(','));
    expect(call?.headers['x-api-key']).not.toBe(key);
  });

  it('may carry the key as a bearer token', async () => {
    const { url, key } = lab.gateway;
    const bearer = new Anthropic({ baseURL: url, apiKey: null, authToken: key });
    const { messages } = ask('plain');
    const message = await bearer.messages.create({ model: 'openai-chat', ...MAX, messages });
    expect(textOf(message.content)).toBe(PLAIN_TEXT);
  });
});
