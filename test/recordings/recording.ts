/** The recordings of the OpenAI dialect, as `manifest.json` lists them, and what has to be known to replay one. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/workerd.ts';

export const DIRECTORY = process.env.RECORDINGS_DIR ?? join(ROOT, '../shared/recordings');
export const areHere = existsSync(join(DIRECTORY, 'manifest.json'));

/** Upstream writes of this many bytes; 0 is one write. */
export const CHUNK_SIZES = [1, 7, 64, 4096, 0] as const;

/** `api` of the manifest, and the gateway's route that its recordings answer. */
const ROUTES: Readonly<Record<string, string>> = {
  chat: '/v1/chat/completions',
  'openai-compat': '/v1/chat/completions',
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
  audio: '/v1/audio/transcriptions',
};
/** Providers whose row in the catalogue has another id than the manifest. */
const VENDORS: Readonly<Record<string, string>> = { alibaba: 'dashscope', 'google-gemini': 'gemini-openai' };
/** Belong to one connection, or to an encoding that the recordings no longer have. */
const HOP_HEADERS = ['transfer-encoding', 'connection', 'content-length', 'content-encoding'];

export interface Recording {
  readonly id: string;
  /** The provider's id in the gateway. */
  readonly vendor: string;
  /** The provider's own name of the model. */
  readonly model: string;
  readonly route: string;
  readonly kind: 'stream' | 'answer' | 'error';
  readonly status: number;
  /** What the upstream stand-in answers with; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly tags: readonly string[];
  /** The request that was recorded with it, without what the gateway or the test decides. */
  readonly request: Readonly<Record<string, unknown>>;
}

interface ManifestCase {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly tags: readonly string[];
  readonly stream: boolean;
  readonly framing: string;
  readonly status: number | null;
  readonly content_type?: string;
  readonly model?: string;
  readonly files: { readonly response: string; readonly request?: string; readonly meta?: string };
}

const read = (file: string): Buffer => readFileSync(join(DIRECTORY, file));

function load(): Recording[] {
  const manifest: { cases: ManifestCase[] } = JSON.parse(read('manifest.json').toString());
  return manifest.cases.filter(isOurs).map(toRecording);
}

/** The legacy completions of other vendors have an `api` of their own (`complete`, `converse`, …). */
const isOurs = ({ api }: ManifestCase): boolean => ROUTES[api] !== undefined;

function toRecording(one: ManifestCase): Recording {
  const status = one.status ?? statusInName(one.id) ?? 200;
  const kind = status >= 400 ? 'error' : one.stream ? 'stream' : 'answer';
  return {
    id: one.id,
    vendor: VENDORS[one.provider] ?? one.provider,
    model: one.model ?? 'recorded-model',
    route: ROUTES[one.api] ?? '',
    kind,
    status,
    headers: { 'content-type': contentType(one, kind), ...metaHeaders(one) },
    bytes: read(one.files.response),
    tags: one.tags,
    request: recordedRequest(one),
  };
}

function statusInName(id: string): number | undefined {
  const digits = /error-(\d{3})/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function contentType(one: ManifestCase, kind: Recording['kind']): string {
  if (one.content_type !== undefined) return one.content_type;
  if (kind === 'stream') return 'text/event-stream';
  return one.framing === 'text' ? 'text/plain' : 'application/json';
}

function metaHeaders({ files }: ManifestCase): Record<string, string> {
  if (files.meta === undefined) return {};
  const meta: { headers?: Record<string, string> } = JSON.parse(read(files.meta).toString());
  const headers = Object.entries(meta.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return Object.fromEntries(headers.filter(([name]) => !HOP_HEADERS.includes(name ?? '')));
}

/** One recorded request is no request of its route (its `messages` is a text): a plain one stands in for it. */
function recordedRequest({ api, files }: ManifestCase): Record<string, unknown> {
  const plain: Record<string, unknown> =
    api === 'embeddings' ? { input: 'hi' } : { messages: [{ role: 'user', content: 'How are you today?' }] };
  if (files.request === undefined) return plain;
  const { model: _, stream_options: __, stream: ___, ...rest } = JSON.parse(read(files.request).toString());
  return { ...plain, ...rest };
}

export const recordings: readonly Recording[] = areHere ? load() : [];

export const sizeName = (size: number): string => (size === 0 ? 'one write' : `writes of ${size}`);
