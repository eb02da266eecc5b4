import { describe, expect, it } from 'vitest';
import { checkJsonBody, checkModel } from '../../../src/dialects/request-checks.ts';
import type { RouteId } from '../../../src/dialects/routes.ts';
import { InvalidRequest } from '../../../src/errors.ts';

const MESSAGES = [{ role: 'user', content: 'Hi' }];
const chat = (fields: object) => ({ messages: MESSAGES, ...fields });

/** The field that is refused; `undefined` if nothing is. */
function refused(route: RouteId, body: Record<string, unknown>): string | null | undefined {
  try {
    checkJsonBody(route, body);
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    expect(error.message).toContain('`');
    return error.param;
  }
}

describe('checkJsonBody', () => {
  it.each([
    chat({}),
    chat({ temperature: 0, top_p: 1, n: 2, seed: -1, stop: ['a'], tools: [], stream: false }),
    chat({ temperature: null, stream: null, stream_options: null, tools: null, max_tokens: null }),
    chat({ unknown_field: { a: 1 }, reasoning_effort: 'high', tool_choice: 'none' }),
    chat({ stop: 'a', response_format: { type: 'text' }, logit_bias: {}, metadata: {} }),
    {
      messages: [
        { role: 'tool', content: null },
        { role: 'assistant' },
        { role: 'user', content: [{ type: 'text' }] },
      ],
    },
  ])('takes the chat body %j', (body) => {
    expect(refused('chat.completions', body)).toBeUndefined();
  });

  it.each([
    [{}, 'messages'],
    [{ messages: null }, 'messages'],
    [{ messages: 'Hi' }, 'messages'],
    [{ messages: {} }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: [null] }, 'messages[0]'],
    [{ messages: [...MESSAGES, 'Hi'] }, 'messages[1]'],
    [{ messages: [{ content: 'Hi' }] }, 'messages[0].role'],
    [{ messages: [{ role: 1, content: 'Hi' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: {} }] }, 'messages[0].content'],
    [chat({ stream: 'true' }), 'stream'],
    [chat({ stream: 1 }), 'stream'],
    [chat({ stream_options: true }), 'stream_options'],
    [chat({ stream_options: [] }), 'stream_options'],
    [chat({ temperature: '0.5' }), 'temperature'],
    [chat({ max_tokens: 1.5 }), 'max_tokens'],
    [chat({ max_completion_tokens: '10' }), 'max_completion_tokens'],
    [chat({ n: '2' }), 'n'],
    [chat({ stop: 7 }), 'stop'],
    [chat({ tools: {} }), 'tools'],
    [chat({ parallel_tool_calls: 'no' }), 'parallel_tool_calls'],
    [chat({ response_format: 'json' }), 'response_format'],
    [chat({ logit_bias: [] }), 'logit_bias'],
    [chat({ metadata: 'x' }), 'metadata'],
  ])('refuses the chat body %j at %s', (body, param) => {
    expect(refused('chat.completions', body)).toBe(param);
  });

  it.each([
    ['completions', {}],
    ['completions', { prompt: 'a', max_tokens: 5 }],
    ['completions', { prompt: [[1, 2]] }],
    ['embeddings', { input: 'a' }],
    ['embeddings', { input: [1, 2], dimensions: 256, encoding_format: 'base64' }],
    ['moderations', { input: [{ type: 'text', text: 'a' }] }],
    ['images.generations', { prompt: 'a cat', n: 1 }],
    ['audio.speech', { input: 'Hi', voice: 'x' }],
    ['audio.speech', { input: 'Hi', voice: { id: 'x' } }],
  ] as const)('takes the %s body %j', (route, body) => {
    expect(refused(route, body)).toBeUndefined();
  });

  it.each([
    ['completions', { prompt: 7 }, 'prompt'],
    ['completions', { stream: 'yes' }, 'stream'],
    ['embeddings', {}, 'input'],
    ['embeddings', { input: null }, 'input'],
    ['embeddings', { input: '' }, 'input'],
    ['embeddings', { input: [] }, 'input'],
    ['embeddings', { input: { text: 'a' } }, 'input'],
    ['embeddings', { input: 'a', dimensions: '256' }, 'dimensions'],
    ['embeddings', { input: 'a', encoding_format: 1 }, 'encoding_format'],
    ['moderations', {}, 'input'],
    ['images.generations', {}, 'prompt'],
    ['images.generations', { prompt: ['a'] }, 'prompt'],
    ['images.generations', { prompt: 'a', n: '1' }, 'n'],
    ['audio.speech', {}, 'input'],
    ['audio.speech', { input: ['a'] }, 'input'],
  ] as const)('refuses the %s body %j at %s', (route, body, param) => {
    expect(refused(route, body)).toBe(param);
  });
});

describe('checkModel', () => {
  it.each(['gpt-4', 'openai/gpt-4', 'ft:gpt:acme::x', 'モデル', 'a b', '😀', 'x'.repeat(512)])(
    'takes %j',
    (model) => {
      expect(() => checkModel(model)).not.toThrow();
    },
  );

  it.each([undefined, null, '', 7, [], {}, true, 'a\nb', 'a\0', 'a\u007f', 'x'.repeat(513)])(
    'refuses %j',
    (model) => {
      expect(() => checkModel(model)).toThrow(InvalidRequest);
    },
  );

  it.each(['\ud800', 'openai/a\udc00b', '\udc00\ud800'])(
    'refuses half a character, which neither a URL nor a header can carry: %j',
    (model) => {
      expect(() => checkModel(model)).toThrow(InvalidRequest);
    },
  );
});
