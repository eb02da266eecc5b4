/** What is told once more is still what OpenAI's document says, whole and as a stream, whichever it was at first. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENT } from '../support/cache/lab.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { freshLabel } from '../support/limits/lab.ts';
import { hasSpecs, loadSpecification, SPECS_DIR, type Specification } from '../support/openapi.ts';
import { dataOf } from '../support/streaming.ts';

const tools = ['get_weather', 'get_time'].map((name) => ({
  type: 'function',
  function: {
    name,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}));
const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, ages: { type: 'array', items: { type: 'integer' } } },
  required: ['name', 'ages'],
  additionalProperties: false,
};
const json = { type: 'json_schema', name: 'person', schema };

/** What each request asks for beside its text, in the words of the route. */
const CHATS: readonly (readonly [string, object])[] = [
  ['text', {}],
  ['two choices', { n: 2 }],
  ['a tool call', { tools, tool_choice: 'required' }],
  ['tool calls in two choices', { tools, tool_choice: 'required', n: 2 }],
  ['a JSON schema', { response_format: { type: 'json_schema', json_schema: json } }],
  ['usage in a stream', { stream_options: { include_usage: true } }],
];
const RESPONSES: readonly (readonly [string, object])[] = [
  ['text', {}],
  [
    'a tool call',
    {
      tools: tools.map(({ function: named }) => ({ type: 'function', strict: false, ...named })),
      tool_choice: 'required',
    },
  ],
  ['a JSON schema', { text: { format: json } }],
];

const MODES = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

function validation(): void {
  let gateway: Gateway;
  let specification: Specification;
  beforeAll(async () => {
    specification = loadSpecification();
    gateway = await startGateway({
      config: {
        cache: PATIENT,
        providers: { simulator: {} },
        models: {
          kept: {
            targets: [{ provider: 'simulator', model: 'sim-fast' }],
            cache: { ttl_seconds: 600, mode: 'always', tool_calls: true },
          },
          vectors: {
            targets: [{ provider: 'simulator', model: 'sim-embedding' }],
            cache: { ttl_seconds: 600 },
          },
        },
      },
    });
  });
  afterAll(() => gateway.stop());

  async function ask(
    path: string,
    body: object,
    stream: boolean,
  ): Promise<{ cache: string | null; values: unknown[] }> {
    const { stream_options: options, ...rest } = body as { stream_options?: object };
    const response = await gateway.post(path, {
      ...rest,
      stream,
      ...(stream && options ? { stream_options: options } : {}),
    });
    const text = await response.text();
    expect({ status: response.status, text }).toMatchObject({ status: 200 });
    const data = stream ? dataOf(text).filter((one) => one !== '[DONE]') : [text];
    return { cache: response.headers.get('x-edgeway-cache'), values: data.map((one) => JSON.parse(one)) };
  }

  /** Writes an entry, and judges what it is told as. */
  async function expectValidReplay(
    path: string,
    body: object,
    [written, read]: readonly [boolean, boolean],
    schemaName: string,
  ) {
    expect((await ask(path, body, written)).cache).toBe('miss');
    const hit = await ask(path, body, read);
    expect(hit.cache).toBe('hit');
    expect(hit.values.length).toBeGreaterThan(read ? 2 : 0);
    for (const value of hit.values)
      expect([specification.mistakes(schemaName, value), value]).toEqual([[], value]);
  }

  describe.each(MODES)('written as a stream: %s, read as a stream: %s', (written, read) => {
    it.each(CHATS)('a chat with %s', async (_, more) => {
      const body = {
        model: 'kept',
        messages: [{ role: 'user', content: `${freshLabel()} get_weather` }],
        ...more,
      };
      const name = read ? 'CreateChatCompletionStreamResponse' : 'CreateChatCompletionResponse';
      await expectValidReplay('/v1/chat/completions', body, [written, read], name);
    });

    it.each(RESPONSES)('a response with %s', async (_, more) => {
      const body = { model: 'kept', input: `${freshLabel()} get_weather`, ...more };
      await expectValidReplay(
        '/v1/responses',
        body,
        [written, read],
        read ? 'ResponseStreamEvent' : 'Response',
      );
    });

    it.each([
      ['one prompt', {}],
      ['prompts times choices', { n: 2 }],
    ])('a text completion of %s', async (_, more) => {
      const prompt = 'n' in more ? [freshLabel(), freshLabel()] : freshLabel();
      const name = read ? 'CreateCompletionResponse (chunk)' : 'CreateCompletionResponse';
      await expectValidReplay('/v1/completions', { model: 'kept', prompt, ...more }, [written, read], name);
    });
  });

  it('embeddings', async () => {
    const body = { model: 'vectors', input: [freshLabel(), freshLabel()], encoding_format: 'float' };
    await expectValidReplay('/v1/embeddings', body, [false, false], 'CreateEmbeddingResponse');
  });

  it('refusals of the cache hold an Error and nothing else', async () => {
    const body = { model: 'kept', messages: [{ role: 'user', content: freshLabel() }] };
    const response = await gateway.post('/v1/chat/completions', body, { 'cache-control': 'only-if-cached' });
    const told = await response.json();
    expect([response.status, Object.keys(told)]).toEqual([504, ['error']]);
    expect(specification.mistakes('Error', told.error)).toEqual([]);
  });
}

if (hasSpecs()) describe('replays, by the OpenAPI document of the OpenAI API', validation);
else
  it(`validated nothing: there is no openai.openapi.json in ${SPECS_DIR} (set SPECS_DIR)`, () => {
    console.warn(`cache-openapi: nothing was validated, ${SPECS_DIR} has no openai.openapi.json`);
    expect(hasSpecs()).toBe(false);
  });
