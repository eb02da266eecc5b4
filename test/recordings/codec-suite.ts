/** What the suites of single codecs share: which recordings are theirs, and what holds of every stream. */
import { describe, expect, it } from 'vitest';
import type { CanonicalAnswer, CanonicalEvent } from '../../src/dialects/canonical.ts';
import type { UpstreamCodec } from '../../src/dialects/codec.ts';
import { aggregate } from '../support/aggregate.ts';
import { CHUNK_SIZES } from '../support/codec-streams.ts';
import { areHere, DIRECTORY, type Json, type ManifestCase, read } from './manifest.ts';

/** For `it.each` with `%s`. */
export type Titled = readonly [id: string, one: ManifestCase];

export const titled = (cases: readonly ManifestCase[]): Titled[] => cases.map((one) => [one.id, one]);

export const isError = ({ id }: ManifestCase): boolean => /\/error-\d/.test(id);

/** Says visibly where nothing was compared, and fails where there are fewer recordings than there were. */
export function itFindsRecordings(...found: readonly [cases: readonly unknown[], least: number][]): void {
  it(`recordings are read from ${DIRECTORY}${areHere ? '' : ' — THEY ARE NOT THERE, nothing was compared'}`, () => {
    if (!areHere) console.warn(`No recordings in ${DIRECTORY}: set RECORDINGS_DIR.`);
    else expect(found.map(([cases, least]) => cases.length >= least)).not.toContain(false);
  });
}

/** Decodes a recorded body that arrives in pieces of `size` bytes (0: at once). */
export type Decode = (bytes: Uint8Array, size: number, one: ManifestCase) => readonly CanonicalEvent[];

export function itDecodesAlikeAtEverySize(streams: readonly Titled[], decode: Decode): void {
  it.each(streams)('%s decodes alike at every chunk size', (_, one) => {
    const bytes = read(one.files.response);
    const [whole, ...others] = CHUNK_SIZES.toReversed().map((size) => decode(bytes, size, one));
    for (const events of others) expect(events).toEqual(whole);
  });
}

export interface StreamsOfOneForm {
  readonly codec: Pick<UpstreamCodec, 'decodeAnswer'>;
  readonly decode: Decode;
  /** The whole answer that the recorded events add up to, in the vendor's words. */
  addUp(bytes: Buffer): Json;
  expectAsRecorded(answer: CanonicalAnswer | null, recorded: Json): void;
  /** What ends an answer, and the bytes with which it begins. */
  readonly ending: { readonly name: string; readonly bytes: string };
}

/** Forms whose recorded streams are all whole, and whose answers say no more than their streams. */
export function describeStreams(
  streams: readonly Titled[],
  { codec, decode, addUp, expectAsRecorded, ending }: StreamsOfOneForm,
): void {
  describe('streams', () => {
    itDecodesAlikeAtEverySize(streams, decode);

    it.each(streams)('%s decodes as recorded, and as the whole answer does (traps C9)', (_, one) => {
      const bytes = read(one.files.response);
      const recorded = addUp(bytes);
      const { answer, error, mistakes, unfinished } = aggregate(decode(bytes, 7, one));
      expect({ error, mistakes, unfinished }).toEqual({ error: null, mistakes: [], unfinished: [] });
      expectAsRecorded(answer, recorded);
      expect(answer).toEqual(codec.decodeAnswer(recorded));
    });

    it.each(streams)(`%s does not finish without its ${ending.name} (traps C13)`, (_, one) => {
      const bytes = read(one.files.response);
      const cut = bytes.subarray(0, bytes.indexOf(ending.bytes));
      const { unfinished, mistakes } = aggregate(decode(cut, 64, one));
      expect({ unfinished, mistakes }).toEqual({ unfinished: [0], mistakes: [] });
    });
  });
}

/** Arguments compare by what they say. */
export const byMeaning = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer), (_, value) =>
    value?.type === 'tool-call' ? { ...value, input: JSON.parse(value.input) } : value,
  );
