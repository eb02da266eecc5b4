/** The `@google/genai` client, in front of vendors that speak something else, and of its own. */
import { ApiError, type CallableTool, type Content, GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Lab, startLab } from '../support/clients/lab.ts';
import { COUNTED_TOKENS, vectorOf } from '../support/clients/side-routes.ts';
import { ONE_CALL, ONE_RESULT, person } from '../support/clients/tools.ts';
import { collect, refusal, within } from '../support/clients.ts';
import { naming, TOOLS } from '../support/matrix/asks.ts';
import { OVERLOADED, PROOFS } from '../support/matrix/exceptions.ts';
import { PLAIN_TEXT, THOUGHT } from '../support/stand-ins/script.ts';
import type { FormId } from '../support/stand-ins/stand-ins.ts';

const UPSTREAMS: readonly FormId[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'bedrock-converse',
  'gemini',
];

let lab: Lab;
let client: GoogleGenAI;
beforeAll(async () => {
  lab = await startLab();
  client = new GoogleGenAI({ apiKey: lab.gateway.key, httpOptions: { baseUrl: lab.gateway.url } });
});
afterAll(() => lab.stop());

const DECLARED = [
  {
    functionDeclarations: TOOLS.map(({ name, description, parameters }) => ({
      name,
      description,
      parametersJsonSchema: parameters,
    })),
  },
];

describe.each(UPSTREAMS)('the Google client before %s', (form) => {
  it.each(['v1beta', 'v1'])('generates, and streams the same (%s)', async (apiVersion) => {
    const { url, key } = lab.gateway;
    const versioned = new GoogleGenAI({ apiKey: key, apiVersion, httpOptions: { baseUrl: url } });
    const request = { model: form, contents: naming('plain').text };
    const whole = await versioned.models.generateContent(request);
    expect(whole.text).toBe(PLAIN_TEXT);
    expect(whole.candidates?.[0]).toMatchObject({ finishReason: 'STOP', content: { role: 'model' } });
    const chunks = await collect(await versioned.models.generateContentStream(request));
    expect(chunks.map(({ text }) => text ?? '').join('')).toBe(PLAIN_TEXT);
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.at(-1)?.usageMetadata?.totalTokenCount).toBe(whole.usageMetadata?.totalTokenCount);
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
  });

  // The client forgets a streamed answer with an empty chunk in it, such as our stand-in for Gemini ends calls with.
  const ways = form === 'gemini' ? [false] : [false, true];
  it.each(ways)('chats, calling a function out of thought (stream: %s)', async (isStreamed) => {
    const { text, label } = naming('reasoning-tool');
    const chat = client.chats.create({
      model: `${form}-thinking`,
      config: {
        tools: DECLARED,
        systemInstruction: 'Be brief.',
        thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 },
      },
    });
    const send = async (message: Parameters<typeof chat.sendMessage>[0]['message']) =>
      isStreamed ? collect(await chat.sendMessageStream({ message })) : [await chat.sendMessage({ message })];
    const first = await send(text);
    const [call, ...others] = first.flatMap(({ functionCalls }) => functionCalls ?? []);
    expect(others).toEqual([]);
    expect(call).toMatchObject({ name: 'get_weather', args: ONE_CALL });
    const parts = first.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
    const thought = parts.map((part) => (part.thought === true ? part.text : '')).join('');
    if (form !== 'openai-chat') expect(thought).toBe(THOUGHT);
    const { id, name } = call ?? {};
    const response = { output: `sunny in ${ONE_CALL.city}` };
    const reply = {
      functionResponse: {
        ...(id === undefined ? {} : { id }),
        ...(name === undefined ? {} : { name }),
        response,
      },
    };
    const second = await send([reply]);
    expect(second.map((one) => one.text ?? '').join('')).toBe(ONE_RESULT);
    const proofs = lab.heard(form, label).turns.map((turn) => turn.proofs);
    expect(proofs.reduce((sum, one) => sum + one)).toBe(PROOFS[form]);
    expect(lab.heard(form, label).system.join('')).toContain('Be brief.');
    const third = await send(naming('plain').text);
    expect(third.map((one) => one.text ?? '').join('')).toBe(PLAIN_TEXT);
  });

  it('calls functions by itself until the answer is there', async () => {
    const asked: string[] = [];
    const tool: CallableTool = {
      tool: () => Promise.resolve(DECLARED[0] ?? {}),
      callTool: (calls) => {
        asked.push(...calls.map(({ name }) => String(name)));
        return Promise.resolve(
          calls.map(({ id, name }, index) => ({
            functionResponse: {
              ...(id === undefined ? {} : { id }),
              name: String(name),
              response: { output: `r${index}` },
            },
          })),
        );
      },
    };
    const contents = naming('parallel-tools').text;
    const answer = await client.models.generateContent({ model: form, contents, config: { tools: [tool] } });
    expect(answer.text).toBe('Results: r0 | r1 | r2');
    expect(asked).toEqual(['get_weather', 'get_weather', 'get_time']);
  });

  it('answers by a JSON Schema', async () => {
    const config = { responseMimeType: 'application/json', responseJsonSchema: z.toJSONSchema(person) };
    const request = { model: form, contents: naming('structured').text, config };
    const whole = await client.models.generateContent(request);
    const chunks = await collect(await client.models.generateContentStream(request));
    for (const text of [whole.text, chunks.map((chunk) => chunk.text ?? '').join('')]) {
      expect(person.safeParse(JSON.parse(text ?? '')).success).toBe(true);
    }
  });

  it('counts tokens', async () => {
    const contents: Content[] = [{ role: 'user', parts: [{ text: 'How many are these?' }] }];
    const { totalTokens } = await client.models.countTokens({ model: `${form}-counting`, contents });
    if (form === 'openai-chat' || form === 'openai-responses') expect(totalTokens).toBeGreaterThan(3);
    else expect(totalTokens).toBe(COUNTED_TOKENS);
  });

  it('throws ApiError with the status', async () => {
    const fail = async (scenario: string, model: string = form): Promise<number> => {
      const failed = await refusal(client.models.generateContent({ model, contents: naming(scenario).text }));
      expect(failed).toBeInstanceOf(ApiError);
      if (!(failed instanceof ApiError)) throw failed;
      const { error } = JSON.parse(failed.message) as { error: { code: number; status: string } }; // Google's shape
      expect(error).toMatchObject({ code: failed.status, status: expect.stringMatching(/^[A-Z_]+$/) });
      return failed.status;
    };
    expect(await fail('rate-limit')).toBe(429);
    expect(await fail('bad-request')).toBe(400);
    expect(await fail('overloaded')).toBe(OVERLOADED[form]);
    expect(await fail('plain', `${form}-wrong-key`)).toBe(502);
    expect(await fail('plain', 'no-such-model')).toBe(404);
  });

  it.each(['error-mid-stream', 'reset-mid-stream', 'early-end'])(
    'throws out of the loop in %s',
    async (scenario) => {
      const request = { model: form, contents: naming(scenario).text };
      const stream = await client.models.generateContentStream(request);
      let heard = '';
      const loop = async (): Promise<void> => {
        for await (const { text } of stream) heard += text ?? '';
      };
      expect(await refusal(loop())).toBeInstanceOf(Error);
      expect(heard).toMatch(/^Half/);
    },
  );

  it('lets go of the vendor when the client aborts', async () => {
    const controller = new AbortController();
    const stream = await client.models.generateContentStream({
      model: `${form}-endless`,
      contents: naming('plain').text,
      config: { abortSignal: controller.signal },
    });
    const loop = async (): Promise<void> => {
      for await (const { text } of stream) if (text) controller.abort();
    };
    await loop().catch(() => undefined); // how it ends is the client's affair
    await within(1000, 'the vendor’s connection is closed', (await lab.endlessCall(form)).closed);
  });
});

describe.each(['gemini', 'openai-chat', 'bedrock-converse', 'cohere-chat', 'ollama-chat'] as const)(
  'embeddings of the Google client before %s',
  (form) => {
    it('are the vendor’s vectors', async () => {
      const contents = ['cat', 'a dog'];
      const { embeddings } = await client.models.embedContent({ model: `${form}-embedding`, contents });
      expect(embeddings?.map(({ values }) => values)).toEqual(contents.map(vectorOf));
      const single = await client.models.embedContent({ model: `${form}-embedding`, contents: 'cat' });
      expect(single.embeddings?.map(({ values }) => values)).toEqual([vectorOf('cat')]);
    });
  },
);

describe('the Google client', () => {
  // Its default version is `v1`, and `GET /v1/models` is OpenAI's list by the contract, which takes no `x-goog-api-key`.
  it('lists and gets models in v1beta', async () => {
    const { url, key } = lab.gateway;
    const beta = new GoogleGenAI({ apiKey: key, apiVersion: 'v1beta', httpOptions: { baseUrl: url } });
    const names = (await collect(await beta.models.list())).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(UPSTREAMS.map((form) => `models/${form}`)));
    expect(await beta.models.get({ model: 'anthropic-messages' })).toMatchObject({
      name: 'models/anthropic-messages',
    });
  });
});
