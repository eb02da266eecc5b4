/** Cohere's chat API, version 2: answers, streams and errors as the recordings show them. */
import { hearCohere } from './cohere-chat-rules.ts';
import {
  type Answer,
  type Form,
  RETRY_AFTER,
  randomId,
  requireBearer,
  requirePath,
  sseEvent,
} from './form.ts';
import { cut, type Failure, type Script, type ScriptUsage } from './script.ts';

export const cohereChat: Form = {
  dialect: 'cohere-chat',
  base: '/v2',
  hear(incoming) {
    requirePath(incoming, '/v2/chat');
    requireBearer(incoming);
    return hearCohere(incoming.body);
  },
  refuse: ({ path, kind, message, status }): Answer => {
    const said =
      kind === 'unknown' ? `unknown field: parameter '${path}' is not a valid field` : `${path}: ${message}`;
    return { status, body: { id: randomId('', 32), message: `invalid request: ${said}` } };
  },
  fail,
  whole: (script) => ({
    id: randomId('', 32),
    message: messageOf(script),
    finish_reason: FINISH[script.finish],
    usage: usageOf(script.usage),
  }),
  stream: (script) => ({ contentType: 'text/event-stream', pieces: events(script) }),
};

const error = (status: number, message: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { id: randomId('', 32), message },
});

function fail(failure: Failure): Answer {
  switch (failure) {
    case 'rate-limit':
      return error(429, 'You are past the rate limit, says Cohere.', { 'retry-after': String(RETRY_AFTER) });
    case 'bad-request':
      return error(400, 'too many tokens: size limit exceeded by 25836 tokens.');
    case 'overloaded':
      return error(503, 'Overloaded, says Cohere.');
    case 'server-error':
      return error(500, 'Broken, says Cohere.');
  }
}

/** There is no word for a refusal: the model says it. */
const FINISH = {
  stop: 'COMPLETE',
  'stop-sequence': 'STOP_SEQUENCE',
  length: 'MAX_TOKENS',
  calls: 'TOOL_CALL',
  refusal: 'COMPLETE',
  filtered: 'COMPLETE',
} as const;

/** What is billed leaves out the vendor's own prompt; what was used does not. */
const usageOf = ({ input, cached, output, reasoning }: ScriptUsage): object => ({
  billed_units: { input_tokens: 7, output_tokens: 5 },
  tokens: {
    input_tokens: input,
    output_tokens: output,
    ...(reasoning === 0 ? {} : { reasoning_tokens: reasoning }),
  },
  cached_tokens: cached,
});

function messageOf({ parts }: Script): object {
  const calls = parts.flatMap((part) =>
    part.type === 'call'
      ? [
          {
            id: randomId(`${part.name}_`, 12),
            type: 'function',
            function: { name: part.name, arguments: JSON.stringify(part.args) },
          },
        ]
      : [],
  );
  // Beside calls the model's words are its plan.
  const plan = calls.length === 0 ? [] : parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const content = parts.flatMap((part): object[] => {
    if (part.type === 'reasoning') return [{ type: 'thinking', thinking: part.text }];
    if (part.type === 'call' || part.type === 'redacted' || calls.length > 0) return [];
    return [{ type: 'text', text: part.text }];
  });
  return {
    role: 'assistant',
    ...(content.length === 0 ? {} : { content }),
    ...(plan.length === 0 ? {} : { tool_plan: plan.join('') }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function events(script: Script): string[] {
  const pieces: string[] = [];
  const emit = (type: string, fields: object): void => {
    pieces.push(sseEvent(type, { type, ...fields }));
  };
  const message = (value: object): object => ({ delta: { message: value } });
  const empty = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] };
  emit('message-start', { id: randomId('', 32), ...message(empty) });
  const hasCalls = script.parts.some(({ type }) => type === 'call');
  let index = 0;
  let call = 0;
  for (const part of script.parts) {
    if (part.type === 'call') {
      const { name, args } = part;
      const start = { id: randomId(`${name}_`, 12), type: 'function', function: { name, arguments: '' } };
      emit('tool-call-start', { index: call, ...message({ tool_calls: start }) });
      const json = JSON.stringify(args);
      // A call without arguments has no delta at all.
      for (const piece of json === '{}' ? [] : cut(json)) {
        emit('tool-call-delta', {
          index: call,
          ...message({ tool_calls: { function: { arguments: piece } } }),
        });
      }
      if (script.breaks === undefined) emit('tool-call-end', { index: call });
      call += 1;
      continue;
    }
    if (part.type === 'redacted') continue;
    const key = part.type === 'reasoning' ? 'thinking' : 'text';
    if (key === 'text' && hasCalls) {
      for (const piece of cut(part.text)) emit('tool-plan-delta', message({ tool_plan: piece }));
      continue;
    }
    emit('content-start', { index, ...message({ content: { type: key, [key]: '' } }) });
    for (const piece of cut(part.text))
      emit('content-delta', { index, ...message({ content: { [key]: piece } }) });
    if (script.breaks === undefined) emit('content-end', { index });
    index += 1;
  }
  if (script.breaks === 'error') {
    const failed = { finish_reason: 'ERROR', error: 'Broken, says Cohere.', usage: usageOf(script.usage) };
    emit('message-end', { delta: failed });
    return [...pieces, 'data: [DONE]\n\n'];
  }
  if (script.breaks !== undefined) return pieces;
  emit('message-end', { delta: { finish_reason: FINISH[script.finish], usage: usageOf(script.usage) } });
  return [...pieces, 'data: [DONE]\n\n'];
}
