/** The routes that are forwarded, as data. */
import type { DialectId, EmbeddingsForm } from '../providers/provider-row.ts';

/** Forms that clients speak. */
export type DoorDialect = Extract<
  DialectId,
  'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini'
>;

/** How the body of a route is checked; `request-checks.ts` has the checks. */
export type RouteId =
  | 'chat.completions'
  | 'completions'
  | 'embeddings'
  | 'moderations'
  | 'rerank'
  | 'images.generations'
  | 'images.edits'
  | 'images.variations'
  | 'audio.speech'
  | 'audio.transcriptions'
  | 'audio.translations'
  | 'responses'
  | 'messages'
  | 'messages.count_tokens'
  | 'gemini.generateContent'
  | 'gemini.streamGenerateContent'
  | 'gemini.countTokens'
  | 'gemini.embedContent'
  | 'gemini.batchEmbedContents';

/**
 * What is asked of a target, whatever the wire form. `own`: it exists in the OpenAI form only, and is forwarded to
 * targets of that form.
 */
export type Operation = 'chat' | 'count-tokens' | 'embeddings' | 'rerank' | 'own';

/** Forms in which clients ask for embeddings. */
export type EmbeddingsDoorId = 'openai' | 'gemini-embed-content' | 'gemini-batch-embed-contents';

export interface Route {
  readonly id: RouteId;
  /** In the log, and in a key's `routes`. */
  readonly name: string;
  /** The form of the request, the answer and its errors. */
  readonly dialect: DoorDialect;
  readonly operation: Operation;
  /** Where clients find it below `/v1`; forms with the model in the path have none. */
  readonly path: string;
  /** Where a provider of the same form serves it, below its base URL. */
  readonly upstreamPath: (model: string) => string;
  /** The body repeats the model's name, so a target with another name needs another body. */
  readonly repeatsModel: boolean;
  /** For embeddings: the door, and the form that passes straight. */
  readonly embeddings: { readonly door: EmbeddingsDoorId; readonly form: EmbeddingsForm } | null;
  readonly body: 'json' | 'multipart';
  /**
   * How an answer streams: `choices` in chunks, events with a `type` (sound, pictures), the events of the route's
   * own dialect (`dialect`), or never.
   */
  readonly streams: 'choices' | 'typed' | 'dialect' | 'never';
  /** Whether `stream_options.include_usage` exists here. */
  readonly hasStreamOptions: boolean;
  /** What a whole answer is: JSON that is looked at, or anything (audio, subtitles) that is passed on. */
  readonly answer: 'json' | 'any';
  /** What the OpenAI API uses when a request names no model. */
  readonly defaultModel: string | null;
}

type OpenAiRoute = Partial<Route> & Pick<Route, 'id' | 'path'>;

const openAi = (route: OpenAiRoute): Route => ({
  name: `/v1${route.path}`,
  upstreamPath: () => route.path,
  repeatsModel: false,
  embeddings: null,
  dialect: 'openai-chat',
  operation: 'own',
  body: 'json',
  streams: 'never',
  hasStreamOptions: false,
  answer: 'json',
  defaultModel: null,
  ...route,
});

/** Routes with one path, served with and without `/v1`. */
export const ROUTES: readonly Route[] = [
  openAi({
    id: 'chat.completions',
    path: '/chat/completions',
    operation: 'chat',
    streams: 'choices',
    hasStreamOptions: true,
  }),
  openAi({
    id: 'responses',
    path: '/responses',
    dialect: 'openai-responses',
    operation: 'chat',
    streams: 'dialect',
  }),
  openAi({
    id: 'messages',
    path: '/messages',
    dialect: 'anthropic-messages',
    operation: 'chat',
    streams: 'dialect',
  }),
  openAi({
    id: 'messages.count_tokens',
    path: '/messages/count_tokens',
    dialect: 'anthropic-messages',
    operation: 'count-tokens',
  }),
  openAi({ id: 'completions', path: '/completions', streams: 'choices', hasStreamOptions: true }),
  openAi({
    id: 'embeddings',
    path: '/embeddings',
    operation: 'embeddings',
    embeddings: { door: 'openai', form: 'openai' },
  }),
  openAi({ id: 'rerank', path: '/rerank', operation: 'rerank' }),
  openAi({ id: 'moderations', path: '/moderations', defaultModel: 'omni-moderation-latest' }),
  openAi({
    id: 'images.generations',
    path: '/images/generations',
    streams: 'typed',
    defaultModel: 'dall-e-2',
  }),
  openAi({
    id: 'images.edits',
    path: '/images/edits',
    body: 'multipart',
    streams: 'typed',
    defaultModel: 'dall-e-2',
  }),
  openAi({
    id: 'images.variations',
    path: '/images/variations',
    body: 'multipart',
    defaultModel: 'dall-e-2',
  }),
  openAi({ id: 'audio.speech', path: '/audio/speech', streams: 'typed', answer: 'any' }),
  openAi({
    id: 'audio.transcriptions',
    path: '/audio/transcriptions',
    body: 'multipart',
    streams: 'typed',
    answer: 'any',
  }),
  openAi({ id: 'audio.translations', path: '/audio/translations', body: 'multipart', answer: 'any' }),
];

const gemini = (method: string, route: Pick<Route, 'operation'> & Partial<Route>): Route => ({
  ...openAi({ id: `gemini.${method}` as RouteId, path: '' }), // the methods below are its ids
  name: `/v1beta/models/{model}:${method}`,
  dialect: 'gemini',
  upstreamPath: (model) => `/models/${encodeURIComponent(model)}:${method}`,
  repeatsModel: route.operation !== 'chat',
  ...route,
});

/** Gemini's: the model stands in the path, `/v1beta/models/{model}:{method}`. */
export const GEMINI_METHODS: Readonly<Record<string, Route>> = {
  generateContent: gemini('generateContent', { operation: 'chat' }),
  streamGenerateContent: gemini('streamGenerateContent', { operation: 'chat', streams: 'dialect' }),
  countTokens: gemini('countTokens', { operation: 'count-tokens' }),
  embedContent: gemini('embedContent', {
    operation: 'embeddings',
    embeddings: { door: 'gemini-embed-content', form: 'gemini' },
  }),
  batchEmbedContents: gemini('batchEmbedContents', {
    operation: 'embeddings',
    embeddings: { door: 'gemini-batch-embed-contents', form: 'gemini' },
  }),
};

/** First path segments of OpenAI's API that we know and do not serve, so that clients hear that and not a typo. */
export const UNSERVED_SEGMENTS: readonly string[] = [
  'assistants',
  'audio',
  'batches',
  'chat',
  'chatkit',
  'completions',
  'containers',
  'conversations',
  'embeddings',
  'evals',
  'files',
  'fine_tuning',
  'images',
  'messages',
  'models',
  'moderations',
  'organization',
  'projects',
  'realtime',
  'responses',
  'skills',
  'threads',
  'uploads',
  'vector_stores',
  'videos',
];
