/** What is asked beside answers: token counts, embeddings and rankings, at every door and vendor that has them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAi } from '../support/clients.ts';
import { type Lab, startLab } from '../support/doors/lab.ts';
import { readError } from '../support/doors/told-error.ts';
import {
  startVectorVendors,
  VECTOR_KEY,
  VECTOR_VENDORS,
  type VectorVendor,
  type VectorVendors,
  vectorOf,
} from '../support/doors/vector-vendors.ts';
import { failing } from '../support/doors/vendors.ts';
import { hang } from '../support/faults.ts';
import { type Handler, json } from '../support/upstream.ts';

let vectors: VectorVendors;
let lab: Lab;

const MODELS: Readonly<Record<VectorVendor, { embed: string; rerank: string | null; batch: number }>> = {
  gemini: { embed: 'gemini-embedding-001', rerank: null, batch: 100 },
  cohere: { embed: 'embed-v4.0', rerank: 'rerank-v3.5', batch: 96 },
  voyage: { embed: 'voyage-4', rerank: 'rerank-2.5', batch: 1000 },
  jina: { embed: 'jina-embeddings-v3', rerank: 'jina-reranker-v3', batch: 2048 },
  bedrock: { embed: 'amazon.titan-embed-text-v2:0', rerank: 'cohere.rerank-v3-5:0', batch: 1 },
};

beforeAll(async () => {
  vectors = await startVectorVendors();
  const providers = VECTOR_VENDORS.map((vendor) => [
    vendor,
    {
      base_url: vectors.baseUrl(vendor),
      api_keys: [VECTOR_KEY],
      allow_insecure: true,
      ...(vendor === 'bedrock' ? { region: 'eu-central-1' } : {}),
    },
  ]);
  const single = (kind: 'embed' | 'rerank') =>
    VECTOR_VENDORS.map((provider) => [
      `${kind}-${provider}`,
      { retries: 0, targets: [{ provider, model: MODELS[provider][kind] ?? 'none' }] },
    ]);
  // Models of their own: a refusal of the others' is nothing to them.
  const pair = (kind: 'embed' | 'rerank') => ({
    retries: 0,
    targets: ['cohere', 'voyage'].map((provider) => ({ provider, model: `${provider}-${kind}` })),
  });
  lab = await startLab({
    config: {
      providers: Object.fromEntries(providers),
      models: {
        ...Object.fromEntries([...single('embed'), ...single('rerank')]),
        'embed-pair': pair('embed'),
        'rerank-pair': pair('rerank'),
        'count-pair': {
          retries: 0,
          targets: [
            { provider: 'up-anthropic-messages', model: 'm' },
            { provider: 'good-gemini', model: 'm' },
          ],
        },
      },
    },
  });
});
afterAll(async () => {
  await lab.stop();
  await vectors.stop();
});
beforeEach(() => {
  vectors.calls.length = 0;
  vectors.failOn(null);
});

const lineOf = (response: Response) => lab.gateway.lineOf(response.headers.get('x-request-id'));

describe('a token count', () => {
  let labels = 0;
  const nextLabel = () => {
    labels += 1;
    return `count-${labels}`;
  };
  const DOORS = {
    anthropic: {
      door: 'anthropic-messages',
      path: () => '/v1/messages/count_tokens',
      body: (model: string, text: string) => ({
        model,
        system: 'Be brief.',
        messages: [{ role: 'user', content: text }],
      }),
      told: (tokens: unknown) => ({ input_tokens: tokens }),
    },
    gemini: {
      door: 'gemini',
      path: (model: string) => `/v1beta/models/${model}:countTokens`,
      body: (_: string, text: string) => ({ contents: [{ role: 'user', parts: [{ text }] }] }),
      told: (tokens: unknown) => ({ totalTokens: tokens }),
    },
  } as const;
  const VENDORS = {
    'anthropic-messages': { path: /^\/v1\/messages\/count_tokens$/, answer: { input_tokens: 42 } },
    gemini: { path: /^\/v1beta\/models\/up-model:countTokens$/, answer: { totalTokens: 42 } },
    'bedrock-converse': { path: /^\/model\/up-model\/count-tokens$/, answer: { inputTokens: 42 } },
  } as const;
  const forms = Object.keys(VENDORS) as (keyof typeof VENDORS)[]; // by their keys
  const PAIRS = (['anthropic', 'gemini'] as const).flatMap((name) => forms.map((form) => ({ name, form })));

  const ask = (name: keyof typeof DOORS, model: string, text: string) =>
    lab.gateway.post(DOORS[name].path(model), DOORS[name].body(model, text));

  it.each(PAIRS)('at $name’s door is the vendor’s own ($form)', async ({ name, form }) => {
    const label = nextLabel();
    const vendor = lab.vendors[form];
    vendor.on(label, json(VENDORS[form].answer));
    const response = await ask(name, `alone-${form}`, `label:${label} how many?`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(DOORS[name].told(42));
    const [call, ...others] = vendor.calls(label);
    expect(others).toEqual([]);
    expect(call?.path).toMatch(VENDORS[form].path);
    expect(call?.body.toString()).toContain('how many?');
    if (name === 'anthropic') expect(call?.body.toString()).toContain('Be brief.');
    expect(await lineOf(response)).toMatchObject({
      ending: 'complete',
      status: 200,
      attempts: 1,
      usage: null,
      provider: `up-${form}`,
    });
  });

  it('passes straight where the form is the same, byte for byte both ways', async () => {
    const label = nextLabel();
    const vendor = lab.vendors['anthropic-messages'];
    vendor.on(label, json('{ "input_tokens" : 42, "extra": 12345678901234567890 }'));
    const body = `{ "model" : "alone-anthropic-messages", "odd": 12345678901234567890, "messages":[{"role":"user","content":"label:${label}"}] }`;
    const response = await lab.gateway.post('/v1/messages/count_tokens', body, { 'anthropic-beta': 'b-1' });
    expect(await response.text()).toBe('{ "input_tokens" : 42, "extra": 12345678901234567890 }');
    const [call] = vendor.calls(label);
    expect(call?.body.toString()).toBe(body.replace('alone-anthropic-messages', 'up-model'));
    expect(call?.headers).toMatchObject({ 'anthropic-beta': 'b-1', 'anthropic-version': '2023-06-01' });
  });

  it.each(['anthropic', 'gemini'] as const)(
    'at %s’s door is an estimate where the vendor cannot count, and nobody is called',
    async (name) => {
      for (const form of ['openai-chat', 'openai-responses'] as const) {
        const label = nextLabel();
        const short = await (await ask(name, `alone-${form}`, `label:${label}`)).json();
        const response = await ask(
          name,
          `alone-${form}`,
          `label:${label} ${'one two three four '.repeat(50)}`,
        );
        expect(response.status).toBe(200);
        const long = await response.json();
        const [member] = Object.keys(DOORS[name].told(0));
        expect(Object.keys(long)).toEqual([member]);
        expect(long[member ?? ''] - short[member ?? '']).toBeGreaterThan(150);
        expect(long[member ?? ''] - short[member ?? '']).toBeLessThan(260);
        expect(lab.vendors[form].calls(label)).toHaveLength(0);
        expect(await lineOf(response)).toMatchObject({ ending: 'complete', attempts: 0, usage: null });
      }
    },
  );

  it.each(PAIRS)('that fails is told at $name’s door in its form ($form)', async ({ name, form }) => {
    const { door } = DOORS[name];
    const failures: [Handler, number][] = [
      [failing(form, 400, 'words of 400'), 400],
      [failing(form, 429, 'words of 429', { 'retry-after': '7' }), 429],
      [failing(form, 500, 'words of 500'), 500],
      [json('garbage'), 502],
      [json([]), 502],
    ];
    for (const [handler, status] of failures) {
      const label = nextLabel();
      lab.vendors[form].on(label, handler);
      const response = await ask(name, `alone-${form}`, `label:${label}`);
      expect(response.status).toBe(status);
      const requestId = response.headers.get('x-request-id');
      const error = readError(door, status, await response.text(), requestId);
      if (status < 502) expect(error.message).toBe(`words of ${status}`);
      expect(response.headers.get('retry-after')).toBe(status === 429 ? '7' : null);
    }
  });

  it('that fails is made by the next target, of another form', async () => {
    const label = nextLabel();
    lab.vendors['anthropic-messages'].on(label, failing('anthropic-messages', 529, 'words of 529'));
    lab.good.gemini.on(label, json({ totalTokens: 17 }));
    const response = await ask('anthropic', 'count-pair', `label:${label}`);
    expect(await response.json()).toEqual({ input_tokens: 17 });
    expect(response.headers.get('x-edgeway-attempts')).toBe('2');
    expect(response.headers.get('x-edgeway-provider')).toBe('good-gemini');
  });

  it('that never comes is a timeout', async () => {
    const label = nextLabel();
    lab.vendors.gemini.on(label, hang);
    const response = await ask('anthropic', 'alone-gemini-total_ms', `label:${label}`);
    expect(response.status).toBe(504);
    readError('anthropic-messages', 504, await response.text(), response.headers.get('x-request-id'));
  });
});

describe('embeddings', () => {
  const texts = (count: number) => Array.from({ length: count }, (_, place) => `text number ${place} é🪿`);

  it.each(VECTOR_VENDORS)(
    'of %s reach OpenAI’s own client in order, over as many calls as it takes',
    async (vendor) => {
      const count = vendor === 'bedrock' ? 20 : 250;
      const input = texts(count);
      const client = openAi(lab.gateway);
      const { data: answer, response } = await client.embeddings
        .create({ model: `embed-${vendor}`, input }) // it asks for base64 by itself
        .withResponse();
      expect(answer.data.map(({ index }) => index)).toEqual(input.map((_, place) => place));
      expect(answer.data.map(({ embedding }) => [...embedding])).toEqual(input.map(vectorOf));
      expect(vectors.calls).toHaveLength(Math.ceil(count / MODELS[vendor].batch));
      const paid = vendor === 'gemini' ? expect.any(Number) : count * 2;
      expect(answer.usage).toMatchObject({ prompt_tokens: paid, total_tokens: paid });
      expect(response.headers.get('x-edgeway-attempts')).toBe('1');
      expect(await lineOf(response)).toMatchObject({
        ending: 'complete',
        attempts: 1,
        provider: vendor,
        usage: { input_tokens: paid, output_tokens: 0 },
      });
    },
  );

  it.each(VECTOR_VENDORS)('of %s come as floats, and for one text', async (vendor) => {
    const response = await lab.gateway.post('/v1/embeddings', { model: `embed-${vendor}`, input: 'one' });
    expect(await response.json()).toMatchObject({
      object: 'list',
      model: expect.stringMatching(/./),
      data: [{ object: 'embedding', index: 0, embedding: vectorOf('one') }],
    });
  });

  it.each([
    ['gemini', { outputDimensionality: 3 }],
    ['cohere', { output_dimension: 3 }],
    ['voyage', { output_dimension: 3 }],
    ['jina', { dimensions: 3 }],
    ['bedrock', { dimensions: 3 }],
  ] as const)('of %s have the length that was asked for', async (vendor, wanted) => {
    const body = { model: `embed-${vendor}`, input: 'one', dimensions: 3 };
    const response = await lab.gateway.post('/v1/embeddings', body);
    expect(response.status).toBe(200);
    const sent = JSON.parse(vectors.calls[0]?.body.toString() ?? '');
    expect(vendor === 'gemini' ? sent.requests[0] : sent).toMatchObject(wanted);
    expect(response.headers.get('x-edgeway-dropped-params')).toBeNull();
  });

  it.each(['gemini', 'cohere', 'bedrock'] as const)('of %s are whole or not at all', async (vendor) => {
    for (const [status, shown] of [
      [500, 500],
      [429, 429],
      [400, 400],
    ] as const) {
      vectors.failOn('number 7 ', status);
      const body = { model: `embed-${vendor}`, input: texts(vendor === 'bedrock' ? 10 : 150) };
      const response = await lab.gateway.post('/v1/embeddings', body);
      expect(response.status).toBe(shown);
      const error = readError(
        'openai-chat',
        shown,
        await response.text(),
        response.headers.get('x-request-id'),
      );
      expect(error.message).toBe('words of a failure');
      expect(await lineOf(response)).toMatchObject({ ending: 'upstream_error', attempts: 1, usage: null });
    }
  });

  it('go to the next vendor when one of several calls fails', async () => {
    vectors.failOn('"search_document"');
    const response = await lab.gateway.post('/v1/embeddings', { model: 'embed-pair', input: texts(200) });
    const { data } = await response.json();
    expect(data.map(({ embedding }: { embedding: number[] }) => embedding)).toEqual(texts(200).map(vectorOf));
    expect(response.headers.get('x-edgeway-provider')).toBe('voyage');
    expect(response.headers.get('x-edgeway-attempts')).toBe('2');
  });

  it('of token ids are refused where the vendor takes none, naming the field', async () => {
    for (const vendor of VECTOR_VENDORS) {
      const body = { model: `embed-${vendor}`, input: [[1, 2, 3]] };
      const response = await lab.gateway.post('/v1/embeddings', body);
      expect(response.status).toBe(400);
      expect((await response.json()).error.param).toMatch(/^input/);
    }
    expect(vectors.calls).toHaveLength(0);
  });

  it('that would take too many calls are refused', async () => {
    const response = await lab.gateway.post('/v1/embeddings', { model: 'embed-bedrock', input: texts(129) });
    expect(response.status).toBe(400);
    expect((await response.json()).error.param).toBe('input');
    expect(vectors.calls).toHaveLength(0);
  });

  it('say what a vendor cannot take', async () => {
    const body = { model: 'embed-voyage', input: 'x', user: 'u1' };
    const response = await lab.gateway.post('/v1/embeddings', body);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-edgeway-dropped-params')).toBe('user');
  });

  it('at Google’s door come in Google’s form, whoever made them', async () => {
    const content = { parts: [{ text: 'one' }] };
    for (const vendor of ['cohere', 'voyage', 'jina', 'bedrock'] as const) {
      const path = `/v1beta/models/embed-${vendor}`;
      const one = await lab.gateway.post(`${path}:embedContent`, { content });
      expect(await one.json()).toMatchObject({ embedding: { values: vectorOf('one') } });
      const requests = [{ content }, { content: { parts: [{ text: 'two' }] } }];
      const batch = await lab.gateway.post(`${path}:batchEmbedContents`, { requests });
      expect(await batch.json()).toMatchObject({
        embeddings: [{ values: vectorOf('one') }, { values: vectorOf('two') }],
      });
    }
  });

  it('at Google’s door pass straight to Google', async () => {
    const model = 'models/embed-gemini';
    const requests = ['one', 'two'].map((text) => ({ model, content: { parts: [{ text }] } }));
    const response = await lab.gateway.post('/v1beta/models/embed-gemini:batchEmbedContents', { requests });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      embeddings: [{ values: vectorOf('one') }, { values: vectorOf('two') }],
    });
  });
});

describe('a ranking', () => {
  const documents = ['low score:0.1', 'best score:0.9', 'middle score:0.5'];
  const RANKERS = VECTOR_VENDORS.filter((vendor) => MODELS[vendor].rerank !== null);
  const ask = (model: string, fields: object = {}) =>
    lab.gateway.post('/v1/rerank', { model, query: 'q', documents, ...fields });

  it.each(RANKERS)('of %s comes best first', async (vendor) => {
    const response = await ask(`rerank-${vendor}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      id: expect.stringMatching(/./),
      results: [
        { index: 1, relevance_score: 0.9 },
        { index: 2, relevance_score: 0.5 },
        { index: 0, relevance_score: 0.1 },
      ],
    });
    expect(await lineOf(response)).toMatchObject({
      ending: 'complete',
      provider: vendor,
      route: '/v1/rerank',
    });
  });

  it.each(RANKERS)('of %s is cut, and shows its documents, as the client wishes', async (vendor) => {
    const response = await ask(`rerank-${vendor}`, { top_n: 2, return_documents: true });
    expect((await response.json()).results).toEqual([
      { index: 1, relevance_score: 0.9, document: { text: documents[1] } },
      { index: 2, relevance_score: 0.5, document: { text: documents[2] } },
    ]);
  });

  it('takes documents that are objects, at /rerank too', async () => {
    const objects = documents.map((text) => ({ text }));
    const response = await lab.gateway.post('/rerank', {
      model: 'rerank-cohere',
      query: 'q',
      documents: objects,
      top_n: 1,
    });
    expect((await response.json()).results).toEqual([{ index: 1, relevance_score: 0.9 }]);
  });

  it('that fails goes to the next vendor', async () => {
    vectors.failOn('cohere-rerank');
    const response = await ask('rerank-pair');
    expect(response.headers.get('x-edgeway-provider')).toBe('voyage');
    expect((await response.json()).results[0]).toEqual({ index: 1, relevance_score: 0.9 });
  });

  it.each([
    ['anthropic-messages', 'alone-anthropic-messages'],
    ['gemini', 'rerank-gemini'],
  ])('is a 400 of providers that have none (%s)', async (_, model) => {
    const response = await ask(model);
    expect(response.status).toBe(400);
    expect((await response.json()).error).toMatchObject({ code: 'invalid_request', param: 'model' });
  });

  it('that names a document that was not sent is no answer', async () => {
    lab.vendors['openai-chat'].on('rank', json({ results: [{ index: 9, relevance_score: 1 }] }));
    const response = await ask('alone-openai-chat', { query: 'label:rank' });
    expect(response.status).toBe(502);
    expect((await response.json()).error.code).toBe('provider_error');
  });
});
