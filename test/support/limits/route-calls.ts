/** Every route that is forwarded, one honest request each, and what its vendor bills for it. */
import type { DoorId } from '../doors/told-error.ts';
import { encodeForm, field, file, formType } from '../multipart-body.ts';

export interface RouteCall {
  readonly name: string;
  /** Whose words its errors are. */
  readonly door: DoorId;
  readonly provider: 'up' | 'claude' | 'google';
  path(model: string, stream: boolean): string;
  /** Output is limited to `MAX_OUTPUT` where the form has a word for it. */
  body(model: string, stream: boolean): Record<string, unknown> | Buffer;
  /** A stream of the route's own events. */
  readonly streams: boolean;
  /** What the vendor's usage tells. */
  readonly tells: 'input and output' | 'input' | 'nothing';
  /** The request says how much output it takes at most. */
  readonly isBounded: boolean;
}

/** As every call states it that can. */
export const MAX_OUTPUT = 10;

const TEXT = 'How many storks fly over the town?';
const messages = [{ role: 'user', content: TEXT }];
const contents = [{ role: 'user', parts: [{ text: TEXT }] }];

const openAi = (
  operation: string,
  body: Record<string, unknown>,
  fields: Partial<RouteCall> = {},
): RouteCall => ({
  name: operation,
  door: 'openai-chat',
  provider: 'up',
  path: () => `/v1/${operation}`,
  body: (model, stream) => ({ model, ...body, ...(stream ? { stream } : {}) }),
  streams: false,
  tells: 'input and output',
  isBounded: false,
  ...fields,
});

const form = (operation: string, name: string): RouteCall =>
  openAi(
    operation,
    {},
    {
      body: (model) => encodeForm([field('model', model), field('prompt', TEXT), file('bytes', name)]),
    },
  );

const gemini = (method: string, body: Record<string, unknown>, fields: Partial<RouteCall>): RouteCall => ({
  name: method,
  door: 'gemini',
  provider: 'google',
  path: (model) => `/v1beta/models/${encodeURIComponent(model)}:${method}`,
  body: () => body,
  streams: false,
  tells: 'input and output',
  isBounded: false,
  ...fields,
});

const answers = { streams: true, isBounded: true };

export const CHAT: RouteCall = openAi('chat/completions', { messages, max_tokens: MAX_OUTPUT }, answers);
export const RESPONSES: RouteCall = openAi(
  'responses',
  { input: TEXT, max_output_tokens: MAX_OUTPUT },
  { ...answers, door: 'openai-responses' },
);
export const MESSAGES: RouteCall = openAi(
  'messages',
  { messages, max_tokens: MAX_OUTPUT },
  { ...answers, door: 'anthropic-messages', provider: 'claude' },
);
const generation = { contents, generationConfig: { maxOutputTokens: MAX_OUTPUT } };
export const GENERATE_CONTENT: RouteCall = {
  ...gemini('generateContent', generation, answers),
  path: (model, stream) =>
    `/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
};
export const COMPLETIONS: RouteCall = openAi(
  'completions',
  { prompt: TEXT, max_tokens: MAX_OUTPUT },
  answers,
);
export const EMBEDDINGS: RouteCall = openAi(
  'embeddings',
  { input: TEXT },
  { tells: 'input', isBounded: true },
);

/** Those that answer in turns, one a form. */
export const CHAT_CALLS: readonly RouteCall[] = [CHAT, RESPONSES, MESSAGES, GENERATE_CONTENT];

export const ROUTE_CALLS: readonly RouteCall[] = [
  ...CHAT_CALLS,
  COMPLETIONS,
  EMBEDDINGS,
  openAi('moderations', { input: TEXT }, { tells: 'nothing' }),
  openAi('rerank', { query: TEXT, documents: ['a stork', 'a town'] }, { tells: 'input' }),
  openAi('images/generations', { prompt: TEXT, n: 1 }),
  form('images/edits', 'image'),
  form('images/variations', 'image'),
  openAi('audio/speech', { input: TEXT, voice: 'alloy' }, { tells: 'nothing' }),
  form('audio/transcriptions', 'file'),
  form('audio/translations', 'file'),
  gemini('embedContent', { content: contents[0] }, { tells: 'nothing' }),
  gemini(
    'batchEmbedContents',
    { requests: [{ model: 'models/google/m', content: contents[0] }] },
    { tells: 'nothing' },
  ),
];

/** Each route whole, and as a stream where it has one. */
export const ROUTE_MODES: readonly {
  readonly call: RouteCall;
  readonly stream: boolean;
  readonly name: string;
}[] = ROUTE_CALLS.flatMap((call) =>
  (call.streams ? [false, true] : [false]).map((stream) => ({
    call,
    stream,
    name: stream ? `${call.name} as a stream` : call.name,
  })),
);

/** Members that carry a label to the vendor, whom the door's form allows them to pass. */
export const labelled = ({ door }: RouteCall, label: string): Record<string, unknown> => {
  if (door === 'anthropic-messages') return { metadata: { user_id: label } };
  return door === 'gemini' ? { labels: { test: label } } : { user: label };
};

/** Where each door's clients put their key. */
const KEY_HEADERS: Readonly<Record<DoorId, (key: string) => Record<string, string>>> = {
  'openai-chat': (key) => ({ authorization: `Bearer ${key}` }),
  'openai-responses': (key) => ({ authorization: `Bearer ${key}` }),
  'anthropic-messages': (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
  gemini: (key) => ({ 'x-goog-api-key': key }),
};

export interface CallOptions {
  readonly stream?: boolean;
  /** Default: the model `m` of the call's provider. */
  readonly model?: string;
  /** Further members of a JSON body. */
  readonly fields?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** What a client of the route's door sends; paths are below the gateway's URL. */
export function requestOf(
  call: RouteCall,
  key: string,
  { stream = false, model = `${call.provider}/m`, fields = {}, headers = {}, signal }: CallOptions = {},
): {
  readonly path: string;
  readonly init: Omit<RequestInit, 'headers'> & { readonly headers: Record<string, string> };
} {
  const body = call.body(model, stream);
  const isForm = Buffer.isBuffer(body);
  return {
    path: call.path(model, stream),
    init: {
      method: 'POST',
      headers: {
        'content-type': isForm ? formType() : 'application/json',
        ...KEY_HEADERS[call.door](key),
        ...headers,
      },
      body: isForm ? new Uint8Array(body) : JSON.stringify({ ...body, ...fields }),
      ...(signal === undefined ? {} : { signal }),
    },
  };
}
