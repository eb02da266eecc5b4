import { describe, expect, it } from 'vitest';
import { encodeJson } from '../../../../src/bytes.ts';
import { DOOR_CODECS } from '../../../../src/dialects/registry.ts';
import type { DoorDialect } from '../../../../src/dialects/routes.ts';
import type { AnswerBody } from '../../../../src/gateway/answer.ts';
import { isPolicyRefusal } from '../../../../src/gateway/attempt/policy-refusal.ts';
import { UpstreamEvents } from '../../../../src/gateway/upstream-events.ts';

const whole = (value: object): AnswerBody => ({ kind: 'whole', bytes: encodeJson(value), usage: null });

const chat = (message: object, finish_reason: string) =>
  whole({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason }],
  });

/** All events of a stream, read as an attempt reads them before its first content. */
async function events(dialect: DoorDialect, chunks: readonly object[]): Promise<AnswerBody> {
  const text = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
  const body = new Response(text).body;
  if (body === null) throw new Error('a text has a body');
  const observer = DOOR_CODECS[dialect].straight.createObserver({ choices: 1, doneIsEnd: false });
  const read = new UpstreamEvents(body, observer);
  const backlog = [];
  for (let batch = await read.next(); batch !== null; batch = await read.next()) backlog.push(...batch);
  return { kind: 'events', call: null as never, events: read, backlog, stripsUsage: false }; // nobody looks at the call
}

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
});

describe('isPolicyRefusal', () => {
  it.each<[string, DoorDialect, AnswerBody]>([
    ['an empty choice', 'openai-chat', chat({ role: 'assistant', content: null }, 'content_filter')],
    ['an empty text', 'openai-chat', chat({ role: 'assistant', content: '' }, 'content_filter')],
    [
      'a blocked prompt',
      'gemini',
      whole({ promptFeedback: { blockReason: 'MODEL_ARMOR' }, modelVersion: 'g', responseId: 'r' }),
    ],
    [
      'a blocked answer',
      'gemini',
      whole({ candidates: [{ content: {}, finishReason: 'SAFETY' }], modelVersion: 'g', responseId: 'r' }),
    ],
  ])('sees %s (%s)', (_, dialect, body) => {
    expect(isPolicyRefusal(body, dialect)).toBe(true);
  });

  it.each<[string, AnswerBody]>([
    ['an answer', chat({ role: 'assistant', content: 'x' }, 'stop')],
    ['an answer that was cut', chat({ role: 'assistant', content: 'x' }, 'content_filter')],
    ['an empty answer of another reason', chat({ role: 'assistant', content: null }, 'stop')],
    ['no answer at all', whole({ object: 'list' })],
    ['bytes that nobody reads', { kind: 'native', body: null }],
  ])('lets %s be', (_, body) => {
    expect(isPolicyRefusal(body, 'openai-chat')).toBe(false);
  });

  it('sees a stream that ends by its policy without content, and no other', async () => {
    const role = chunk({ role: 'assistant', content: '' });
    const refused = await events('openai-chat', [role, chunk({}, 'content_filter')]);
    const cut = await events('openai-chat', [role, chunk({ content: 'x' }), chunk({}, 'content_filter')]);
    const empty = await events('openai-chat', [role, chunk({}, 'stop')]);
    expect([refused, cut, empty].map((body) => isPolicyRefusal(body, 'openai-chat'))).toEqual([
      true,
      false,
      false,
    ]);
    const blocked = await events('gemini', [{ promptFeedback: { blockReason: 'SAFETY' }, responseId: 'r' }]);
    expect(isPolicyRefusal(blocked, 'gemini')).toBe(true);
  });
});
