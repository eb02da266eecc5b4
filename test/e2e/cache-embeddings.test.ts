/** Embeddings are kept for each input: a batch asks the provider only for what nobody asked before. */
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CacheLab, freshLabel, startCacheLab } from '../support/cache/lab.ts';
import { vectorOf } from '../support/clients/side-routes.ts';
import { openAi } from '../support/clients.ts';

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab();
});
afterAll(() => lab.stop());

interface Embedded {
  readonly answer: OpenAI.CreateEmbeddingResponse;
  readonly cache: string | null;
  readonly headers: Headers;
}

/** With the official client, which asks for base64 and decodes it unless `encoding_format` is given. */
async function embed(
  input: string | string[],
  fields: Partial<OpenAI.EmbeddingCreateParams> = {},
  headers: Record<string, string> = {},
): Promise<Embedded> {
  const call = openAi(lab.gateway).embeddings.create({ model: 'auto', input, ...fields }, { headers });
  const { data: answer, response } = await call.withResponse();
  return { answer, cache: response.headers.get('x-edgeway-cache'), headers: response.headers };
}

const vectors = ({ answer }: Embedded) => answer.data.map(({ embedding }) => embedding);
const toBase64 = (text: string): string =>
  Buffer.from(Float32Array.from(vectorOf(text)).buffer).toString('base64');

/** The inputs of the vendor's calls with this label. */
const asked = (label: string): unknown[] =>
  lab.vendor.calls(label).map(({ body }) => JSON.parse(body.toString()).input);

describe('one input', () => {
  it('is kept without a word about it: embeddings are the same each time', async () => {
    const text = freshLabel();
    const [first, second] = [await embed(text), await embed(text)];
    expect([first.cache, second.cache]).toEqual(['miss', 'hit']);
    expect(second.answer).toEqual({ ...first.answer, usage: second.answer.usage });
    expect(second.headers.get('x-edgeway-cost-usd')).toBe('0');
    expect(second.headers.get('x-edgeway-attempts')).toBe('0');
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it.each([
    ['float', 'base64'],
    ['base64', 'float'],
    ['float', 'float'],
    ['base64', 'base64'],
  ] as const)('asked as %s is read as %s', async (written, read) => {
    const text = freshLabel();
    await embed(text, { encoding_format: written });
    const second = await embed(text, { encoding_format: read });
    expect(second.cache).toBe('hit');
    expect(vectors(second)).toEqual([read === 'float' ? vectorOf(text) : toBase64(text)]);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it('is the same alone and as a list of one, or among others', async () => {
    const text = freshLabel();
    await embed(text);
    expect((await embed([text])).cache).toBe('hit');
    expect(vectors(await embed([text, text]))).toEqual([vectorOf(text), vectorOf(text)]);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['dimensions', { dimensions: 2 }],
    ['another model', { model: 'tools' }],
    ['something of the provider’s own', { task: 'query' }],
  ])('is another one with %s', async (_, fields) => {
    const text = freshLabel();
    await embed(text);
    expect((await embed(text, fields)).cache).toBe('miss');
    expect((await embed(text, fields)).cache).toBe('hit');
    expect((await embed(text)).cache).toBe('hit');
  });

  it('heeds the directives of the request', async () => {
    const text = freshLabel();
    const control = (value: string) => embed(text, {}, { 'cache-control': value }).then(({ cache }) => cache);
    await expect(control('only-if-cached')).rejects.toMatchObject({ status: 504 });
    expect([await control('no-store'), await control('max-age=60'), await control('no-cache')]).toEqual([
      'bypass',
      'miss',
      'miss',
    ]);
    expect(await control('only-if-cached')).toBe('hit');
  });

  it('of tokens instead of text is kept as well', async () => {
    const tokens = [1, 2, Math.floor(Math.random() * 1e9)] as never;
    const count = () => lab.vendor.all.length;
    const before = count();
    const words = [(await embed(tokens)).cache, (await embed(tokens)).cache];
    expect([words, count() - before]).toEqual([['miss', 'hit'], 1]);
  });
});

describe('a batch', () => {
  it('with 90 known texts of 100 sends 10 upstream', async () => {
    const label = freshLabel();
    const texts = Array.from({ length: 100 }, (_, index) => `${label} ${index}`);
    const known = texts.filter((_, index) => index % 10 !== 3);
    const { kv } = lab.gateway.cache;
    const names = kv.names().length;
    await embed(known);
    await vi.waitFor(() => expect(kv.names().length - names).toBeGreaterThanOrEqual(90), 10_000);
    const whole = await embed(texts);
    expect(asked(label)).toEqual([known, texts.filter((_, index) => index % 10 === 3)]);
    expect(vectors(whole)).toEqual(texts.map(vectorOf));
    expect(whole.answer.data.map(({ index }) => index)).toEqual(texts.map((_, index) => index));
    expect(whole.cache).toBe('miss');
    expect((await lab.gateway.lineOf(whole.headers.get('x-request-id'))).usage).toMatchObject({
      input_tokens: 30,
    });
    const again = await embed(texts.toReversed());
    expect([again.cache, vectors(again)]).toEqual(['hit', texts.toReversed().map(vectorOf)]);
    expect(asked(label)).toHaveLength(2);
  });

  it('asks for a text that stands in it twice, once', async () => {
    const label = freshLabel();
    const texts = [`${label} a`, `${label} b`, `${label} a`];
    expect(vectors(await embed(texts))).toEqual(texts.map(vectorOf));
    expect(new Set((asked(label) as string[][]).flat()).size).toBe(
      (asked(label) as string[][]).flat().length,
    );
  });

  it('is charged for what was asked for alone', async () => {
    const label = freshLabel();
    await embed([`${label} a`, `${label} b`]);
    const { headers } = await embed([`${label} a`, `${label} b`, `${label} c`]);
    const line = await lab.gateway.lineOf(headers.get('x-request-id'));
    expect(line).toMatchObject({ usage: { input_tokens: 3 }, cost_usd: 3e-6 });
  });

  it('reads what another format wrote', async () => {
    const label = freshLabel();
    const texts = [`${label} a`, `${label} b`];
    await embed(texts, { encoding_format: 'base64' });
    const mixed = await embed([...texts, `${label} c`], { encoding_format: 'float' });
    expect(vectors(mixed)).toEqual([...texts, `${label} c`].map(vectorOf));
    expect(asked(label)[1]).toEqual([`${label} c`]);
  });

  it('that fails upstream fails whole, and keeps nothing', async () => {
    const label = freshLabel();
    await embed(`${label} a`);
    lab.vendor.on(
      label,
      () => (_, response) => void response.writeHead(500).end('{"error":{"message":"no"}}'),
    );
    await expect(embed([`${label} a`, `${label} b`])).rejects.toMatchObject({ status: 500 });
    expect((await embed(`${label} a`)).cache).toBe('hit');
    await expect(embed(`${label} b`)).rejects.toMatchObject({ status: 500 });
  });
});

describe('at Gemini’s door', () => {
  const ask = async (method: string, body: object) => {
    const response = await lab.gateway.post(`/v1beta/models/auto:${method}`, body);
    expect(response.status).toBe(200);
    return { cache: response.headers.get('x-edgeway-cache'), body: await response.json() };
  };
  const content = (text: string) => ({ content: { parts: [{ text }] } });

  it('one content, and a batch of which one is known', async () => {
    const label = freshLabel();
    const first = await ask('embedContent', content(`${label} a`));
    const second = await ask('embedContent', content(`${label} a`));
    expect([first.cache, second.cache, second.body]).toEqual(['miss', 'hit', first.body]);
    const requests = [`${label} a`, `${label} b`].map((text) => ({ model: 'models/auto', ...content(text) }));
    const batch = await ask('batchEmbedContents', { requests });
    expect(batch.body.embeddings.map(({ values }: { values: number[] }) => values)).toEqual(
      [`${label} a`, `${label} b`].map(vectorOf),
    );
    expect((await ask('batchEmbedContents', { requests })).cache).toBe('hit');
  });
});
