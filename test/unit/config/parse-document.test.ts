import { describe, expect, it } from 'vitest';
import { joinConfigParts, parseDocument, toPath } from '../../../src/config/parse-document.ts';

const HASH = 'a'.repeat(64);
const TARGET = { provider: 'simulator', model: 'chat' };

const parse = (document: unknown) => parseDocument(JSON.stringify(document));

/** The refused paths of a document, sorted; `[]` if it was taken. */
function refused(document: unknown): string[] {
  const parsed = parse(document);
  return parsed.ok ? [] : parsed.mistakes.map(({ path }) => path).sort();
}

describe('joinConfigParts', () => {
  const join = (variables: Record<string, string>) => joinConfigParts((name) => variables[name]);

  it('joins the parts in order, up to the first that is missing', () => {
    expect(join({ GATEWAY_CONFIG: '{"a"' })).toBe('{"a"');
    expect(join({ GATEWAY_CONFIG_3: '}', GATEWAY_CONFIG: '{', GATEWAY_CONFIG_2: '"a":1' })).toBe('{"a":1}');
    expect(join({ GATEWAY_CONFIG: '{}', GATEWAY_CONFIG_3: 'x' })).toBe('{}');
  });

  it('joins more than nine parts by number, and keeps an empty one', () => {
    const parts = Object.fromEntries(
      Array.from({ length: 11 }, (_, at) => [`GATEWAY_CONFIG_${at + 2}`, at === 3 ? '' : String(at)]),
    );
    expect(join({ GATEWAY_CONFIG: '[', ...parts })).toBe('[01245678910');
  });

  it('has no document without the first part', () => {
    expect(join({})).toBeUndefined();
    expect(join({ GATEWAY_CONFIG_2: '{}' })).toBeUndefined();
  });
});

describe('parseDocument', () => {
  it('takes an empty document, and fills in the defaults', () => {
    expect(parse({})).toEqual({
      ok: true,
      document: {
        providers: {},
        models: {},
        keys: [],
        limits: { store: 'durable-object', default_output_tokens: 1024, stop_mid_stream: false },
        routing: { headers: [] },
        max_body_bytes: 33_554_432,
        keep_alive_ms: 15_000,
        strict_params: false,
      },
    });
  });

  it.each(['', '{', 'null', '[]', '"text"', '7'])('refuses %j as a whole', (text) => {
    const parsed = parseDocument(text);
    expect(parsed).toMatchObject({ ok: false, mistakes: [{ path: '(document)' }], rest: null });
  });

  it('tells where text stops to be JSON, and never what stands there', () => {
    const parsed = parseDocument('{"providers":{"openai":{"api_keys":["sk-very-secret-1",}]}}}');
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain('sk-very');
  });

  it('tells every mistake at once', () => {
    const document = {
      keys: [{ name: 'a', sha256: 'XYZ' }],
      models: { fast: { targets: [] }, slow: { targets: [TARGET], retries: -1 } },
      providers: { openai: { base_url: 'ftp://x' } },
      keep_alive_ms: 1,
    };
    expect(refused(document)).toEqual([
      'keep_alive_ms',
      'keys[0].sha256',
      'models.fast.targets',
      'models.slow.retries',
      'providers.openai.base_url',
    ]);
  });

  it.each([
    [{ sort: 1 }, 'sort'],
    [{ models: { fast: { targets: [TARGET], retry: 1 } } }, 'models.fast.retry'],
    [{ models: { fast: { targets: [TARGET], timeouts: { total: 1 } } } }, 'models.fast.timeouts.total'],
    [{ keys: [{ name: 'a', sha256: HASH, model: [] }] }, 'keys[0].model'],
    [{ providers: { openai: { api_key: 'sk-very-secret-1' } } }, 'providers.openai.api_key'],
    [{ cache: { ttl: 1 } }, 'cache.ttl'],
  ])('names an unknown field by its path: %j', (document, path) => {
    const parsed = parse(document);
    expect(parsed).toMatchObject({ ok: false, mistakes: [{ path, message: 'is not a known field' }] });
    expect(JSON.stringify(parsed)).not.toContain('sk-very');
  });

  it.each([
    [{ cache: { ttl_seconds: 'an hour', bogus: 1 } }, ['cache.bogus', 'cache.ttl_seconds']],
    [{ keys: [{ name: 5, sha256: HASH, bogus: 1 }] }, ['keys[0].bogus', 'keys[0].name']],
    [
      { models: { fast: { targets: [], timeouts: { bogus: 1 } } } },
      ['models.fast.targets', 'models.fast.timeouts.bogus'],
    ],
    [
      { limits: { store: 'disk', bogus: 1 }, testing: { bogus: true } },
      ['limits.bogus', 'limits.store', 'testing.bogus', 'testing.region_header'],
    ],
  ])('tells of an unknown field beside another mistake in the same place: %j', (document, paths) => {
    expect(refused(document)).toEqual(paths);
  });

  it('keeps what is right, so that its other mistakes can be told in the same go', () => {
    const parsed = parse({
      models: { bad: { targets: [], bogus: 1 }, good: { targets: [{ alias: 'bad' }] } },
      providers: { mine: { base_url: 'nonsense' }, other: { base_url: 'https://a.example/v1' } },
      keep_alive_ms: 'x',
      bogus: true,
    });
    const rest = parsed.ok ? null : parsed.rest;
    expect(Object.keys(rest?.models ?? {})).toEqual(['bad', 'good']);
    expect(rest?.providers.other?.base_url).toBe('https://a.example/v1');
    expect(rest?.providers).toHaveProperty('mine');
    expect(rest?.keep_alive_ms).toBe(15_000);
  });

  it.each([
    { providers: 'sk-very-secret-1' },
    { providers: { openai: 'sk-very-secret-1' } },
    { providers: { openai: { api_keys: 'sk-very-secret-1' } } },
    { providers: { openai: { api_keys: [{ value: 'sk-very-secret-1' }] } } },
    { providers: { openai: { api_keys: [{ key: 'sk-very-secret-1', weight: 'sk-very-secret-1' }] } } },
    { providers: { openai: { base_url: 'sk-very-secret-1' } } },
    { providers: { openai: { headers: { 'x-key': 'sk-very-secret-1\n' } } } },
    { providers: { openai: { dialect: 'sk-very-secret-1' } } },
    { keys: [{ name: 'a', sha256: 'sk-very-secret-1' }] },
    { keys: ['sk-very-secret-1'] },
    { models: { fast: { targets: ['sk-very-secret-1'] } } },
    { keep_alive_ms: 'sk-very-secret-1' },
  ])('shows no value of the document in a mistake: %j', (document) => {
    const parsed = parse(document);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(JSON.stringify(parsed.mistakes)).not.toContain('sk-very');
  });
});

describe('toPath', () => {
  it.each([
    [[], '(document)'],
    [['models', 'fast', 'targets', 0, 'provider'], 'models.fast.targets[0].provider'],
    [['keys', 12], 'keys[12]'],
    [[3, 'a'], '[3].a'],
  ])('writes %j as %s', (segments, path) => {
    expect(toPath(segments)).toBe(path);
  });
});
