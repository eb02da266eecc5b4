/** The stand-in's answers, as bytes that were put together before the first request came. */

/** HTTP chunks of a whole stream, one event each, `[DONE]` and usage not counted. */
export const STREAM_CHUNKS = 200;

const chunkObject = (delta: object, finishReason: string | null) => ({
  id: 'chatcmpl-bench0123456789abcdef',
  object: 'chat.completion.chunk',
  created: 1795248000,
  model: 'bench-model-2026-11-01',
  service_tier: 'default',
  system_fingerprint: 'fp_0123456789',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
});

function httpChunk(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
}

const event = (value: object): Buffer => httpChunk(`data: ${JSON.stringify(value)}\n\n`);

const USAGE = { prompt_tokens: 240, completion_tokens: 198, total_tokens: 438 };

const STREAM_HEAD = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n' +
    'x-request-id: req_bench\r\nopenai-processing-ms: 12\r\ntransfer-encoding: chunked\r\n\r\n',
);
const ROLE = event(chunkObject({ role: 'assistant', content: '' }, null));
/** One event with a word of text. */
export const CONTENT: Buffer = event(chunkObject({ content: ' token' }, null));
const FINISH = event(chunkObject({}, 'stop'));
const USAGE_EVENT = event({ ...chunkObject({}, null), choices: [], usage: USAGE });
const DONE = httpChunk('data: [DONE]\n\n');
const END = Buffer.from('0\r\n\r\n');

/** Headers, the role and the first word: OpenAI sends these two events together. */
export const STREAM_START: Buffer = Buffer.concat([STREAM_HEAD, ROLE, CONTENT]);

/** Usage comes where it was asked for, as at OpenAI. */
export const streamEnd = (hasUsage: boolean): Buffer =>
  Buffer.concat(hasUsage ? [FINISH, USAGE_EVENT, DONE, END] : [FINISH, DONE, END]);

const burst = (hasUsage: boolean): Buffer =>
  Buffer.concat([STREAM_START, ...Array(STREAM_CHUNKS - 3).fill(CONTENT), streamEnd(hasUsage)]);

export const BURST = { withUsage: burst(true), withoutUsage: burst(false) };

/** A whole answer of 1 KB. */
export const WHOLE_ANSWER: Buffer = wholeAnswer();

function wholeAnswer(): Buffer {
  const completion = (content: string) =>
    JSON.stringify({
      id: 'chatcmpl-bench0123456789abcdef',
      object: 'chat.completion',
      created: 1795248000,
      model: 'bench-model-2026-11-01',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content, refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: { ...USAGE, prompt_tokens_details: { cached_tokens: 0 } },
      system_fingerprint: 'fp_0123456789',
    });
  const body = completion('word '.repeat(200).slice(0, 1024 - completion('').length));
  return Buffer.from(
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\n' +
      `openai-processing-ms: 12\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}

const anthropicEvent = (value: { readonly type: string; readonly [member: string]: unknown }): Buffer =>
  httpChunk(`event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`);

/** As many events as `BURST` has chunks, and the same words. */
export const ANTHROPIC_BURST: Buffer = Buffer.concat([
  STREAM_HEAD,
  anthropicEvent({
    type: 'message_start',
    message: {
      id: 'msg_bench0123456789abcdef',
      type: 'message',
      role: 'assistant',
      model: 'claude-bench',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: 240,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 1,
      },
    },
  }),
  anthropicEvent({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  ...Array<Buffer>(STREAM_CHUNKS - 5).fill(
    anthropicEvent({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' token' } }),
  ),
  anthropicEvent({ type: 'content_block_stop', index: 0 }),
  anthropicEvent({
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 198 },
  }),
  anthropicEvent({ type: 'message_stop' }),
  END,
]);
