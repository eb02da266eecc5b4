import { describe, expect, it } from 'vitest';
import { concat } from '../../../src/bytes.ts';
import {
  DONE_EVENT,
  encodeDataEvent,
  KEEP_ALIVE_COMMENT,
  MAX_SSE_EVENT_BYTES,
  type SseEvent,
  SseEventTooLarge,
  SseSplitter,
} from '../../../src/streaming/sse.ts';
import { inPieces, inRandomPieces, type Seeded, seeded } from '../../support/seeded.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function split(pieces: readonly Uint8Array[]): SseEvent[] {
  const splitter = new SseSplitter();
  const events = pieces.flatMap((piece) => splitter.push(piece));
  const rest = splitter.flush();
  return rest === null ? events : [...events, rest];
}

const read = (text: string) => split([encoder.encode(text)]).map(({ data, name }) => ({ data, name }));
/** What a client would be told of: blocks without `data:` dispatch nothing. */
const told = (events: readonly SseEvent[]) =>
  events.filter(({ data }) => data !== null).map(({ data, name }) => ({ data, name }));

interface Stream {
  readonly text: string;
  readonly events: { data: string; name: string | null }[];
}

const WORDS = ['a', 'Ω', '日本', '😀', ' ', '{"x":"y"}', ':', 'data: ', '\u{1d11e}', 'é'];

/** A stream in mixed line ends, and the events that it holds by the standard. */
function randomStream(random: Seeded): Stream {
  let text = random.chance(0.3) ? '\ufeff' : '';
  const events: Stream['events'] = [];
  const end = () => random.pick(['\n', '\r\n', '\r']);
  /** A lone CR must not be followed by an LF that was meant as another line's end. */
  const line = (content: string) => {
    text += content;
    const chosen = end();
    text += content === '' && chosen === '\n' && text.endsWith('\r') ? '\r\n' : chosen;
  };
  const words = () => random.list(random.between(0, 4), () => random.pick(WORDS)).join('');
  for (let count = random.between(1, 6); count > 0; count -= 1) {
    const data: string[] = [];
    let name: string | null = null;
    for (let lines = random.between(1, 4); lines > 0; lines -= 1) {
      const value = words();
      const space = value.startsWith(' ') || random.chance(0.5) ? ' ' : '';
      switch (random.between(0, 5)) {
        case 0:
          line(`:${words()}`);
          break;
        case 1:
          name = value;
          line(`event:${space}${value}`);
          break;
        case 2:
          line(random.pick(['id: 7', 'retry: 10', 'unknown', 'database: x']));
          break;
        default:
          data.push(value);
          line(`data:${space}${value}`);
      }
    }
    line('');
    if (data.length > 0) events.push({ data: data.join('\n'), name });
  }
  return { text, events };
}

describe('SseSplitter', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'traps B1–B3: yields the same events and bytes for any chunking (seed %i)',
    (seed) => {
      const random = seeded(seed);
      for (let round = 0; round < 40; round += 1) {
        const { text, events } = randomStream(random);
        const bytes = encoder.encode(text);
        for (const pieces of [[bytes], inPieces(bytes, 1), inRandomPieces(bytes, random, 9)]) {
          const cut = split(pieces);
          expect(told(cut), JSON.stringify(text)).toEqual(events);
          expect(concat(cut.map((event) => event.bytes))).toEqual(bytes);
        }
      }
    },
  );

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('wire 2: ends lines at %s', (_, end) => {
    const text = `event: a${end}data: 1${end}data: 2${end}${end}data: 3${end}${end}`;
    expect(read(text)).toMatchObject([
      { data: '1\n2', name: 'a' },
      { data: '3', name: null },
    ]);
  });

  it('traps B2: keeps a multi-byte character whole at every byte split', () => {
    const bytes = encoder.encode('data: 😀 日本 é\n\n');
    for (let at = 0; at <= bytes.length; at += 1) {
      const events = split([bytes.slice(0, at), bytes.slice(at)]);
      expect(events.map(({ data }) => data)).toEqual(['😀 日本 é']);
    }
  });

  it('traps B2: keeps the first event behind a byte order mark, and the mark in its bytes', () => {
    const bytes = encoder.encode('\ufeffdata: first\n\n');
    for (const pieces of [[bytes], inPieces(bytes, 1)]) {
      const [event] = split(pieces);
      expect(event).toEqual({ bytes, data: 'first', name: null });
    }
  });

  it.each([
    ['wire 6: a value without a space', 'data:{"a":1}\n\n', '{"a":1}'],
    ['one space is cut, a second one kept', 'data:  x\n\n', ' x'],
    ['wire 7: blanks inside JSON', 'data: {"a":1     }\n\n', '{"a":1     }'],
    ['wire 11: several lines, some empty', 'data: a\ndata\ndata:\ndata: b\n\n', 'a\n\n\nb'],
    ['an empty value', 'data:\n\n', ''],
    ['a colon in the value', 'data: a: b\n\n', 'a: b'],
    ['a lone field that only starts like data', 'database: 1\n\n', null],
    ['a space before the field name', ' data: 1\n\n', null],
  ])('reads %s', (_, text, data) => {
    expect(read(text)).toEqual([{ data, name: null }]);
  });

  it.each(['event: delta\ndata: 1\n\n', 'data: 1\nevent: delta\n\n', 'id: 3\ndata: 1\nevent:delta\n\n'])(
    'wire 1: gives an event its own name, wherever the name stands (%j)',
    (text) => {
      expect(read(`${text}data: 2\n\n`)).toEqual([
        { data: '1', name: 'delta' },
        { data: '2', name: null },
      ]);
    },
  );

  it.each([': ping - 2\n\n', 'event: ping\n\n', 'id: 9\n\n', 'retry: 100\n\n', '[DONE]\n\n', '\n'])(
    'traps B4: finds no data in %j, and passes its bytes on',
    (text) => {
      expect(split([encoder.encode(text)])).toEqual([
        { bytes: encoder.encode(text), data: null, name: text.startsWith('event') ? 'ping' : null },
      ]);
    },
  );

  it('hands an event over as soon as its blank line has come, also when that ends in a lone CR', () => {
    const splitter = new SseSplitter();
    expect(splitter.push(encoder.encode('data: 1\r\n'))).toEqual([]);
    expect(splitter.push(encoder.encode('\r'))).toMatchObject([{ data: '1' }]);
    expect(splitter.push(encoder.encode('\ndata: 2\r\n\r\n'))).toMatchObject([
      { data: null, closesPrevious: true },
      { data: '2' },
    ]);
    expect(splitter.flush()).toBeNull();
  });

  it('wire 2: lets an LF that comes late stay with the event that its CR closed', () => {
    const text = 'data: 1\r\n\r\n\r\ndata: 2\r\n\r\n';
    const bytes = encoder.encode(text);
    for (let at = 1; at < bytes.length; at += 1) {
      const events = split([bytes.slice(0, at), bytes.slice(at)]);
      const kept = events.filter(({ closesPrevious }, index) => {
        const owner = closesPrevious ? events[index - 1] : events[index];
        return owner?.data !== '1';
      });
      expect(decoder.decode(concat(kept.map((event) => event.bytes)))).toBe('\r\ndata: 2\r\n\r\n');
    }
  });

  it('gives out bytes that later chunks do not overwrite', () => {
    const splitter = new SseSplitter();
    splitter.push(encoder.encode('data: fi'));
    const [first] = splitter.push(encoder.encode('rst\n\ndata: sec'));
    splitter.push(encoder.encode('ond ond ond\n\ndata: third\n\n'));
    expect(decoder.decode(first?.bytes)).toBe('data: first\n\n');
  });

  it('gives what an unfinished body leaves, once', () => {
    const splitter = new SseSplitter();
    splitter.push(encoder.encode('data: 1\n\nevent: error\ndata: {"error":'));
    expect(splitter.flush()).toMatchObject({ data: '{"error":', name: 'error' });
    expect(splitter.flush()).toBeNull();
  });

  it('traps B6: leaves a raw JSON tail without a field name as an event without data', () => {
    const tail = '{"error":{"message":"x"}}';
    expect(split([encoder.encode(`data: 1\n\n${tail}`)]).at(-1)).toEqual({
      bytes: encoder.encode(tail),
      data: null,
      name: null,
    });
  });

  it('traps B3: throws, and holds no more, when an event never ends', () => {
    const splitter = new SseSplitter();
    const half = new Uint8Array(MAX_SSE_EVENT_BYTES / 2).fill(0x78);
    splitter.push(half);
    splitter.push(half);
    expect(() => splitter.push(new Uint8Array([0x78]))).toThrow(SseEventTooLarge);
  });

  it('takes an event as large as an inline image', () => {
    const image = 'A'.repeat(3 * 1024 * 1024);
    const bytes = encoder.encode(`data: {"b64_json":"${image}"}\n\n`);
    const [event, ...others] = split(inPieces(bytes, 65_536));
    expect(event?.data?.length).toBe(image.length + '{"b64_json":""}'.length);
    expect(others).toEqual([]);
  });
});

describe('what the gateway writes itself', () => {
  it('is a comment, an end marker and data events that a splitter reads back', () => {
    const value = { text: 'two\nlines\r\n and \u2028 a separator' };
    const events = split([KEEP_ALIVE_COMMENT, encodeDataEvent(value), DONE_EVENT]);
    expect(events.map(({ data }) => data)).toEqual([null, JSON.stringify(value), '[DONE]']);
  });
});
