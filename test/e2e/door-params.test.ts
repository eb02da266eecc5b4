/**
 * What a target cannot take: mapped, dropped and said so, or refused naming the field, and then the next target is
 * asked. And routes that a target does not have at all.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, pathOf, textIn } from '../support/doors/calls.ts';
import { type Lab, startLab } from '../support/doors/lab.ts';
import { type DoorId, readError } from '../support/doors/told-error.ts';
import type { Form } from '../support/doors/vendor-forms.ts';
import { encodeForm, field, file, formType } from '../support/multipart-body.ts';
import { json } from '../support/upstream.ts';

const to = (...forms: Form[]) => ({
  retries: 0,
  targets: forms.map((form) => ({ provider: `up-${form}`, model: 'm' })),
});
const models = {
  'claude-then-chat': to('anthropic-messages', 'openai-chat'),
  'claude-then-bedrock': to('anthropic-messages', 'bedrock-converse'),
  'claude-and-gemini': to('anthropic-messages', 'gemini'),
};

let lab: Lab;
let strict: Lab;
beforeAll(async () => {
  lab = await startLab({ config: { models } });
  strict = await startLab({ config: { models, strict_params: true } });
});
afterAll(async () => {
  await lab.stop();
  await strict.stop();
});

let labels = 0;
async function ask(
  through: Lab,
  door: DoorId,
  model: string,
  fields: Record<string, unknown>,
  stream = false,
): Promise<{ response: Response; text: string; label: string }> {
  labels += 1;
  const label = `params-${labels}`;
  const body = { ...bodyOf(door, model, stream, `label:${label}`), ...fields };
  const response = await through.gateway.post(pathOf(door, model, stream), body);
  return { response, text: await response.text(), label };
}

const droppedIn = ({ headers }: Response): string[] =>
  (headers.get('x-edgeway-dropped-params') ?? '').split(', ').filter((name) => name !== '');

interface Case {
  readonly door: DoorId;
  readonly form: Form;
  readonly fields: Record<string, unknown>;
  readonly dropped: readonly string[];
}

const ASKS_MUCH = { seed: 7, logit_bias: { '50256': -5 }, verbosity: 'low', store: true };
const CASES: readonly Case[] = [
  {
    door: 'openai-chat',
    form: 'anthropic-messages',
    fields: { ...ASKS_MUCH, frequency_penalty: 0.5, presence_penalty: 0.5, prompt_cache_key: 'k' },
    dropped: [
      'seed',
      'logit_bias',
      'verbosity',
      'store',
      'frequency_penalty',
      'presence_penalty',
      'prompt_cache_key',
    ],
  },
  {
    door: 'openai-chat',
    form: 'gemini',
    fields: { ...ASKS_MUCH, user: 'u1' },
    dropped: ['logit_bias', 'verbosity', 'store', 'user'],
  },
  {
    door: 'openai-chat',
    form: 'bedrock-converse',
    fields: { ...ASKS_MUCH, logprobs: true, top_logprobs: 2 },
    dropped: ['seed', 'logit_bias', 'verbosity', 'store', 'logprobs', 'top_logprobs'],
  },
  {
    door: 'openai-chat',
    form: 'openai-responses',
    fields: { seed: 7, logit_bias: { '50256': -5 }, frequency_penalty: 0.5 },
    dropped: ['seed', 'logit_bias', 'frequency_penalty'],
  },
  { door: 'anthropic-messages', form: 'openai-chat', fields: { top_k: 5 }, dropped: ['top_k'] },
  { door: 'anthropic-messages', form: 'openai-responses', fields: { top_k: 5 }, dropped: ['top_k'] },
  {
    door: 'gemini',
    form: 'openai-chat',
    fields: { generationConfig: { topK: 5 } },
    dropped: ['top_k'],
  },
  {
    door: 'gemini',
    form: 'anthropic-messages',
    fields: { generationConfig: { seed: 7, frequencyPenalty: 0.5 } },
    dropped: ['seed', 'frequency_penalty'],
  },
  {
    door: 'openai-responses',
    form: 'anthropic-messages',
    fields: { store: true, text: { verbosity: 'low' }, top_logprobs: 2 },
    dropped: ['store', 'verbosity'],
  },
];

describe.each(CASES)('$door before $form', ({ door, form, fields, dropped }) => {
  it.each([false, true])('says what was dropped, and answers (stream: %s)', async (stream) => {
    const { response, text, label } = await ask(lab, door, `alone-${form}`, fields, stream);
    expect(response.status).toBe(200);
    expect(textIn(door, text)).toBe('from the first');
    expect(droppedIn(response)).toEqual(expect.arrayContaining([...dropped]));
    expect(new Set(droppedIn(response)).size).toBe(droppedIn(response).length);
    const sent = lab.vendors[form].calls(label)[0]?.body.toString() ?? '';
    for (const name of dropped) expect(sent).not.toContain(`"${name}":`);
  });

  it.each([false, true])('with strict_params refuses, naming a field (stream: %s)', async (stream) => {
    const { response, text, label } = await ask(strict, door, `alone-${form}`, fields, stream);
    expect(response.status).toBe(400);
    const error = readError(door, 400, text, response.headers.get('x-request-id'));
    for (const name of dropped) expect(error.message).toContain(name);
    if (door !== 'anthropic-messages') {
      expect(error.code).toBe('invalid_request');
      expect(error.message).toContain(error.param);
    }
    expect(strict.vendors[form].calls(label)).toHaveLength(0);
  });
});

it('drops nothing where nothing was asked for', async () => {
  const nothing = {
    frequency_penalty: 0,
    presence_penalty: 0,
    logit_bias: {},
    logprobs: false,
    store: false,
    seed: null,
    n: 1,
    parallel_tool_calls: true,
    modalities: ['text'],
    service_tier: 'auto',
  };
  for (const form of ['anthropic-messages', 'gemini', 'bedrock-converse', 'openai-responses'] as const) {
    for (const through of [lab, strict]) {
      const { response } = await ask(through, 'openai-chat', `alone-${form}`, nothing);
      expect([form, response.status, droppedIn(response)]).toEqual([form, 200, []]);
    }
  }
});

it('drops nothing where the form is the same, with strict_params too', async () => {
  const { response, label } = await ask(strict, 'openai-chat', 'alone-openai-chat', {
    ...ASKS_MUCH,
    unknown_field: { deep: [1] },
  });
  expect([response.status, droppedIn(response)]).toEqual([200, []]);
  const sent = JSON.parse(strict.vendors['openai-chat'].calls(label)[0]?.body.toString() ?? '');
  expect(sent).toMatchObject({ ...ASKS_MUCH, unknown_field: { deep: [1] } });
});

describe('a target that cannot take the request', () => {
  it.each([
    ['n', { n: 2 }, 'anthropic-messages'],
    ['n', { n: 2 }, 'bedrock-converse'],
    ['n', { n: 2 }, 'openai-responses'],
    ['stop', { stop: ['x'] }, 'openai-responses'],
    ['modalities', { modalities: ['text', 'audio'] }, 'anthropic-messages'],
  ] as const)('is not asked: `%s` %j at %s', async (param, fields, form) => {
    const { response, text, label } = await ask(lab, 'openai-chat', `alone-${form}`, fields);
    expect(response.status).toBe(400);
    const error = readError('openai-chat', 400, text, response.headers.get('x-request-id'));
    expect(error).toMatchObject({ code: 'invalid_request', param });
    expect(lab.vendors[form].calls(label)).toHaveLength(0);
    expect(await lab.gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
      ending: 'rejected',
      status: 400,
      attempts: 0,
      usage: null,
    });
  });

  it('is passed over for one that can', async () => {
    const { response, text, label } = await ask(lab, 'openai-chat', 'claude-then-chat', { n: 2 });
    expect(response.status).toBe(200);
    expect(textIn('openai-chat', text)).toBe('from the first');
    expect(response.headers.get('x-edgeway-provider')).toBe('up-openai-chat');
    expect(response.headers.get('x-edgeway-attempts')).toBe('1');
    expect(lab.vendors['anthropic-messages'].calls(label)).toHaveLength(0);
  });

  it('with strict_params is passed over for one that drops nothing', async () => {
    const { response, label } = await ask(strict, 'openai-chat', 'claude-then-chat', ASKS_MUCH);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-edgeway-provider')).toBe('up-openai-chat');
    expect(droppedIn(response)).toEqual([]);
    expect(strict.vendors['anthropic-messages'].calls(label)).toHaveLength(0);
  });

  it('with strict_params is told as the last one was, when none is left', async () => {
    const { response, text } = await ask(strict, 'openai-chat', 'claude-then-bedrock', { seed: 1 });
    expect(response.status).toBe(400);
    const error = readError('openai-chat', 400, text, response.headers.get('x-request-id'));
    expect(error).toMatchObject({ code: 'invalid_request', param: 'seed' });
  });

  it('says only what the target that answered did not take', async () => {
    const { response } = await ask(lab, 'openai-chat', 'claude-then-chat', { n: 2, seed: 1 });
    expect(droppedIn(response)).toEqual([]);
  });
});

describe('a route that a target does not have', () => {
  const image = (model: string, label: string) =>
    lab.gateway.post('/v1/images/generations', { model, prompt: `label:${label}` });
  const OWN: readonly [string, Record<string, unknown>][] = [
    ['/v1/images/generations', { prompt: 'x' }],
    ['/v1/completions', { prompt: 'x' }],
    ['/v1/moderations', { input: 'x' }],
    ['/v1/audio/speech', { input: 'x', voice: 'v' }],
    ['/v1/embeddings', { input: 'x' }],
    ['/v1/rerank', { query: 'x', documents: ['y'] }],
  ];

  it.each(OWN)('is passed over: %s', async (path, body) => {
    const label = `own-${path.replaceAll('/', '-')}`;
    const marked = JSON.parse(JSON.stringify(body).replaceAll('"x"', `"label:${label}"`));
    lab.vendors['openai-chat'].on(
      label,
      path === '/v1/rerank'
        ? json({ results: [{ index: 0, relevance_score: 0.5 }] })
        : json({ id: 'from chat', data: [{ index: 0 }], choices: [] }),
    );
    const response = await lab.gateway.post(path, { model: 'claude-then-chat', ...marked });
    await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('x-edgeway-provider')).toBe('up-openai-chat');
    expect(response.headers.get('x-edgeway-attempts')).toBe('1');
    expect(lab.vendors['anthropic-messages'].calls(label)).toHaveLength(0);
  });

  it.each(OWN)('is a 400 when no other is left: %s', async (path, body) => {
    for (const model of ['alone-anthropic-messages', 'up-anthropic-messages/m']) {
      const response = await lab.gateway.post(path, { model, ...body });
      expect(response.status).toBe(400);
      const requestId = response.headers.get('x-request-id');
      const error = readError('openai-chat', 400, await response.text(), requestId);
      expect(error).toMatchObject({ code: 'invalid_request', param: 'model' });
      expect(error.message).toContain('up-anthropic-messages');
      expect(error.message).toContain(path);
    }
  });

  it('is a 400 for every kind of it: a form', async () => {
    const parts = [field('model', 'alone-gemini'), file('xx')];
    const response = await lab.gateway.request('/v1/audio/transcriptions', {
      method: 'POST',
      headers: { 'content-type': formType() },
      body: new Uint8Array(encodeForm(parts)),
    });
    expect(response.status).toBe(400);
    readError('openai-chat', 400, await response.text(), response.headers.get('x-request-id'));
  });

  it('is a 400 at Google’s door, in Google’s form', async () => {
    for (const [method, body] of [
      ['embedContent', { content: { parts: [{ text: 'x' }] } }],
      ['batchEmbedContents', { requests: [{ content: { parts: [{ text: 'x' }] } }] }],
    ] as const) {
      const response = await lab.gateway.post(`/v1beta/models/alone-anthropic-messages:${method}`, body);
      expect(response.status).toBe(400);
      readError('gemini', 400, await response.text(), response.headers.get('x-request-id'));
    }
  });

  it('is told as a mistake of the model when none of several has it', async () => {
    const response = await image('claude-and-gemini', 'none');
    expect(response.status).toBe(400);
    expect((await response.json()).error.param).toBe('model');
  });
});
