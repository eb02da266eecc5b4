import { describe, expect, it } from 'vitest';
import { GEMINI_METHODS, ROUTES, type Route, type RouteId } from '../../../src/dialects/routes.ts';
import { crossingTo } from '../../../src/gateway/crossing.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { PROVIDER } from './support.ts';

function routeOf(id: RouteId): Route {
  const route = [...ROUTES, ...Object.values(GEMINI_METHODS)].find((one) => one.id === id);
  if (route === undefined) throw new Error(`no route ${id}`);
  return route;
}

const crossing = (id: RouteId, provider: Partial<Provider>, isRenamed = false) =>
  crossingTo(routeOf(id), { ...PROVIDER, ...provider }, isRenamed)?.kind ?? null;

const CHAT = { dialect: 'openai-chat' } as const;
const BOTH = { dialect: 'openai-chat', alsoSpeaks: ['openai-responses'] } as const;
const CLAUDE = { dialect: 'anthropic-messages', embeddings: null } as const;
const GEMINI = { dialect: 'gemini', embeddings: 'gemini' } as const;
const OLLAMA = { dialect: 'ollama-chat', embeddings: 'ollama' } as const;

describe('crossingTo', () => {
  it.each([
    ['chat.completions', CHAT, 'straight'],
    ['chat.completions', CLAUDE, 'translated'],
    ['responses', CHAT, 'translated'],
    ['responses', BOTH, 'straight'],
    ['messages', CLAUDE, 'straight'],
    ['messages', GEMINI, 'translated'],
    ['gemini.streamGenerateContent', GEMINI, 'straight'],
    ['gemini.generateContent', OLLAMA, 'translated'],
  ] as const)('takes %s to %j as %s', (id, provider, kind) => {
    expect(crossing(id, provider)).toBe(kind);
  });

  it.each([
    ['messages.count_tokens', CLAUDE, 'straight'],
    ['messages.count_tokens', GEMINI, 'counted'],
    ['messages.count_tokens', CHAT, 'estimated'],
    ['messages.count_tokens', { ...CLAUDE, hosting: 'vertex' }, 'estimated'],
    ['messages.count_tokens', { ...GEMINI, embeddings: 'vertex' }, 'estimated'],
    ['gemini.countTokens', { ...GEMINI, embeddings: 'vertex' }, 'straight'],
    ['gemini.countTokens', GEMINI, 'straight'],
    ['gemini.countTokens', CLAUDE, 'counted'],
    ['gemini.countTokens', OLLAMA, 'estimated'],
  ] as const)('counts %s of %j as %s', (id, provider, kind) => {
    expect(crossing(id, provider)).toBe(kind);
  });

  it.each([
    ['embeddings', CHAT, 'straight'],
    ['embeddings', GEMINI, 'whole'],
    ['embeddings', OLLAMA, 'whole'],
    ['embeddings', CLAUDE, null],
    ['gemini.embedContent', GEMINI, 'straight'],
    ['gemini.batchEmbedContents', CHAT, 'whole'],
    ['rerank', { rerank: 'generic' }, 'whole'],
    ['rerank', { rerank: null }, null],
  ] as const)('takes %s to %j as %s', (id, provider, kind) => {
    expect(crossing(id, provider)).toBe(kind);
  });

  it.each(['gemini.countTokens', 'gemini.embedContent', 'gemini.batchEmbedContents'] as const)(
    'writes %s anew where the model goes by another name, which its body repeats',
    (id) => {
      expect(crossing(id, GEMINI)).toBe('straight');
      expect(crossing(id, GEMINI, true)).not.toBe('straight');
    },
  );

  it.each(['completions', 'moderations', 'images.generations', 'audio.speech'] as const)(
    'takes %s to providers of the OpenAI form only',
    (id) => {
      expect(crossing(id, CHAT)).toBe('straight');
      expect(crossing(id, { dialect: 'openai-responses' })).toBe('straight');
      expect(crossing(id, CLAUDE)).toBeNull();
      expect(crossing(id, GEMINI)).toBeNull();
    },
  );
});
