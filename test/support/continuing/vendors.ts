/** Stand-ins that tell one text, and break off in it, or go on where a request ends with the beginning of it. */
import { dataOf } from '../streaming.ts';
import type { Handler, ReceivedCall } from '../upstream.ts';

export type VendorForm = 'openai-chat' | 'anthropic-messages';

/** What the vendors say: no two places of it are alike, and some pieces begin or end with a blank. */
export const PIECES = ['Storks', ' fly over ', 'the old town,\n', '\n', 'and the bells ', 'of 1694 ring.'];
export const WHOLE = PIECES.join('');
/** Told by whoever tells all of `WHOLE`, or the rest of it. */
export const TOLD = { input: 20, output: 10 };

const event = (value: { readonly type?: string }): string =>
  `${value.type === undefined ? '' : `event: ${value.type}\n`}data: ${JSON.stringify(value)}\n\n`;

/** A stream of the form, event by event. `id`: of the answer. */
export function eventsOf(form: VendorForm, pieces: readonly string[], id = 'one'): string[] {
  return form === 'openai-chat' ? chatEvents(pieces, id) : anthropicEvents(pieces, id);
}

function chatEvents(pieces: readonly string[], id: string): string[] {
  const base = { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created: 1, model: `model-${id}` };
  const chunk = (delta: object, finish: string | null = null) =>
    event({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] } as object);
  const usage = {
    prompt_tokens: TOLD.input,
    completion_tokens: TOLD.output,
    total_tokens: TOLD.input + TOLD.output,
  };
  return [
    chunk({ role: 'assistant', content: '' }),
    ...pieces.map((content) => chunk({ content })),
    chunk({}, 'stop'),
    event({ ...base, choices: [], usage } as object),
    'data: [DONE]\n\n',
  ];
}

function anthropicEvents(pieces: readonly string[], id: string): string[] {
  const message = {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: `model-${id}`,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: TOLD.input, output_tokens: 1 },
  };
  const block = (type: string, fields: object) => event({ type, index: 0, ...fields } as { type: string });
  return [
    event({ type: 'message_start', message } as { type: string }),
    block('content_block_start', { content_block: { type: 'text', text: '' } }),
    ...pieces.map((text) => block('content_block_delta', { delta: { type: 'text_delta', text } })),
    block('content_block_stop', {}),
    event({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: TOLD.output },
    } as { type: string }),
    event({ type: 'message_stop' }),
  ];
}

/** How a stream ends before its time. */
export type Break = 'reset' | 'end' | 'error' | 'silence';

export const BREAKS: readonly Break[] = ['reset', 'end', 'error', 'silence'];

/** Streams these events and breaks off behind them. */
export const breaksAfter =
  (events: readonly string[], how: Break = 'reset', form: VendorForm = 'openai-chat'): Handler =>
  async (_, response, request) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    await new Promise<void>((resolve) => response.write(`: open\n\n${events.join('')}`, () => resolve()));
    switch (how) {
      case 'reset':
        // What was written has to arrive first.
        setTimeout(() => request.socket.resetAndDestroy(), 20);
        return;
      case 'end':
        response.end();
        return;
      case 'error':
        response.end(errorEvent(form));
        return;
      case 'silence':
        return;
    }
  };

const errorEvent = (form: VendorForm): string => {
  const error = { type: 'overloaded_error', message: 'words of the broken one' };
  return form === 'openai-chat'
    ? event({ error } as object)
    : event({ type: 'error', error } as { type: string });
};

export const tells = (events: readonly string[]): Handler => breaksAfter(events, 'end');

/** The text of the assistant message that a request ends with; `null` if it ends with another. */
export function begunIn({ body }: Pick<ReceivedCall, 'body'>): string | null {
  const { messages } = JSON.parse(String(body)) as { messages: { role: string; content: unknown }[] };
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return null;
  if (typeof last.content === 'string') return last.content;
  return (last.content as { text: string }[]).map(({ text }) => text).join('');
}

/** How a model goes on: exactly, after its last words once more, or with all of it once more. */
export type Manner = 'exact' | 'overlapping' | 'restating';

/** Goes on with `WHOLE`, a few characters a piece. Without a beginning it tells all of it. */
export const goesOn =
  (form: VendorForm, { manner = 'exact', id = 'two' }: { manner?: Manner; id?: string } = {}): Handler =>
  (call, response, request) => {
    const begun = begunIn(call) ?? '';
    const repeated = { exact: begun.length, overlapping: Math.max(0, begun.length - 12), restating: 0 };
    const rest = WHOLE.slice(repeated[manner]).match(/[\s\S]{1,7}/g) ?? [];
    return tells(eventsOf(form, rest, id))(call, response, request);
  };

/** The JSON of a stream's events. */
export const jsonOf = (stream: string): Record<string, unknown>[] =>
  dataOf(stream)
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data));
