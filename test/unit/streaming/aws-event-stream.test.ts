import { describe, expect, it } from 'vitest';
import { concat } from '../../../src/bytes.ts';
import {
  AwsEventStreamFramer,
  EventStreamCorrupt,
  EventStreamFrameTooLarge,
  failureOf,
  MAX_EVENT_STREAM_FRAME_BYTES,
} from '../../../src/streaming/aws-event-stream.ts';
import type { StreamFrame } from '../../../src/streaming/frames.ts';
import { inPieces, inRandomPieces, seeded } from '../../support/seeded.ts';
import {
  bytesOf,
  crcOf,
  eventFrame,
  exceptionFrame,
  frameOf,
  headerOf,
} from '../dialects/bedrock-converse/support.ts';

const cut = (pieces: readonly Uint8Array[]): StreamFrame[] => {
  const framer = new AwsEventStreamFramer();
  return [...pieces.flatMap((piece) => framer.push(piece)), ...framer.end()];
};
const thrownBy = (bytes: Uint8Array): unknown => {
  try {
    cut([bytes]);
    return null;
  } catch (error) {
    return error;
  }
};

const BODY = concat([
  eventFrame('messageStart', { role: 'assistant' }),
  eventFrame('contentBlockDelta', { delta: { text: 'Grüße 🦊 — 東京' } }),
  exceptionFrame('throttlingException', { message: 'Slow down' }),
]);
const FRAMES = [
  { name: 'messageStart', data: '{"role":"assistant","p":"abcdefgh"}' },
  { name: 'contentBlockDelta', data: '{"delta":{"text":"Grüße 🦊 — 東京"},"p":"abcdefgh"}' },
  { name: 'exception:throttlingException', data: '{"message":"Slow down"}' },
];

describe('frames', () => {
  it.each([1, 7, 64, 4096, BODY.length])('are the same in pieces of %i bytes', (size) => {
    expect(cut(inPieces(BODY, size))).toEqual(FRAMES);
  });

  it.each([11, 12, 13])('are the same in random pieces (seed %i)', (seed) => {
    expect(cut(inRandomPieces(BODY, seeded(seed), 40))).toEqual(FRAMES);
  });

  it('leave the framer as soon as their last byte is there', () => {
    const frame = eventFrame('metadata', {});
    const framer = new AwsEventStreamFramer();
    expect(framer.push(frame.subarray(0, -1))).toEqual([]);
    expect(framer.push(frame.subarray(-1))).toHaveLength(1);
  });

  it('are held in a copy: the chunk may be used again', () => {
    const frame = eventFrame('metadata', { some: 'value' });
    const framer = new AwsEventStreamFramer();
    const chunk = frame.slice(0, 30);
    framer.push(chunk);
    chunk.fill(0);
    expect(framer.push(frame.subarray(30))).toEqual([
      { name: 'metadata', data: '{"some":"value","p":"abcdefgh"}' },
    ]);
  });

  it('read past headers of all ten types', () => {
    const frame = frameOf(
      [
        ['true', 0, new Uint8Array(0)],
        ['false', 1, new Uint8Array(0)],
        ['byte', 2, new Uint8Array(1)],
        ['short', 3, new Uint8Array(2)],
        ['integer', 4, new Uint8Array(4)],
        ['long', 5, new Uint8Array(8)],
        ['bytes', 6, Uint8Array.of(0, 3, 1, 2, 3)],
        headerOf('string', 'some value'),
        ['timestamp', 8, new Uint8Array(8)],
        ['uuid', 9, new Uint8Array(16)],
        headerOf(':event-type', 'chunk'),
      ],
      '{}',
    );
    expect(cut([frame])).toEqual([{ name: 'chunk', data: '{}' }]);
  });

  it('have no data without a payload, and no name without a type', () => {
    expect(cut([frameOf([headerOf(':event-type', 'initial-response')], ''), frameOf([], '{}')])).toEqual([
      { name: 'initial-response', data: null },
      { name: null, data: '{}' },
    ]);
  });

  it('that are not whole at the end are none', () => {
    expect(cut([BODY.subarray(0, -1)])).toEqual(FRAMES.slice(0, 2));
  });

  it('say that the sums are CRC-32', () => {
    expect(crcOf(bytesOf('123456789'))).toBe(0xcbf43926); // the check value of the standard
  });
});

describe('failures', () => {
  it('are told apart from an event of the same name', () => {
    const payload = { message: 'Slow down' };
    const [event, exception] = cut([
      eventFrame('throttlingException', payload),
      exceptionFrame('throttlingException', payload),
    ]);
    expect(failureOf(event?.name ?? null)).toBeNull();
    expect(failureOf(exception?.name ?? null)).toBe('throttlingException');
  });

  it('without a payload say what their headers say', () => {
    const frame = frameOf(
      [
        headerOf(':message-type', 'error'),
        headerOf(':error-code', 'InternalError'),
        headerOf(':error-message', 'An internal server error occurred'),
      ],
      '',
    );
    expect(cut([frame])).toEqual([
      { name: 'error:InternalError', data: '{"message":"An internal server error occurred"}' },
    ]);
    expect(failureOf('error:InternalError')).toBe('InternalError');
  });

  it.each([null, 'messageStop', 'exception'])('are not what %j names', (name) => {
    expect(failureOf(name)).toBeNull();
  });
});

describe('damage', () => {
  it('is noticed wherever a single bit is wrong', () => {
    const frame = eventFrame('contentBlockDelta', { delta: { text: 'Hi' } });
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const damaged = frame.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect([bit, thrownBy(damaged)]).toEqual([bit, expect.any(EventStreamCorrupt)]);
    }
  });

  it('of a later frame does not reach the frames before it', () => {
    const framer = new AwsEventStreamFramer();
    expect(framer.push(eventFrame('messageStart', {}))).toHaveLength(1);
    const damaged = eventFrame('messageStop', {});
    damaged[20] = (damaged[20] ?? 0) ^ 1;
    expect(() => framer.push(damaged)).toThrow(EventStreamCorrupt);
  });

  it.each([
    ['a frame shorter than its own lengths', 15, 0],
    ['headers longer than the frame', 40, 25],
  ])('shows in lengths that make no sense: %s', (_, total, headers) => {
    expect(thrownBy(preludeOf(total, headers))).toBeInstanceOf(EventStreamCorrupt);
  });

  it.each<[string, Uint8Array]>([
    ['an unknown type', frameOf([['odd', 10, new Uint8Array(0)]], '')],
    ['a value longer than the headers', frameOf([['long', 7, Uint8Array.of(0, 9, 1)]], '{"payload":true}')],
    ['a string without its length', frameOf([['name', 7, new Uint8Array(1)]], '')],
  ])('shows in headers, even under good sums: %s', (_, frame) => {
    expect(thrownBy(frame)).toBeInstanceOf(EventStreamCorrupt);
  });

  it('is not a frame that is too large, and nothing of such a frame is waited for', () => {
    expect(thrownBy(preludeOf(MAX_EVENT_STREAM_FRAME_BYTES + 1, 0))).toBeInstanceOf(EventStreamFrameTooLarge);
    expect(thrownBy(preludeOf(MAX_EVENT_STREAM_FRAME_BYTES, 0))).toBeNull();
  });
});

function preludeOf(total: number, headers: number): Uint8Array {
  const prelude = new Uint8Array(12);
  const view = new DataView(prelude.buffer);
  view.setUint32(0, total);
  view.setUint32(4, headers);
  view.setUint32(8, crcOf(prelude.subarray(0, 8)));
  return prelude;
}
