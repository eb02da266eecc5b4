import { describe, expect, it } from 'vitest';
import {
  MultipartMalformed,
  type MultipartPart,
  MultipartScanner,
} from '../../../../src/dialects/openai-chat/multipart-scanner.ts';
import { inPieces, inRandomPieces, seeded } from '../../../support/seeded.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const part = (disposition: string, content: string, headers = '') =>
  `Content-Disposition: form-data; ${disposition}\r\n${headers}\r\n${content}`;
const body = (boundary: string, ...parts: string[]) =>
  `${parts.map((one) => `--${boundary}\r\n${one}\r\n`).join('')}--${boundary}--\r\n`;

function scan(boundary: string, pieces: readonly Uint8Array[]): MultipartScanner {
  const scanner = new MultipartScanner(boundary);
  for (const piece of pieces) scanner.push(piece);
  return scanner;
}

const scanText = (text: string, boundary = 'b') => scan(boundary, [encoder.encode(text)]);

/** Each part with its content, as the offsets say. */
function contents(scanner: MultipartScanner, bytes: Uint8Array): [string, string | undefined, string][] {
  return scanner.parts.map(({ name, value, start, end }) => [
    name,
    value,
    decoder.decode(bytes.subarray(start, end)),
  ]);
}

describe('MultipartScanner', () => {
  it('finds plain fields with their values and files without', () => {
    const text = body(
      'b',
      part('name="model"', 'whisper-1'),
      part('name="file"; filename="a.wav"', 'RIFF\0\r\n--not it', 'Content-Type: audio/wav\r\n'),
      part('name="stream"', ''),
    );
    const bytes = encoder.encode(text);
    const scanner = scan('b', [bytes]);
    expect(contents(scanner, bytes)).toEqual([
      ['model', 'whisper-1', 'whisper-1'],
      ['file', undefined, 'RIFF\0\r\n--not it'],
      ['stream', '', ''],
    ]);
    expect(scanner.parts.map(({ isFile }) => isFile)).toEqual([false, true, false]);
    expect(scanner.isClosed).toBe(true);
  });

  it.each([1, 2, 3, 4, 5, 6])('finds the same parts for any chunking (seed %i)', (seed) => {
    const random = seeded(seed);
    const words = [
      '\r\n',
      '\n',
      '-',
      '--',
      '--b',
      '--bound',
      '\r',
      'a',
      'Ω',
      '😀',
      '\0',
      ': ',
      'x'.repeat(300),
    ];
    for (let round = 0; round < 30; round += 1) {
      const boundary = random.pick(['b', 'boundary-7', '--', "----WebKit'()+_,-./:=?"]);
      const content = () => {
        let text = `|${random.list(random.between(0, 25), () => random.pick(words)).join('')}|`;
        while (text.includes(`\r\n--${boundary}`)) text = text.replaceAll(`\r\n--${boundary}`, '');
        return text;
      };
      const expected = random.list(random.between(0, 5), () => ({
        name: random.pick(['model', 'file', 'ü', 'a b']),
        isFile: random.chance(0.4),
        content: content(),
      }));
      const parts = expected.map((one) =>
        part(`name="${one.name}"${one.isFile ? '; filename="f"' : ''}`, one.content, 'X-Other: y\r\n'),
      );
      const bytes = encoder.encode(
        random.pick(['', 'preamble\r\n']) + body(boundary, ...parts) + random.pick(['', '\r\n \t']),
      );
      const whole = scan(boundary, [bytes]);
      expect(contents(whole, bytes).map(([name, , text]) => [name, text])).toEqual(
        expected.map(({ name, content: text }) => [name, text]),
      );
      expect(whole.isClosed).toBe(true);
      for (const pieces of [
        inPieces(bytes, 1),
        inRandomPieces(bytes, random, 40),
        inRandomPieces(bytes, random, 700),
      ]) {
        const scanner = scan(boundary, pieces);
        expect(scanner.parts).toEqual(whole.parts);
        expect(scanner.isClosed).toBe(true);
      }
    }
  });

  it('keeps the value of a short field only, whatever the chunks: a long one is never a model name', () => {
    const bytes = encoder.encode(
      body('b', part('name="prompt"', 'p'.repeat(10_000)), part('name="model"', 'm')),
    );
    const whole = scan('b', [bytes]).parts;
    const pieces = scan('b', inPieces(bytes, 100)).parts;
    expect(pieces.map(({ name, value, start, end }) => [name, value?.length, start, end])).toEqual(
      whole.map(({ name, value, start, end }) => [name, value?.length, start, end]),
    );
  });

  it('knows a part before its content has come, and its end once the next boundary has', () => {
    const scanner = scanText(`--b\r\n${part('name="model"', 'whisper')}`);
    expect(scanner.parts).toEqual([{ name: 'model', isFile: false, start: expect.any(Number) }]);
    scanner.push(encoder.encode('-1\r\n--b'));
    expect(scanner.parts[0]).toMatchObject({ value: 'whisper-1', end: expect.any(Number) });
    expect(scanner.isClosed).toBe(false);
  });

  it.each([
    ['quotes', 'name="model"', 'model'],
    ['a token', 'name=model', 'model'],
    ['capitals', 'NAME="model"', 'model'],
    ['an escape', 'name="a\\"b"', 'a"b'],
    ['a file name before it', 'filename="f"; name="model"', 'model'],
    ['no space', 'filename="f";name="model"', 'model'],
  ])('reads a name with %s', (_, disposition, name) => {
    expect(scanText(body('b', part(disposition, 'x'))).parts.map((one) => one.name)).toEqual([name]);
  });

  it.each(['filename="a; name=model"; name="file"', 'filename="a; name=\\"model\\""; name="file"'])(
    'traps H6: finds no parameter inside a quoted value: %s',
    (disposition) => {
      expect(scanText(body('b', part(disposition, 'x'))).parts.map(({ name }) => name)).toEqual(['file']);
    },
  );

  it.each([
    'x="; name=harmless; "; name="model"',
    'name="harmless"; name="model"',
    'name="harmless"; NAME=model',
    "name=harmless; name*=UTF-8''model",
    'name="harmless" name="model"',
    'name="harmless"model',
    'name="unclosed',
    'name=',
    'name',
  ])('traps H6: refuses what two parsers could read in two ways: %s', (disposition) => {
    expect(() => scanText(body('b', part(disposition, 'x')))).toThrow(MultipartMalformed);
  });

  it.each([
    'Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="model"',
    'Content-Disposition: form-data;\r\n name="model"',
    'Content-Disposition: form-data; name="a"\r\n ; name="model"',
    'Content-Disposition: form-data; name="a"\nContent-Disposition: form-data; name="model"',
    'Content-Disposition: attachment; name="model"',
  ])('traps H6: refuses a part without one plain Content-Disposition: %j', (headers) => {
    expect(() => scanText(`--b\r\n${headers}\r\n\r\nx\r\n--b--`)).toThrow(MultipartMalformed);
  });

  it.each([
    ['filename="f"', true],
    ['filename=f', true],
    ["filename*=UTF-8''f", true],
  ])('takes a part with %s for a file: %s', (parameter, isFile) => {
    expect(scanText(body('b', part(`name="a"; ${parameter}`, 'x'))).parts[0]?.isFile).toBe(isFile);
  });

  it('takes blanks behind a boundary, other headers and any case of theirs', () => {
    const text = '--b \t\r\nX-A: 1\r\ncontent-DISPOSITION: form-data; name="a"\r\nX-B: 2\r\n\r\nx\r\n--b--';
    expect(scanText(text)).toMatchObject({ parts: [{ name: 'a', value: 'x' }], isClosed: true });
  });

  it('traps H6: refuses whatever stands behind the closing boundary, where others might find parts', () => {
    const more = `\r\n--b\r\n${part('name="model"', 'y')}\r\n--b--`;
    expect(() => scanText(body('b', part('name="a"', 'x')) + more)).toThrow(MultipartMalformed);
    const scanner = scanText(body('b', part('name="a"', 'x')));
    scanner.push(encoder.encode('\r\n'));
    expect(() => scanner.push(encoder.encode(more))).toThrow(MultipartMalformed);
  });

  it('refuses a line that only begins with the boundary', () => {
    expect(() => scanText(`--b\r\n${part('name="a"', 'x')}\r\n--bx\r\n`)).toThrow(MultipartMalformed);
  });

  it('says where a part can be added in front', () => {
    expect(scanText(body('b', part('name="a"', 'x'))).firstBoundaryAt).toBe(0);
    expect(scanText(`preamble\r\n${body('b', part('name="a"', 'x'))}`).firstBoundaryAt).toBe(10);
  });

  it.each(['', 'not multipart at all', '--c\r\n', '--b', '--b\r\nContent-Disposition: form-data; name="a"'])(
    'is not closed by %j',
    (text) => {
      expect(scanText(text)).toMatchObject({ parts: [], isClosed: false });
    },
  );

  it.each([
    ['a part without headers', '--b\r\n\r\nx\r\n--b--'],
    ['a part without a name', '--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--'],
    ['a name in another header', '--b\r\nX-Y: a; name="model"\r\n\r\nx\r\n--b--'],
    ['endless headers', `--b\r\n${'X-A: 1\r\n'.repeat(4000)}`],
    ['an endless line behind a boundary', `--b${' '.repeat(20_000)}`],
  ])('refuses %s', (_, text) => {
    for (const pieces of [[encoder.encode(text)], inPieces(encoder.encode(text), 1000)])
      expect(() => scan('b', pieces)).toThrow(MultipartMalformed);
  });

  it('holds little of a large file', () => {
    const scanner = scanText(`--b\r\n${part('name="file"; filename="f"', '')}`);
    const chunk = new Uint8Array(65_536).fill(0x2d);
    for (let i = 0; i < 64; i += 1) scanner.push(chunk);
    scanner.push(encoder.encode('\r\n--b--'));
    const [file] = scanner.parts as [MultipartPart];
    expect((file.end ?? 0) - file.start).toBe(64 * 65_536);
  });
});
