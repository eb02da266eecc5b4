/** Ollama's own chat API: newline-delimited JSON, as the recordings show it. */
import { type Answer, type Form, randomId, requireBearer, requirePath } from './form.ts';
import { hearOllama } from './ollama-chat-rules.ts';
import { cut, type Failure, type Heard, type Script, type ScriptUsage } from './script.ts';

export const ollamaChat: Form = {
  dialect: 'ollama-chat',
  base: '',
  hear(incoming) {
    requirePath(incoming, '/api/chat');
    requireBearer(incoming);
    return hearOllama(incoming.body);
  },
  refuse: ({ path, kind, message, status }): Answer => ({
    status,
    body: { error: kind === 'unknown' ? `json: unknown field "${path}"` : `${path}: ${message}` },
  }),
  fail,
  whole: (script, heard) => {
    const said = (type: 'text' | 'reasoning' | 'refusal'): string =>
      script.parts.flatMap((part) => (part.type === type ? [part.text] : [])).join('');
    const calls = callsOf(script);
    const message = {
      role: 'assistant',
      content: said('text') + said('refusal'),
      ...(said('reasoning') === '' ? {} : { thinking: said('reasoning') }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
    return { ...head(heard), message, ...tail(script) };
  },
  stream: (script, heard) => ({ contentType: 'application/x-ndjson', pieces: lines(script, heard) }),
};

function fail(failure: Failure): Answer {
  switch (failure) {
    case 'rate-limit':
      return { status: 429, body: { error: 'you (house) have reached your hourly usage limit' } };
    case 'bad-request':
      return { status: 400, body: { error: 'the input length exceeds the context length' } };
    case 'overloaded':
      return {
        status: 503,
        body: { error: 'server busy, please try again.  maximum pending requests exceeded' },
      };
    case 'server-error':
      return { status: 500, body: { error: 'model runner has unexpectedly stopped, says Ollama' } };
  }
}

const head = ({ model }: Heard): object => ({ model, created_at: '2026-08-07T06:08:09.335586Z' });

const usageOf = ({ input, output }: ScriptUsage): object => ({
  total_duration: 1_735_248_334,
  load_duration: 139_246_000,
  prompt_eval_count: input,
  prompt_eval_duration: 247_164_000,
  eval_count: output,
  eval_duration: 1_337_032_000,
});

/** Calls end with `stop` too. */
const tail = ({ finish, usage }: Script): object => ({
  done: true,
  done_reason: finish === 'length' ? 'length' : 'stop',
  ...usageOf(usage),
});

const callsOf = ({ parts }: Script): object[] =>
  parts
    .filter((part) => part.type === 'call')
    .map(({ name, args }, index) => ({
      id: randomId('call_', 8),
      function: { index, name, arguments: args },
    }));

/** A call comes whole. */
function lines(script: Script, heard: Heard): string[] {
  const line = (fields: object): string => `${JSON.stringify({ ...head(heard), ...fields })}\n`;
  const pieces: string[] = [];
  const calls = callsOf(script);
  for (const part of script.parts) {
    if (part.type === 'call') {
      const message = { role: 'assistant', content: '', tool_calls: [calls.shift()] };
      pieces.push(line({ message, done: false }));
      continue;
    }
    if (part.type === 'redacted') continue;
    for (const piece of cut(part.text)) {
      const said = part.type === 'reasoning' ? { content: '', thinking: piece } : { content: piece };
      pieces.push(line({ message: { role: 'assistant', ...said }, done: false }));
    }
  }
  if (script.breaks === 'error') return [...pieces, `${JSON.stringify(fail('server-error').body)}\n`];
  if (script.breaks !== undefined) return pieces;
  return [...pieces, line({ message: { role: 'assistant', content: '' }, ...tail(script) })];
}
