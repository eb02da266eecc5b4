/** Responses, put together from their streams. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { toEvents } from '../../../support/aggregate.ts';
import { seeded } from '../../../support/seeded.ts';
import { asWritten, collect, retell, retellBytes } from '../../../support/stored-answers.ts';
import { added, completed, created, done, message as messageItem, textDelta } from './events.ts';
import { randomAnswer } from './random-answers.ts';
import { countingCodec, REQUEST, sse, writeStream } from './support.ts';

const codec = countingCodec();
const { stored } = codec;

describe('a response put together from its stream', () => {
  const texts = [messageItem('First'), messageItem('Second')] as const;

  it('is the one of the last event', () => {
    const last = completed([messageItem('Hi')], { status: 'completed', other: [1] });
    expect(collect(stored, sse(created, textDelta(0, 'H'), last))).toEqual(last.response);
  });

  it('may be incomplete', () => {
    const { response } = completed([messageItem('Hi')], { status: undefined });
    const body = collect(stored, sse(created, { type: 'response.incomplete', response }));
    expect(body).toEqual({ ...response, status: 'incomplete' });
  });

  it.each([
    ['leaves them out', {}],
    ['has no list', { output: null }],
    ['has some', { output: [texts[1]] }],
  ])('gets its items from their own events where the last event %s', (_, fields) => {
    // Items interleave (wire 28).
    const items = [added(1, messageItem()), added(0, messageItem()), done(1, texts[1]), done(0, texts[0])];
    const body = collect(stored, sse(created, ...items, completed([], fields)));
    expect(body?.output).toEqual(texts);
  });

  it('needs no names of events, nor item ids, and passes over end markers (wire 1, 4, 29)', () => {
    const events = [created, textDelta(0, 'First'), done(0, texts[0]), completed()];
    const unnamed = events.map((event) => `data:${JSON.stringify(event)}\n\n`).join('');
    expect(collect(stored, `: hi\n\n${unnamed}data: [DONE]\n\n`)?.output).toEqual([texts[0]]);
  });

  it.each([
    ['has no end', [created, done(0, texts[0])]],
    ['has an error', [created, { type: 'error', message: 'No' }, completed([texts[0]])]],
    ['has an error at its end', [created, completed([texts[0]]), { type: 'error', message: 'No' }]],
    ['fails', [created, { type: 'response.failed', response: { status: 'failed' } }]],
    ['ends as one that failed', [created, completed([texts[0]], { status: 'failed' })]],
    ['leaves out an item that never was done', [created, added(0, texts[0]), completed()]],
    ['leaves out what it only told in pieces', [created, textDelta(0, 'Hi'), completed()]],
    ['ends without a response', [created, { type: 'response.completed' }]],
  ])('is none if the stream %s', (_, events) => {
    expect(collect(stored, sse(...events))).toBeNull();
  });

  it('is none if an event is no JSON', () => {
    expect(collect(stored, `data: {"type\n\n${sse(created, completed([texts[0]]))}`)).toBeNull();
  });

  it.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'is what the door writes whole (seed %i)',
    (seed) => {
      const answer = randomAnswer(seeded(seed));
      const body = countingCodec().encodeAnswer(answer, REQUEST);
      expect(collect(stored, writeStream(toEvents(answer, 3)))).toMatchObject({
        output: asWritten(body.output as JsonObject),
        status: body.status,
        usage: body.usage,
      });
      expect(collect(stored, retellBytes(stored, body))).toEqual(asWritten(body));
      expect(retell(stored, body).length).toBeGreaterThan(2);
    },
  );
});
