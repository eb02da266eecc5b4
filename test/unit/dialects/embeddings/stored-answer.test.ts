import { describe, expect, it } from 'vitest';
import { encodeFloats } from '../../../../src/dialects/embeddings/float-base64.ts';
import {
  decodeStored,
  encodeStored,
  type StoredAnswer,
} from '../../../../src/dialects/embeddings/stored-answer.ts';
import { type StoredVector, toStored } from '../../../../src/dialects/embeddings/stored-vectors.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';

const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1);

const vectorOf = (value: unknown): StoredVector => {
  const vector = toStored(value);
  if (vector === null) throw new Error('not stored');
  return vector;
};

const randomVector = (random: Seeded): StoredVector => {
  const floats = random.list(random.between(1, 20), () => Math.fround(random.next()));
  return vectorOf(
    random.pick([encodeFloats(floats), floats, floats.map((float) => float / 3), [0.1, 0.2, 0.3]]),
  );
};

const randomAnswer = (random: Seeded): StoredAnswer => ({
  vectors: random.list(random.between(1, 5), () => randomVector(random)),
  inputTokens: random.pick([null, 0, 7, 2 ** 40]),
  model: random.pick([null, 'm', 'größtes-模型', 'x'.repeat(300)]),
});

describe('an answer as it lies in an entry', () => {
  it.each(SEEDS)('is read as it was written, wherever it lies (seed %i)', (seed) => {
    const answer = randomAnswer(seeded(seed));
    const bytes = encodeStored(answer);
    expect(decodeStored(bytes)).toEqual(answer);
    const around = new Uint8Array(bytes.length + 3);
    around.set(bytes, 3);
    expect(decodeStored(around.subarray(3))).toEqual(answer);
  });

  it.each(SEEDS)('is none when bytes are missing, or too many (seed %i)', (seed) => {
    const random = seeded(seed);
    const one = { ...randomAnswer(random), vectors: [randomVector(random)] };
    const bytes = encodeStored(one);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeStored(bytes.subarray(0, length))).toBeNull();
    }
    const longer = new Uint8Array(bytes.length + random.between(1, 4));
    longer.set(bytes);
    expect(decodeStored(longer)).toBeNull();
  });

  it.each(SEEDS)('never throws, whatever lies there (seed %i)', (seed) => {
    const random = seeded(seed);
    const bytes = encodeStored(randomAnswer(random));
    for (let turn = 0; turn < 200; turn += 1) {
      const broken = bytes.slice();
      broken[random.between(0, broken.length - 1)] = random.between(0, 255);
      expect(() => decodeStored(broken)).not.toThrow();
    }
  });

  it('is none without a vector, or with an empty one', () => {
    expect(decodeStored(encodeStored({ vectors: [], inputTokens: 1, model: 'm' }))).toBeNull();
    const empty: StoredVector = { spelling: 'short', bytes: new Uint8Array(0) };
    expect(decodeStored(encodeStored({ vectors: [empty], inputTokens: 1, model: 'm' }))).toBeNull();
  });

  it('takes 4 bytes a number and 16 for the rest', () => {
    const vector = vectorOf(encodeFloats(Array.from({ length: 1536 }, () => 0.5)));
    expect(encodeStored({ vectors: [vector], inputTokens: 5, model: 'm' })).toHaveLength(1536 * 4 + 16);
  });
});
