/**
 * One upstream that plays every vendor of the suites of grants: it answers each route honestly, and notes which models it
 * was asked for, wherever a vendor would look for the name.
 */
import { VENDORS } from '../doors/vendor-forms.ts';
import { honest } from '../doors/vendors.ts';
import { standIn } from '../gateway.ts';
import { readForm } from '../multipart-body.ts';
import { type Handler, json, type ReceivedCall, startUpstream } from '../upstream.ts';

export interface Witness {
  /** Models that were asked for since the last `forget`, once for each call and place that names one. */
  readonly models: readonly string[];
  readonly calls: readonly ReceivedCall[];
  forget(): void;
  /** From now on calls for these models fail with 500. */
  failFor(models: readonly string[]): void;
  /** The `providers` of a document. */
  readonly providers: Readonly<Record<VendorId, object>>;
  stop(): Promise<void>;
}

export const VENDOR_IDS = ['openai', 'anthropic', 'gemini', 'cohere'] as const;
export type VendorId = (typeof VENDOR_IDS)[number];

const BASES: Readonly<Record<VendorId, string>> = {
  openai: '/v1',
  anthropic: '/v1',
  gemini: '/v1beta',
  cohere: '/v2',
};

export async function startWitness(): Promise<Witness> {
  const models: string[] = [];
  let failing: readonly string[] = [];
  const upstream = await startUpstream(async (call, response, request) => {
    const asked = await askedModels(call);
    models.push(...asked);
    const isFailing = asked.some((model) => failing.includes(model));
    const handler = isFailing ? json(VENDORS['openai-chat'].error(500, 'down'), 500) : answerTo(call);
    await handler(call, response, request);
  });
  const provider = (id: VendorId) => standIn(upstream.url, { base_url: upstream.url + BASES[id] });
  return {
    models,
    calls: upstream.calls,
    forget: () => {
      models.length = 0;
      upstream.calls.length = 0;
    },
    failFor: (next) => {
      failing = next;
    },
    providers: {
      openai: provider('openai'),
      anthropic: provider('anthropic'),
      gemini: provider('gemini'),
      cohere: provider('cohere'),
    },
    stop: () => upstream.stop(),
  };
}

/** In the path, in the body, and where Gemini's bodies repeat it. */
async function askedModels(call: ReceivedCall): Promise<string[]> {
  const inPath = /\/models\/([^:]+):/.exec(call.path)?.[1];
  const found = inPath === undefined ? [] : [decodeURIComponent(inPath)];
  const type = call.headers['content-type'] ?? '';
  if (type.startsWith('multipart/')) return [String((await readForm(call.body, type)).get('model'))];
  if (call.body.length === 0) return found;
  const { model, requests = [], generateContentRequest } = JSON.parse(call.body.toString());
  const inBody = [
    model,
    generateContentRequest?.model,
    ...requests.map((one: { model?: unknown }) => one.model),
  ];
  return [
    ...found,
    ...inBody.filter((one) => one !== undefined).map((one) => String(one).replace(/^models\//, '')),
  ];
}

const USAGE = { prompt_tokens: 5, total_tokens: 5 };

/** By the end of the path: what comes first counts. */
const ANSWERS: readonly (readonly [ending: string, handler: Handler])[] = [
  ['/chat/completions', honest('openai-chat', 'Hello')],
  ['/responses', honest('openai-chat', 'Hello')],
  ['/messages', honest('anthropic-messages', 'Hello')],
  ['enerateContent', honest('gemini', 'Hello')], // `streamGenerateContent` too
  ['/count_tokens', json({ input_tokens: 5 })],
  [':countTokens', json({ totalTokens: 5 })],
  [':embedContent', json({ embedding: { values: [1, 0] } })],
  [':batchEmbedContents', json({ embeddings: [{ values: [1, 0] }] })],
  ['/rerank', json({ id: 'r', results: [{ index: 0, relevance_score: 0.5 }], meta: {} })],
  [
    '/embeddings',
    json({
      object: 'list',
      model: 'm',
      data: [{ object: 'embedding', index: 0, embedding: [1, 0] }],
      usage: USAGE,
    }),
  ],
  [
    '/completions',
    json({
      id: 'cmpl-1',
      object: 'text_completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, text: 'Hello', logprobs: null, finish_reason: 'stop' }],
      usage: USAGE,
    }),
  ],
  ['/moderations', json({ id: 'modr-1', model: 'm', results: [] })],
  ['/images/generations', json({ created: 1, data: [{ b64_json: 'AA==' }] })],
  ['/images/edits', json({ created: 1, data: [{ b64_json: 'AA==' }] })],
  ['/images/variations', json({ created: 1, data: [{ b64_json: 'AA==' }] })],
  ['/audio/speech', json({ sound: true })],
  ['/audio/transcriptions', json({ text: 'Hello' })],
  ['/audio/translations', json({ text: 'Hello' })],
];

function answerTo({ path }: ReceivedCall): Handler {
  const { pathname } = new URL(path, 'http://vendor');
  const found = ANSWERS.find(([ending]) => pathname.endsWith(ending));
  return found?.[1] ?? json({ error: { message: `no route ${pathname}` } }, 404);
}
