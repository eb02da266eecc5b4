import { describe, expect, it } from 'vitest';
import { decodeJsonRequest } from '../../../../src/dialects/json-request.ts';
import type { RouteId } from '../../../../src/dialects/routes.ts';
import { readAsked } from '../../../../src/gateway/cache/asked.ts';
import { isEligible } from '../../../../src/gateway/cache/eligible.ts';
import { routeOf } from '../../../support/cache/keys.ts';

const BODIES: Readonly<Partial<Record<RouteId, object>>> = {
  'chat.completions': { messages: [{ role: 'user', content: 'Hi' }] },
  responses: { input: 'Hi' },
  messages: { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 },
  'gemini.generateContent': { contents: [{ parts: [{ text: 'Hi' }] }] },
  'gemini.streamGenerateContent': { contents: [{ parts: [{ text: 'Hi' }] }] },
  completions: { prompt: 'Hi' },
  embeddings: { input: 'Hi' },
  rerank: { query: 'cats', documents: ['a cat'] },
  moderations: { input: 'Hi' },
  'images.generations': { prompt: 'A cat' },
  'audio.speech': { input: 'Hi', voice: 'alloy' },
};

function isCached(id: RouteId, body: object, mode: 'auto' | 'always' = 'auto'): boolean {
  const route = routeOf(id);
  const inPath = route.dialect === 'gemini' ? { model: 'm' } : null;
  const text = JSON.stringify({ ...(inPath === null ? { model: 'm' } : {}), ...BODIES[id], ...body });
  const request = decodeJsonRequest(route, new TextEncoder().encode(text), inPath);
  const asked = readAsked(route, request, new Headers());
  if (asked === null) throw new Error('is never cached');
  return isEligible({ mode }, asked);
}

const config = (generationConfig: object) => ({ generationConfig });

describe('isEligible', () => {
  it.each(Object.keys(BODIES) as RouteId[])('takes everything in mode `always`: %s', (id) => {
    expect(isCached(id, {}, 'always')).toBe(true);
  });

  it.each<[RouteId, boolean]>([
    ['embeddings', true],
    ['rerank', true],
    ['moderations', true],
    ['chat.completions', false],
    ['responses', false],
    ['messages', false],
    ['gemini.generateContent', false],
    ['completions', false],
    ['images.generations', false],
    ['audio.speech', false],
  ])('takes %s as it is: %s', (id, expected) => {
    expect(isCached(id, {})).toBe(expected);
  });

  it.each<[RouteId, object, boolean]>([
    ['chat.completions', { temperature: 0 }, true],
    ['chat.completions', { temperature: 0.0001 }, false],
    ['chat.completions', { temperature: null }, false],
    ['chat.completions', { temperature: 1, seed: 0 }, true],
    ['chat.completions', { seed: null }, false],
    ['responses', { temperature: 0 }, true],
    ['responses', { temperature: 1 }, false],
    ['messages', { temperature: 0 }, true],
    ['messages', { temperature: 1 }, false],
    ['gemini.generateContent', config({ temperature: 0 }), true],
    ['gemini.generateContent', { generation_config: { temperature: 0 } }, true],
    ['gemini.streamGenerateContent', config({ seed: 1 }), true],
    ['gemini.generateContent', config({ temperature: 1 }), false],
    ['gemini.generateContent', { temperature: 0, seed: 1 }, false],
    ['completions', { temperature: 0 }, true],
    ['completions', { seed: 3 }, true],
    ['completions', { temperature: 1 }, false],
    ['images.generations', { temperature: 0, seed: 1 }, false],
    ['audio.speech', { temperature: 0, seed: 1 }, false],
  ])('takes what is to be answered the same each time: %s %j: %s', (id, body, expected) => {
    expect(isCached(id, body)).toBe(expected);
  });

  it('takes a seed with more digits than a number holds', () => {
    const text = '{"model":"m","messages":[{"role":"user","content":"Hi"}],"seed":9007199254740993}';
    const route = routeOf('chat.completions');
    const asked = readAsked(route, decodeJsonRequest(route, new TextEncoder().encode(text)), new Headers());
    expect(asked !== null && isEligible({ mode: 'auto' }, asked)).toBe(true);
  });

  it.each<[RouteId, object, boolean]>([
    ['chat.completions', { tools: [{ type: 'function', function: { name: 'look' } }] }, true],
    ['chat.completions', { tools: [{ type: 'custom', custom: { name: 'look' } }] }, true],
    ['chat.completions', { tools: [{ type: 'web_search' }] }, false],
    ['chat.completions', { web_search_options: {} }, false],
    ['chat.completions', { search_parameters: { mode: 'auto' } }, false],
    ['chat.completions', { plugins: [{ id: 'web' }] }, false],
    ['chat.completions', { plugins: null, web_search_options: null, tools: null }, true],
    ['responses', { tools: [{ type: 'function', name: 'look' }] }, true],
    ['responses', { tools: [{ type: 'function', name: 'look' }, { type: 'file_search' }] }, false],
    ['responses', { tools: [{ type: 'mcp', server_label: 'a' }] }, false],
    ['responses', { prompt: { id: 'pmpt_1' } }, false],
    ['messages', { tools: [{ name: 'look', input_schema: {} }] }, true],
    ['messages', { tools: [{ type: 'custom', name: 'look', input_schema: {} }] }, true],
    ['messages', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, false],
    ['messages', { mcp_servers: [{ type: 'url', url: 'https://a.example' }] }, false],
  ])('leaves out what the vendor looks up meanwhile: %s %j: %s', (id, body, expected) => {
    expect(isCached(id, { ...body, temperature: 0 })).toBe(expected);
    expect(isCached(id, { ...body, temperature: 0 }, 'always')).toBe(true);
  });

  it.each<[object, boolean]>([
    [{ functionDeclarations: [{ name: 'look' }] }, true],
    [{ function_declarations: [{ name: 'look' }] }, true],
    [{ googleSearch: {} }, false],
    [{ functionDeclarations: [{ name: 'look' }], code_execution: {} }, false],
  ])('leaves it out at the door of Gemini: %j: %s', (tool, expected) => {
    const body = { tools: [tool], ...config({ temperature: 0 }) };
    expect(isCached('gemini.generateContent', body)).toBe(expected);
  });
});
