import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../../src/dialects/routes.ts';
import { findRoute } from '../../../src/http/explained-route.ts';

describe('findRoute', () => {
  it('finds every route that takes JSON, by the name that grants use, with and without /v1', () => {
    for (const route of ROUTES.filter(({ body }) => body === 'json'))
      for (const name of [
        route.name,
        route.path,
        `${route.name}?a=b`,
        `POST ${route.name}`,
        route.id,
        route.path.slice(1),
      ])
        expect(findRoute(name), name).toEqual({ route, inPath: null });
  });

  it.each([
    ['/v1beta/models/gemini-2.5-pro:generateContent', 'gemini-2.5-pro', 'gemini.generateContent'],
    [
      '/v1/models/up/some%2Fmodel:streamGenerateContent?alt=sse',
      'up/some/model',
      'gemini.streamGenerateContent',
    ],
    ['/models/a:b:countTokens', 'a:b', 'gemini.countTokens'],
  ])('takes the model out of %s', (name, model, id) => {
    expect(findRoute(name)).toMatchObject({ route: { id }, inPath: { model } });
  });

  it.each([
    [''],
    ['/'],
    ['/v1'],
    ['chat/complete'],
    ['/v1/v1/chat/completions'],
    ['/v1/explain'],
    ['/v1/responses/resp_1'],
    ['/v1/models'],
    ['/v1beta/models/m:constructor'],
    ['/v1/assistants'],
    ['https://x/v1/chat/completions'],
  ])('knows nothing of %j', (name) => {
    expect(() => findRoute(name)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'route' }),
    );
  });

  it('says of a route that takes a form that it cannot be explained', () => {
    const message = expect.stringContaining('takes a form');
    expect(() => findRoute('/v1/audio/transcriptions')).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'route', message }),
    );
  });
});
