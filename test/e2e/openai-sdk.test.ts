import type { ClientOptions } from 'openai';
import OpenAI, { APIError, toFile } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import type { ChatCompletionChunk, ChatCompletionTool } from 'openai/resources/chat/completions';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { collect, openAi, recordingFetch, refusal, within } from '../support/clients.ts';
import { type Gateway, makeKey, standIn, startGateway } from '../support/gateway.ts';
import {
  chatCompletion,
  chatStream,
  type Handler,
  json,
  sse,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts';
import { freePort } from '../support/workerd.ts';

/** Every byte value, so that no decoding on the way goes unnoticed. */
const BYTES = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7 + (index >> 8)) % 256));
const SECRET = 'sk-upstream-secret-0001';
const HELLO = [{ role: 'user' as const, content: 'hi' }];

const ask = (question: string) => [{ role: 'user' as const, content: question }];
const target = (model: string) => ({ targets: [{ provider: 'stub', model }], retries: 0 });

const limited = makeKey('limited', { models: ['sim'] });
let upstream: Upstream;
let gateway: Gateway;
let client: OpenAI;

beforeAll(async () => {
  upstream = await startUpstream();
  const models = ['omni-moderation-latest', 'dall-e-2', 'family/with/slash'];
  gateway = await startGateway({
    config: {
      providers: {
        simulator: {},
        stub: standIn(upstream.url, { models }),
        dead: standIn(`http://127.0.0.1:${await freePort()}`),
      },
      models: {
        sim: { targets: [{ provider: 'simulator', model: 'sim-fast' }] },
        chat: target('upstream-chat'),
        ears: target('upstream-whisper'),
        mouth: target('upstream-tts'),
        eyes: target('upstream-image'),
        'eyes-twice': { ...target('upstream-image'), retries: 1 },
        judge: target('upstream-moderation'),
        nobody: { targets: [{ provider: 'dead', model: 'm' }], retries: 0 },
      },
    },
    keys: [limited],
  });
  client = openAi(gateway);
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});
beforeEach(() => {
  upstream.calls.length = 0;
  upstream.answer((_, response) => void response.writeHead(418).end());
});

describe.each(['/v1', ''])('the openai client with the edge URL + "%s" as its baseURL', (suffix) => {
  let here: OpenAI;
  beforeAll(() => {
    here = openAi(gateway, { baseURL: gateway.url + suffix });
  });

  it('gets a chat completion with usage and a request id that is the header and the log line', async () => {
    const { data, response, request_id } = await here.chat.completions
      .create({ model: 'sim', messages: ask('Are you there?') })
      .withResponse();
    expect(data.choices[0]?.message.content).toContain('You wrote: "Are you there?"');
    expect(data.choices[0]?.finish_reason).toBe('stop');
    expect(data.usage?.total_tokens).toBeGreaterThan(5);
    expect(request_id).toBe(response.headers.get('x-request-id'));
    const line = await gateway.lineOf(request_id);
    expect(line).toMatchObject({ alias: 'sim', provider: 'simulator', status: 200, ending: 'complete' });
  });

  it('iterates a stream that says, in pieces, what the whole answer says', async () => {
    const request = { model: 'sim', messages: ask('Say it twice') };
    const whole = await here.chat.completions.create(request);
    const stream = await here.chat.completions.create({ ...request, stream: true });
    const chunks = await collect(stream);
    expect(textOf(chunks)).toBe(whole.choices[0]?.message.content);
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.some((chunk) => chunk.usage)).toBe(false);
  });

  it('gets the usage chunk last when it asks for it', async () => {
    const stream = await here.chat.completions.create({
      model: 'sim',
      messages: HELLO,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collect(stream);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
  });

  it('lists models and retrieves one whose id holds slashes', async () => {
    const listed = await collect(await here.models.list());
    const ids = listed.map((model) => model.id);
    expect(ids).toEqual(
      expect.arrayContaining(['sim', 'ears', 'stub/family/with/slash', 'simulator/sim-fast']),
    );
    expect(listed.find(({ id }) => id === 'simulator/sim-fast')?.owned_by).toContain('simulator');
    expect(await here.models.retrieve('stub/family/with/slash')).toMatchObject({
      id: 'stub/family/with/slash',
      object: 'model',
    });
    expect((await here.models.retrieve('sim')).id).toBe('sim');
  });

  it('gets the same embedding as floats and in its default, base64', async () => {
    const recorder = recordingFetch();
    const recorded = openAi(gateway, { baseURL: gateway.url + suffix, fetch: recorder.fetch });
    const request = { model: 'simulator/sim-embedding', input: ['cat', 'dog'], dimensions: 16 };
    const packed = await recorded.embeddings.create(request);
    const floats = await recorded.embeddings.create({ ...request, encoding_format: 'float' });
    expect(JSON.parse(String(recorder.sent[0]?.body)).encoding_format).toBe('base64');
    expect(packed.data).toHaveLength(2);
    for (const [index, { embedding }] of packed.data.entries()) {
      expect(embedding).toHaveLength(16);
      expect(embedding).toEqual(floats.data[index]?.embedding);
    }
    expect(packed.data[0]?.embedding).not.toEqual(packed.data[1]?.embedding);
    expect(packed.usage.total_tokens).toBe(2);
  });

  it('gets legacy completions, whole and streamed', async () => {
    const request = { model: 'simulator/sim-fast', prompt: 'Once upon a time' };
    const whole = await here.completions.create(request);
    expect(whole.choices[0]?.text).toContain('Once upon a time');
    const stream = await here.completions.create({ ...request, stream: true });
    const pieces = (await collect(stream)).map((chunk) => chunk.choices[0]?.text ?? '');
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe(whole.choices[0]?.text);
  });
});

describe('helpers of the openai client', () => {
  it('emits content events from .stream() and assembles the final completion', async () => {
    const stream = client.chat.completions.stream({
      model: 'sim',
      messages: ask('Tell me'),
      stream_options: { include_usage: true },
    });
    const events: string[] = [];
    let heard = '';
    stream.on('connect', () => events.push('connect'));
    stream.on('content', (delta) => {
      heard += delta;
    });
    stream.on('end', () => events.push('end'));
    const final = await stream.finalChatCompletion();
    await stream.done();
    expect(final.choices[0]?.message.content).toBe(heard);
    expect(heard).toContain('Tell me');
    expect(final.usage?.completion_tokens).toBeGreaterThan(3);
    expect(events).toEqual(['connect', 'end']);
  });

  it('parses a structured answer against the schema that it sent', async () => {
    const format = zodResponseFormat(
      z.object({ city: z.string(), degrees: z.number(), sunny: z.boolean(), tags: z.array(z.string()) }),
      'weather',
    );
    const completion = await client.chat.completions.parse({
      model: 'sim',
      messages: ask('The weather?'),
      response_format: format,
    });
    expect(completion.choices[0]?.message.parsed).toMatchObject({
      city: expect.any(String),
      degrees: expect.any(Number),
      sunny: expect.any(Boolean),
    });
  });

  it('parses a structured answer that was streamed', async () => {
    const format = zodResponseFormat(z.object({ city: z.string(), degrees: z.number() }), 'weather');
    const stream = client.chat.completions.stream({
      model: 'sim',
      messages: ask('The weather?'),
      response_format: format,
    });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]?.message.parsed).toEqual({
      city: expect.any(String),
      degrees: expect.any(Number),
    });
  });
});

const WEATHER: ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city', 'days'],
    },
  },
};
const CLOCK: ChatCompletionTool = {
  type: 'function',
  function: { name: 'get_time', parameters: { type: 'object', properties: {}, required: [] } },
};

describe('tool calls through the openai client', () => {
  const request = {
    model: 'sim',
    messages: ask('Use get_weather and get_time please'),
    tools: [WEATHER, CLOCK],
  };

  it('gets tool calls with arguments that fit the schema', async () => {
    const completion = await client.chat.completions.create(request);
    const [choice] = completion.choices;
    expect(choice?.finish_reason).toBe('tool_calls');
    const calls = functionCalls(choice?.message.tool_calls ?? []);
    expect(calls.map(({ name }) => name)).toEqual(['get_weather', 'get_time']);
    expect(calls[0]?.input).toEqual({ city: expect.any(String), days: expect.any(Number) });
  });

  it('puts streamed deltas together by index to the same calls', async () => {
    const whole = await client.chat.completions.create(request);
    const stream = client.chat.completions.stream(request);
    const finished: string[] = [];
    stream.on('tool_calls.function.arguments.done', ({ name, index }) => finished.push(`${index} ${name}`));
    const streamed = await stream.finalChatCompletion();
    expect(streamed.choices[0]?.finish_reason).toBe('tool_calls');
    expect(functionCalls(streamed.choices[0]?.message.tool_calls ?? [])).toEqual(
      functionCalls(whole.choices[0]?.message.tool_calls ?? []),
    );
    expect(finished).toEqual(['0 get_weather', '1 get_time']);
  });

  it.each([false, true])('runs the whole conversation with runTools (stream: %s)', async (isStreamed) => {
    const asked: unknown[] = [];
    const tool = {
      type: 'function' as const,
      function: {
        name: 'get_weather',
        description: 'Weather of a city',
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
        },
        parse: JSON.parse,
        function: (input: object) => {
          asked.push(input);
          return 'sunny';
        },
      },
    };
    const conversation = { model: 'sim', messages: ask('Ask get_weather'), tools: [tool] };
    const runner = isStreamed
      ? client.chat.completions.runTools({ ...conversation, stream: true })
      : client.chat.completions.runTools(conversation);
    expect(await runner.finalContent()).toContain('simulator');
    expect(asked).toEqual([{ city: expect.any(String) }]);
    expect(runner.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  });
});

describe('moderations through the openai client', () => {
  const verdict = {
    id: 'modr-1',
    model: 'omni-moderation-2024-09-26',
    results: [{ flagged: true, categories: { violence: true }, category_scores: { violence: 0.97 } }],
  };

  it('sends the model that an alias stands for', async () => {
    upstream.answer(json(verdict));
    const answer = await client.moderations.create({ model: 'judge', input: 'so much violence' });
    expect(answer.results[0]?.flagged).toBe(true);
    const call = await upstream.call(0);
    expect(call.path).toBe('/v1/moderations');
    expect(JSON.parse(String(call.body))).toEqual({
      model: 'upstream-moderation',
      input: 'so much violence',
    });
  });

  it('are answered without a model, by the provider that serves the default one', async () => {
    upstream.answer(json(verdict));
    const answer = await client.moderations.create({ input: ['a', 'b'] });
    expect(answer.results[0]?.category_scores.violence).toBe(0.97);
    const { model = 'omni-moderation-latest', ...rest } = JSON.parse(String((await upstream.call(0)).body));
    expect({ model, ...rest }).toEqual({ model: 'omni-moderation-latest', input: ['a', 'b'] });
  });
});

describe('images through the openai client', () => {
  const picture = { created: 1, data: [{ b64_json: BYTES.toString('base64') }] };

  it('generates, with every parameter but the model as it was sent', async () => {
    upstream.answer(json(picture));
    const request = { prompt: 'a cat', n: 1, size: '1024x1024', background: 'transparent' } as const;
    const answer = await client.images.generate({ model: 'eyes', ...request });
    expect(Buffer.from(answer.data?.[0]?.b64_json ?? '', 'base64')).toEqual(BYTES);
    expect(JSON.parse(String((await upstream.call(0)).body))).toEqual({
      model: 'upstream-image',
      ...request,
    });
  });

  it('iterates partial pictures as typed events', async () => {
    const events = [
      { type: 'image_generation.partial_image', partial_image_index: 0, b64_json: 'AAAA' },
      { type: 'image_generation.completed', b64_json: 'AAAABBBB', usage: { total_tokens: 3 } },
    ];
    upstream.answer(sse(typedEvents(events)));
    const stream = await client.images.generate({ model: 'eyes', prompt: 'a cat', stream: true });
    expect(await collect(stream)).toEqual(events);
  });

  it.each([
    ['in front of the file, streamed through', 'eyes', true],
    ['behind the file, streamed through', 'eyes', false],
    ['in front of the file, held for another try', 'eyes-twice', true],
    ['behind the file, held for another try', 'eyes-twice', false],
  ])('edits with a form that differs in its model alone: %s', async (_, model, isFirst) => {
    upstream.answer(json(picture));
    const { fetch, sent } = recordingFetch();
    const fields = {
      image: [
        await toFile(BYTES, 'one.png', { type: 'image/png' }),
        await toFile(BYTES.subarray(9), 'two.png'),
      ],
      prompt: 'a "hat" — für die Katze\r\n--not-a-boundary',
      size: '512x512' as const,
    };
    const request = isFirst ? { model, ...fields } : { ...fields, model };
    const answer = await openAi(gateway, { fetch }).images.edit(request);
    expect(answer.data?.[0]?.b64_json).toBe(picture.data[0]?.b64_json);
    const call = await upstream.call(0);
    expect(call.path).toBe('/v1/images/edits');
    expect(call.headers['content-type']).toBe(sent[0]?.headers.get('content-type'));
    expectSameButModel(call.body, sent[0]?.body, model, 'upstream-image');
  });

  it('sends the whole form again when the first try failed', async () => {
    upstream.answer((call, response, request) => {
      const answer = upstream.calls.length === 1 ? json({ error: { message: 'oops' } }, 503) : json(picture);
      return answer(call, response, request);
    });
    const { fetch, sent } = recordingFetch();
    const image = await toFile(BYTES, 'one.png', { type: 'image/png' });
    await openAi(gateway, { fetch }).images.edit({ image, prompt: 'a hat', model: 'eyes-twice' });
    expect(upstream.calls).toHaveLength(2);
    for (const call of upstream.calls)
      expectSameButModel(call.body, sent[0]?.body, 'eyes-twice', 'upstream-image');
  });

  it('makes variations without naming a model, and nothing is lost of the form', async () => {
    upstream.answer(json(picture));
    const { fetch, sent } = recordingFetch();
    const image = await toFile(BYTES, 'one.png', { type: 'image/png' });
    await openAi(gateway, { fetch }).images.createVariation({ image, n: 2 });
    const call = await upstream.call(0);
    expect(call.path).toBe('/v1/images/variations');
    const received = await readForm(call.body, call.headers['content-type']);
    const { model = ['dall-e-2'], ...rest } = received;
    expect(model).toEqual(['dall-e-2']);
    expect(rest).toEqual(await readForm(sent[0]?.body, sent[0]?.headers.get('content-type')));
    expect(rest.image).toEqual([{ name: 'one.png', type: 'image/png', bytes: BYTES }]);
  });
});

describe('audio through the openai client', () => {
  it('transcribes: the file arrives byte by byte, the alias as the upstream model', async () => {
    upstream.answer(json({ text: 'hello world', usage: { type: 'duration', seconds: 2 } }));
    const { fetch, sent } = recordingFetch();
    const file = await toFile(BYTES, 'speech.wav', { type: 'audio/wav' });
    const transcription = await openAi(gateway, { fetch }).audio.transcriptions.create({
      file,
      model: 'ears',
      language: 'de',
    });
    expect(transcription.text).toBe('hello world');
    const call = await upstream.call(0);
    expect(call.path).toBe('/v1/audio/transcriptions');
    expect(call.headers.authorization).toBe(`Bearer ${SECRET}`);
    expectSameButModel(call.body, sent[0]?.body, 'ears', 'upstream-whisper');
    expect(await readForm(call.body, call.headers['content-type'])).toEqual({
      file: [{ name: 'speech.wav', type: 'audio/wav', bytes: BYTES }],
      model: ['upstream-whisper'],
      language: ['de'],
    });
  });

  it('gets a transcription as the plain text of subtitles', async () => {
    const subtitles = '1\n00:00:00,000 --> 00:00:02,000\nhällo\n';
    upstream.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(subtitles);
    });
    const file = await toFile(BYTES, 'speech.wav');
    const answer = await client.audio.transcriptions.create({ file, model: 'ears', response_format: 'srt' });
    expect(answer).toBe(subtitles);
  });

  it('iterates a streamed transcription as typed events', async () => {
    const events = [
      { type: 'transcript.text.delta', delta: 'hel' },
      { type: 'transcript.text.delta', delta: 'lo' },
      { type: 'transcript.text.done', text: 'hello', usage: { type: 'tokens', total_tokens: 3 } },
    ];
    upstream.answer(sse(typedEvents(events)));
    const file = await toFile(BYTES, 'speech.wav');
    const stream = await client.audio.transcriptions.create({ file, model: 'ears', stream: true });
    expect(await collect(stream)).toEqual(events);
    const form = await readForm((await upstream.call(0)).body, upstream.calls[0]?.headers['content-type']);
    expect(form.stream).toEqual(['true']);
  });

  it('translates: the file arrives byte by byte, the alias as the upstream model', async () => {
    upstream.answer(json({ text: 'good morning' }));
    const file = await toFile(BYTES, 'guten-morgen.mp3', { type: 'audio/mpeg' });
    const translation = await client.audio.translations.create({ file, model: 'ears', temperature: 0 });
    expect(translation.text).toBe('good morning');
    const call = await upstream.call(0);
    expect(call.path).toBe('/v1/audio/translations');
    expect(await readForm(call.body, call.headers['content-type'])).toEqual({
      file: [{ name: 'guten-morgen.mp3', type: 'audio/mpeg', bytes: BYTES }],
      model: ['upstream-whisper'],
      temperature: ['0'],
    });
  });

  it('speaks: the sound is what the upstream sent, byte by byte', async () => {
    upstream.answer(
      (_, response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(BYTES),
    );
    const answer = await client.audio.speech.create({ model: 'mouth', voice: 'alloy', input: 'Hello' });
    expect(answer.headers.get('content-type')).toBe('audio/mpeg');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(BYTES);
    const sent = { model: 'upstream-tts', voice: 'alloy', input: 'Hello' };
    expect(JSON.parse(String((await upstream.call(0)).body))).toEqual(sent);
  });
});

describe('an openai client that leaves', () => {
  const request = { model: 'chat', messages: HELLO, stream: true as const };

  it('closes the upstream connection within a second when it aborts in mid-stream, and the log says so', async () => {
    upstream.answer(endlessChat);
    const controller = new AbortController();
    const { data: stream, response } = await client.chat.completions
      .create(request, { signal: controller.signal })
      .withResponse();
    const heard: string[] = [];
    for await (const chunk of stream) {
      heard.push(chunk.choices[0]?.delta.content ?? '');
      if (heard.length === 5) controller.abort();
    }
    expect(heard.length).toBeGreaterThanOrEqual(5);
    await within(1000, 'the upstream connection is closed', (await upstream.call(0)).closed);
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    expect(line).toMatchObject({ ending: 'client_abort', attempts: 1, status: 200 });
  });

  it('closes the upstream connection within a second when it breaks out of the loop', async () => {
    upstream.answer(endlessChat);
    const { data: stream, response } = await client.chat.completions.create(request).withResponse();
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    await within(1000, 'the upstream connection is closed', (await upstream.call(0)).closed);
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    expect(line).toMatchObject({ ending: 'client_abort', usage: { estimated: true } });
  });

  it.each([
    ['after its first words', startOfStream('first')],
    ['before any content', ''],
  ])('is noticed by the keep-alive comments of a stream that fell silent %s', async (_, start) => {
    const models = { chat: target('upstream-chat') };
    const providers = { stub: standIn(upstream.url) };
    const watchful = await startGateway({ config: { providers, models, keep_alive_ms: 100 } });
    try {
      upstream.answer((_call, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        if (start !== '') response.write(start);
      });
      const controller = new AbortController();
      const { response } = await openAi(watchful)
        .chat.completions.create(request, { signal: controller.signal })
        .withResponse();
      const call = await upstream.call(0);
      controller.abort();
      await within(1000, 'the upstream connection is closed', call.closed);
      const line = await watchful.lineOf(response.headers.get('x-request-id'));
      expect(line).toMatchObject({ ending: 'client_abort', attempts: 1 });
    } finally {
      await watchful.stop();
    }
  });
});

describe('retries of the openai client', () => {
  it("waits as long as the provider's Retry-After says, and succeeds", async () => {
    const times: number[] = [];
    upstream.answer((call, response, request) => {
      times.push(Date.now());
      const first = times.length === 1;
      const answer = first
        ? json({ error: { message: 'slow down', type: 'requests', code: null } }, 429, { 'retry-after': '1' })
        : json(chatCompletion('at last'));
      return answer(call, response, request);
    });
    const retrying = openAi(gateway, { maxRetries: 2 });
    const { data, response } = await retrying.chat.completions
      .create({ model: 'chat', messages: HELLO })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe('at last');
    expect(response.headers.get('x-edgeway-attempts')).toBe('1');
    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(950);
  });

  it('are not needed when the gateway itself still has a try', async () => {
    upstream.answer((call, response, request) =>
      (upstream.calls.length === 1 ? json({ error: { message: 'oops' } }, 500) : json(chatCompletion('ok')))(
        call,
        response,
        request,
      ),
    );
    const { data, response } = await client.chat.completions
      .create({ model: 'stub/any-model', messages: HELLO })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe('ok');
    expect(response.headers.get('x-edgeway-attempts')).toBe('2');
  });
});

interface Refused {
  readonly name: string;
  readonly status: number;
  readonly code: string;
  readonly param?: string | null;
  readonly message?: string;
  readonly client?: ClientOptions;
  readonly model: string;
  readonly messages?: unknown;
  readonly upstream?: { readonly status: number; readonly message: string; readonly headers?: object };
}

const REFUSED: Refused[] = [
  {
    name: 'AuthenticationError',
    status: 401,
    code: 'invalid_api_key',
    client: { apiKey: 'wrong-key-0123456789abcdef' },
    model: 'sim',
  },
  {
    name: 'PermissionDeniedError',
    status: 403,
    code: 'model_not_allowed',
    client: { apiKey: limited.key },
    model: 'simulator/sim-fast',
  },
  { name: 'NotFoundError', status: 404, code: 'model_not_found', param: 'model', model: 'no-such-model' },
  {
    name: 'BadRequestError',
    status: 400,
    code: 'invalid_request',
    param: 'messages',
    model: 'sim',
    messages: undefined,
  },
  {
    name: 'RateLimitError',
    status: 429,
    code: 'provider_error',
    message: 'Too many of them.',
    model: 'chat',
    upstream: { status: 429, message: 'Too many of them.', headers: { 'retry-after': '7' } },
  },
  {
    name: 'InternalServerError',
    status: 500,
    code: 'provider_error',
    message: 'It broke.',
    model: 'chat',
    upstream: { status: 500, message: 'It broke.' },
  },
  { name: 'InternalServerError', status: 502, code: 'provider_unreachable', model: 'nobody' },
  {
    name: 'UnprocessableEntityError',
    status: 422,
    code: 'provider_code',
    message: 'Not like this.',
    model: 'chat',
    upstream: { status: 422, message: 'Not like this.' },
  },
];

describe('errors of the openai client', () => {
  describe.each([false, true])('with stream: %s', (stream) => {
    it.each(REFUSED)('raises $name for $status $code', async (expected) => {
      const { status, message } = expected.upstream ?? {};
      const body = { error: { message, type: 'provider_type', param: null, code: 'provider_code' } };
      upstream.answer(json(body, status, { ...expected.upstream?.headers }));
      const request = { model: expected.model, messages: HELLO, stream };
      const sent = 'messages' in expected ? { ...request, messages: expected.messages } : request;
      // The client's types do not let a request without messages through; its users' JavaScript does.
      const call = openAi(gateway, expected.client).chat.completions.create(sent as typeof request);
      const error = await refusal(call);
      if (!(error instanceof APIError)) throw error;
      expect(error.constructor.name).toBe(expected.name);
      expect(error).toMatchObject({ status: expected.status, code: expected.code });
      if (expected.param !== undefined) expect(error.param).toBe(expected.param);
      if (expected.message !== undefined) expect(error.message).toContain(expected.message);
      expect(error.requestID).toMatch(/^req_/);
      expect(error.requestID).toBe(error.headers?.get('x-request-id'));
      const line = await gateway.lineOf(error.requestID ?? null);
      expect(line.status).toBe(expected.status);
    });
  });

  it("hands on the provider's Retry-After", async () => {
    upstream.answer(json({ error: { message: 'later' } }, 429, { 'retry-after': '7' }));
    const error = await refusal(client.chat.completions.create({ model: 'chat', messages: HELLO }));
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect((error as APIError).headers?.get('retry-after')).toBe('7');
  });

  it('raises NotFoundError for a model that does not exist or may not be used when retrieving it', async () => {
    expect(await refusal(client.models.retrieve('nobody-serves-this'))).toBeInstanceOf(OpenAI.NotFoundError);
    const narrow = openAi(gateway, { apiKey: limited.key });
    expect((await collect(await narrow.models.list())).map(({ id }) => id)).toEqual(['sim']);
    expect(await refusal(narrow.models.retrieve('chat'))).toBeInstanceOf(OpenAI.NotFoundError);
  });

  it('raises APIError while iterating when the provider fails in mid-stream, and tells no secret', async () => {
    const failure = { error: { message: `boom with ${SECRET}`, type: 'server_error', code: 'kaputt' } };
    upstream.answer(sse(`${startOfStream('half')}data: ${JSON.stringify(failure)}\n\ndata: [DONE]\n\n`));
    const { data: stream, response } = await client.chat.completions
      .create({ model: 'chat', messages: HELLO, stream: true })
      .withResponse();
    const { heard, error } = await iterate(stream);
    expect(heard).toBe('half');
    expect(error).toBeInstanceOf(APIError);
    expect((error as APIError).message).toContain('boom with');
    expect((error as APIError).message).not.toContain(SECRET);
    expect((error as APIError).code).toBe('provider_error');
    expect((error as APIError).requestID).toBe(response.headers.get('x-request-id'));
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    expect(line).toMatchObject({ ending: 'upstream_error', status: 200 });
  });

  it('raises APIError while iterating when the upstream breaks off in mid-stream', async () => {
    upstream.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(startOfStream('half'), () => response.destroy());
    });
    const { heard, error } = await iterate(
      await client.chat.completions.create({ model: 'chat', messages: HELLO, stream: true }),
    );
    expect(heard).toBe('half');
    expect(error).toBeInstanceOf(APIError);
    expect((error as APIError).code).toBe('provider_unreachable');
  });

  it('raises APIError while iterating when the stream ends without a finish reason', async () => {
    upstream.answer(sse(startOfStream('half')));
    const { heard, error } = await iterate(
      await client.chat.completions.create({ model: 'chat', messages: HELLO, stream: true }),
    );
    expect(heard).toBe('half');
    expect(error).toBeInstanceOf(APIError);
  });

  it('raises APIError while iterating when keep-alive comments had gone before the provider refused', async () => {
    const watchful = await startGateway({
      config: {
        providers: { stub: standIn(upstream.url) },
        models: { chat: target('m') },
        keep_alive_ms: 50,
      },
    });
    try {
      let fail = (): void => undefined;
      upstream.answer((_, response) => {
        fail = () => json({ error: { message: 'too late' } }, 500)(_, response, response.req);
      });
      const request = { model: 'chat', messages: HELLO, stream: true as const };
      const { data: stream, response } = await openAi(watchful)
        .chat.completions.create(request)
        .withResponse();
      expect(response.status).toBe(200); // resolves before the upstream has said anything
      fail();
      const { heard, error } = await iterate(stream);
      expect(heard).toBe('');
      expect(error).toBeInstanceOf(APIError);
      expect(error).toMatchObject({ code: 'provider_error', message: expect.stringContaining('too late') });
    } finally {
      await watchful.stop();
    }
  });

  it('rejects finalChatCompletion of a stream that failed on its way', async () => {
    const stream = client.chat.completions.stream({
      model: 'simulator/sim-fast?in_stream_error_after_tokens=3',
      messages: HELLO,
    });
    expect(await refusal(stream.finalChatCompletion())).toBeInstanceOf(APIError);
  });
});

const textOf = (chunks: readonly ChatCompletionChunk[]): string =>
  chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');

/** What a stream said until it failed. */
async function iterate(
  stream: AsyncIterable<ChatCompletionChunk>,
): Promise<{ heard: string; error: unknown }> {
  let heard = '';
  try {
    for await (const chunk of stream) heard += chunk.choices[0]?.delta.content ?? '';
  } catch (error) {
    return { heard, error };
  }
  return { heard, error: null };
}

/** A stream that says a word every few milliseconds until it is hung up on. */
const endlessChat: Handler = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const ticking = setInterval(() => response.write(startOfStream('more ')), 20);
  response.on('close', () => clearInterval(ticking));
};

/** The role and one piece of text, and neither finish reason nor end marker. */
function startOfStream(text: string): string {
  const events = chatStream([text], { done: false }).split('\n\n');
  return `${events.slice(0, 2).join('\n\n')}\n\n`;
}

const typedEvents = (events: readonly { type: string }[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

function functionCalls(calls: readonly OpenAI.ChatCompletionMessageToolCall[]) {
  return calls.map((call) => {
    if (call.type !== 'function') throw new Error(`a call of type ${call.type}`);
    return { id: call.id, name: call.function.name, input: JSON.parse(call.function.arguments) };
  });
}

/** The bytes that the upstream got are those that the client sent, but for the value of the form's `model`. */
function expectSameButModel(received: Buffer, sent: Buffer | undefined, from: string, to: string): void {
  const field = (value: string) => `name="model"\r\n\r\n${value}\r\n`;
  const before = sent?.toString('latin1') ?? '';
  expect(before.split(field(from))).toHaveLength(2);
  const expected = Buffer.from(before.replace(field(from), field(to)), 'latin1');
  expect(received.equals(expected)).toBe(true);
}

type FormField = string | { readonly name: string; readonly type: string; readonly bytes: Buffer };

async function readForm(
  body: Buffer | undefined,
  contentType: string | null | undefined,
): Promise<Record<string, FormField[]>> {
  const headers = { 'content-type': contentType ?? '' };
  const form = await new Response(new Uint8Array(body ?? []), { headers }).formData();
  const fields: Record<string, FormField[]> = {};
  for (const [name, value] of form) {
    const field =
      typeof value === 'string'
        ? value
        : { name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) };
    fields[name] = [...(fields[name] ?? []), field];
  }
  return fields;
}
