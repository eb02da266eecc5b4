import { describe, expect, it } from 'vitest';
import { replaceBytes } from '../../src/bytes.ts';
import { seeded } from '../support/seeded.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const replace = (text: string, from: string, to: string): string =>
  decoder.decode(replaceBytes(encoder.encode(text), encoder.encode(from), encoder.encode(to)));

describe('replaceBytes', () => {
  it('replaces as text does, wherever the needle stands (seeded)', () => {
    const random = seeded(7);
    for (let round = 0; round < 300; round += 1) {
      const text = random.list(random.between(0, 30), () => random.pick(['a', 'b', 'ab', 'ü', '"'])).join('');
      const from = random.list(random.between(1, 4), () => random.pick(['a', 'b', '"'])).join('');
      expect(replace(text, from, '<x>')).toBe(text.replaceAll(from, '<x>'));
    }
  });

  it('gives the same array back where there is nothing to replace', () => {
    const bytes = encoder.encode('nothing');
    expect(replaceBytes(bytes, encoder.encode('x'), encoder.encode('y'))).toBe(bytes);
    expect(replaceBytes(bytes, new Uint8Array(0), encoder.encode('y'))).toBe(bytes);
  });
});
