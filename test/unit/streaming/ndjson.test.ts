import { describe, expect, it } from 'vitest';
import { MAX_NDJSON_LINE_BYTES, NdjsonFramer, NdjsonLineTooLarge } from '../../../src/streaming/ndjson.ts';
import { inRandomPieces, seeded } from '../../support/seeded.ts';

const encoder = new TextEncoder();

function linesOf(pieces: readonly (string | Uint8Array)[]): (string | null)[] {
  const framer = new NdjsonFramer();
  const frames = pieces.flatMap((piece) => [
    ...framer.push(typeof piece === 'string' ? encoder.encode(piece) : piece),
  ]);
  frames.push(...framer.end());
  expect(frames.every(({ name }) => name === null)).toBe(true);
  return frames.map(({ data }) => data);
}

describe('NdjsonFramer', () => {
  it('gives one frame a line', () => {
    expect(linesOf(['{"a":1}\n{"b":2}\n'])).toEqual(['{"a":1}', '{"b":2}']);
  });

  it('gives a frame as soon as its line has ended', () => {
    const framer = new NdjsonFramer();
    expect(framer.push(encoder.encode('{"a":'))).toEqual([]);
    expect(framer.push(encoder.encode('1}\n{"b"'))).toEqual([{ data: '{"a":1}', name: null }]);
  });

  it('takes CRLF, passes over blank lines and a byte order mark', () => {
    expect(linesOf(['\uFEFF{"a":1}\r\n\r\n  \n\n{"b":2}\r\n'])).toEqual(['{"a":1}', '{"b":2}']);
  });

  it('counts a last line without its end if it is whole JSON', () => {
    expect(linesOf(['{"a":1}\n{"b":2}'])).toEqual(['{"a":1}', '{"b":2}']);
    expect(linesOf(['{"a":1}\n{"b":'])).toEqual(['{"a":1}']);
    expect(linesOf([''])).toEqual([]);
  });

  it('leaves it to its reader what a line that is not JSON means', () => {
    expect(linesOf(['oops\n{"a":1}\n'])).toEqual(['oops', '{"a":1}']);
  });

  it('traps B1, B2: is the same wherever the bytes are cut', () => {
    const body = '{"text":"é🔎漢\\n"}\r\n{"text":"zweite"}\n\n{"text":"last 🔎"}';
    const bytes = encoder.encode(body);
    const whole = linesOf([bytes]);
    expect(whole).toEqual(['{"text":"é🔎漢\\n"}', '{"text":"zweite"}', '{"text":"last 🔎"}']);
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(linesOf([bytes.slice(0, at), bytes.slice(at)]), `cut at ${at}`).toEqual(whole);
    }
    const random = seeded(12);
    for (let round = 0; round < 100; round += 1) {
      expect(linesOf(inRandomPieces(bytes, random, 5)), `round ${round}`).toEqual(whole);
    }
  });

  it('does not hold on to the buffer that it was given', () => {
    const framer = new NdjsonFramer();
    const buffer = encoder.encode('{"a":1');
    framer.push(buffer);
    buffer.fill(0x20);
    expect(framer.push(encoder.encode('}\n'))).toEqual([{ data: '{"a":1}', name: null }]);
  });

  it('traps B3: holds a line up to its limit, and no longer one', () => {
    const framer = new NdjsonFramer();
    const half = new Uint8Array(MAX_NDJSON_LINE_BYTES / 2).fill(0x20);
    framer.push(half);
    framer.push(half);
    expect(() => framer.push(encoder.encode('x'))).toThrow(NdjsonLineTooLarge);
    const other = new NdjsonFramer();
    other.push(half);
    other.push(half);
    expect(other.push(encoder.encode('\n{"a":1}\n'))).toEqual([{ data: '{"a":1}', name: null }]);
  });
});
