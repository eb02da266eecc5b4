import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/sha256.ts';

describe('sha256Hex', () => {
  // By `sha256sum`.
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['correct-horse-battery', '62249369389075490555a758353aec61500c6218fa597252d52dc4bd0148f12d'],
    ['Schlüssel 🔑', '87f62fd63f017eec6d51ba32c7e92121e9830490878e3aa1e4c7c0c921ba0ee8'],
  ])('hashes %j as UTF-8', async (text, hex) => {
    expect(await sha256Hex(text)).toBe(hex);
  });
});
