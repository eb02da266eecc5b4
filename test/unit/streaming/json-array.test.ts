import { describe, expect, it } from 'vitest';
import { JsonArrayBroken, JsonArrayFramer, JsonArrayTooLarge } from '../../../src/streaming/json-array.ts';
import { MAX_SSE_EVENT_BYTES } from '../../../src/streaming/sse.ts';
import { inPieces, inRandomPieces, seeded } from '../../support/seeded.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function frame(pieces: readonly Uint8Array[]): unknown[] {
  const framer = new JsonArrayFramer();
  const frames = [...pieces.flatMap((piece) => framer.push(piece)), ...framer.end()];
  return frames.map(({ data, name }) => {
    expect(name).toBeNull();
    return JSON.parse(data ?? '');
  });
}

const OBJECTS = [
  { text: 'a "quoted" brace } and ] and a backslash \\' },
  { nested: { list: [{}, [], { deep: ['[', '{'] }] } },
  {},
  { text: 'Grüße 🙂 漢字' },
];
const PRETTY = bytesOf(`[${OBJECTS.map((one) => JSON.stringify(one, null, 2)).join('\n,\r\n')}\n]\n`);

describe('JSON arrays as streams (wire 9)', () => {
  it.each([1, 7, 64, 4096])('cuts objects alike when bytes arrive %i at a time', (size) => {
    expect(frame(inPieces(PRETTY, size))).toEqual(OBJECTS);
  });

  it('cuts objects alike at random places (seed 9)', () => {
    const random = seeded(9);
    for (let round = 0; round < 50; round += 1) {
      expect(frame(inRandomPieces(PRETTY, random, 20))).toEqual(OBJECTS);
    }
  });

  it('gives each object as soon as its last byte has come', () => {
    const framer = new JsonArrayFramer();
    expect(framer.push(bytesOf('[{"a":1'))).toEqual([]);
    expect(framer.push(bytesOf('}'))).toEqual([{ data: '{"a":1}', name: null }]);
  });

  it('takes a lone object, as errors come', () => {
    expect(frame([bytesOf('\ufeff {"error":{"code":400}}\n')])).toEqual([{ error: { code: 400 } }]);
  });

  it('keeps what it holds when the caller uses its buffer again', () => {
    const framer = new JsonArrayFramer();
    const buffer = bytesOf('[{"a":');
    framer.push(buffer);
    buffer.fill(0x20);
    expect(framer.push(bytesOf('2}]'))).toEqual([{ data: '{"a":2}', name: null }]);
  });

  it('gives nothing for an object that was broken off', () => {
    expect(frame([bytesOf('[{"a":1},{"b":')])).toEqual([{ a: 1 }]);
  });

  it('throws when something other than an object stands in the array', () => {
    expect(() => new JsonArrayFramer().push(bytesOf('<html>'))).toThrow(JsonArrayBroken);
  });

  it('throws when an object is too large to hold', () => {
    const framer = new JsonArrayFramer();
    framer.push(bytesOf('[{"a":"'));
    const megabyte = new Uint8Array(1024 * 1024).fill(0x61);
    expect(() => {
      for (let sent = 0; sent <= MAX_SSE_EVENT_BYTES; sent += megabyte.length) framer.push(megabyte);
    }).toThrow(JsonArrayTooLarge);
  });
});
