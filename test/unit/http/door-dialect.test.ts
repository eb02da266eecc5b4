import { describe, expect, it } from 'vitest';
import { dialectOf } from '../../../src/http/door-dialect.ts';
import { readToken } from '../../../src/http/request-facts.ts';

const request = (path: string, headers: Record<string, string> = {}, method = 'POST'): Request =>
  new Request(`https://edge.example${path}`, { method, headers });

describe('dialectOf', () => {
  it.each([
    ['/v1/chat/completions', 'openai-chat'],
    ['/chat/completions', 'openai-chat'],
    ['/v1/responses', 'openai-responses'],
    ['/responses/resp_1/input_items', 'openai-responses'],
    ['/v1/messages', 'anthropic-messages'],
    ['/v1/messages?beta=true', 'anthropic-messages'],
    ['/messages/count_tokens', 'anthropic-messages'],
    ['/v1/messagesx', 'openai-chat'],
    ['/v1beta/models/m:generateContent', 'gemini'],
    ['/v1beta/anything', 'gemini'],
    ['/v1/models/a/b:streamGenerateContent', 'gemini'],
    ['/models/m:countTokens', 'gemini'],
    ['/v1/models', 'openai-chat'],
    ['/v1/models/a:b/c', 'openai-chat'],
  ])('takes %s for %s', (path, dialect) => {
    expect(dialectOf(request(path))).toBe(dialect);
  });

  it('takes a model whose name holds a colon for a model', () => {
    expect(dialectOf(request('/v1/models/up/ft:m', {}, 'GET'))).toBe('openai-chat');
  });

  it('takes the list of models for Anthropic\u2019s where its version header is sent', () => {
    expect(dialectOf(request('/v1/models', { 'anthropic-version': '2023-06-01' }))).toBe(
      'anthropic-messages',
    );
    expect(dialectOf(request('/v1/embeddings', { 'anthropic-version': '2023-06-01' }))).toBe('openai-chat');
  });
});

describe('readToken', () => {
  it.each([
    ['/v1/messages', 'x-api-key'],
    ['/v1/messages/count_tokens', 'x-api-key'],
    ['/v1beta/models/m:generateContent', 'x-goog-api-key'],
    ['/v1/models/m:generateContent', 'x-goog-api-key'],
  ])('reads the key at %s from %s', (path, header) => {
    expect(readToken(request(path, { [header]: 'ew-0123456789' }))).toBe('ew-0123456789');
  });

  it('lists models for Google\u2019s client, which asks OpenAI\u2019s path with a key header of its own', () => {
    const google = request('/v1/models', { 'x-goog-api-key': 'ew-0123456789' }, 'GET');
    expect(dialectOf(google)).toBe('gemini');
    expect(readToken(google)).toBe('ew-0123456789');
  });

  it.each(['/v1/chat/completions', '/v1/responses'])('reads no vendor header at %s', (path) => {
    expect(readToken(request(path, { 'x-api-key': 'k', 'x-goog-api-key': 'k' }))).toBeNull();
  });

  it('reads a bearer token at every door, and none from a query', () => {
    for (const path of ['/v1/messages', '/v1beta/models/m:generateContent', '/v1/chat/completions']) {
      expect(readToken(request(path, { authorization: 'Bearer ew-1' }))).toBe('ew-1');
      expect(readToken(request(`${path}?key=ew-1`, { authorization: 'Bearer ew-1' }))).toBeNull();
    }
  });
});
