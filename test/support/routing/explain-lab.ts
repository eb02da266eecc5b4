/** A gateway before a vendor that plays several providers, and requests that are asked about and then made. */
import { type CacheLab, type CacheLabOptions, startCacheLab } from '../cache/lab.ts';
import { type NumberedVendor, startNumberedVendor } from '../cache/numbered-vendor.ts';
import { standIn } from '../gateway.ts';

/** A request of which it is asked where it would go, or that is made. */
export interface Question {
  readonly route: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asker {
  /** Default: the gateway's own key. */
  readonly key?: string | null;
  /** Of the question itself. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
}

export interface Told {
  readonly status: number;
  readonly requestId: string | null;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: parsed JSON of which a test reads what it is about
  readonly body: any;
}

export interface ExplainLab extends CacheLab {
  explain(question: unknown, asker?: Asker): Promise<Told>;
  /** Makes the request; reads the answer to its end. */
  make(question: Question, asker?: Asker): Promise<Told & { readonly headers: Headers }>;
}

/** Three of OpenAI's form, beside those of the vendor: `keeper` (Responses), `claude`, `google`. */
export async function startExplainLab(options: CacheLabOptions = {}): Promise<ExplainLab> {
  const vendor: NumberedVendor = await startNumberedVendor();
  const providers = Object.fromEntries(
    ['alpha', 'beta', 'gamma'].map((id) => [
      id,
      standIn(vendor.url, { api_keys: [`sk-secret-of-${id}-0001`] }),
    ]),
  );
  const { providers: more, ...config } = options.config ?? {};
  const lab = await startCacheLab({
    ...options,
    vendor,
    config: { ...config, providers: { ...providers, ...(more as object | undefined) } },
  });
  const post = async (path: string, body: unknown, { key = lab.gateway.key, headers = {} }: Asker) => {
    const response = await fetch(lab.gateway.url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const requestId = response.headers.get('x-request-id');
    return { status: response.status, headers: response.headers, requestId, text, body: parsed(text) };
  };
  return {
    ...lab,
    explain: (question, asker = {}) => post(asker.path ?? '/v1/explain', question, asker),
    make: ({ route, body, headers = {} }, asker = {}) =>
      post(route, body, { ...asker, headers: { ...asker.headers, ...headers } }),
    stop: async () => {
      await lab.stop();
      await vendor.stop();
    },
  };
}

/** A stream is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A chat, with further members of its body. */
export const chat = (model: string, fields: object = {}): Question => ({
  route: '/v1/chat/completions',
  body: { model, messages: [{ role: 'user', content: 'Hello there' }], ...fields },
});
