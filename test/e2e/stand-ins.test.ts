/**
 * The stand-ins of providers are judges in `matrix.test.ts`; here the vendors' own clients judge them. They talk to
 * the stand-ins directly, and what the vendors refuse, the stand-ins refuse.
 */
import {
  BedrockRuntimeClient,
  type ContentBlock,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  type Message,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { CohereClientV2 } from 'cohere-ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal } from '../support/clients.ts';
import { naming, PERSON, TOOLS } from '../support/matrix/asks.ts';
import type { Conversation, Door, Got } from '../support/matrix/door.ts';
import { DOORS } from '../support/matrix/doors.ts';
import { MODELS } from '../support/matrix/models.ts';
import { BAD_BODIES } from '../support/stand-ins/bad-bodies.ts';
import { SECRET } from '../support/stand-ins/form.ts';
import { PDF_BASE64, PNG_BASE64 } from '../support/stand-ins/media.ts';
import { PLAIN_TEXT, THOUGHT, WEATHER } from '../support/stand-ins/script.ts';
import { AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SECRET_ACCESS_KEY } from '../support/stand-ins/sigv4.ts';
import { type FormId, type StandIns, startStandIns } from '../support/stand-ins/stand-ins.ts';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
});
afterAll(() => standIns.stop());

const originOf = (id: FormId): string => new URL(standIns.by[id].baseUrl).origin;

describe.each(DOORS)('the stand-in of $id, asked by its own client', (door: Door) => {
  const id = door.id as FormId; // each door is a form of upstreams too
  const open = (ask: object = {}, model = MODELS[id].plain): Conversation =>
    door.open({ url: originOf(id), key: SECRET }, { model, ...ask });

  async function both(begin: () => Conversation, text: string): Promise<[Got, Got]> {
    const answers: Got[] = [];
    for (const stream of [false, true]) {
      const conversation = begin();
      conversation.user(text);
      answers.push(await conversation.send(stream));
    }
    return answers as [Got, Got]; // one for each
  }

  it('says a plain text, whole and in a stream', async () => {
    for (const got of await both(() => open(), naming('plain').text)) {
      expect(got).toMatchObject({ text: PLAIN_TEXT, finish: door.endings.stop });
      expect(got.usage).toEqual({ input: 45, output: 25, cached: 8 });
    }
  });

  it('calls tools and takes their results', async () => {
    for (const stream of [false, true]) {
      const conversation = open({ tools: TOOLS });
      conversation.user(naming('parallel-tools').text);
      const got = await conversation.send(stream);
      expect(got.calls.map(({ name, args }) => [name, args])).toEqual([
        ['get_weather', WEATHER],
        ['get_weather', { city: 'Oslo', days: 1, note: '' }],
        ['get_time', {}],
      ]);
      expect(new Set(got.calls.map((call) => call.id)).size).toBe(3);
      expect(got.finish).toBe(door.endings.calls);
      conversation.keep(got);
      conversation.results(got.calls.map((call, index) => ({ call, text: `r${index}` })));
      expect((await conversation.send(stream)).text).toBe('Results: r0 | r1 | r2');
    }
  });

  it('thinks, and takes its own proof back', async () => {
    for (const stream of [false, true]) {
      const conversation = open({ tools: TOOLS, thinks: true }, MODELS[id].thinking);
      const { text, label } = naming('reasoning-tool');
      conversation.user(text);
      const got = await conversation.send(stream);
      expect(got.reasoning).toBe(id === 'openai-chat' ? '' : THOUGHT);
      expect(got.usage).toMatchObject({ output: 43 });
      conversation.keep(got);
      conversation.results(got.calls.map((call) => ({ call, text: 'sunny' })));
      expect((await conversation.send(stream)).text).toBe('Results: sunny');
      const proofs = standIns.by[id]
        .callsOf(label)
        .at(-1)
        ?.heard?.turns.map((turn) => turn.proofs);
      expect(proofs?.reduce((sum, one) => sum + one, 0)).toBe(id === 'openai-chat' ? 0 : 1);
    }
  });

  it('answers in JSON, is cut, stops, refuses and says nothing', async () => {
    for (const got of await both(() => open({ schema: PERSON }), naming('structured').text)) {
      expect(Object.keys(JSON.parse(got.text))).toEqual(Object.keys(PERSON.properties));
    }
    for (const got of await both(() => open(), naming('length').text))
      expect(got.finish).toBe(door.endings.length);
    for (const got of await both(() => open(), naming('empty').text)) expect(got.text).toBe('');
    for (const got of await both(() => open(), naming('refusal').text)) {
      expect(got.refusal !== null || got.finish === door.endings.filter).toBe(true);
    }
    if (id === 'openai-responses') return; // it has no stop sequences
    for (const got of await both(() => open({ stop: 'END' }), naming('stop-sequence').text)) {
      expect(got).toMatchObject({ text: 'one two ', finish: door.endings['stop-sequence'] });
    }
  });

  it('sees pictures and papers', async () => {
    const conversation = open();
    conversation.user(naming('media').text, { image: PNG_BASE64 }, { pdf: PDF_BASE64 });
    expect((await conversation.send(false)).text).toMatch(
      /image\/png of \d+ bytes, application\/pdf of \d+ bytes/,
    );
  });

  it('fails as the vendor fails, before and in the middle of a stream', async () => {
    for (const [scenario, status] of [
      ['rate-limit', 429],
      ['bad-request', 400],
      ['server-error', 500],
    ] as const) {
      const conversation = open();
      conversation.user(naming(scenario).text);
      expect(door.failed(await refusal(conversation.send(true)))).toMatchObject({ status });
    }
    for (const scenario of ['error-mid-stream', 'reset-mid-stream']) {
      const conversation = open();
      conversation.user(naming(scenario).text);
      await expect(conversation.send(true)).rejects.toThrow();
    }
  });

  it('refuses a wrong key', async () => {
    const conversation = door.open({ url: originOf(id), key: 'sk-wrong' }, { model: MODELS[id].plain });
    conversation.user(naming('plain').text);
    expect(door.failed(await refusal(conversation.send(false)))?.status).toBe(id === 'gemini' ? 400 : 401);
  });
});

describe('the stand-in of bedrock-converse, asked by the AWS SDK', () => {
  const aws = (credentials: object = {}): BedrockRuntimeClient =>
    new BedrockRuntimeClient({
      region: AWS_REGION,
      endpoint: originOf('bedrock-converse'),
      credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, ...credentials },
      requestHandler: new NodeHttpHandler(), // HTTP/1.1
      maxAttempts: 1,
    });
  const input = (text: string, fields: Partial<ConverseCommandInput> = {}): ConverseCommandInput => ({
    modelId: MODELS['bedrock-converse'].plain,
    messages: [{ role: 'user', content: [{ text }] }],
    inferenceConfig: { maxTokens: 4096 },
    ...fields,
  });
  const toolConfig = {
    tools: TOOLS.map(({ name, description, parameters }) => ({
      // The SDK's type of JSON is its own.
      toolSpec: { name, description, inputSchema: { json: parameters as never } },
    })),
  };

  it('checks the signature, and answers whole', async () => {
    const answer = await aws().send(new ConverseCommand(input(naming('plain').text)));
    expect(answer.output?.message?.content).toEqual([{ text: PLAIN_TEXT }]);
    expect(answer.usage).toMatchObject({ inputTokens: 37, outputTokens: 25, cacheReadInputTokens: 8 });
    const wrong = aws({ secretAccessKey: 'another' }).send(new ConverseCommand(input(naming('plain').text)));
    await expect(wrong).rejects.toThrow(/signature we calculated/);
  });

  it('streams thinking, text and calls in frames that the SDK accepts', async () => {
    const fields = {
      toolConfig,
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } },
    };
    const { text } = naming('reasoning-parallel');
    const { stream } = await aws().send(new ConverseStreamCommand(input(text, fields)));
    let thought = '';
    let signature = '';
    const inputs: string[] = [];
    let stopReason: string | undefined;
    for await (const event of stream ?? []) {
      const delta = event.contentBlockDelta?.delta;
      thought += delta?.reasoningContent?.text ?? '';
      signature += delta?.reasoningContent?.signature ?? '';
      const index = event.contentBlockDelta?.contentBlockIndex ?? 0;
      if (delta?.toolUse !== undefined) inputs[index] = (inputs[index] ?? '') + delta.toolUse.input;
      stopReason = event.messageStop?.stopReason ?? stopReason;
    }
    expect([thought, stopReason]).toEqual([THOUGHT, 'tool_use']);
    expect(inputs.filter((one) => one !== undefined)).toEqual([
      JSON.stringify(WEATHER),
      JSON.stringify({ city: 'Oslo', days: 1, note: '' }),
      '',
    ]);
    const again: ContentBlock[] = [
      { reasoningContent: { reasoningText: { text: thought, signature } } },
      { text: 'x' },
    ];
    const turn = (content: ContentBlock[]): ConverseCommandInput => {
      const user: Message = { role: 'user', content: [{ text: naming('plain').text }] };
      return { ...input('', fields), messages: [user, { role: 'assistant', content }, user] };
    };
    await aws().send(new ConverseCommand(turn(again)));
    const changed = [
      { reasoningContent: { reasoningText: { text: `${thought}!`, signature } } },
      { text: 'x' },
    ];
    await expect(aws().send(new ConverseCommand(turn(changed)))).rejects.toThrow(/Invalid `signature`/);
  });

  it('fails by the names of the SDK’s exceptions', async () => {
    const failing = (scenario: string): Promise<unknown> =>
      refusal(aws().send(new ConverseCommand(input(naming(scenario).text))));
    expect(await failing('rate-limit')).toMatchObject({ name: 'ThrottlingException' });
    expect(await failing('bad-request')).toMatchObject({ name: 'ValidationException' });
    const { stream } = await aws().send(new ConverseStreamCommand(input(naming('error-mid-stream').text)));
    const read = async (): Promise<void> => {
      for await (const _ of stream ?? []);
    };
    expect(await refusal(read())).toMatchObject({ name: 'ModelStreamErrorException' });
  });
});

describe('the stand-in of cohere-chat, asked by its own client', () => {
  const cohere = (): CohereClientV2 =>
    new CohereClientV2({ token: SECRET, environment: originOf('cohere-chat'), maxRetries: 0 });
  const tools = TOOLS.map(({ name, description, parameters }) => ({
    type: 'function' as const,
    function: { name, description, parameters: { ...parameters } },
  }));

  it('answers, streams and calls tools', async () => {
    const { model } = { model: MODELS['cohere-chat'].plain };
    const messages = [{ role: 'user' as const, content: naming('plain').text }];
    const answer = await cohere().chat({ model, messages });
    expect(answer).toMatchObject({ message: { content: [{ text: PLAIN_TEXT }] }, finishReason: 'COMPLETE' });
    let text = '';
    for await (const event of await cohere().chatStream({ model, messages })) {
      if (event.type === 'content-delta') text += event.delta?.message?.content?.text ?? '';
    }
    expect(text).toBe(PLAIN_TEXT);
    const asking = [{ role: 'user' as const, content: naming('parallel-tools').text }];
    const called = await cohere().chat({ model, messages: asking, tools });
    expect(called.message.toolCalls?.map((call) => call.function?.name)).toEqual([
      'get_weather',
      'get_weather',
      'get_time',
    ]);
    const inputs: string[] = [];
    for await (const event of await cohere().chatStream({ model, messages: asking, tools })) {
      if (event.type === 'tool-call-start') inputs.push('');
      if (event.type === 'tool-call-delta') {
        inputs.push((inputs.pop() ?? '') + (event.delta?.message?.toolCalls?.function?.arguments ?? ''));
      }
    }
    expect(inputs[0]).toBe(JSON.stringify(WEATHER));
    const failed = await refusal(
      cohere().chat({ model, messages: [{ role: 'user', content: naming('rate-limit').text }] }),
    );
    expect(failed).toMatchObject({ statusCode: 429 });
  });
});

describe('the stand-in of ollama-chat', () => {
  const ask = (scenario: string, fields: object = {}): Promise<Response> =>
    fetch(`${originOf('ollama-chat')}/api/chat`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'qwen3.6',
        messages: [{ role: 'user', content: naming(scenario).text }],
        ...fields,
      }),
    });

  it('streams lines unless told otherwise', async () => {
    const lines = (await (await ask('plain')).text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ message }) => message.content).join('')).toBe(PLAIN_TEXT);
    expect(lines.at(-1)).toMatchObject({
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 45,
      eval_count: 25,
    });
    const whole = await (await ask('one-tool', { stream: false })).json();
    expect(whole.message.tool_calls[0].function).toEqual({
      index: 0,
      name: 'get_weather',
      arguments: WEATHER,
    });
  });
});

describe('what a vendor refuses, its stand-in refuses', () => {
  it.each(BAD_BODIES)('$form: $what', async ({ form, path, headers, body, status = 400, says }) => {
    const response = await fetch(originOf(form) + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    expect([response.status, answer]).toEqual([status, expect.stringMatching(says)]);
  });
});
