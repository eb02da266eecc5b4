/** Kept messages, told as streams. */
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../../src/dialects/anthropic-messages/codec.ts';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { recordOf } from '../../../../src/dialects/json.ts';
import { parseExact } from '../../../../src/exact-json.ts';
import { readMessageStream } from '../../../support/sdk-readers.ts';
import { collect, contentOf, heardFrom, retellBytes } from '../../../support/stored-answers.ts';
import { readEvents } from './support.ts';
import { call as callBlock, WHOLE_MESSAGES, whole } from './whole-messages.ts';

const { stored } = anthropicMessages;
const bytesOf = (body: JsonObject) => new Uint8Array(retellBytes(stored, body));
const tell = (body: JsonObject): JsonObject[] => readEvents(new TextDecoder().decode(bytesOf(body)));
const STOP = { type: 'message_stop' };

describe('a whole message, told as a stream', () => {
  describe.each(WHOLE_MESSAGES)('of %s', (_, body) => {
    it('is the same message to whoever puts it together', async () => {
      expect(collect(stored, bytesOf(body))).toEqual(body);
      expect(await readMessageStream(bytesOf(body))).toEqual(body);
      const told = heardFrom(anthropicMessages, bytesOf(body));
      expect(contentOf(told)).toEqual(contentOf(anthropicMessages.decodeAnswer(body)));
      expect(told.usage).toEqual(anthropicMessages.decodeAnswer(body)?.usage);
    });

    it('is cut into small pieces, and no character in two', () => {
      for (const { delta } of tell(body)) {
        const { text: said, thinking = said, partial_json: piece = thinking } = recordOf(delta);
        if (typeof piece !== 'string') continue;
        expect([...piece].length).toBeLessThan(41);
        expect(piece.isWellFormed()).toBe(true);
      }
    });
  });

  it('begins as Anthropic begins, with hardly any output, and ends with the whole usage', () => {
    const container = { id: 'c_1' };
    const context_management = { applied_edits: [] };
    const body = whole([callBlock(1)], { stop_reason: 'tool_use', container, context_management });
    const events = tell(body);
    const usage = recordOf(body.usage);
    expect(events[0]).toEqual({
      type: 'message_start',
      message: {
        ...body,
        content: [],
        stop_reason: null,
        container: null,
        usage: { ...usage, output_tokens: 1 },
      },
    });
    expect(events[1]).toMatchObject({ index: 0, content_block: { name: 'look', input: {} } });
    const delta = { stop_reason: 'tool_use', stop_sequence: null, container };
    expect(events.slice(-2)).toEqual([{ type: 'message_delta', delta, usage, context_management }, STOP]);
  });

  it('keeps the digits of long integers', () => {
    const body = parseExact(
      JSON.stringify(whole([callBlock(1, { id: 0 })])).replace('{"id":0}', '{"id":9007199254740993123}'),
    );
    const written = JSON.stringify(collect(stored, bytesOf(body as JsonObject)));
    expect(written).toContain('"input":{"id":9007199254740993123}');
  });

  it.each([
    ['an error', { type: 'error', error: { type: 'api_error', message: 'No' } }],
    ['a message without an end', whole([], { stop_reason: null })],
    ['a message without content', { ...whole([]), content: null }],
    ['a message whose content is no blocks', { ...whole([]), content: ['text'] }],
  ])('is none for %s', (_, body) => {
    expect(stored.toEvents(body, { wantsUsage: true })).toBeNull();
  });
});
