/** Answers as the vendors' own SDKs read them, whole and from a stream. Runs in Node and in workerd. */
import Anthropic from '@anthropic-ai/sdk';
import { type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { JsonObject } from '../../src/dialects/canonical.ts';

type Answer = string | Uint8Array<ArrayBuffer>;

const answering =
  (body: Answer, type: string): typeof fetch =>
  async () =>
    new Response(body, { headers: { 'content-type': type } });

/** What the SDK adds to a response, which is no JSON of the vendor's. */
const ADDED = ['output_text', 'output_parsed', 'parsed', 'parsed_arguments', 'parsed_output'];

const withoutAdded = (value: object): unknown =>
  JSON.parse(JSON.stringify(value), (key, member) => (ADDED.includes(key) ? undefined : member));

const GATEWAY = 'https://gateway.example';

/** The response that `responses.stream()` puts together. */
export async function readResponseStream(stream: Answer): Promise<unknown> {
  const fetch = answering(stream, 'text/event-stream');
  const client = new OpenAI({ apiKey: 'none', baseURL: `${GATEWAY}/v1`, maxRetries: 0, fetch });
  return withoutAdded(await client.responses.stream({ model: 'any', input: 'Hi' }).finalResponse());
}

/** The message that `messages.stream()` puts together. */
export async function readMessageStream(stream: Answer): Promise<unknown> {
  const fetch = answering(stream, 'text/event-stream');
  const client = new Anthropic({ apiKey: 'none', baseURL: GATEWAY, maxRetries: 0, fetch });
  const ask = { model: 'any', max_tokens: 9, messages: [{ role: 'user' as const, content: 'Hi' }] };
  return withoutAdded(await client.messages.stream(ask).finalMessage());
}

const ASK_GEMINI = { model: 'any', contents: 'Hi' };

/** What a client of `generateContentStream` hears, in its order. */
export async function readGeminiStream(stream: Answer): Promise<unknown> {
  const chunks: GenerateContentResponse[] = [];
  const { models } = geminiClient(answering(stream, 'text/event-stream'));
  for await (const chunk of await models.generateContentStream(ASK_GEMINI)) chunks.push(chunk);
  return heardOf(chunks);
}

/** What a client of `generateContent` hears. */
export async function readGeminiAnswer(body: JsonObject): Promise<unknown> {
  const { models } = geminiClient(answering(JSON.stringify(body), 'application/json'));
  return heardOf([await models.generateContent(ASK_GEMINI)]);
}

const geminiClient = (fetch: typeof globalThis.fetch): GoogleGenAI =>
  new GoogleGenAI({ apiKey: 'none', vertexai: false, httpOptions: { baseUrl: GATEWAY, fetch } });

function heardOf(chunks: readonly GenerateContentResponse[]): unknown {
  const last = chunks.at(-1);
  const parts = chunks.flatMap(({ candidates = [] }) =>
    candidates.flatMap(({ content }) => content?.parts ?? []),
  );
  return {
    text: parts.map(({ text = '', thought }) => (thought ? '' : text)).join(''),
    calls: parts.flatMap(({ functionCall = [] }) => functionCall),
    thoughts: parts.map(({ text = '', thought }) => (thought ? text : '')).join(''),
    signatures: parts.flatMap(({ thoughtSignature = [] }) => thoughtSignature),
    others: parts.filter(({ text, functionCall }) => text === undefined && functionCall === undefined),
    // What stands beside the parts comes with the last chunk.
    candidates: last?.candidates?.map(({ content: _, ...beside }) => beside),
    usage: last?.usageMetadata,
    feedback: last?.promptFeedback,
    id: last?.responseId,
    model: last?.modelVersion,
  };
}
