/**
 * Embeddings and token counts as the vendors answer them, and Anthropic's messages for any request at all: one server,
 * told apart by paths.
 */
import { anthropicMessages } from '../stand-ins/anthropic-messages.ts';
import type { Heard, Script } from '../stand-ins/script.ts';
import type { FormId } from '../stand-ins/stand-ins.ts';
import { type Handler, json, sse } from '../upstream.ts';

export const EMBEDDING_MODELS: Readonly<Record<FormId, string>> = {
  'openai-chat': 'text-embedding-3-small',
  'openai-responses': 'text-embedding-3-small',
  'anthropic-messages': 'none', // the vendor has no embeddings
  gemini: 'gemini-embedding-001',
  'bedrock-converse': 'amazon.titan-embed-text-v2:0',
  'cohere-chat': 'embed-v4.0',
  'ollama-chat': 'nomic-embed-text',
};

export const COUNTED_TOKENS = 1234;
const TOKENS_EACH = 3;

/** Exact in 32 bits, so that a float and its base64 are one number. */
export const vectorOf = (text: string): number[] => [text.length / 256, -0.5, 0.25, text.charCodeAt(0) / 256];

/** The vendors' bodies, as far as the answers need them. */
interface Asked {
  input?: string | string[];
  texts?: string[];
  inputs?: { content: { text: string }[] }[];
  inputText?: string;
  content?: { parts: { text: string }[] };
  requests?: { content: { parts: { text: string }[] } }[];
  encoding_format?: string;
  model?: string;
  stream?: boolean;
}

/** What is said to any message, whatever it asks. */
export const SIDE_TEXT = 'As you wish.';
const SIDE_SCRIPT: Script = {
  parts: [{ type: 'text', text: SIDE_TEXT }],
  finish: 'stop',
  stopSequence: null,
  usage: { input: 20, cached: 8, output: 5, reasoning: 0 },
};

/** The bytes of an Anthropic stream that says `SIDE_TEXT`. */
function messageStream(model: string): string {
  const { pieces } = anthropicMessages.stream(SIDE_SCRIPT, { model } as Heard); // nothing else is looked at
  return pieces.join('');
}

export const answerSideRoutes: Handler = (call, response, request) => {
  const asked = JSON.parse(call.body.toString()) as Asked; // a body of the gateway's
  if (call.path === '/v1/messages' && asked.stream === true)
    return sse(messageStream(String(asked.model)))(call, response, request);
  const answer = answerTo(call.path, asked);
  const handler =
    answer === null ? json({ error: { message: `no such route: ${call.path}` } }, 404) : json(answer);
  return handler(call, response, request);
};

function answerTo(path: string, asked: Asked): object | null {
  if (path === '/v1/messages')
    return anthropicMessages.whole(SIDE_SCRIPT, { model: asked.model } as Heard) as object;
  if (path.endsWith('/messages/count_tokens')) return { input_tokens: COUNTED_TOKENS };
  if (path.endsWith(':countTokens')) return { totalTokens: COUNTED_TOKENS };
  if (path.endsWith('/count-tokens')) return { inputTokens: COUNTED_TOKENS };
  if (path.endsWith(':batchEmbedContents')) {
    const texts = (asked.requests ?? []).map(({ content }) => textOf(content));
    return { embeddings: texts.map((text) => ({ values: vectorOf(text) })) };
  }
  if (path.endsWith(':embedContent')) return { embedding: { values: vectorOf(textOf(asked.content)) } };
  if (path.endsWith('/invoke')) {
    return { embedding: vectorOf(asked.inputText ?? ''), inputTextTokenCount: TOKENS_EACH };
  }
  if (path === '/v2/embed') {
    const texts = asked.texts ?? (asked.inputs ?? []).map(({ content }) => content[0]?.text ?? '');
    const meta = {
      api_version: { version: '2' },
      billed_units: { input_tokens: TOKENS_EACH * texts.length },
    };
    return { id: 'e', embeddings: { float: texts.map(vectorOf) }, texts, meta };
  }
  const texts = typeof asked.input === 'string' ? [asked.input] : (asked.input ?? []);
  const tokens = TOKENS_EACH * texts.length;
  if (path === '/api/embed') {
    return { model: 'nomic-embed-text', embeddings: texts.map(vectorOf), prompt_eval_count: tokens };
  }
  if (path !== '/v1/embeddings') return null;
  const write = (vector: number[]): unknown =>
    asked.encoding_format === 'base64'
      ? Buffer.from(Float32Array.from(vector).buffer).toString('base64')
      : vector;
  return {
    object: 'list',
    model: 'text-embedding-3-small',
    data: texts.map((text, index) => ({ object: 'embedding', index, embedding: write(vectorOf(text)) })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

const textOf = (content: { parts: { text: string }[] } | undefined): string =>
  (content?.parts ?? []).map(({ text }) => text).join('');
