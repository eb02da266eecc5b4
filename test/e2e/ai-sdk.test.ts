import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  embed,
  embedMany,
  generateText,
  isStepCount,
  jsonSchema,
  Output,
  streamText,
  tool,
} from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { collect, within } from '../support/clients.ts';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { chatStream, startUpstream, type Upstream } from '../support/upstream.ts';

let upstream: Upstream;
let gateway: Gateway;
let edgeway: ReturnType<typeof createOpenAICompatible>;

beforeAll(async () => {
  upstream = await startUpstream();
  gateway = await startGateway({
    config: {
      providers: { simulator: {}, stub: standIn(upstream.url) },
      models: {
        sim: { targets: [{ provider: 'simulator', model: 'sim-fast' }] },
        chat: { targets: [{ provider: 'stub', model: 'upstream-chat' }], retries: 0 },
      },
    },
  });
  edgeway = createOpenAICompatible({
    name: 'edgeway',
    baseURL: `${gateway.url}/v1`,
    apiKey: gateway.key,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

const weather = (asked: unknown[]) =>
  tool({
    description: 'Weather of a city',
    inputSchema: z.object({ city: z.string(), days: z.number().int() }),
    execute: async (input) => {
      asked.push(input);
      return { sky: 'clear' };
    },
  });
const place = z.object({ city: z.string(), population: z.number(), isCapital: z.boolean() });
const aPlace = { city: expect.any(String), population: expect.any(Number), isCapital: expect.any(Boolean) };

describe('the AI SDK with the openai-compatible provider', () => {
  it('generates text with a finish reason and usage', async () => {
    const result = await generateText({ model: edgeway('sim'), prompt: 'Are you there?', maxRetries: 0 });
    expect(result.text).toContain('You wrote: "Are you there?"');
    expect(result.finishReason).toBe('stop');
    expect(result.usage.inputTokens).toBeGreaterThan(0);
    expect(result.usage.outputTokens).toBeGreaterThan(5);
    expect(result.response.headers?.['x-edgeway-provider']).toBe('simulator');
  });

  it('streams the same text in pieces, and reports usage at the end', async () => {
    const request = { model: edgeway('sim'), prompt: 'Say it twice', maxRetries: 0 };
    const whole = await generateText(request);
    const stream = streamText(request);
    const pieces = await collect(stream.textStream);
    expect(pieces.length).toBeGreaterThan(5);
    expect(pieces.join('')).toBe(whole.text);
    expect(await stream.finishReason).toBe('stop');
    expect((await stream.usage).outputTokens).toBe(whole.usage.outputTokens);
  });

  it('makes a tool call, sends the result back and gets the final text', async () => {
    const asked: unknown[] = [];
    const result = await generateText({
      model: edgeway('sim'),
      prompt: 'Please use get_weather',
      tools: { get_weather: weather(asked) },
      stopWhen: isStepCount(3),
      maxRetries: 0,
    });
    expect(asked).toEqual([{ city: expect.any(String), days: expect.any(Number) }]);
    expect(result.steps.map((step) => step.finishReason)).toEqual(['tool-calls', 'stop']);
    expect(result.steps[0]?.toolResults[0]?.output).toEqual({ sky: 'clear' });
    expect(result.text).toContain('simulator');
  });

  it('puts a streamed tool call together, and goes on after its result', async () => {
    const asked: unknown[] = [];
    const stream = streamText({
      model: edgeway('sim'),
      prompt: 'Please use get_weather',
      tools: { get_weather: weather(asked) },
      stopWhen: isStepCount(3),
      maxRetries: 0,
    });
    const types = (await collect(stream.fullStream)).map(({ type }) => type);
    expect(types).not.toContain('error');
    expect(types.filter((type) => type === 'tool-call' || type === 'tool-result')).toEqual([
      'tool-call',
      'tool-result',
    ]);
    expect(types).toContain('tool-input-delta');
    expect(asked).toEqual([{ city: expect.any(String), days: expect.any(Number) }]);
    expect(await stream.text).toContain('simulator');
  });

  it('generates an object that fits its schema', async () => {
    const { output } = await generateText({
      model: edgeway('sim'),
      prompt: 'Some place',
      output: Output.object({ schema: place }),
      maxRetries: 0,
    });
    expect(output).toEqual(aPlace);
  });

  it('streams an object that fits its schema, growing on the way', async () => {
    const stream = streamText({
      model: edgeway('sim'),
      prompt: 'Some place',
      output: Output.object({ schema: jsonSchema<z.infer<typeof place>>(z.toJSONSchema(place) as object) }),
      maxRetries: 0,
    });
    const partial = await collect(stream.partialOutputStream);
    expect(partial.length).toBeGreaterThan(1);
    expect(partial.at(-1)).toEqual(aPlace);
    expect(await stream.output).toEqual(aPlace);
  });

  it('embeds one value and many', async () => {
    const model = edgeway.embeddingModel('simulator/sim-embedding');
    const one = await embed({ model, value: 'cat', maxRetries: 0 });
    expect(one.embedding).toHaveLength(256);
    expect(one.usage.tokens).toBe(1);
    const many = await embedMany({ model, values: ['dog', 'cat'], maxRetries: 0 });
    expect(many.embeddings).toHaveLength(2);
    expect(many.embeddings[1]).toEqual(one.embedding);
  });

  it('raises APICallError with status, message and retryability of a refusal', async () => {
    const failed = generateText({ model: edgeway('no-such-model'), prompt: 'hi', maxRetries: 0 });
    const error = await failed.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!APICallError.isInstance(error)) throw error;
    expect(error).toMatchObject({ statusCode: 404, isRetryable: false });
    expect(error.message).toContain('no-such-model');
    expect(JSON.parse(error.responseBody ?? '')).toMatchObject({ error: { code: 'model_not_found' } });
  });

  it('retries by itself when a provider is overloaded, and succeeds', async () => {
    upstream.calls.length = 0;
    upstream.answer((_, response) => {
      if (upstream.calls.length === 1) {
        const headers = { 'content-type': 'application/json', 'retry-after-ms': '20' };
        response.writeHead(429, headers).end('{"error":{"message":"slow down"}}');
      } else
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(chatStream(['at ', 'last']));
    });
    const stream = streamText({ model: edgeway('chat'), prompt: 'hi', maxRetries: 1 });
    expect(await stream.text).toBe('at last');
    expect(upstream.calls).toHaveLength(2);
  });

  it('tells of an error in mid-stream instead of taking the stream for finished', async () => {
    const [role, first] = chatStream(['half'], { done: false }).split('\n\n');
    upstream.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`${role}\n\n${first}\n\ndata: {"error":{"message":"boom","type":"server_error"}}\n\n`);
    });
    const errors: unknown[] = [];
    const stream = streamText({
      model: edgeway('chat'),
      prompt: 'hi',
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    });
    const parts = await collect(stream.fullStream);
    const text = parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('');
    expect(text).toBe('half');
    expect(errors).toEqual([
      expect.objectContaining({ message: 'boom', type: 'server_error', code: 'provider_error' }),
    ]);
  });

  it('closes the upstream connection within a second when it aborts in mid-stream', async () => {
    upstream.calls.length = 0;
    upstream.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const [role, word] = chatStream(['more '], { done: false }).split('\n\n');
      const ticking = setInterval(() => response.write(`${role}\n\n${word}\n\n`), 20);
      response.on('close', () => clearInterval(ticking));
    });
    const controller = new AbortController();
    const stream = streamText({
      model: edgeway('chat'),
      prompt: 'hi',
      maxRetries: 0,
      abortSignal: controller.signal,
    });
    const types: string[] = [];
    for await (const part of stream.fullStream) {
      types.push(part.type);
      if (part.type === 'text-delta') controller.abort();
    }
    expect(types).toContain('abort');
    await within(1000, 'the upstream connection is closed', (await upstream.call(0)).closed);
  });
});
