import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { hasSpecs, loadSpecification, SPECS_DIR, type Specification } from '../support/openapi.ts';
import { chatCompletion, chatStream, json, sse, startUpstream, type Upstream } from '../support/upstream.ts';

const tools = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'integer' } },
        required: ['city', 'days'],
      },
    },
  },
  { type: 'function', function: { name: 'get_time', parameters: { type: 'object', properties: {} } } },
];
const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, ages: { type: 'array', items: { type: 'integer' } } },
  required: ['name', 'ages'],
  additionalProperties: false,
};
const ask = (content: string) => ({ messages: [{ role: 'user', content }] });

/** Requests to the simulator, by what they ask for. */
const CHATS: [string, object][] = [
  ['text', ask('hi')],
  ['two choices', { ...ask('hi'), n: 2 }],
  ['tool calls', { ...ask('get_weather and get_time'), tools }],
  ['a required tool call', { ...ask('hi'), tools, tool_choice: 'required' }],
  ['tool calls in two choices', { ...ask('get_weather and get_time'), tools, n: 2 }],
  [
    'a JSON schema',
    { ...ask('hi'), response_format: { type: 'json_schema', json_schema: { name: 'person', schema } } },
  ],
  ['a JSON object', { ...ask('hi'), response_format: { type: 'json_object' } }],
  ['a cut text', { ...ask('hi'), max_completion_tokens: 3 }],
  ['cut tool calls', { ...ask('get_weather'), tools, max_tokens: 2 }],
  ['a filtered text', { ...ask('hi'), model: 'simulator/sim-fast?finish_reason=content_filter' }],
  ['an empty text', { ...ask('hi'), model: 'simulator/sim-fast?answer_tokens=0' }],
];
const COMPLETIONS: [string, object][] = [
  ['one prompt', { prompt: 'Once' }],
  ['prompts times choices', { prompt: ['Once', 'Twice'], n: 2 }],
  ['an echo, cut', { prompt: 'Once', echo: true, max_tokens: 2 }],
  ['tokens as prompt', { prompt: [1, 2, 3] }],
];
const EMBEDDINGS: [string, object][] = [
  ['a text', { input: 'cat' }],
  ['texts', { input: ['cat', 'dog'], dimensions: 8 }],
  ['tokens', { input: [[1, 2], [3]], encoding_format: 'float' }],
];

/** Requests that are refused, each with another code. */
const REFUSALS: [string, string, RequestInit][] = [
  ['invalid_api_key', '/v1/models', { headers: { authorization: 'Bearer wrong-key-0123456789' } }],
  ['model_not_found', '/v1/embeddings', post({ model: 'nobody/knows', input: 'a' })],
  ['model_not_found', '/v1/models/nobody/knows', {}],
  ['model_not_found', '/v1/chat/completions', post({ model: 'simulator/no-such-sim', ...ask('hi') })],
  ['invalid_request', '/v1/chat/completions', post({ model: 'simulator/sim-fast' })],
  ['invalid_request', '/v1/chat/completions', post({ model: 'simulator/sim-fast', ...ask('hi'), n: 99 })],
  ['method_not_allowed', '/v1/chat/completions', {}],
  ['route_not_supported', '/v1/assistants', post({})],
  ['route_not_found', '/v1/what', post({})],
  ['provider_error', '/v1/chat/completions', post({ model: 'simulator/sim-error-429', ...ask('hi') })],
  ['provider_error', '/v1/chat/completions', post({ model: 'simulator/sim-error-500', ...ask('hi') })],
  ['provider_unreachable', '/v1/chat/completions', post({ model: 'simulator/sim-dies', ...ask('hi') })],
];
/** Streams that fail on their way. */
const BROKEN: [string, string][] = [
  ['provider_unreachable', 'simulator/sim-dies'],
  ['provider_error', 'simulator/sim-fast?in_stream_error_after_tokens=4'],
  ['provider_timeout', 'simulator/sim-fast?hang=mid_stream'],
];

function post(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function validation(): void {
  let upstream: Upstream;
  let gateway: Gateway;
  let specification: Specification;
  beforeAll(async () => {
    specification = loadSpecification();
    upstream = await startUpstream();
    gateway = await startGateway({
      config: {
        providers: { simulator: {}, stub: standIn(upstream.url) },
        models: {
          alias: { targets: [{ provider: 'simulator', model: 'sim-fast' }] },
          'team/alias': { targets: [{ alias: 'alias' }] },
        },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  const expectValid = (schemaName: string, value: unknown) =>
    expect(specification.mistakes(schemaName, value)).toEqual([]);

  /** The events of a stream, parsed, and whether the end marker closed it. */
  async function readStream(path: string, body: object): Promise<{ chunks: object[]; isDone: boolean }> {
    const response = await gateway.post(path, { ...body, stream: true });
    expect(response.status).toBe(200);
    const text = await response.text();
    const data = text
      .split('\n\n')
      .filter((event) => event.startsWith('data: '))
      .map((event) => event.slice('data: '.length));
    const isDone = data.at(-1) === '[DONE]';
    return { isDone, chunks: (isDone ? data.slice(0, -1) : data).map((one) => JSON.parse(one)) };
  }

  const model = 'simulator/sim-fast';

  it.each(CHATS)('a chat completion with %s is a CreateChatCompletionResponse', async (_, request) => {
    const response = await gateway.post('/v1/chat/completions', { model, ...request });
    expect(response.status).toBe(200);
    expectValid('CreateChatCompletionResponse', await response.json());
  });

  it.each(CHATS)(
    'every chunk of a stream with %s is a CreateChatCompletionStreamResponse',
    async (_, request) => {
      for (const extra of [{}, { stream_options: { include_usage: true } }]) {
        const { chunks, isDone } = await readStream('/v1/chat/completions', { model, ...request, ...extra });
        expect(isDone).toBe(true);
        expect(chunks.length).toBeGreaterThan(1);
        for (const chunk of chunks) expectValid('CreateChatCompletionStreamResponse', chunk);
        const last = chunks.at(-1) as { choices: unknown[]; usage?: unknown };
        expect(last.choices.length === 0).toBe('stream_options' in extra);
        if ('stream_options' in extra) expectValid('CompletionUsage', last.usage);
      }
    },
  );

  it('chunks that Edgeway makes of a whole answer, because the provider does not stream, are valid', async () => {
    upstream.answer(json(chatCompletion('not streamed')));
    for (const extra of [{}, { stream_options: { include_usage: true } }]) {
      const { chunks, isDone } = await readStream('/v1/chat/completions', {
        model: 'stub/m',
        ...ask('hi'),
        ...extra,
      });
      expect(isDone).toBe(true);
      for (const chunk of chunks) expectValid('CreateChatCompletionStreamResponse', chunk);
      expect(JSON.stringify(chunks)).toContain('not streamed');
    }
  });

  it.each(COMPLETIONS)('a text completion of %s is a CreateCompletionResponse', async (_, request) => {
    const response = await gateway.post('/v1/completions', { model, ...request });
    expect(response.status).toBe(200);
    expectValid('CreateCompletionResponse', await response.json());
  });

  it.each(COMPLETIONS)(
    'every chunk of a text completion of %s is a CreateCompletionResponse',
    async (_, request) => {
      const options = { stream_options: { include_usage: true } };
      const { chunks, isDone } = await readStream('/v1/completions', { model, ...request, ...options });
      expect(isDone).toBe(true);
      for (const chunk of chunks) expectValid('CreateCompletionResponse (chunk)', chunk);
      expectValid('CompletionUsage', (chunks.at(-1) as { usage?: unknown }).usage);
    },
  );

  it.each(EMBEDDINGS)('embeddings of %s are a CreateEmbeddingResponse', async (_, request) => {
    const response = await gateway.post('/v1/embeddings', { model: 'simulator/sim-embedding', ...request });
    expect(response.status).toBe(200);
    expectValid('CreateEmbeddingResponse', await response.json());
  });

  it('the list of models is a ListModelsResponse, and each of its ids retrieves a Model', async () => {
    const list = await gateway.request('/v1/models').then((response) => response.json());
    expectValid('ListModelsResponse', list);
    const ids: string[] = list.data.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining(['alias', 'team/alias', 'simulator/sim-fast']));
    for (const id of ids) {
      for (const path of [id, encodeURIComponent(id)]) {
        const response = await gateway.request(`/v1/models/${path}`);
        expect(response.status).toBe(200);
        const found = await response.json();
        expectValid('Model', found);
        expect(found.id).toBe(id);
      }
    }
  });

  it.each(REFUSALS)('the body of %s from %s holds an Error and nothing else', async (code, path, init) => {
    const response = await gateway.request(path, init);
    expect(response.ok).toBe(false);
    expect(response.headers.get('content-type')).toContain('application/json');
    const body = await response.json();
    expect(Object.keys(body)).toEqual(['error']);
    expectValid('Error', body.error);
    expect(body.error.code).toBe(code);
  });

  it.each(BROKEN)(
    'a stream that ends with %s closes with an Error event, and all before it is valid',
    async (code, broken) => {
      const bounded = { 'x-edgeway-timeout-ms': '1500' };
      const response = await gateway.post(
        '/v1/chat/completions',
        { model: broken, ...ask('hi'), stream: true },
        bounded,
      );
      expect(response.status).toBe(200);
      const events = (await response.text()).split('\n\n').filter((event) => event.startsWith('data: '));
      const chunks = events.map((event) => JSON.parse(event.slice('data: '.length)));
      const last = chunks.pop();
      expect(chunks.length).toBeGreaterThan(2);
      for (const chunk of chunks) expectValid('CreateChatCompletionStreamResponse', chunk);
      expect(Object.keys(last)).toEqual(['error']);
      expectValid('Error', last.error);
      expect(last.error.code).toBe(code);
    },
  );

  it('the judge does refuse what is wrong', async () => {
    const whole = chatCompletion('x') as Record<string, unknown>;
    expectValid('CreateChatCompletionResponse', whole);
    const wrong = [
      { ...whole, created: 'today' },
      { ...whole, object: 'chat.completion.chunk' },
      { ...whole, choices: [{ index: 0, finish_reason: 'stop', logprobs: null, message: { role: 'user' } }] },
      { ...whole, usage: { prompt_tokens: 1 } },
    ];
    for (const value of wrong)
      expect(specification.mistakes('CreateChatCompletionResponse', value)).not.toEqual([]);
    upstream.answer(sse(chatStream(['fine'])));
    const { chunks } = await readStream('/v1/chat/completions', { model: 'stub/m', ...ask('hi') });
    for (const chunk of chunks) {
      expectValid('CreateChatCompletionStreamResponse', chunk);
      const spoilt = JSON.parse(JSON.stringify(chunk).replaceAll('"finish_reason"', '"finishReason"'));
      expect(specification.mistakes('CreateChatCompletionStreamResponse', spoilt)).not.toEqual([]);
    }
  });
}

/** Whatever Edgeway makes itself. What a provider sent passes as it is, so it is not judged here. */
if (hasSpecs()) describe('what Edgeway makes, by the OpenAPI document of the OpenAI API', validation);
else
  it(`validated nothing: there is no openai.openapi.json in ${SPECS_DIR} (set SPECS_DIR)`, () => {
    console.warn(`openapi-validation: nothing was validated, ${SPECS_DIR} has no openai.openapi.json`);
    expect(hasSpecs()).toBe(false);
  });
