/** The recordings, as `manifest.json` lists them, and what has to be known to replay one. */
import { CHUNK_SIZES } from '../support/codec-streams.ts';
import { casesOf, type ManifestCase, read, readJson } from './manifest.ts';

/** A write for each byte of a very long stream shows nothing that the short ones do not, and takes its time. */
const VERY_LONG = 100_000;

/** Wire forms of a conversation, by their names in the gateway's configuration. */
export type Form =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'gemini'
  | 'bedrock-converse'
  | 'cohere-chat'
  | 'ollama-chat';

/** `api` of the manifest, and the form of its conversations. */
const FORMS: Readonly<Record<string, Form>> = {
  chat: 'openai-chat',
  'openai-compat': 'openai-chat',
  responses: 'openai-responses',
  messages: 'anthropic-messages',
  generateContent: 'gemini',
  streamGenerateContent: 'gemini',
  converse: 'bedrock-converse',
  'converse-stream': 'bedrock-converse',
  'v2-chat': 'cohere-chat',
  'api-chat': 'ollama-chat',
};
/** `api` of the manifest, and the gateway's route that its recordings answer. Gemini's has the model in the path. */
const ROUTES: Readonly<Record<string, string>> = {
  chat: '/v1/chat/completions',
  'openai-compat': '/v1/chat/completions',
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
  audio: '/v1/audio/transcriptions',
  responses: '/v1/responses',
  messages: '/v1/messages',
};
/** Routes of the OpenAI dialect; the legacy completions of other vendors have an `api` of their own. */
const OPENAI_APIS = ['chat', 'openai-compat', 'completions', 'embeddings', 'audio'];
/** Providers whose row in the catalogue has another id than the manifest: by provider, or by provider and form. */
const VENDORS: Readonly<Record<string, string>> = {
  alibaba: 'dashscope',
  'google-gemini openai-chat': 'gemini-openai',
  'google-gemini gemini': 'gemini',
  'google-vertex': 'vertex',
  'aws-bedrock': 'bedrock',
  'aws-bedrock-mantle': 'bedrock-mantle',
  lmstudio: 'lm-studio',
  'azure-ai openai-responses': 'azure-foundry',
  'ollama ollama-chat': 'ollama-native',
};
/** Belong to one connection, or to an encoding that the recordings no longer have. */
const HOP_HEADERS = ['transfer-encoding', 'connection', 'content-length', 'content-encoding'];
const STREAM_TYPES: Readonly<Record<string, string>> = {
  'aws-eventstream': 'application/vnd.amazon.eventstream',
  ndjson: 'application/x-ndjson',
  'json-array-stream': 'application/json',
};

export interface Recording {
  readonly id: string;
  /** The provider's id in the gateway. */
  readonly vendor: string;
  /** The provider's own name of the model. */
  readonly model: string;
  readonly route: string;
  /** `null`: no conversation. */
  readonly form: Form | null;
  readonly kind: 'stream' | 'answer' | 'error';
  readonly status: number;
  /** What the upstream stand-in answers with; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly tags: readonly string[];
  /** The request that was recorded with it, without what the gateway or the test decides. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** A recorded conversation. */
export type ChatRecording = Recording & { readonly form: Form };

const load = (isWanted: (one: ManifestCase) => boolean): Recording[] => casesOf(isWanted).map(toRecording);

function toRecording(one: ManifestCase): Recording {
  const status = one.status ?? statusInName(one.id) ?? 200;
  const kind = status >= 400 ? 'error' : one.stream ? 'stream' : 'answer';
  const form = FORMS[one.api] ?? null;
  return {
    id: one.id,
    vendor: VENDORS[`${one.provider} ${form}`] ?? VENDORS[one.provider] ?? one.provider,
    model: one.model ?? 'recorded-model',
    route: ROUTES[one.api] ?? '',
    form,
    kind,
    status,
    headers: { 'content-type': contentType(one, kind), ...metaHeaders(one) },
    bytes: read(one.files.response),
    tags: one.tags,
    request: recordedRequest(one, form),
  };
}

function statusInName(id: string): number | undefined {
  const digits = /error-(\d{3})/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function contentType(one: ManifestCase, kind: Recording['kind']): string {
  if (one.content_type !== undefined) return one.content_type;
  if (kind === 'stream') return STREAM_TYPES[one.framing] ?? 'text/event-stream';
  return one.framing === 'text' ? 'text/plain' : 'application/json';
}

function metaHeaders({ files }: ManifestCase): Record<string, string> {
  if (files.meta === undefined) return {};
  const meta: { headers?: Record<string, string> } = readJson(files.meta);
  const headers = Object.entries(meta.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return Object.fromEntries(headers.filter(([name]) => !HOP_HEADERS.includes(name ?? '')));
}

const QUESTION = 'How are you today?';

/** One recorded request is no request of its route (its `messages` is a text): a plain one stands in for it. */
function recordedRequest({ api, files }: ManifestCase, form: Form | null): Record<string, unknown> {
  const plain = plainRequest(api, form);
  if (files.request === undefined) return plain;
  // Ids of responses that another gateway's client got would be nobody's here.
  const {
    model: _,
    stream_options: __,
    stream: ___,
    previous_response_id: ____,
    ...rest
  } = readJson(files.request);
  return { ...plain, ...rest };
}

function plainRequest(api: string, form: Form | null): Record<string, unknown> {
  if (api === 'embeddings') return { input: 'hi' };
  switch (form) {
    case 'openai-responses':
      return { input: QUESTION };
    case 'anthropic-messages':
      return { max_tokens: 500, messages: [{ role: 'user', content: QUESTION }] };
    case 'gemini':
      return { contents: [{ role: 'user', parts: [{ text: QUESTION }] }] };
    default:
      return { messages: [{ role: 'user', content: QUESTION }] };
  }
}

/** Of the OpenAI dialect as it was before Responses: what goes straight through at its own routes. */
export const recordings: readonly Recording[] = load(({ api }) => OPENAI_APIS.includes(api));

/** Conversations in every form. */
export const conversations: readonly ChatRecording[] = load(({ api }) => FORMS[api] !== undefined).filter(
  (one): one is ChatRecording => one.form !== null,
);

export const chunkSizes = ({ bytes }: Recording): readonly number[] =>
  bytes.length > VERY_LONG ? CHUNK_SIZES.slice(1) : CHUNK_SIZES;

export const sizeName = (size: number): string => (size === 0 ? 'one write' : `writes of ${size}`);
