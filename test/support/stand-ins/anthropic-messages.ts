/** Anthropic's Messages API: answers, streams and errors as the recordings show them. */
import { hearMessages, VERSIONS } from './anthropic-messages-rules.ts';
import { Refusal } from './closed.ts';
import {
  type Answer,
  badKey,
  type Form,
  RETRY_AFTER,
  randomId,
  refuseHeaders,
  requireBearer,
  requirePath,
  SECRET,
  sseEvent,
} from './form.ts';
import { cut, type Failure, type Heard, type Script, type ScriptPart, type ScriptUsage } from './script.ts';
import { seal } from './seal.ts';

export const anthropicMessages: Form = {
  dialect: 'anthropic-messages',
  base: '/v1',
  hear(incoming) {
    requirePath(incoming, '/v1/messages');
    const { headers } = incoming;
    if (headers['x-api-key'] === undefined) requireBearer(incoming);
    else if (headers['x-api-key'] !== SECRET) throw badKey();
    else refuseHeaders(headers, ['authorization', 'x-goog-api-key']);
    const version = String(headers['anthropic-version']);
    if (!VERSIONS.includes(version)) {
      throw new Refusal('', 'anthropic-version: header is required');
    }
    return hearMessages(incoming.body, version);
  },
  refuse({ path, message, status }): Answer {
    const at = path.replaceAll(/\[(\d+)\]/g, '.$1');
    const type = { 401: 'authentication_error', 404: 'not_found_error' }[status] ?? 'invalid_request_error';
    return { status, body: errorBody(type, at === '' ? message : `${at}: ${message}`) };
  },
  fail,
  whole: (script, heard) => ({
    ...message(script, heard),
    content: blocksOf(script),
    stop_reason: FINISH[script.finish],
    stop_sequence: script.stopSequence,
    stop_details: detailsOf(script),
    usage: { ...usageOf(script.usage), output_tokens: script.usage.output, ...THOUGHT(script.usage) },
  }),
  stream: (script, heard) => ({
    contentType: 'text/event-stream; charset=utf-8',
    pieces: events(script, heard),
  }),
};

const errorBody = (type: string, message: string): object => ({
  type: 'error',
  error: { type, message },
  request_id: randomId('req_'),
});

function fail(failure: Failure): Answer {
  switch (failure) {
    case 'rate-limit':
      return {
        status: 429,
        headers: { 'retry-after': String(RETRY_AFTER), 'x-should-retry': 'true' },
        body: errorBody('rate_limit_error', 'Number of requests has exceeded your per-minute rate limit.'),
      };
    case 'bad-request':
      return {
        status: 400,
        body: errorBody('invalid_request_error', 'prompt is too long: 3333404 tokens > 200000 maximum'),
      };
    case 'overloaded':
      return {
        status: 529,
        headers: { 'x-should-retry': 'true' },
        body: errorBody('overloaded_error', 'Overloaded'),
      };
    case 'server-error':
      return { status: 500, body: errorBody('api_error', 'Broken, says Anthropic.') };
  }
}

const FINISH = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  calls: 'tool_use',
  refusal: 'refusal',
  filtered: 'refusal',
} as const;

const detailsOf = ({ finish }: Script): object | null =>
  finish === 'refusal' || finish === 'filtered'
    ? { type: 'refusal', category: null, explanation: null }
    : null;

/** `input_tokens` leaves out what came from the cache. */
const usageOf = ({ input, cached }: ScriptUsage): object => ({
  input_tokens: input - cached,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: cached,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: 1,
  service_tier: 'standard',
  inference_geo: 'not_available',
});
const THOUGHT = ({ reasoning }: ScriptUsage): object =>
  reasoning === 0 ? {} : { output_tokens_details: { thinking_tokens: reasoning } };

const message = ({ usage }: Script, { model }: Heard): object => ({
  model: `${model}-20250929`,
  id: randomId('msg_01', 22),
  type: 'message',
  role: 'assistant',
  content: [],
  stop_reason: null,
  stop_sequence: null,
  stop_details: null,
  usage: usageOf(usage),
});

const blocksOf = ({ parts }: Script): Record<string, unknown>[] => parts.flatMap(blockOf);

/** A refusal has no text of its own here: the reason says it. */
function blockOf(part: ScriptPart): Record<string, unknown>[] {
  switch (part.type) {
    case 'text':
      return [{ type: 'text', text: part.text }];
    case 'reasoning':
      return [{ type: 'thinking', thinking: part.text, signature: seal('anthropic', part.text) }];
    case 'call':
      return [
        {
          type: 'tool_use',
          id: randomId('toolu_01', 22),
          name: part.name,
          input: part.args,
          caller: { type: 'direct' },
        },
      ];
    case 'redacted':
      return [{ type: 'redacted_thinking', data: seal('anthropic', part.text) }];
    case 'refusal':
      return [];
  }
}

function events(script: Script, heard: Heard): string[] {
  const pieces: string[] = [];
  const emit = (type: string, fields: object = {}): void => {
    // The vendor pads its events with blanks.
    pieces.push(sseEvent(type, { type, ...fields }).replace(/\}\n\n$/, '     }\n\n'));
  };
  emit('message_start', { message: message(script, heard) });
  blocksOf(script).forEach((block, index) => {
    const { thinking, signature, text, input, ...rest } = block;
    const blank =
      text === undefined
        ? thinking === undefined
          ? input === undefined
            ? {} // it comes whole
            : { input: {} }
          : { thinking: '', signature: '' }
        : { text: '' };
    emit('content_block_start', { index, content_block: { ...rest, ...blank } });
    if (index === 0) pieces.push('event: ping\ndata: {"type": "ping"}\n\n');
    const delta = (value: object): void => emit('content_block_delta', { index, delta: value });
    if (typeof text === 'string') for (const piece of cut(text)) delta({ type: 'text_delta', text: piece });
    if (typeof thinking === 'string') {
      for (const piece of cut(thinking)) delta({ type: 'thinking_delta', thinking: piece });
      delta({ type: 'signature_delta', signature });
    }
    if (input !== undefined) {
      delta({ type: 'input_json_delta', partial_json: '' });
      const json = JSON.stringify(input);
      // A call without arguments has no other delta.
      if (json !== '{}')
        for (const piece of cut(json)) delta({ type: 'input_json_delta', partial_json: piece });
    }
    if (script.breaks === undefined) emit('content_block_stop', { index });
  });
  if (script.breaks === 'error') emit('error', errorBody('overloaded_error', 'Overloaded'));
  if (script.breaks !== undefined) return pieces;
  const { usage } = script;
  emit('message_delta', {
    delta: {
      stop_reason: FINISH[script.finish],
      stop_sequence: script.stopSequence,
      stop_details: detailsOf(script),
    },
    usage: {
      input_tokens: usage.input - usage.cached,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: usage.cached,
      output_tokens: usage.output,
      ...THOUGHT(usage),
    },
  });
  emit('message_stop');
  return pieces;
}
