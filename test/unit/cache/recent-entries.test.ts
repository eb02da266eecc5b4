import { describe, expect, it } from 'vitest';
import { RecentEntries } from '../../../src/cache/recent-entries.ts';
import { anEntry, createClock } from './entries.ts';

const KIB = 1024;
const sized = (bytes: number) => ({ ...anEntry(), body: new Uint8Array(bytes), canonical: null });

describe('the entries that an isolate remembers', () => {
  it('are 64 at most, and the oldest makes room', () => {
    const recent = new RecentEntries(createClock().read);
    for (let i = 0; i <= 64; i += 1) recent.set(`${i}`, anEntry());
    expect(recent.get('0')).toBe(null);
    expect(recent.get('1')).toEqual(anEntry());
    expect(recent.get('64')).toEqual(anEntry());
  });

  it('have 64 KiB at most', () => {
    const recent = new RecentEntries(createClock().read);
    recent.set('a', sized(64 * KIB));
    expect(recent.get('a')).toEqual(sized(64 * KIB));
    recent.set('b', sized(64 * KIB + 1));
    expect(recent.get('b')).toBe(null);
    recent.set('c', { ...sized(64 * KIB), canonical: new Uint8Array(1) });
    expect(recent.get('c')).toBe(null);
  });

  it('make way for a newer one, even if that is too large to stay', () => {
    const recent = new RecentEntries(createClock().read);
    recent.set('a', sized(1));
    recent.set('a', sized(2));
    expect(recent.get('a')).toEqual(sized(2));
    recent.set('a', sized(65 * KIB));
    expect(recent.get('a')).toBe(null);
  });

  it('do not hold the buffer that they were cut from', () => {
    const recent = new RecentEntries(createClock().read);
    const buffer = new Uint8Array(10 * KIB);
    recent.set('a', { ...anEntry(), body: buffer.subarray(3, 6), canonical: buffer.subarray(6, 8) });
    const read = recent.get('a');
    expect([read?.body.buffer.byteLength, read?.canonical?.buffer.byteLength]).toEqual([3, 2]);
  });
});
