/** Every door that takes a model's name, and an honest request at each: the suites of keys go through all of them. */
import type { DoorId } from '../doors/told-error.ts';
import { encodeForm, field, file, formType } from '../multipart-body.ts';
import type { VendorId } from './witness.ts';

export interface Door {
  readonly name: string;
  readonly dialect: DoorId;
  /** A vendor of the door's own form. */
  readonly vendor: VendorId;
  /** The model stands in the path. */
  readonly isInPath: boolean;
  /** `model` may be anything that JSON holds; where the form has it in the path, or in a form's field, it is a text. */
  request(model: unknown, more?: Readonly<Record<string, unknown>>): DoorRequest;
}

export interface DoorRequest {
  readonly path: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

const messages = [{ role: 'user', content: 'hi' }];
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
const [content] = contents;

type Fields = Readonly<Record<string, unknown>>;

const inBody = (
  path: string,
  fields: Fields,
  { dialect = 'openai-chat', vendor = 'openai' }: { dialect?: DoorId; vendor?: VendorId } = {},
): Door => ({
  name: fields.stream === true ? `${path} (stream)` : path,
  dialect,
  vendor,
  isInPath: false,
  request: (model, more = {}) => ({
    path,
    body: JSON.stringify({ model, ...fields, ...more }),
    contentType: 'application/json',
  }),
});

const inForm = (path: string, content: 'file' | 'image'): Door => ({
  name: path,
  dialect: 'openai-chat',
  vendor: 'openai',
  isInPath: false,
  request: (model, more = {}) => {
    const fields = Object.entries({ model, prompt: 'hi', ...more });
    const parts = [...fields.map(([name, value]) => field(name, String(value))), file('sound', content)];
    return { path, body: new Uint8Array(encodeForm(parts)), contentType: formType() };
  },
});

const inPath = (prefix: string, method: string, fields: Fields): Door => ({
  name: `${prefix}/models/…:${method}`,
  dialect: 'gemini',
  vendor: 'gemini',
  isInPath: true,
  request: (model, more = {}) => ({
    path: `${prefix}/models/${encodeURIComponent(String(model))}:${method}`,
    body: JSON.stringify({ ...fields, ...more }),
    contentType: 'application/json',
  }),
});

const ANTHROPIC = { dialect: 'anthropic-messages', vendor: 'anthropic' } as const;
const RESPONSES = { dialect: 'openai-responses', vendor: 'openai' } as const;

export const DOORS: readonly Door[] = [
  inBody('/v1/chat/completions', { messages }),
  inBody('/v1/chat/completions', { messages, stream: true }),
  inBody('/chat/completions', { messages }),
  inBody('/v1/completions', { prompt: 'hi' }),
  inBody('/v1/responses', { input: 'hi' }, RESPONSES),
  inBody('/v1/responses', { input: 'hi', stream: true }, RESPONSES),
  inBody('/v1/messages', { messages, max_tokens: 10 }, ANTHROPIC),
  inBody('/messages', { messages, max_tokens: 10, stream: true }, ANTHROPIC),
  inBody('/v1/messages/count_tokens', { messages }, ANTHROPIC),
  inBody('/v1/embeddings', { input: 'hi' }),
  inBody('/v1/rerank', { query: 'q', documents: ['a'] }, { vendor: 'cohere' }),
  inBody('/v1/moderations', { input: 'hi' }),
  inBody('/v1/images/generations', { prompt: 'hi' }),
  inForm('/v1/images/edits', 'image'),
  inForm('/v1/images/variations', 'image'),
  inBody('/v1/audio/speech', { input: 'hi', voice: 'alloy' }),
  inForm('/v1/audio/transcriptions', 'file'),
  inForm('/v1/audio/translations', 'file'),
  inPath('/v1beta', 'generateContent', { contents }),
  inPath('/v1', 'generateContent', { contents }),
  inPath('', 'generateContent', { contents }),
  inPath('/v1beta', 'streamGenerateContent', { contents }),
  inPath('/v1beta', 'countTokens', { contents }),
  inPath('/v1', 'embedContent', { content }),
  inPath('/v1beta', 'batchEmbedContents', { requests: [{ content }] }),
];

/** `headers` brings the credential. */
export function enter(
  url: string,
  { path, body, contentType }: DoorRequest,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return fetch(url + path, { method: 'POST', headers: { 'content-type': contentType, ...headers }, body });
}
