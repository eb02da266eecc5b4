import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../src/dialects/anthropic-messages/codec.ts';
import type { CanonicalEvent } from '../../../src/dialects/canonical.ts';
import { TranslatedEvents } from '../../../src/gateway/translated-events.ts';

const event = (value: { readonly type: string; readonly [member: string]: unknown }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;

const START = event({
  type: 'message_start',
  message: { id: 'msg_1', model: 'm', usage: { input_tokens: 3 } },
});
const CALL =
  event({
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'tool_use', id: 'a', name: 'f', input: {} },
  }) +
  event({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'input_json_delta', partial_json: '{"a":' },
  });
const STOP =
  event({ type: 'content_block_stop', index: 0 }) +
  event({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 2 } }) +
  event({ type: 'message_stop' });

async function read(text: string): Promise<{ events: CanonicalEvent[]; source: TranslatedEvents }> {
  const body = new Response(text).body as ReadableStream<Uint8Array>; // a text has a body
  const framer = anthropicMessages.createFramer('text/event-stream');
  const source = new TranslatedEvents(body, framer, anthropicMessages.createStreamDecoder());
  const events: CanonicalEvent[] = [];
  for (let batch = await source.next(); batch !== null; batch = await source.next()) events.push(...batch);
  return { events, source };
}

const types = (events: readonly CanonicalEvent[]): string[] => events.map(({ type }) => type);

describe('TranslatedEvents', () => {
  it('tells an answer to its end', async () => {
    const { events, source } = await read(START + CALL + STOP);
    expect(types(events)).toContain('part-end');
    expect(source).toMatchObject({ isComplete: true, hasContent: true, error: null });
    expect(source.usage).toMatchObject({ inputTokens: 3, outputTokens: 2 });
  });

  it('traps C14: does not close half a call when the body ends in its middle', async () => {
    const { events, source } = await read(START + CALL);
    expect(types(events)).not.toContain('part-end');
    expect(source.isComplete).toBe(false);
  });

  it('traps C14: does not close half a call when an error event comes', async () => {
    const error = event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
    const { events, source } = await read(START + CALL + error);
    expect(types(events)).not.toContain('part-end');
    expect(types(events)).toContain('error');
    expect(source.error).toMatchObject({ message: 'Overloaded' });
  });

  it('traps C15: takes a preamble and pings for no content', async () => {
    const { source } = await read(START + event({ type: 'ping' }));
    expect(source.hasContent).toBe(false);
  });
});
