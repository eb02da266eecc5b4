/** The AI SDK with its openai-compatible provider, in front of vendors that speak something else. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, embedMany, generateText, isStepCount, Output, streamText, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../support/clients/lab.ts';
import { vectorOf } from '../support/clients/side-routes.ts';
import {
  hearTools,
  PARALLEL_CALLS,
  PARALLEL_RESULTS,
  person,
  timeInput,
  weatherInput,
} from '../support/clients/tools.ts';
import { collect, refusal, within } from '../support/clients.ts';
import { naming } from '../support/matrix/asks.ts';
import { hidesThoughts } from '../support/matrix/exceptions.ts';
import { PLAIN_TEXT, THOUGHT } from '../support/stand-ins/script.ts';
import { FORM_IDS } from '../support/stand-ins/stand-ins.ts';

const UPSTREAMS = FORM_IDS.filter((form) => form !== 'openai-chat');

let lab: Lab;
let edgeway: ReturnType<typeof createOpenAICompatible>;
beforeAll(async () => {
  lab = await startLab();
  const { url, key } = lab.gateway;
  edgeway = createOpenAICompatible({
    name: 'edgeway',
    baseURL: `${url}/v1`,
    apiKey: key,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
});
afterAll(() => lab.stop());

const tools = () => {
  const { asked, weather, time } = hearTools();
  return {
    asked,
    tools: {
      get_weather: tool({
        description: 'The weather of a city.',
        inputSchema: weatherInput,
        execute: (input) => Promise.resolve(weather(input)),
      }),
      get_time: tool({ inputSchema: timeInput, execute: () => Promise.resolve(time()) }),
    },
  };
};

describe.each(UPSTREAMS)('the AI SDK before %s', (form) => {
  it('generates text, and streams the same with its usage', async () => {
    const request = { model: edgeway(form), system: 'Be brief.', prompt: naming('plain').text };
    const whole = await generateText(request);
    expect(whole).toMatchObject({ text: PLAIN_TEXT, finishReason: 'stop' });
    const stream = streamText(request);
    expect((await collect(stream.textStream)).join('')).toBe(PLAIN_TEXT);
    expect(await stream.finishReason).toBe('stop');
    const { inputTokens, outputTokens } = whole.usage;
    expect(outputTokens).toBeGreaterThan(5);
    expect(await stream.usage).toMatchObject({ inputTokens, outputTokens });
  });

  it.each(['parallel-tools', 'reasoning-parallel'])(
    'takes several steps with tools: %s',
    async (scenario) => {
      const isThoughtful = scenario === 'reasoning-parallel';
      const request = {
        model: edgeway(isThoughtful ? `${form}-thinking` : form),
        prompt: naming(scenario).text,
        stopWhen: isStepCount(4),
        ...(isThoughtful ? { providerOptions: { edgeway: { reasoningEffort: 'medium' } } } : {}),
      };
      const first = tools();
      const whole = await generateText({ ...request, tools: first.tools });
      const second = tools();
      const stream = streamText({ ...request, tools: second.tools });
      const parts = await collect(stream.fullStream);
      expect(parts.filter(({ type }) => type === 'error')).toEqual([]);
      expect([whole.text, await stream.text]).toEqual([PARALLEL_RESULTS, PARALLEL_RESULTS]);
      expect([first.asked, second.asked]).toEqual([PARALLEL_CALLS, PARALLEL_CALLS]);
      expect(whole.steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop']);
      if (isThoughtful && !hidesThoughts('openai-chat', form)) {
        expect(whole.steps[0]?.reasoningText).toBe(THOUGHT);
        expect((await stream.steps)[0]?.reasoningText).toBe(THOUGHT);
      }
    },
  );

  it('generates an object by a schema, and streams one', async () => {
    const request = { model: edgeway(form), prompt: naming('structured').text };
    const { output } = await generateText({ ...request, output: Output.object({ schema: person }) });
    expect(person.parse(output)).toEqual(output);
    const stream = streamText({ ...request, output: Output.object({ schema: person }) });
    const partial = await collect(stream.partialOutputStream);
    expect(partial.length).toBeGreaterThan(1);
    expect(person.safeParse(partial.at(-1)).success).toBe(true);
  });

  it('throws APICallError with the status, and tells of an error in mid-stream', async () => {
    const request = { model: edgeway(form), maxRetries: 0 };
    const failed = await refusal(generateText({ ...request, prompt: naming('rate-limit').text }));
    expect(APICallError.isInstance(failed)).toBe(true);
    expect(failed).toMatchObject({ statusCode: 429, isRetryable: true });
    const bad = await refusal(generateText({ ...request, prompt: naming('bad-request').text }));
    expect(bad).toMatchObject({ statusCode: 400, isRetryable: false });
    const errors: unknown[] = [];
    const stream = streamText({
      ...request,
      prompt: naming('error-mid-stream').text,
      onError: ({ error }) => void errors.push(error),
    });
    const parts = await collect(stream.fullStream);
    expect(parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('')).toMatch(/^Half/);
    expect(errors).toHaveLength(1);
  });

  it('lets go of the vendor when it aborts', async () => {
    const controller = new AbortController();
    const stream = streamText({
      model: edgeway(`${form}-endless`),
      prompt: naming('plain').text,
      abortSignal: controller.signal,
    });
    for await (const { type } of stream.fullStream) if (type === 'text-delta') controller.abort();
    await within(1000, 'the vendor’s connection is closed', (await lab.endlessCall(form)).closed);
  });
});

describe.each(['gemini', 'bedrock-converse', 'cohere-chat', 'ollama-chat'] as const)(
  'embeddings of the AI SDK before %s',
  (form) => {
    it('are the vendor’s vectors', async () => {
      const values = ['cat', 'a dog'];
      const { embeddings } = await embedMany({ model: edgeway.embeddingModel(`${form}-embedding`), values });
      expect(embeddings).toEqual(values.map(vectorOf));
    });
  },
);
