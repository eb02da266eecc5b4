/** Kept responses, told as streams. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { parseExact } from '../../../../src/exact-json.ts';
import { readResponseStream } from '../../../support/sdk-readers.ts';
import { collect, contentOf, heardFrom, retellBytes } from '../../../support/stored-answers.ts';
import { countingCodec, readEvents, typesOf } from './support.ts';
import { message, SENTENCE, said, WHOLE_RESPONSES, whole } from './whole-responses.ts';

const codec = countingCodec();
const { stored } = codec;
const tell = (body: JsonObject): JsonObject[] =>
  readEvents(new TextDecoder().decode(retellBytes(stored, body)));
const bytesOf = (body: JsonObject) => new Uint8Array(retellBytes(stored, body));

/** Where a step of a text belongs. */
const placeOf = ({ type, output_index, content_index, summary_index }: JsonObject): string =>
  [String(type).replace(/\.(delta|done)$/, ''), output_index, content_index, summary_index].join();

describe('a whole response, told as a stream', () => {
  describe.each(WHOLE_RESPONSES)('of %s', (_, body) => {
    it('is the same response to whoever puts it together', async () => {
      expect(collect(stored, bytesOf(body))).toEqual(body);
      expect(await readResponseStream(bytesOf(body))).toEqual(body);
      const answer = codec.decodeAnswer(body);
      expect(contentOf(heardFrom(codec, bytesOf(body)))).toEqual(contentOf(answer));
    });

    it('begins without anything, ends with itself, and numbers its events', () => {
      const events = tell(body);
      expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()]);
      const { usage: _, ...fields } = body;
      const beginning = { ...fields, status: 'in_progress', output: [], completed_at: null };
      expect(events.slice(0, 2)).toMatchObject([
        { type: 'response.created', response: { ...beginning, incomplete_details: null } },
        { type: 'response.in_progress', response: { ...beginning, incomplete_details: null } },
      ]);
      expect(events[0]?.response).not.toHaveProperty('usage');
      expect(events.at(-1)).toMatchObject({ type: `response.${body.status}`, response: body });
    });

    it('says every text in pieces, and then once more', () => {
      const pieces = new Map<string, string>();
      for (const event of tell(body)) {
        const { delta, text, refusal, arguments: input = event.input, logprobs } = event;
        const place = placeOf(event);
        if (typeof delta === 'string') {
          pieces.set(place, (pieces.get(place) ?? '') + delta);
          if (!Array.isArray(logprobs) || logprobs.length === 0) expect([...delta].length).toBeLessThan(41);
          expect(delta.isWellFormed()).toBe(true);
        } else if (/_(text|arguments|input)\.done$|refusal\.done$/.test(String(event.type))) {
          expect(pieces.get(place) ?? '').toBe(text ?? refusal ?? input);
        }
      }
    });
  });

  it('tells a message step by step', () => {
    const annotations = [{ type: 'file_path', file_id: 'f', index: 0 }];
    const body = whole([message([said(SENTENCE, { annotations }), { type: 'refusal', refusal: 'No.' }])]);
    const events = tell(body);
    expect(typesOf(events)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.annotation.added',
      'response.output_text.done',
      'response.content_part.done',
      'response.content_part.added',
      'response.refusal.delta',
      'response.refusal.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events[2]).toMatchObject({ item: { id: 'msg_1', status: 'in_progress', content: [] } });
    expect(events[3]).toMatchObject({ item_id: 'msg_1', part: { text: '', annotations: [], logprobs: [] } });
  });

  it('tells token by token where their probabilities are known', () => {
    const logprobs = ['One', ' two'].map((token) => ({ token, logprob: -1, bytes: [], top_logprobs: [] }));
    const deltas = tell(whole([message([said('One two', { logprobs })])])).filter(({ delta }) => delta);
    expect(deltas).toMatchObject([
      { delta: 'One', logprobs: [logprobs[0]] },
      { delta: ' two', logprobs: [logprobs[1]] },
    ]);
  });

  it('names the function when its arguments are done', () => {
    const item = { id: 'fc_1', type: 'function_call', call_id: 'c', name: 'look', arguments: '{}' };
    expect(tell(whole([item])).find(({ type }) => type === 'response.function_call_arguments.done')).toEqual({
      type: 'response.function_call_arguments.done',
      sequence_number: 4,
      item_id: 'fc_1',
      output_index: 0,
      name: 'look',
      arguments: '{}',
    });
  });

  it('shows a picture once it is drawn', () => {
    const picture = { id: 'ig_1', type: 'image_generation_call', status: 'completed', result: 'aGk=' };
    expect(tell(whole([picture])).slice(2, 4)).toMatchObject([
      { item: { status: 'in_progress', result: null } },
      { item: picture },
    ]);
  });

  it.each(['function_call', 'custom_tool_call'])('tells a %s without an id in one', async (type) => {
    const item = { type, status: 'completed', call_id: 'c', name: 'f', arguments: '{}', input: 'x' };
    const body = whole([item]);
    expect(typesOf(tell(body)).slice(2, -1)).toEqual([
      'response.output_item.added',
      'response.output_item.done',
    ]);
    expect(await readResponseStream(bytesOf(body))).toEqual(body);
  });

  it('keeps the digits of long integers', () => {
    const body = parseExact(JSON.stringify(whole([])).replace('"7"', '9007199254740993123')) as JsonObject;
    expect(new TextDecoder().decode(bytesOf(body)).match(/"ticket":9007199254740993123/g)).toHaveLength(3);
    expect(JSON.stringify(collect(stored, bytesOf(body)))).toContain('"ticket":9007199254740993123');
  });

  it.each([
    ['an error', { error: { message: 'No' } }],
    ['one beside an error', whole([], { error: { code: 'server_error', message: 'No' } })],
    ['one that failed', whole([], { status: 'failed' })],
    ['one that was cancelled', whole([], { status: 'cancelled' })],
    ['one that waits', whole([], { status: 'queued' })],
    ['one that is not done', whole([], { status: 'in_progress' })],
    ['one without output', { status: 'completed' }],
    ['one whose output is no items', { ...whole([]), output: ['text'] }],
  ])('is none for %s', (_, body) => {
    expect(stored.toEvents(body, { wantsUsage: true })).toBeNull();
  });
});
