/** The routes of the OpenAI API that are forwarded, as data. */

/** How the body of a route is checked; `request-checks.ts` has the checks. */
export type RouteId =
  | 'chat.completions'
  | 'completions'
  | 'embeddings'
  | 'moderations'
  | 'images.generations'
  | 'images.edits'
  | 'images.variations'
  | 'audio.speech'
  | 'audio.transcriptions'
  | 'audio.translations';

export interface Route {
  readonly id: RouteId;
  /** Below the provider's base URL, and below `/v1` of ours. */
  readonly path: string;
  readonly body: 'json' | 'multipart';
  /** How an answer streams: `choices` in chunks, events with a `type`, or never. */
  readonly streams: 'choices' | 'typed' | 'never';
  /** Whether `stream_options.include_usage` exists here. */
  readonly hasStreamOptions: boolean;
  /** What a whole answer is: JSON that is looked at, or anything (audio, subtitles) that is passed on. */
  readonly answer: 'json' | 'any';
  /** What the OpenAI API uses when a request names no model. */
  readonly defaultModel: string | null;
}

const json = {
  body: 'json',
  streams: 'never',
  hasStreamOptions: false,
  answer: 'json',
  defaultModel: null,
} as const;
const multipart = { ...json, body: 'multipart' } as const;

export const ROUTES: readonly Route[] = [
  { ...json, id: 'chat.completions', path: '/chat/completions', streams: 'choices', hasStreamOptions: true },
  { ...json, id: 'completions', path: '/completions', streams: 'choices', hasStreamOptions: true },
  { ...json, id: 'embeddings', path: '/embeddings' },
  { ...json, id: 'moderations', path: '/moderations', defaultModel: 'omni-moderation-latest' },
  {
    ...json,
    id: 'images.generations',
    path: '/images/generations',
    streams: 'typed',
    defaultModel: 'dall-e-2',
  },
  { ...multipart, id: 'images.edits', path: '/images/edits', streams: 'typed', defaultModel: 'dall-e-2' },
  { ...multipart, id: 'images.variations', path: '/images/variations', defaultModel: 'dall-e-2' },
  { ...json, id: 'audio.speech', path: '/audio/speech', streams: 'typed', answer: 'any' },
  {
    ...multipart,
    id: 'audio.transcriptions',
    path: '/audio/transcriptions',
    streams: 'typed',
    answer: 'any',
  },
  { ...multipart, id: 'audio.translations', path: '/audio/translations', answer: 'any' },
];

/** The route's public name: in the log, in a key's `routes`, and as a URL path. */
export const routeName = (route: Route): string => `/v1${route.path}`;

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
