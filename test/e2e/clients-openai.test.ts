/** The `openai` client's chat completions and embeddings, in front of vendors that speak something else. */
import OpenAI from 'openai';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../support/clients/lab.ts';
import { vectorOf } from '../support/clients/side-routes.ts';
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
import { collect, openAi, refusal, within } from '../support/clients.ts';
import { naming } from '../support/matrix/asks.ts';
import { hidesThoughts, OVERLOADED, PROOFS, TELLS_RETRY } from '../support/matrix/exceptions.ts';
import { RETRY_AFTER } from '../support/stand-ins/form.ts';
import { PLAIN_TEXT, THOUGHT } from '../support/stand-ins/script.ts';
import { FORM_IDS } from '../support/stand-ins/stand-ins.ts';

const UPSTREAMS = FORM_IDS.filter((form) => form !== 'openai-chat');

let lab: Lab;
let client: OpenAI;
/** Its own retries would only repeat what a failing stand-in says. */
let once: OpenAI;
beforeAll(async () => {
  lab = await startLab();
  client = openAi(lab.gateway, { maxRetries: 2 });
  once = openAi(lab.gateway);
});
afterAll(() => lab.stop());

const ask = (scenario: string): { messages: ChatCompletionMessageParam[]; label: string } => {
  const { text, label } = naming(scenario);
  return { messages: [{ role: 'user', content: text }], label };
};

const zodTools = () => {
  const { asked, weather, time } = hearTools();
  const tools = [
    zodFunction({
      name: 'get_weather',
      parameters: weatherInput,
      description: 'The weather of a city.',
      function: weather,
    }),
    zodFunction({ name: 'get_time', parameters: timeInput, function: time }),
  ];
  return { asked, tools };
};

describe.each(UPSTREAMS)('the openai client before %s', (form) => {
  it('creates a completion, and streams the same', async () => {
    const { messages } = ask('plain');
    const whole = await client.chat.completions.create({ model: form, messages });
    expect(whole.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: PLAIN_TEXT } });
    const stream = await client.chat.completions.create({ model: form, messages, stream: true });
    const chunks = await collect(stream);
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(PLAIN_TEXT);
    expect(chunks.some(({ usage }) => usage)).toBe(false);
    const assembled = client.chat.completions.stream({
      model: form,
      messages,
      stream_options: { include_usage: true },
    });
    let heard = '';
    assembled.on('content', (delta) => {
      heard += delta;
    });
    const final = await assembled.finalChatCompletion();
    expect(heard).toBe(PLAIN_TEXT);
    expect(final.choices[0]?.message.content).toBe(PLAIN_TEXT);
    expect(final.usage).toEqual(whole.usage);
  });

  it.each([false, true])('runs zod tools to the end with runTools (stream: %s)', async (stream) => {
    const { messages } = ask('parallel-tools');
    const { asked, tools } = zodTools();
    const runner = stream
      ? client.chat.completions.runTools({ model: form, messages, tools, stream: true })
      : client.chat.completions.runTools({ model: form, messages, tools });
    expect(await runner.finalContent()).toBe(PARALLEL_RESULTS);
    expect(asked).toEqual(PARALLEL_CALLS);
    expect(runner.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'tool',
      'tool',
      'assistant',
    ]);
  });

  it('parses the arguments of a zod tool, whole and streamed', async () => {
    const { messages } = ask('one-tool');
    const request = { model: form, messages, tools: zodTools().tools };
    const whole = await client.chat.completions.parse(request);
    const streamed = await client.chat.completions.stream(request).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      expect(choices[0]?.finish_reason).toBe('tool_calls');
      const calls = choices[0]?.message.tool_calls ?? [];
      const parsed = calls.map((call) => (call.type === 'function' ? call.function.parsed_arguments : null));
      expect(parsed).toEqual([ONE_CALL]);
    }
  });

  it('parses a structured answer, whole and streamed', async () => {
    const { messages } = ask('structured');
    const request = { model: form, messages, response_format: zodResponseFormat(person, 'person') };
    const whole = await client.chat.completions.parse(request);
    const streamed = await client.chat.completions.stream(request).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      expect(person.parse(choices[0]?.message.parsed)).toEqual(choices[0]?.message.parsed);
    }
  });

  it('takes an assistant message back as it gave it, thoughts and all', async () => {
    const { messages, label } = ask('reasoning-tool');
    const request = {
      model: `${form}-thinking`,
      tools: zodTools().tools,
      reasoning_effort: 'medium' as const,
    };
    const { choices } = await client.chat.completions.create({ ...request, messages });
    const message = choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (message === undefined || call === undefined) throw new Error('no call');
    if (!hidesThoughts('openai-chat', form)) expect(message).toMatchObject({ reasoning_content: THOUGHT });
    const result = { role: 'tool' as const, tool_call_id: call.id, content: `sunny in ${ONE_CALL.city}` };
    const next = await client.chat.completions.create({
      ...request,
      messages: [...messages, message, result],
    });
    expect(next.choices[0]?.message.content).toBe(ONE_RESULT);
    const proofs = lab.heard(form, label).turns.map((turn) => turn.proofs);
    expect(proofs.reduce((sum, one) => sum + one)).toBe(PROOFS[form]);
  });

  it.each([false, true])('runs tools out of thought to the end (stream: %s)', async (stream) => {
    const { messages } = ask('reasoning-parallel');
    const { asked, tools } = zodTools();
    const request = { model: `${form}-thinking`, messages, tools, reasoning_effort: 'low' as const };
    const runner = stream
      ? client.chat.completions.runTools({ ...request, stream: true })
      : client.chat.completions.runTools(request);
    expect(await runner.finalContent()).toBe(PARALLEL_RESULTS);
    expect(asked).toEqual(PARALLEL_CALLS);
  });

  it('throws its own class for each failure', async () => {
    const fail = (scenario: string, model: string = form) =>
      refusal(once.chat.completions.create({ model, messages: ask(scenario).messages }));
    const limited = await fail('rate-limit');
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
    if (TELLS_RETRY.includes(form) && limited instanceof OpenAI.RateLimitError) {
      expect(limited.headers?.get('retry-after')).toBe(String(RETRY_AFTER));
      expect(limited.headers?.get('retry-after-ms')).toBe(String(RETRY_AFTER * 1000));
    }
    const bad = await fail('bad-request');
    expect(bad).toBeInstanceOf(OpenAI.BadRequestError);
    expect(bad).toMatchObject({ status: 400, requestID: expect.any(String) });
    const busy = await fail('overloaded');
    expect(busy).toBeInstanceOf(OpenAI.InternalServerError);
    expect(busy).toMatchObject({ status: OVERLOADED[form], code: 'provider_error' });
    expect(await fail('plain', `${form}-wrong-key`)).toMatchObject({
      status: 502,
      code: 'provider_credential_rejected',
    });
    expect(await fail('plain', 'no-such-model')).toBeInstanceOf(OpenAI.NotFoundError);
    const stranger = new OpenAI({ baseURL: `${lab.gateway.url}/v1`, apiKey: 'sk-of-nobody-at-all-0001' });
    const denied = await refusal(stranger.chat.completions.create({ model: form, ...ask('plain') }));
    expect(denied).toBeInstanceOf(OpenAI.AuthenticationError);
  });

  it.each(['error-mid-stream', 'reset-mid-stream', 'early-end'])(
    'throws APIError out of the loop in %s',
    async (scenario) => {
      const { messages } = ask(scenario);
      const stream = await client.chat.completions.create({ model: form, messages, stream: true });
      let heard = '';
      const loop = async (): Promise<void> => {
        for await (const { choices } of stream) heard += choices[0]?.delta.content ?? '';
      };
      expect(await refusal(loop())).toBeInstanceOf(OpenAI.APIError);
      expect(heard).toMatch(/^Half/);
      const assembled = client.chat.completions.stream({ model: form, messages });
      expect(await refusal(assembled.finalChatCompletion())).toBeInstanceOf(OpenAI.OpenAIError);
    },
  );

  it('lets go of the vendor when the client aborts', async () => {
    const controller = new AbortController();
    const { messages } = ask('plain');
    const request = { model: `${form}-endless`, messages, stream: true as const };
    const stream = await client.chat.completions.create(request, { signal: controller.signal });
    let heard = '';
    for await (const { choices } of stream) {
      heard += choices[0]?.delta.content ?? '';
      if (heard !== '') controller.abort();
    }
    expect(PLAIN_TEXT.slice(0, 3)).toBe(heard.slice(0, 3));
    await within(1000, 'the vendor’s connection is closed', (await lab.endlessCall(form)).closed);
  });
});

describe.each(['gemini', 'bedrock-converse', 'cohere-chat', 'ollama-chat', 'openai-responses'] as const)(
  'embeddings of the openai client before %s',
  (form) => {
    it('are the vendor’s vectors, in its default and as floats', async () => {
      const request = { model: `${form}-embedding`, input: ['cat', 'a dog'] };
      const packed = await client.embeddings.create(request);
      const floats = await client.embeddings.create({ ...request, encoding_format: 'float' });
      const expected = request.input.map((text, index) => ({
        object: 'embedding',
        index,
        embedding: vectorOf(text),
      }));
      expect(floats.data).toEqual(expected);
      expect(packed.data.map(({ embedding }) => [...embedding])).toEqual(request.input.map(vectorOf));
      expect(packed.model).toBe(form === 'openai-responses' ? 'text-embedding-3-small' : request.model);
      const single = await client.embeddings.create({ ...request, input: 'cat' });
      expect(single.data).toHaveLength(1);
    });
  },
);
