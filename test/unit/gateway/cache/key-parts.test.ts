import { describe, expect, it } from 'vitest';
import type { RouteId } from '../../../../src/dialects/routes.ts';
import { keyOf, partsOf } from '../../../support/cache/keys.ts';

const ASKED = { messages: [{ role: 'user', content: 'Hi' }] };
const asChat = (body: object) => keyOf('chat.completions', { ...ASKED, ...body });

/** All different from one another. */
const expectApart = (keys: readonly (string | null)[]) => {
  expect(keys).not.toContain(null);
  expect(new Set(keys).size).toBe(keys.length);
};

describe('keyPartsOf', () => {
  it('tells the operation of a chat request through whichever door it comes, and else the route', () => {
    const input = { input: 'Hi' };
    expect(partsOf('chat.completions', ASKED)).toMatchObject({ operation: 'chat', model: 'm', policy: 'p' });
    expect(partsOf('responses', input)?.operation).toBe('chat');
    expect(partsOf('moderations', input)).toMatchObject({
      operation: 'moderations',
      request: { body: input },
    });
    expectApart([keyOf('moderations', input), keyOf('responses', input), keyOf('audio.speech', input)]);
  });

  it.each<[string, RouteId, object]>([
    ['counts of tokens', 'messages.count_tokens', ASKED],
    ['counts of tokens in the path', 'gemini.countTokens', { contents: [{ parts: [{ text: 'Hi' }] }] }],
    ['answers made in the background', 'responses', { input: 'Hi', background: true }],
    ['embeddings, which have a key for each input', 'embeddings', { input: 'Hi' }],
  ])('has nothing for %s', (_, id, body) => {
    expect(keyOf(id, body)).toBeNull();
  });

  it.each([
    ['the model', { model: 'n' }],
    ['where its name leads', { policy: 'q' }],
    ['the namespace', { namespace: 'blue' }],
    ['the tenant', { tenant: { keyId: 'key-1', project: 'other', organization: null } }],
    ['who shares', { kind: 'key' }],
  ] as const)('differs by %s', (_, options) => {
    expectApart([keyOf('chat.completions', ASKED), keyOf('chat.completions', ASKED, options)]);
  });
});

describe('what is left out', () => {
  const OPENAI = {
    stream: true,
    stream_options: { include_usage: true },
    user: 'ann',
    safety_identifier: 'ann-1',
    metadata: { a: 'b' },
    prompt_cache_key: 'k',
  };

  it.each<[RouteId, object, object]>([
    ['chat.completions', ASKED, OPENAI],
    ['chat.completions', { ...ASKED, function_call: 'none', functions: [{ name: 'old' }] }, OPENAI],
    ['responses', { input: 'Hi' }, OPENAI],
    ['responses', { input: 'Hi', previous_response_id: 'resp_1' }, OPENAI],
    ['completions', { prompt: 'Hi' }, OPENAI],
    ['moderations', { input: 'Hi' }, { user: 'ann' }],
    ['images.generations', { prompt: 'A cat' }, { user: 'ann' }],
    ['messages', { ...ASKED, max_tokens: 5 }, { stream: true, metadata: { user_id: 'ann' } }],
  ])('is the same for all: %s %j', (id, body, left) => {
    const key = keyOf(id, body);
    expect(key).not.toBeNull();
    for (const [name, value] of Object.entries(left)) expect(keyOf(id, { ...body, [name]: value })).toBe(key);
    expect(keyOf(id, { ...left, ...body })).toBe(key);
  });

  it('is nothing that only looks like it', () => {
    const plain = { ...ASKED, max_tokens: 5 };
    const messages = ['user', 'safety_identifier', 'prompt_cache_key', 'stream_options'];
    expectApart([
      keyOf('messages', plain),
      ...messages.map((name) => keyOf('messages', { ...plain, [name]: 'a' })),
    ]);
    const contents = { contents: [{ parts: [{ text: 'Hi' }] }] };
    const gemini = ['stream', 'user', 'metadata', 'labels'];
    expectApart([
      keyOf('gemini.generateContent', contents),
      ...gemini.map((name) => keyOf('gemini.generateContent', { ...contents, [name]: 'a' })),
    ]);
    expectApart([asChat({}), asChat({ User: 'ann' }), asChat({ users: 'ann' }), asChat({ store: true })]);
  });

  it('is not left out deeper down', () => {
    const tool = (parameters: object) =>
      asChat({ tools: [{ type: 'function', function: { name: 't', parameters } }] });
    expectApart([tool({}), tool({ user: 'a' }), tool({ stream: true }), tool({ metadata: {} })]);
  });
});

describe('headers', () => {
  const asked = (headers: Record<string, string>, id: RouteId = 'messages') =>
    keyOf(id, id === 'messages' ? { ...ASKED, max_tokens: 5 } : { input: 'Hi' }, { headers });

  it('that switch features of a form count', () => {
    expectApart([
      asked({}),
      asked({ 'anthropic-beta': 'context-1m-2025-08-07' }),
      asked({ 'anthropic-beta': 'output-128k-2025-02-19' }),
      asked({ 'anthropic-version': '2023-01-01' }),
    ]);
    expectApart([asked({}, 'responses'), asked({ 'openai-beta': 'responses=v2' }, 'responses')]);
  });

  it('that say what is said anyway do not, nor do any others', () => {
    expect(asked({ 'anthropic-version': '2023-06-01' })).toBe(asked({}));
    const others = { 'user-agent': 'a', 'x-edgeway-metadata': '{}', 'openai-beta': 'b', accept: '*/*' };
    expect(asked(others)).toBe(asked({}));
    expect(asked({ 'anthropic-beta': 'c' }, 'responses')).toBe(asked({}, 'responses'));
  });
});
