/** Small requests, answers and streams for the tests of the Anthropic codec. */

import { anthropicMessages } from '../../../../src/dialects/anthropic-messages/codec.ts';
import type {
  CanonicalAnswer,
  CanonicalEvent,
  CanonicalRequest,
  Citation,
  JsonObject,
  Part,
  ReasoningPart,
  Signer,
  Turn,
} from '../../../../src/dialects/canonical.ts';

export const MODEL = 'claude-sonnet-4-5';

export const user = (text: string): Turn => ({ role: 'user', parts: [{ type: 'text', text }] });
export const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts });
export const text = (value: string): Part => ({ type: 'text', text: value });
export const call = (id: string, input = '{}', name = 'look'): Part => ({
  type: 'tool-call',
  id,
  name,
  input,
  isCustom: false,
});
/** Without a signature, nobody has signed it. */
export const thought = (value: string, signature?: string, signer: Signer = 'anthropic'): ReasoningPart => ({
  type: 'reasoning',
  text: value,
  signature: signature ?? null,
  redacted: null,
  signer: signature === undefined ? 'other' : signer,
});
/** A page that another vendor cites. */
export const PAGE: Citation = {
  url: 'https://a.test',
  title: 'A',
  citedText: null,
  span: { start: 0, end: 1 },
  native: { dialect: 'openai-chat', value: { type: 'url_citation' } },
};
export const result = (callId: string, value = 'found'): Turn => ({
  role: 'tool',
  parts: [
    { type: 'tool-result', callId, name: null, content: [{ type: 'text', text: value }], isError: false },
  ],
});
export const TOOL: CanonicalRequest['tools'][number] = {
  kind: 'function',
  name: 'look',
  description: null,
  parameters: { type: 'object', properties: { at: { type: 'string' } } },
  strict: null,
};

export function request(fields: Partial<CanonicalRequest> = {}): CanonicalRequest {
  return {
    turns: [user('Hi')],
    tools: [],
    toolChoice: null,
    parallelToolCalls: null,
    maxOutputTokens: 100,
    temperature: null,
    topP: null,
    topK: null,
    frequencyPenalty: null,
    presencePenalty: null,
    seed: null,
    stop: [],
    choices: null,
    logprobs: null,
    responseFormat: null,
    reasoning: null,
    serviceTier: null,
    metadata: null,
    user: null,
    wantsStream: false,
    wantsUsage: false,
    extra: {},
    ...fields,
  };
}

export const answer = (parts: readonly Part[], fields: object = {}): CanonicalAnswer => ({
  id: 'msg_1',
  model: MODEL,
  created: null,
  choices: [{ index: 0, parts, finish: 'stop', nativeFinish: 'end_turn', ...fields }],
  usage: USAGE,
});

export const USAGE = {
  inputTokens: 30,
  outputTokens: 5,
  cacheReadTokens: 10,
  cacheWriteTokens: 15,
  reasoningTokens: 2,
  estimated: false,
};

export const encode = (fields: Partial<CanonicalRequest> = {}, model = MODEL) =>
  anthropicMessages.encodeRequest(request(fields), { model });

export const decode = (fields: object): CanonicalRequest =>
  anthropicMessages.decodeRequest({
    model: MODEL,
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Hi' }],
    ...fields,
  });

/** The stream's bytes as text, `event:` lines and all. */
export const sse = (...events: JsonObject[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

export function decodeStream(body: string | Uint8Array): CanonicalEvent[] {
  const framer = anthropicMessages.createFramer('text/event-stream');
  const decoder = anthropicMessages.createStreamDecoder();
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const events = [...framer.push(bytes), ...framer.end()].flatMap((frame) => [...decoder.push(frame)]);
  return [...events, ...decoder.end()];
}

/** The events that the encoder wrote, with their names. */
export function encodeStream(
  events: readonly CanonicalEvent[],
  asked: CanonicalRequest = request(),
): { bytes: Uint8Array; events: JsonObject[] } {
  const encoder = anthropicMessages.createStreamEncoder(asked);
  const pieces = [...events.map((event) => encoder.encode(event)), encoder.end()];
  const written = pieces.map((piece) => new TextDecoder().decode(piece)).join('');
  return { bytes: new TextEncoder().encode(written), events: readEvents(written) };
}

export function readEvents(written: string): JsonObject[] {
  return written
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const [name, data] = block.split('\n');
      const event = JSON.parse(String(data).replace(/^data: /, ''));
      if (name !== `event: ${event.type}`) throw new Error(`"${name}" names another event than ${data}`);
      return event;
    });
}
