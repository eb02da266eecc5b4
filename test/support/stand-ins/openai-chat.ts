/** OpenAI's chat completions: answers, streams and errors as the recordings show them. */
import type { Refusal } from './closed.ts';
import {
  type Answer,
  type Form,
  RETRY_AFTER,
  randomId,
  requireBearer,
  requirePath,
  sseData,
} from './form.ts';
import { hearChat } from './openai-chat-rules.ts';
import { cut, type Failure, type Heard, type Script, type ScriptUsage } from './script.ts';

export const openAiChat: Form = {
  dialect: 'openai-chat',
  base: '/v1',
  hear(incoming) {
    requirePath(incoming, '/v1/chat/completions');
    requireBearer(incoming);
    return hearChat(incoming.body);
  },
  refuse: refuseLikeOpenAi,
  fail: failLikeOpenAi,
  whole,
  stream: (script, heard) => ({
    contentType: 'text/event-stream; charset=utf-8',
    pieces: chunks(script, heard),
  }),
};

/** OpenAI's error object, of both its APIs. */
export function refuseLikeOpenAi(refusal: Refusal): Answer {
  const { path, kind, code, status } = refusal;
  const message =
    kind === 'unknown'
      ? `Unknown parameter: '${path}'.`
      : kind === 'missing'
        ? `Missing required parameter: '${path}'.`
        : `Invalid '${path}': ${refusal.message}`;
  const words = {
    unknown: 'unknown_parameter',
    missing: 'missing_required_parameter',
    value: 'invalid_value',
  };
  const error = {
    message,
    type: 'invalid_request_error',
    param: path === '' ? null : path,
    code: code ?? words[kind],
  };
  return { status, body: { error } };
}

export function failLikeOpenAi(failure: Failure): Answer {
  const error = (message: string, type: string, param: string | null, code: string | null): object => ({
    error: { message, type, param, code },
  });
  switch (failure) {
    case 'rate-limit':
      return {
        status: 429,
        headers: { 'retry-after': String(RETRY_AFTER) },
        body: error('Rate limit reached for requests.', 'requests', null, 'rate_limit_exceeded'),
      };
    case 'bad-request':
      return {
        status: 400,
        body: error('Too long, says OpenAI.', 'invalid_request_error', 'messages', 'context_length_exceeded'),
      };
    case 'overloaded':
      return {
        status: 503,
        body: error('Overloaded, says OpenAI.', 'service_unavailable_error', null, 'server_is_overloaded'),
      };
    case 'server-error':
      return { status: 500, body: error('Broken, says OpenAI.', 'server_error', null, null) };
  }
}

const FINISH = {
  stop: 'stop',
  'stop-sequence': 'stop',
  length: 'length',
  calls: 'tool_calls',
  refusal: 'stop',
  filtered: 'content_filter',
} as const;

const usageOf = ({ input, cached, output, reasoning }: ScriptUsage): object => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: reasoning,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});

/** Reasoning is counted, and never shown. */
function whole(script: Script, heard: Heard): object {
  const said = (type: 'text' | 'refusal'): string | null => {
    const texts = script.parts.flatMap((part) => (part.type === type ? [part.text] : []));
    return texts.length === 0 ? null : texts.join('');
  };
  const calls = script.parts.flatMap((part) =>
    part.type === 'call'
      ? [
          {
            id: randomId('call_'),
            type: 'function',
            function: { name: part.name, arguments: JSON.stringify(part.args) },
          },
        ]
      : [],
  );
  const isSilent = said('refusal') !== null || calls.length > 0;
  return {
    id: randomId('chatcmpl-', 29),
    object: 'chat.completion',
    created: 1_790_000_000,
    model: `${heard.model}-2026-05-01`,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: said('text') ?? (isSilent ? null : ''),
          refusal: said('refusal'),
          annotations: [],
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: FINISH[script.finish],
      },
    ],
    usage: usageOf(script.usage),
    service_tier: 'default',
    system_fingerprint: 'fp_0123456789',
  };
}

function chunks(script: Script, heard: Heard): string[] {
  const base = {
    id: randomId('chatcmpl-', 29),
    object: 'chat.completion.chunk',
    created: 1_790_000_000,
    model: `${heard.model}-2026-05-01`,
    service_tier: 'default',
    system_fingerprint: 'fp_0123456789',
  };
  const usage = heard.wantsUsage ? { usage: null } : {};
  const chunk = (delta: object, finish: string | null = null): string =>
    sseData({
      ...base,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...usage,
      obfuscation: 'pQ3x',
    });
  const isRefusal = script.parts.some(({ type }) => type === 'refusal');
  const isSilent = isRefusal || script.parts.some(({ type }) => type === 'call');
  const opening = { role: 'assistant', content: isSilent ? null : '', refusal: isRefusal ? '' : null };
  const pieces = [chunk(opening)];
  let slot = -1;
  for (const part of script.parts) {
    if (part.type === 'text') for (const piece of cut(part.text)) pieces.push(chunk({ content: piece }));
    if (part.type === 'refusal') for (const piece of cut(part.text)) pieces.push(chunk({ refusal: piece }));
    if (part.type !== 'call') continue;
    slot += 1;
    const index = slot;
    const { name, args } = part;
    const start = { index, id: randomId('call_'), type: 'function', function: { name, arguments: '' } };
    pieces.push(chunk({ tool_calls: [start] }));
    for (const piece of cut(JSON.stringify(args))) {
      pieces.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }));
    }
  }
  if (script.breaks === 'error') return [...pieces, sseData(failLikeOpenAi('server-error').body)];
  if (script.breaks !== undefined) return pieces;
  pieces.push(chunk({}, FINISH[script.finish]));
  if (heard.wantsUsage) {
    pieces.push(sseData({ ...base, choices: [], usage: usageOf(script.usage), obfuscation: 'z' }));
  }
  return [...pieces, 'data: [DONE]\n\n'];
}
