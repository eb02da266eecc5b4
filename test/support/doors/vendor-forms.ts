/** What small vendors of each wire form say: short honest answers, and pieces of streams to break off. */
import { encodeFrame } from '../stand-ins/eventstream.ts';
import type { ReceivedCall } from '../upstream.ts';

export const FORMS = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'bedrock-converse',
] as const;
export type Form = (typeof FORMS)[number];

/** Pieces of an honest stream: what comes before content, each delta, and the end. */
export interface StreamParts {
  readonly preamble: string | Uint8Array;
  content(text: string): string | Uint8Array;
  readonly end: string | Uint8Array;
  /** The vendor's own failure inside a stream. */
  error(message: string): string | Uint8Array;
}

export interface VendorForm {
  readonly base: string;
  readonly streamType: string;
  wantsStream(call: ReceivedCall): boolean;
  whole(text: string): object;
  /** An error as the vendor answers it, with its status. */
  error(status: number, message: string): object;
  readonly stream: StreamParts;
}

const bodyOf = ({ body }: ReceivedCall): Record<string, unknown> => JSON.parse(body.toString());
const saysStream = (call: ReceivedCall): boolean => bodyOf(call).stream === true;
const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const event = (value: { type: string }): string => `event: ${value.type}\n${data(value)}`;

/** Every vendor bills the same: 5 in, 2 out. */
export const BILLED = { input_tokens: 5, output_tokens: 2, estimated: false };

const chunk = (fields: object): string =>
  data({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', ...fields });
const choice = (delta: object, finish: string | null = null): string =>
  chunk({ choices: [{ index: 0, delta, finish_reason: finish }] });
const CHAT_USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

const openAiError = (message: string): object => ({
  error: { message, type: 'odd_type', param: null, code: 'odd_code' },
});

const openAiChat: VendorForm = {
  base: '/v1',
  streamType: 'text/event-stream',
  wantsStream: saysStream,
  whole: (content) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: 'stop' }],
    usage: CHAT_USAGE,
  }),
  error: (_, message) => openAiError(message),
  stream: {
    preamble: choice({ role: 'assistant', content: '' }),
    content: (content) => choice({ content }),
    end: `${choice({}, 'stop')}${chunk({ choices: [], usage: CHAT_USAGE })}data: [DONE]\n\n`,
    error: (message) => data(openAiError(message)),
  },
};

const RESPONSE_USAGE = {
  input_tokens: 5,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 2,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 7,
};
/** A response object as OpenAI sends it. */
export const responseObject = (status: string, text: string | null, fields: object = {}): object => ({
  id: 'resp_upstream_0001',
  object: 'response',
  created_at: 1,
  status,
  error: null,
  incomplete_details: null,
  model: 'm',
  output:
    text === null
      ? []
      : [
          {
            id: 'msg_1',
            type: 'message',
            status: 'completed',
            role: 'assistant',
            content: [{ type: 'output_text', text, annotations: [] }],
          },
        ],
  usage: status === 'completed' ? RESPONSE_USAGE : null,
  ...fields,
});
const PLACE = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const responsesEvent = (sequence_number: number, type: string, fields: object): string =>
  event({ type, sequence_number, ...fields } as { type: string });

const openAiResponses: VendorForm = {
  base: '/v1',
  streamType: 'text/event-stream',
  wantsStream: saysStream,
  whole: (text) => responseObject('completed', text),
  error: (_, message) => openAiError(message),
  stream: {
    preamble:
      responsesEvent(0, 'response.created', { response: responseObject('in_progress', null) }) +
      responsesEvent(1, 'response.in_progress', { response: responseObject('in_progress', null) }),
    // One delta a stream: the numbers are those of the whole.
    content: (text) =>
      responsesEvent(2, 'response.output_item.added', {
        output_index: 0,
        item: { id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] },
      }) +
      responsesEvent(3, 'response.content_part.added', {
        ...PLACE,
        part: { type: 'output_text', text: '', annotations: [] },
      }) +
      responsesEvent(4, 'response.output_text.delta', { ...PLACE, delta: text }),
    end: responsesEvent(5, 'response.completed', { response: responseObject('completed', 'done') }),
    error: (message) =>
      responsesEvent(5, 'error', { code: 'server_error', message, param: null }) +
      responsesEvent(6, 'response.failed', {
        response: responseObject('failed', null, { error: { code: 'server_error', message } }),
      }),
  },
};

const ANTHROPIC_USAGE = { input_tokens: 5, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
const message = (content: object[], stop: string | null, output: number): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage: { ...ANTHROPIC_USAGE, output_tokens: output },
});
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};
const anthropicError = (status: number, text: string) => ({
  type: 'error',
  error: {
    type: ANTHROPIC_TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error'),
    message: text,
  },
});

const anthropicMessages: VendorForm = {
  base: '/v1',
  streamType: 'text/event-stream',
  wantsStream: saysStream,
  whole: (text) => message([{ type: 'text', text }], 'end_turn', 2),
  error: (status, text) => ({ ...anthropicError(status, text), request_id: 'req_upstream_1' }),
  stream: {
    preamble:
      event({ type: 'message_start', message: message([], null, 1) } as { type: string }) +
      event({
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'text', text: '' },
      } as { type: string }) +
      event({ type: 'ping' }),
    content: (text) =>
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } } as {
        type: string;
      }),
    end:
      event({ type: 'content_block_stop', index: 0 } as { type: string }) +
      event({
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 2 },
      } as { type: string }) +
      event({ type: 'message_stop' }),
    error: (text) => event(anthropicError(529, text)),
  },
};

const GEMINI_USAGE = { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 };
const candidate = (text: string, finish: object = {}): object => ({
  content: { role: 'model', parts: [{ text }] },
  index: 0,
  ...finish,
});
const GOOGLE_WORDS: Readonly<Record<number, string>> = { 429: 'RESOURCE_EXHAUSTED', 500: 'INTERNAL' };
const googleError = (code: number, text: string): object => ({
  error: { code, message: text, status: GOOGLE_WORDS[code] ?? 'INVALID_ARGUMENT' },
});

const gemini: VendorForm = {
  base: '/v1beta',
  streamType: 'text/event-stream',
  wantsStream: ({ path }) => path.includes('streamGenerateContent'),
  whole: (text) => ({
    candidates: [candidate(text, { finishReason: 'STOP' })],
    usageMetadata: GEMINI_USAGE,
    modelVersion: 'm',
    responseId: 'r1',
  }),
  error: googleError,
  stream: {
    preamble: data({ usageMetadata: { promptTokenCount: 5 }, modelVersion: 'm', responseId: 'r1' }),
    content: (text) => data({ candidates: [candidate(text)], modelVersion: 'm', responseId: 'r1' }),
    end: data({
      candidates: [candidate('', { finishReason: 'STOP' })],
      usageMetadata: GEMINI_USAGE,
      responseId: 'r1',
    }),
    error: (text) => data(googleError(503, text)),
  },
};

const frame = (type: string, payload: object): Buffer =>
  encodeFrame(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    payload,
  );
const BEDROCK_USAGE = { inputTokens: 5, outputTokens: 2, totalTokens: 7 };

const bedrockConverse: VendorForm = {
  base: '',
  streamType: 'application/vnd.amazon.eventstream',
  wantsStream: ({ path }) => path.endsWith('/converse-stream'),
  whole: (text) => ({
    output: { message: { role: 'assistant', content: [{ text }] } },
    stopReason: 'end_turn',
    usage: BEDROCK_USAGE,
    metrics: { latencyMs: 1 },
  }),
  error: (_, text) => ({ message: text }),
  stream: {
    preamble: frame('messageStart', { role: 'assistant' }),
    content: (text) => frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } }),
    end: Buffer.concat([
      frame('contentBlockStop', { contentBlockIndex: 0 }),
      frame('messageStop', { stopReason: 'end_turn' }),
      frame('metadata', { usage: BEDROCK_USAGE, metrics: { latencyMs: 1 } }),
    ]),
    error: (text) =>
      encodeFrame(
        {
          ':exception-type': 'modelStreamErrorException',
          ':content-type': 'application/json',
          ':message-type': 'exception',
        },
        { message: text },
      ),
  },
};

export const VENDORS: Readonly<Record<Form, VendorForm>> = {
  'openai-chat': openAiChat,
  'openai-responses': openAiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
  'bedrock-converse': bedrockConverse,
};
