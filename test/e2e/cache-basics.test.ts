/** When the response cache is on, what it keeps, and what an answer says of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CacheLab,
  cacheOf,
  cacheTold,
  callOf,
  freshLabel,
  kept,
  startCacheLab,
} from '../support/cache/lab.ts';
import { TOLD_USAGE } from '../support/cache/numbered-forms.ts';

const EXACT = { temperature: 0 };

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab({
    config: {
      models: {
        open: kept({ request_mode: true }),
        nowhere: { retries: 0, targets: [{ provider: 'up', model: 'm' }], cache: { mode: 'always' } },
      },
    },
  });
});
afterAll(() => lab.stop());

/** The cache's word for the same request, asked twice. */
async function twice(ask: Parameters<CacheLab['ask']>[0], on: CacheLab = lab): Promise<(string | null)[]> {
  const text = freshLabel();
  const answers = [await on.ask({ text, ...ask }), await on.ask({ text, ...ask })];
  const words = answers.map(cacheOf);
  expect(on.vendor.calls(text)).toHaveLength(words.filter((word) => word !== 'hit').length);
  return words;
}

const OFF = ['bypass', 'bypass'];
const ON = ['miss', 'hit'];

describe('the cache is on', () => {
  it.each([
    ['not by default', { model: 'plain', fields: EXACT }, OFF],
    ['not for a model that no alias names', { model: 'up/m', fields: EXACT }, OFF],
    ['with `ttl_seconds` alone', { model: 'auto', fields: EXACT }, ON],
    ['not with a mode alone', { model: 'nowhere', fields: EXACT }, OFF],
    ['never with `never`', { model: 'never', fields: EXACT }, OFF],
    ['for everything with `always`', { model: 'always' }, ON],
  ] as const)('%s', async (_, ask, words) => {
    expect(await twice(ask)).toEqual(words);
  });

  it.each([
    ['temperature 0', { temperature: 0 }, ON],
    ['temperature 0.0 as text has it', { temperature: 0.0, top_p: 0.5 }, ON],
    ['a seed', { seed: 42 }, ON],
    ['a seed of 0', { seed: 0, temperature: 1 }, ON],
    ['nothing said', {}, OFF],
    ['a temperature', { temperature: 0.7 }, OFF],
    ['temperature null', { temperature: null }, OFF],
    ['a seed of null', { seed: null }, OFF],
  ])('in mode `auto`, whole and as a stream: %s', async (_, fields, words) => {
    expect(await twice({ model: 'auto', fields })).toEqual(words);
    expect(await twice({ model: 'auto', fields, stream: true })).toEqual(words);
  });

  it.each([
    ['anthropic-messages', { temperature: 0 }, ON],
    ['anthropic-messages', {}, OFF],
    ['openai-responses', { temperature: 0 }, ON],
    ['openai-responses', {}, OFF],
    ['gemini', { generationConfig: { temperature: 0 } }, ON],
    ['gemini', { generationConfig: { seed: 7 } }, ON],
    ['gemini', {}, OFF],
  ] as const)('in mode `auto`, at the door %s, with %j', async (door, fields, words) => {
    expect(await twice({ model: 'auto', door, fields })).toEqual(words);
  });
});

describe('a request may say', () => {
  const mode = (word: string) => ({ 'x-edgeway-cache-mode': word });

  it('that it is never cached', async () => {
    expect(await twice({ model: 'always', headers: mode('never') })).toEqual(OFF);
  });

  it('that only exact answers are', async () => {
    expect(await twice({ model: 'always', headers: mode('auto') })).toEqual(OFF);
    expect(await twice({ model: 'always', headers: mode('auto'), fields: EXACT })).toEqual(ON);
  });

  it('that it always is, where the operator lets it', async () => {
    expect(await twice({ model: 'open', headers: mode('always') })).toEqual(ON);
    expect(await twice({ model: 'auto', headers: mode('always') })).toEqual(OFF);
  });

  it('nothing that switches on what is off', async () => {
    const headers = { ...mode('always'), 'x-edgeway-cache-ttl': '60' };
    for (const model of ['plain', 'never', 'nowhere']) expect(await twice({ model, headers })).toEqual(OFF);
  });
});

describe('a hit', () => {
  it.each([[false], [true]])('says all of itself that contract.md §5 lists (stream: %s)', async (stream) => {
    const text = freshLabel();
    const first = await lab.ask({ text, stream });
    const second = await lab.ask({ text, stream });
    expect(cacheTold(first)).toMatchObject({ cache: 'miss', age: null, attempts: '1' });
    expect(cacheTold(second)).toEqual({
      cache: 'hit',
      age: expect.stringMatching(/^\d+$/),
      cost: '0',
      attempts: '0',
    });
    const about = (answer: typeof first) =>
      ['x-edgeway-provider', 'x-edgeway-model', 'x-edgeway-cache-key', 'cache-control', 'content-type'].map(
        (name) => answer.headers.get(name),
      );
    expect(about(second)).toEqual(about(first));
    expect(about(second).slice(0, 4)).toEqual([
      'up',
      'm',
      expect.stringMatching(/^[0-9a-f]{64}$/),
      stream ? 'private, no-cache, no-transform' : 'private',
    ]);
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect(callOf(second)).toBe(callOf(first));
  });

  it('is logged as what it was', async () => {
    const text = freshLabel();
    const [first, second] = [await lab.ask({ text }), await lab.ask({ text })];
    expect(await lab.lineOf(first)).toMatchObject({
      cache: 'miss',
      attempts: 1,
      usage: TOLD_USAGE,
      ending: 'complete',
    });
    expect(await lab.lineOf(second)).toMatchObject({
      cache: 'hit',
      attempts: 0,
      cost_usd: 0,
      status: 200,
      ending: 'complete',
      alias: 'always',
      provider: 'up',
      model: 'm',
    });
    expect((await lab.lineOf(await lab.ask({ model: 'plain' }))).cache).toBe('bypass');
  });

  it('serves another form of the same request: order of members, blanks, and what cannot change the answer', async () => {
    const text = freshLabel();
    const messages = [{ role: 'user', content: text }];
    await lab.ask({ text, fields: { top_p: 0.5, stop: ['x'] } });
    const same = JSON.stringify(
      { stop: ['x'], messages, top_p: 0.5, model: 'always', user: 'u', metadata: { a: 'b' } },
      null,
      3,
    );
    const response = await lab.gateway.post('/v1/chat/completions', same);
    expect(response.headers.get('x-edgeway-cache')).toBe('hit');
  });

  it('is the same with and without `/v1`', async () => {
    const text = freshLabel();
    await lab.ask({ text });
    const body = { model: 'always', messages: [{ role: 'user', content: text }] };
    expect((await lab.gateway.post('/chat/completions', body)).headers.get('x-edgeway-cache')).toBe('hit');
  });
});

describe('switched on for everybody, and for a project', () => {
  let wide: CacheLab;
  beforeAll(async () => {
    wide = await startCacheLab({
      vendor: lab.vendor,
      config: {
        cache: { ttl_seconds: 3600, mode: 'always' },
        models: { narrow: kept({ mode: 'auto' }), forbidden: { ...kept({}), cache: { mode: 'never' } } },
        projects: { quiet: { cache: { mode: 'never' } }, exact: { cache: { mode: 'auto' } } },
      },
    });
  });
  afterAll(() => wide.stop());

  it('holds for models that no alias names, too', async () => {
    expect(await twice({ model: 'up/m' }, wide)).toEqual(ON);
    expect(await twice({ model: 'plain' }, wide)).toEqual(ON);
  });

  it('what stands nearer to the request counts', async () => {
    expect(await twice({ model: 'narrow' }, wide)).toEqual(OFF);
    expect(await twice({ model: 'narrow', fields: EXACT }, wide)).toEqual(ON);
    const exact = await wide.mint({ project: 'exact' });
    expect(await twice({ model: 'up/m', key: exact }, wide)).toEqual(OFF);
    expect(await twice({ model: 'up/m', key: exact, fields: EXACT }, wide)).toEqual(ON);
  });

  it('`never` counts wherever it stands', async () => {
    expect(await twice({ model: 'forbidden' }, wide)).toEqual(OFF);
    expect(await twice({ model: 'always', key: await wide.mint({ project: 'quiet' }) }, wide)).toEqual(OFF);
  });
});
