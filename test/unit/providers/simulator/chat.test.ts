import { describe, expect, it } from 'vitest';
import { countTokens } from '../../../../src/providers/simulator/tokens.ts';
import { ask, askStream, CHAT, call, NOW, say } from './support.ts';

const chat = (fields: Record<string, unknown>) => ask(CHAT, { model: 'sim-fast', ...fields });
const textOf = async (fields: Record<string, unknown>) =>
  (await chat(fields)).choices[0]?.message.content ?? '';

describe('chat completions of the simulator', () => {
  it('answers as the Edgeway simulator, quotes the user and counts what it says', async () => {
    const answer = await chat({
      messages: [{ role: 'system', content: 'Be kind.' }, ...say('Are  you\nthere?')],
    });
    const text = answer.choices[0]?.message.content ?? '';
    expect(text).toContain('Edgeway simulator');
    expect(text).toContain('"Are you there?"');
    expect(answer).toMatchObject({
      object: 'chat.completion',
      created: Math.floor(NOW / 1000),
      model: 'sim-fast',
      choices: [
        { index: 0, finish_reason: 'stop', logprobs: null, message: { role: 'assistant', refusal: null } },
      ],
    });
    const prompt = countTokens('Be kind.') + countTokens('Are  you\nthere?');
    expect(answer.usage).toMatchObject({
      prompt_tokens: prompt,
      completion_tokens: countTokens(text),
      total_tokens: prompt + countTokens(text),
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    });
  });

  it('gives equal requests equal answers', async () => {
    const body = { messages: say('twice'), n: 2 };
    expect(await chat(body)).toEqual(await chat(body));
  });

  it('sends an x-request-id', async () => {
    const response = await call(CHAT, { model: 'sim-fast', messages: say('hi') });
    expect(response.headers.get('x-request-id')).toMatch(/^req_sim_/);
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  it('reads text parts, and counts tools as part of the prompt', async () => {
    const content = [
      { type: 'text', text: 'first part' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'text', text: 'second' },
    ];
    const tools = [{ type: 'function', function: { name: 'unused' } }];
    const answer = await chat({ messages: say(content), tools });
    expect(answer.choices[0]?.message.content).toContain('"first part second"');
    expect(answer.usage?.prompt_tokens).toBe(
      countTokens('first part') + countTokens('second') + countTokens(JSON.stringify(tools)),
    );
  });

  it('quotes a long message briefly, whole characters only', async () => {
    expect(await textOf({ messages: say('😀'.repeat(5000)) })).toContain(`"${'😀'.repeat(60)}…"`);
  });

  it.each([0, 1, 7, 23, 300])('makes an answer of exactly %i tokens when told to', async (tokens) => {
    const answer = await ask(CHAT, { model: `sim-fast?answer_tokens=${tokens}`, messages: say('long') });
    expect(answer.usage?.completion_tokens).toBe(tokens);
    expect(answer.choices[0]?.finish_reason).toBe('stop');
  });

  it.each(['max_tokens', 'max_completion_tokens'])('cuts the answer at %s', async (field) => {
    const answer = await chat({ messages: say('hello'), [field]: 3 });
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'Hello from' } });
    expect(answer.usage?.completion_tokens).toBe(3);
  });

  it('does not call an answer cut that just fits', async () => {
    const whole = await chat({ messages: say('fit') });
    const fitting = await chat({ messages: say('fit'), max_tokens: whole.usage?.completion_tokens });
    expect(fitting.choices).toEqual(whole.choices);
  });

  it.each([[' simulator'], [['nowhere', ' simulator']]])('ends before the stop sequence %j', async (stop) => {
    const answer = await chat({ messages: say('stop'), stop });
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'Hello from the Edgeway' },
    });
  });

  it('makes up to eight choices, each its own', async () => {
    const { choices, usage } = await chat({ messages: say('many'), n: 8 });
    const texts = choices.map((choice) => choice.message.content ?? '');
    expect(new Set(texts).size).toBe(8);
    expect(choices.map((choice) => choice.index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(usage?.completion_tokens).toBe(texts.reduce((sum, text) => sum + countTokens(text), 0));
  });

  it('takes null for absent', async () => {
    const fields = ['n', 'stop', 'max_tokens', 'stream', 'stream_options', 'tools', 'tool_choice'];
    const nulls = Object.fromEntries([...fields, 'response_format'].map((field) => [field, null]));
    expect(await textOf({ messages: say('null'), ...nulls })).toBe(await textOf({ messages: say('null') }));
  });

  it('replaces the finish reason when told to', async () => {
    const model = 'sim-fast?finish_reason=content_filter';
    expect((await ask(CHAT, { model, messages: say('x') })).choices[0]?.finish_reason).toBe('content_filter');
  });

  it.each([
    ['messages', { messages: undefined }],
    ['messages', { messages: 'hi' }],
    ['messages', { messages: [] }],
    ['messages.1', { messages: [{ role: 'user', content: '' }, 'hi'] }],
    ['n', { n: 9 }],
    ['n', { n: 0 }],
    ['max_tokens', { max_tokens: 0 }],
    ['max_tokens', { max_tokens: '7' }],
    ['stop', { stop: 7 }],
    ['stop', { stop: ['a', 'b', 'c', 'd', 'e'] }],
    ['stream', { stream: 'yes' }],
  ])('refuses a bad request, naming %s', async (param, fields) => {
    const response = await call(CHAT, { model: 'sim-fast', messages: say('hi'), ...fields });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param } });
  });
});

describe('JSON answers of the simulator', () => {
  it('answers json_object with a JSON object', async () => {
    const text = await textOf({ messages: say('json'), response_format: { type: 'json_object' } });
    expect(JSON.parse(text)).toBeTypeOf('object');
  });

  it('answers json_schema with an instance of the schema', async () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'array', items: { type: 'integer' } } },
      required: ['city', 'days'],
      additionalProperties: false,
    };
    const response_format = { type: 'json_schema', json_schema: { name: 'trip', strict: true, schema } };
    expect(JSON.parse(await textOf({ messages: say('x'), response_format }))).toEqual({
      city: 'example',
      days: [1],
    });
    const streamed = await askStream(CHAT, { model: 'sim-fast', messages: say('x'), response_format });
    expect(streamed.chunks.length).toBeGreaterThan(3);
  });

  it('refuses a schema that nothing satisfies', async () => {
    const response_format = { type: 'json_schema', json_schema: { name: 'none', schema: false } };
    const response = await call(CHAT, { model: 'sim-fast', messages: say('x'), response_format });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: 'response_format' } });
  });
});
