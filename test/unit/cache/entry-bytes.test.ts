import { describe, expect, it } from 'vitest';
import type { CacheEntry } from '../../../src/cache/entry.ts';
import { decodeEntry, encodeEntry } from '../../../src/cache/entry-bytes.ts';
import { aHead, anEntry, aVector, utf8 } from './entries.ts';

/** The same layout around any head. */
function withHead(head: unknown, canonical = true): Uint8Array {
  const { body, canonical: answer } = anEntry();
  const entry = { head, body, canonical: canonical ? answer : null };
  return encodeEntry(entry as CacheEntry); // what a type forbids, a store may hold
}

const HEAD_AT = 16;
const headOf = (fields: object): Record<string, unknown> => ({ ...aHead(), ...fields });

describe('an entry', () => {
  it.each<[string, CacheEntry]>([
    ['a chat answer', anEntry()],
    ['a chat answer without its canonical form', { ...anEntry(), canonical: null }],
    ['a chat answer of another door', anEntry({ door: 'gemini', usage: null })],
    ['JSON', { ...anEntry({ kind: 'json', door: null }), canonical: null }],
    ['sound', { ...anEntry({ kind: 'bytes', door: null, contentType: 'audio/mpeg' }), canonical: null }],
    ['a vector', aVector([0, 255, 128, 0x89])],
    ['an empty body', { ...anEntry(), body: new Uint8Array() }],
    ['an empty canonical form', { ...anEntry(), canonical: new Uint8Array() }],
    [
      'everything that may be told',
      anEntry({
        about: { project: 'p', organization: 'o', model: 'm', namespace: 'n', tags: [] },
        usage: {
          inputTokens: 1,
          outputTokens: 2,
          cacheReadTokens: 3,
          cacheWriteTokens: 4,
          reasoningTokens: 5,
          audioInputTokens: 6,
          audioOutputTokens: 7,
          imageInputTokens: 8,
          imageOutputTokens: 9,
          cacheWriteHourTokens: 10,
          serverToolCalls: 11,
          estimated: true,
        },
      }),
    ],
  ])('is read as it was written: %s', (_, entry) => {
    expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
  });

  it('is read wherever it lies in a buffer, and not copied', () => {
    const bytes = encodeEntry(anEntry());
    const buffer = new Uint8Array(bytes.length + 10).fill(7);
    buffer.set(bytes, 3);
    const read = decodeEntry(buffer.subarray(3, 3 + bytes.length));
    expect(read).toEqual(anEntry());
    expect(read?.body.buffer).toBe(buffer.buffer);
    expect(read?.canonical?.buffer).toBe(buffer.buffer);
  });

  it('is none when it is cut off anywhere, or longer', () => {
    const bytes = encodeEntry(anEntry());
    for (let length = 0; length < bytes.length; length += 1)
      expect(decodeEntry(bytes.subarray(0, length))).toBe(null);
    expect(decodeEntry(Uint8Array.of(...bytes, 0))).toBe(null);
  });

  it('is none of another layout', () => {
    for (let at = 0; at < 4; at += 1) expect(decodeEntry(encodeEntry(anEntry()).with(at, 2))).toBe(null);
  });

  it('is none with other lengths, whatever they are', () => {
    const bytes = encodeEntry(anEntry());
    for (let at = 4; at < HEAD_AT; at += 1)
      for (const value of [0, 1, 127, 254, 255])
        if (bytes[at] !== value) expect(decodeEntry(bytes.with(at, value))).toBe(null);
  });

  it.each([
    ['nothing', ''],
    ['text', 'Not Found'],
    ['a page', '<html>'.repeat(50)],
    ['JSON', JSON.stringify(aHead())],
  ])('is not made of garbage: %s', (_, text) => {
    expect(decodeEntry(utf8(text))).toBe(null);
  });

  it('is not made of noise', () => {
    for (let turn = 0; turn < 200; turn += 1) {
      const noise = crypto.getRandomValues(new Uint8Array(1 + turn * 3));
      expect(decodeEntry(noise)).toBe(null);
      noise.set(encodeEntry(anEntry()).subarray(0, Math.min(HEAD_AT, noise.length)));
      expect(decodeEntry(noise)).toBe(null);
    }
  });

  it('has a head in UTF-8', () => {
    const bytes = encodeEntry(anEntry({ model: 'xxx' }));
    const at = new TextDecoder('latin1').decode(bytes).indexOf('xxx');
    expect(decodeEntry(bytes.with(at, 0xff))).toBe(null);
  });
});

describe('a head', () => {
  it.each([null, 7, 'text', [], [aHead()]].map((head) => [head]))('is none if it is %j', (head) => {
    expect(decodeEntry(withHead(head))).toBe(null);
  });

  it.each(Object.keys(aHead()))('is none without %s', (field) => {
    expect(decodeEntry(withHead(headOf({ [field]: undefined })))).toBe(null);
  });

  it.each(Object.keys(aHead()))('is none with another kind of value as %s', (field) => {
    for (const value of [true, [7], { a: 1 }])
      expect(decodeEntry(withHead(headOf({ [field]: value })))).toBe(null);
  });

  it.each([
    ['kind', 'image'],
    ['kind', 'toString'],
    ['kind', null],
    ['door', 'cohere-chat'],
    ['door', '__proto__'],
    ['contentType', ''],
    ['contentType', 'text/plain\r\nset-cookie: a=b'],
    ['contentType', 'text/плаин'],
    ['provider', null],
    ['generation', '7'],
    ['generation', -1],
    ['storedAt', null],
    ['keptUntil', '2026-01-01'],
    ['about', null],
    ['usage', {}],
    ['firstContentMs', null],
  ])('is none with a %s of %j', (field, value) => {
    expect(decodeEntry(withHead(headOf({ [field]: value })))).toBe(null);
  });

  it('is none with a number beyond all numbers', () => {
    const text = JSON.stringify(aHead({ totalMs: 12345 })).replace('12345', '1e999');
    const { body } = anEntry();
    const bytes = encodeEntry({ head: 0 as never, body, canonical: null }); // a head of one byte
    const whole = Uint8Array.of(...bytes.subarray(0, HEAD_AT), ...utf8(text), ...body);
    new DataView(whole.buffer).setUint32(4, utf8(text).length);
    expect(decodeEntry(whole)).toBe(null);
    const finite = Uint8Array.of(
      ...bytes.subarray(0, HEAD_AT),
      ...utf8(text.replace('1e999', '1e009')),
      ...body,
    );
    new DataView(finite.buffer).setUint32(4, utf8(text).length);
    expect(decodeEntry(finite)?.head.totalMs).toBe(1e9);
  });

  it.each(['project', 'organization', 'model', 'namespace', 'tags'])('is none without about.%s', (field) => {
    expect(decodeEntry(withHead(headOf({ about: { ...aHead().about, [field]: undefined } })))).toBe(null);
    expect(decodeEntry(withHead(headOf({ about: { ...aHead().about, [field]: 7 } })))).toBe(null);
  });

  it('is none with a tag that is no text', () => {
    expect(decodeEntry(withHead(headOf({ about: { ...aHead().about, tags: ['a', 1] } })))).toBe(null);
  });

  it.each(Object.keys(aHead().usage ?? {}))('is none without usage.%s', (field) => {
    expect(decodeEntry(withHead(headOf({ usage: { ...aHead().usage, [field]: undefined } })))).toBe(null);
  });

  it.each(['audioInputTokens', 'cacheWriteHourTokens', 'serverToolCalls', 'inputTokens'])(
    'is none with a usage.%s that is no amount',
    (field) => {
      for (const value of [null, '1', -1])
        expect(decodeEntry(withHead(headOf({ usage: { ...aHead().usage, [field]: value } })))).toBe(null);
    },
  );

  it('has a door for a chat, and for nothing else', () => {
    expect(decodeEntry(withHead(headOf({ door: null })))).toBe(null);
    expect(decodeEntry(withHead(headOf({ kind: 'json' }), false))).toBe(null);
  });

  it('has a canonical form for a chat only', () => {
    expect(decodeEntry(withHead(headOf({ kind: 'json', door: null }), false))).not.toBe(null);
    expect(decodeEntry(withHead(headOf({ kind: 'json', door: null }), true))).toBe(null);
  });
});
