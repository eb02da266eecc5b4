import { describe, expect, it } from 'vitest';
import { decodeJsonRequest } from '../../../../src/dialects/json-request.ts';
import { GEMINI_METHODS, ROUTES, type Route } from '../../../../src/dialects/routes.ts';
import { askedAgain } from '../../../../src/gateway/continuation/may-go-on.ts';
import { DEFAULT_RULES, type Target } from '../../../../src/gateway/exchange.ts';
import { Translation } from '../../../../src/gateway/translation.ts';
import type { DialectId } from '../../../../src/providers/provider-row.ts';
import { providerWith } from '../../../support/provider.ts';

const targetOf = (id: string, continues: boolean | null = null): Target => ({
  provider: providerWith({ id }),
  model: 'm',
  credentials: [],
  reason: '',
  standing: 'yes',
  arm: id,
  contextTokens: null,
  continues,
});
const FIRST = targetOf('first');
const SECOND = targetOf('second');

interface Case {
  readonly route?: string;
  readonly body?: object;
  readonly targets?: readonly Target[];
  readonly isOptedIn?: boolean;
  readonly isMetered?: boolean;
  readonly upstream?: DialectId;
}

const BODIES: Readonly<Record<string, object>> = {
  'chat.completions': { model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] },
  messages: { model: 'm', stream: true, max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] },
  responses: { model: 'm', stream: true, input: 'Hi' },
  'gemini.streamGenerateContent': { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
  completions: { model: 'm', stream: true, prompt: 'Hi' },
};

function routeOf(id: string): Route {
  const route = [...ROUTES, ...Object.values(GEMINI_METHODS)].find((one) => one.id === id);
  if (route === undefined) throw new Error(`there is no route ${id}`);
  return route;
}

function asked(one: Case = {}): boolean {
  const route = routeOf(one.route ?? 'chat.completions');
  const body = { ...BODIES[route.id], ...one.body };
  const inPath = route.id.startsWith('gemini') ? { model: 'm' } : null;
  const request = decodeJsonRequest(route, new TextEncoder().encode(JSON.stringify(body)), inPath);
  const parts = {
    exchange: { route },
    request,
    translation: new Translation(route, request),
    target: FIRST,
    plan: {
      targets: one.targets ?? [FIRST, SECOND],
      rules: { ...DEFAULT_RULES, mid_stream_failover: one.isOptedIn ?? true },
      isMetered: one.isMetered ?? true,
    },
  };
  return askedAgain(parts, { dialect: one.upstream ?? 'openai-chat' }) !== null;
}

const FUNCTION = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } };

describe('askedAgain', () => {
  it.each(Object.keys(BODIES).filter((id) => id !== 'completions'))('takes plain text at %s', (route) => {
    expect(asked({ route })).toBe(true);
  });

  it.each<[string, Case]>([
    ['an alias that did not opt in', { isOptedIn: false }],
    ['an answer that nobody meters', { isMetered: false }],
    ['an answer that is no stream', { body: { stream: false } }],
    ['a route that is no chat', { route: 'completions' }],
    ['a plan of one target', { targets: [FIRST] }],
    ['a plan whose other targets were before it', { targets: [SECOND, FIRST] }],
    ['a plan whose other targets do not go on', { targets: [FIRST, targetOf('second', false)] }],
    ['a long body', { body: { messages: [{ role: 'user', content: 'x'.repeat(300_000) }] } }],
    ['tools', { body: { tools: [FUNCTION] } }],
    ['the old functions', { body: { functions: [{ name: 'f', parameters: {} }] } }],
    ['JSON', { body: { response_format: { type: 'json_object' } } }],
    [
      'a schema',
      { body: { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {} } } } },
    ],
    ['several choices', { body: { n: 2 } }],
    ['probabilities', { body: { logprobs: true } }],
    ['sound', { body: { modalities: ['text', 'audio'], audio: { voice: 'a', format: 'wav' } } }],
    ['a search', { body: { web_search_options: {} } }],
    ['an answer to be stored', { body: { store: true } }],
    ['a request that we cannot read', { body: { messages: [{ role: 'user', content: [{ type: 'odd' }] }] } }],
    ['a response that goes on from another', { route: 'responses', body: { previous_response_id: 'r' } }],
    ['work in the background', { route: 'responses', body: { background: true } }],
    ['a prompt that its vendor keeps', { route: 'responses', body: { prompt: { id: 'p' } } }],
    ['a response that its vendor keeps', { route: 'responses', upstream: 'openai-responses' }],
    ['JSON as a response', { route: 'responses', body: { text: { format: { type: 'json_object' } } } }],
    ['Anthropic’s tools', { route: 'messages', body: { tools: [{ name: 'f', input_schema: {} }] } }],
    [
      'Anthropic’s servers',
      { route: 'messages', body: { mcp_servers: [{ type: 'url', url: 'https://a.example', name: 'a' }] } },
    ],
    [
      'Gemini’s JSON',
      {
        route: 'gemini.streamGenerateContent',
        body: { generationConfig: { responseMimeType: 'application/json' } },
      },
    ],
    [
      'Gemini’s enum',
      {
        route: 'gemini.streamGenerateContent',
        body: { generationConfig: { responseMimeType: 'text/x.enum', responseSchema: { type: 'STRING' } } },
      },
    ],
    [
      'Gemini’s pictures',
      {
        route: 'gemini.streamGenerateContent',
        body: { generation_config: { response_modalities: ['IMAGE'] } },
      },
    ],
  ])('leaves alone: %s', (_, one) => {
    expect(asked(one)).toBe(false);
  });

  it('takes a response that its vendor is told not to keep', () => {
    expect(asked({ route: 'responses', body: { store: false }, upstream: 'openai-responses' })).toBe(true);
  });

  it('takes the operator’s word for who goes on', () => {
    const never = providerWith({ id: 'second', continuing: { kind: 'never' } });
    expect(asked({ targets: [FIRST, { ...SECOND, provider: never }] })).toBe(false);
    expect(asked({ targets: [FIRST, { ...SECOND, provider: never, continues: true }] })).toBe(true);
  });
});
