/** The new doors, one entry a route, with an honest body and what each has to have. */
import type { DoorId } from './told-error.ts';

export interface Endpoint {
  readonly name: string;
  /** Whose words its errors are. */
  readonly door: DoorId;
  /** As the log has it. */
  readonly route: string;
  path(model: string): string;
  /** With its model, where the form has it in the body. */
  body(model: string): Record<string, unknown>;
  /** Fields that must be there. */
  readonly required: readonly string[];
  /** A field, and a value of a wrong type. */
  readonly wrong: readonly (readonly [field: string, value: unknown])[];
}

const messages = [{ role: 'user', content: 'hi' }];
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];

const MESSAGES_WRONG = [
  ['messages', 'hi'],
  ['messages', []],
  ['messages', [1]],
  ['system', 7],
  ['tools', {}],
  ['temperature', 'warm'],
] as const;

const geminiEndpoint = (
  method: string,
  body: Record<string, unknown>,
  required: readonly string[],
  wrong: Endpoint['wrong'],
): Endpoint => ({
  name: method,
  door: 'gemini',
  route: `/v1beta/models/{model}:${method}`,
  path: (model) => `/v1beta/models/${encodeURIComponent(model)}:${method}`,
  body: () => body,
  required,
  wrong,
});

export const ENDPOINTS: readonly Endpoint[] = [
  {
    name: 'messages',
    door: 'anthropic-messages',
    route: '/v1/messages',
    path: () => '/v1/messages',
    body: (model) => ({ model, max_tokens: 10, messages }),
    required: ['model', 'messages', 'max_tokens'],
    wrong: [...MESSAGES_WRONG, ['max_tokens', 'many'], ['stream', 'yes'], ['stop_sequences', 'x']],
  },
  {
    name: 'count_tokens',
    door: 'anthropic-messages',
    route: '/v1/messages/count_tokens',
    path: () => '/v1/messages/count_tokens',
    body: (model) => ({ model, messages }),
    required: ['model', 'messages'],
    wrong: MESSAGES_WRONG,
  },
  {
    name: 'responses',
    door: 'openai-responses',
    route: '/v1/responses',
    path: () => '/v1/responses',
    body: (model) => ({ model, input: 'hi' }),
    required: ['model'],
    wrong: [
      ['input', 7],
      ['stream', 'yes'],
      ['tools', {}],
      ['temperature', 'warm'],
      ['previous_response_id', 7],
      ['reasoning', 'much'],
    ],
  },
  {
    name: 'rerank',
    door: 'openai-chat',
    route: '/v1/rerank',
    path: () => '/v1/rerank',
    body: (model) => ({ model, query: 'q', documents: ['a', 'b'] }),
    required: ['model', 'query', 'documents'],
    wrong: [
      ['query', 7],
      ['documents', 'a'],
      ['documents', []],
    ],
  },
  geminiEndpoint('generateContent', { contents }, ['contents'], [['contents', 7]]),
  geminiEndpoint('streamGenerateContent', { contents }, ['contents'], [['contents', 7]]),
  geminiEndpoint('countTokens', { contents }, [], []),
  geminiEndpoint('embedContent', { content: contents[0] }, [], []),
  geminiEndpoint('batchEmbedContents', { requests: [] }, [], []),
];
