import { describe, expect, it } from 'vitest';
import { concat } from '../../../../src/bytes.ts';
import { FlightBroken, FrameReader } from '../../../../src/cache/flight/flight-client.ts';
import { encodeFrame, type FlightFrame } from '../../../../src/cache/flight/frames.ts';
import type { CanonicalEvent } from '../../../../src/dialects/canonical-events.ts';
import { parseExact } from '../../../../src/exact-json.ts';
import { inPieces, inRandomPieces, seeded } from '../../../support/seeded.ts';
import { anEntry, NOW, utf8 } from '../entries.ts';
import { aFailure, delta } from './control-support.ts';

const LONG_INTEGER = parseExact('{"big": 12345678901234567890}');

const HEAD: FlightFrame = {
  type: 'head',
  head: {
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'x-edgeway-model': 'gpt-%E6%97%A5' },
    error: null,
    told: 'bytes',
    storedAt: NOW,
  },
};
const END: FlightFrame = { type: 'end' };

/** Streams as they come, the last frame included. */
const STREAMS: readonly (readonly [string, readonly FlightFrame[]])[] = [
  ['the lead', [{ type: 'lead', ticket: 'ü-ticket' }]],
  ['a ticket that came too late', [{ type: 'expired' }]],
  ['a way elsewhere', [{ type: 'alone' }]],
  ['a conflict', [{ type: 'conflict', reason: 'other-body' }]],
  [
    'bytes',
    [
      HEAD,
      { type: 'bytes', bytes: utf8('data: {"a":"日本"}\n\n') },
      { type: 'bytes', bytes: new Uint8Array(0) },
      { type: 'bytes', bytes: crypto.getRandomValues(new Uint8Array(10_000)) },
      END,
    ],
  ],
  [
    'steps and an answer',
    [HEAD, { type: 'events', events: [delta('ü'), delta('')] }, { type: 'answer', entry: anEntry() }, END],
  ],
  [
    'an answer without its canonical form',
    [HEAD, { type: 'answer', entry: { ...anEntry({ usage: null }), canonical: null } }, END],
  ],
  ['a failure', [HEAD, { type: 'failed', error: aFailure(502, 'provider_unreachable') }]],
  ['a failure before the head', [{ type: 'failed', error: aFailure(504, 'provider_timeout') }]],
  [
    'a refusal',
    [
      {
        type: 'head',
        head: { status: 429, headers: {}, error: aFailure(429, 'x'), told: 'events', storedAt: null },
      },
      END,
    ],
  ],
];

const encoded = (frames: readonly FlightFrame[]): Uint8Array => concat(frames.map(encodeFrame));

function streamOf(pieces: readonly Uint8Array[], isBroken = false): ReadableStream<Uint8Array> {
  const left = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = left.shift();
      if (piece !== undefined) controller.enqueue(piece);
      else if (isBroken) controller.error(new Error('connection lost'));
      else controller.close();
    },
  });
}

async function readAll(reader: FrameReader): Promise<FlightFrame[]> {
  const frames: FlightFrame[] = [];
  for (let frame = await reader.next(); frame !== null; frame = await reader.next()) frames.push(frame);
  return frames;
}

describe('frames', () => {
  it.each(STREAMS)('carry %s, however they are cut', async (_, frames) => {
    const bytes = encoded(frames);
    for (const size of [1, 7, 64, 4096, bytes.length])
      expect(await readAll(new FrameReader(streamOf(inPieces(bytes, size))))).toEqual(frames);
    for (let seed = 1; seed <= 20; seed += 1) {
      const pieces = inRandomPieces(bytes, seeded(seed), 40);
      expect(await readAll(new FrameReader(streamOf(pieces)))).toEqual(frames);
    }
  });

  it('keep the digits of long integers', async () => {
    const about = { type: 'about', extra: { 'openai-chat': LONG_INTEGER } } as unknown as CanonicalEvent;
    const bytes = encoded([{ type: 'events', events: [about] }, END]);
    const [frame] = await readAll(new FrameReader(streamOf([bytes])));
    expect(JSON.stringify(frame)).toContain('12345678901234567890');
  });

  it('end with the last one: what comes behind it is not read', async () => {
    const reader = new FrameReader(streamOf([encoded([END, HEAD])]));
    expect(await readAll(reader)).toEqual([END]);
    expect(await reader.next()).toBeNull();
  });
});

describe('a stream of frames that breaks', () => {
  const whole = encoded([HEAD, { type: 'bytes', bytes: utf8('abc') }, END]);
  const places = Array.from({ length: whole.length }, (_, at) => at);

  it('is told wherever it ends or breaks before the last frame', async () => {
    for (const at of places)
      for (const isBroken of [false, true]) {
        const reader = new FrameReader(streamOf([whole.subarray(0, at)], isBroken));
        await expect(readAll(reader)).rejects.toThrow(FlightBroken);
        expect(await reader.next()).toBeNull();
      }
  });

  it.each([
    ['an unknown type', Uint8Array.of(99, 0, 0, 0, 0)],
    ['a length that nobody writes', Uint8Array.of(6, 0xff, 0, 0, 0)],
    ['no JSON', Uint8Array.of(5, 0, 0, 0, 1, 0x7b)],
    ['JSON without fields', Uint8Array.of(5, 0, 0, 0, 4, ...utf8('null'))],
    ['an entry that is none', Uint8Array.of(8, 0, 0, 0, 3, 1, 2, 3)],
  ])('is told for %s', async (_, bytes) => {
    await expect(new FrameReader(streamOf([bytes])).next()).rejects.toThrow(FlightBroken);
  });

  it('is not told to a reader that left', async () => {
    let isCancelled = false;
    const reader = new FrameReader(
      new ReadableStream({
        cancel() {
          isCancelled = true;
        },
      }),
    );
    const next = reader.next();
    await reader.cancel();
    expect([await next, await reader.next(), isCancelled]).toEqual([null, null, true]);
    await reader.cancel();
  });
});
