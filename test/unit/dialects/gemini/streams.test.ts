import { describe, expect, it } from 'vitest';
import type { CanonicalAnswer, JsonObject } from '../../../../src/dialects/canonical.ts';
import { gemini } from '../../../../src/dialects/gemini/codec.ts';
import { aggregate } from '../../../support/aggregate.ts';
import { decodeStream } from '../../../support/codec-streams.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import { candidate, decode, decodeBytes, decodeChunks, toSse } from './support.ts';

const answerOf = (...chunks: JsonObject[]): CanonicalAnswer | null => {
  const { answer, mistakes } = aggregate(decodeChunks(...chunks));
  expect(mistakes).toEqual([]);
  return answer;
};
const partsOf = (...chunks: JsonObject[]): unknown => answerOf(...chunks)?.choices[0]?.parts;
const STOP = { finishReason: 'STOP' };

describe('streams of Gemini', () => {
  it('decode alike at every chunk size', () => {
    const bytes = toSse([
      candidate([{ text: 'Grüße ' }]),
      candidate([{ text: '🙂', thoughtSignature: 's' }]),
      candidate([{ functionCall: { name: 'f', args: { a: '漢字' } } }], STOP),
    ]);
    const whole = decodeBytes(bytes);
    for (const size of [1, 7, 64, 4096]) expect(decodeBytes(bytes, size)).toEqual(whole);
  });

  it('wire 3: finish with the finish reason, and without one they do not', () => {
    const { unfinished, unfinishedParts, mistakes } = aggregate(decodeChunks(candidate([{ text: 'Hal' }])));
    expect({ unfinished, mistakes }).toEqual({ unfinished: [0], mistakes: [] });
    expect(unfinishedParts[0]).toEqual([{ type: 'text', text: 'Hal' }]);
    const types = decodeChunks(candidate([{ text: 'Hallo' }], STOP)).map(({ type }) => type);
    expect(types).toEqual(['start', 'part-start', 'part-delta', 'part-end', 'finish']);
  });

  it('wire 22: a signature in an empty last part belongs to the text before it', () => {
    const last = candidate([{ text: '', thoughtSignature: 's' }], STOP);
    const signed = { type: 'text', text: 'Hi', signature: { signer: 'google', value: 's' } };
    expect(partsOf(candidate([{ text: 'H' }]), candidate([{ text: 'i' }]), last)).toEqual([signed]);
    expect(partsOf(last)).toEqual([{ ...signed, text: '' }]);
  });

  it('take what comes behind the finish reason: usage, and a signature as a part of its own', () => {
    const events = decodeChunks(
      candidate([{ text: 'Hi' }], STOP),
      { usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2 } },
      candidate([{ text: '', thoughtSignature: 's' }], STOP),
    );
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1);
    const { answer, mistakes } = aggregate(events);
    expect(mistakes).toEqual([]);
    expect(answer?.usage).toMatchObject({ inputTokens: 1, outputTokens: 2 });
    expect(answer?.choices[0]?.parts).toEqual([
      { type: 'text', text: 'Hi' },
      { type: 'text', text: '', signature: { signer: 'google', value: 's' } },
    ]);
  });

  it('wire 34: parallel calls in several chunks, and an empty text behind them', () => {
    const call = (id: string): JsonObject => candidate([{ functionCall: { id, name: 'f', args: { id } } }]);
    expect(answerOf(call('a'), call('b'), candidate([{ text: '' }], STOP))?.choices).toMatchObject([
      {
        parts: [
          { id: 'a', input: '{"id":"a"}' },
          { id: 'b', input: '{"id":"b"}' },
        ],
        finish: 'tool-calls',
      },
    ]);
  });

  describe('wire 36: arguments as JSON paths', () => {
    const piece = (functionCall: JsonObject, beside = {}): JsonObject =>
      candidate([{ functionCall }], beside);
    const partial = (jsonPath: string, value: JsonObject, willContinue = true): JsonObject =>
      piece({ partialArgs: [{ jsonPath, ...value }], willContinue });
    const inputOf = (...chunks: JsonObject[]): unknown => {
      const found = answerOf(piece({ name: 'f', willContinue: true }), ...chunks)?.choices[0]?.parts[0];
      return found?.type === 'tool-call' ? JSON.parse(found.input) : null;
    };

    it('are told as JSON text, piece by piece', () => {
      const chunks = [
        partial('$.a', { stringValue: 'x "', willContinue: true }),
        partial('$.a', { stringValue: 'y"', willContinue: true }),
        partial('$.a', { stringValue: '' }),
        partial('$.list[0].n', { numberValue: 0.5 }),
        partial('$.list[0].b', { boolValue: true }),
        partial('$.list[1].z', { nullValue: 'NULL_VALUE' }),
        partial("$['a b'].c", { stringValue: 'last' }),
        piece({}, STOP),
      ];
      expect(inputOf(...chunks)).toEqual({
        a: 'x "y"',
        list: [{ n: 0.5, b: true }, { z: null }],
        'a b': { c: 'last' },
      });
      const deltas = decodeChunks(piece({ name: 'f', willContinue: true }), ...chunks)
        .filter((event) => event.type === 'part-delta')
        .map((event) => (event.type === 'part-delta' ? event.text : ''));
      expect(deltas.slice(0, 3)).toEqual(['{"a":"x \\"', 'y\\"', '"']);
    });

    it.each([
      ['the last piece', [partial('$.a', { stringValue: 'x' }, false), candidate([{ text: '' }], STOP)]],
      [
        'the end of the answer',
        [partial('$.a', { stringValue: 'x', willContinue: true }), candidate([], STOP)],
      ],
      ['other parts', [partial('$.a', { stringValue: 'x' }), candidate([{ text: 'Hi' }], STOP)]],
      ['the next call', [partial('$.a', { stringValue: 'x' }), piece({ name: 'g' }, STOP)]],
    ])('are closed by %s', (_, chunks) => {
      expect(inputOf(...chunks)).toEqual({ a: 'x' });
    });

    it('may be none, or come whole after all', () => {
      expect(inputOf(piece({}, STOP))).toEqual({});
      expect(inputOf(piece({ args: { a: 1 } }, STOP))).toEqual({ a: 1 });
    });

    it('pass over what makes no sense', () => {
      expect(
        inputOf(partial('', { stringValue: 'x' }), partial('$', {}), piece({ partialArgs: [null] }, STOP)),
      ).toEqual({});
    });
  });

  it('tell several candidates apart', () => {
    const of = (index: number, text: string, beside = {}): JsonObject => ({
      candidates: [{ content: { parts: [{ text }] }, index, ...beside }],
    });
    const both = { candidates: [...(of(0, 'a').candidates as []), ...(of(1, 'x').candidates as [])] };
    expect(
      answerOf(both, of(1, 'y', { finishReason: 'MAX_TOKENS' }), of(0, 'b', STOP))?.choices,
    ).toMatchObject([
      { index: 0, parts: [{ text: 'ab' }], finish: 'stop' },
      { index: 1, parts: [{ text: 'xy' }], finish: 'length' },
    ]);
  });

  it('say a blocked prompt once', () => {
    const blocked = { promptFeedback: { blockReason: 'SAFETY' }, responseId: 'r' };
    expect(answerOf(blocked, blocked)?.choices).toEqual([
      { index: 0, parts: [], finish: 'content-filter', nativeFinish: 'SAFETY' },
    ]);
  });

  it('traps C12: fail with an error inside, and say nothing behind it', () => {
    const error = { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' };
    const events = decodeChunks(candidate([{ text: 'Ha' }]), { error }, candidate([{ text: 'llo' }], STOP));
    expect(events.at(-1)).toEqual({
      type: 'error',
      error: { message: 'Overloaded', type: 'UNAVAILABLE', param: null, code: null },
    });
    expect(decodeChunks([{ error }])).toMatchObject([{ type: 'error' }]);
  });

  it('wire 57: tell running totals, the last of which counts', () => {
    const chunk = (promptTokenCount: number, candidatesTokenCount?: number): JsonObject => ({
      ...candidate([{ text: 'a' }]),
      usageMetadata: { promptTokenCount, candidatesTokenCount },
    });
    expect(answerOf(chunk(15), chunk(15), chunk(14, 3))?.usage).toMatchObject({
      inputTokens: 14,
      outputTokens: 3,
    });
  });

  it('traps B4: pass over what is no JSON', () => {
    const bytes = new TextEncoder().encode(': ping\r\n\r\ndata: {"candida\r\n\r\ndata: 7\r\n\r\n');
    expect(decodeBytes(bytes)).toEqual([]);
  });

  it('are framed as a JSON array where the content type says so (wire 9)', () => {
    const bytes = new TextEncoder().encode(
      JSON.stringify([candidate([{ text: 'a' }]), candidate([{ text: 'b' }], { finishReason: 1 })]),
    );
    const events = decodeStream(gemini, bytes, 0, { contentType: 'application/json; charset=utf-8' });
    expect(aggregate(events).answer?.choices).toMatchObject([
      { parts: [{ text: 'ab' }], finish: 'stop', nativeFinish: 'STOP' },
    ]);
  });
});

describe('a stream says what the whole answer says (traps C9)', () => {
  it('for random answers, cut anywhere (seed 36)', () => {
    const random = seeded(36);
    for (let round = 0; round < 300; round += 1) {
      const parts = random.list(random.between(0, 6), () => randomPart(random));
      const finishReason = random.pick(['STOP', 'MAX_TOKENS', 'SAFETY', 3]);
      const usageMetadata = {
        promptTokenCount: 5,
        candidatesTokenCount: random.between(0, 9),
        trafficType: 'T',
      };
      const whole = { ...candidate(parts, { finishReason, avgLogprobs: -1 }), usageMetadata };
      const pieces = parts.flatMap((part) => cut(part, random));
      const chunks = pieces.map((piece) => candidate([piece]));
      const last = { ...candidate([], { finishReason, avgLogprobs: -1 }), usageMetadata };
      const { answer, mistakes } = aggregate(decodeChunks(...chunks, last));
      expect(mistakes).toEqual([]);
      expect(answer).toEqual(decode(whole));
    }
  });

  function randomPart(random: Seeded): JsonObject {
    const text = random.pick(['Hi', 'Grüße 🙂', 'a b c', 'x']);
    const signed = random.chance(0.4) ? { thoughtSignature: `s${random.between(0, 9)}` } : {};
    switch (random.between(0, 4)) {
      case 0:
        return { functionCall: { name: 'f', args: { text } }, ...signed };
      case 1:
        return { text, thought: true, ...signed };
      case 2:
        return { executableCode: { code: text }, ...signed };
      default:
        return { text, ...signed };
    }
  }

  /** Texts come in pieces, with the signature on the last of them or behind it. */
  function cut(part: JsonObject, random: Seeded): JsonObject[] {
    const { text, thoughtSignature, ...rest } = part;
    if (typeof text !== 'string') return [part];
    const pieces: JsonObject[] = [...text].map((piece) => ({ ...rest, text: piece }));
    if (random.chance(0.5)) pieces.push({ ...rest, text: '' });
    if (thoughtSignature === undefined) return pieces;
    return [...pieces.slice(0, -1), { ...pieces.at(-1), thoughtSignature }];
  }
});

describe('watching a stream pass through', () => {
  const watch = (...chunks: unknown[]) => {
    const observer = gemini.straight.createObserver({ choices: 1, doneIsEnd: false });
    const bytes = new Uint8Array();
    const meanings = chunks.map((chunk) => {
      const data = typeof chunk === 'string' ? chunk : JSON.stringify(chunk);
      return observer.observe({ bytes, data, name: null });
    });
    return { meanings, observer };
  };

  it.each([
    ['text', { text: 'a' }, 'content'],
    ['thinking', { text: 'a', thought: true }, 'content'],
    ['a call', { functionCall: { name: 'f' } }, 'content'],
    ['partial arguments', { functionCall: { partialArgs: [{ stringValue: 'x' }] } }, 'content'],
    ['bytes', { inlineData: { data: 'AA==' } }, 'content'],
    ['code', { executableCode: {} }, 'content'],
    ['empty text with a signature', { text: '', thoughtSignature: 's' }, 'other'],
    ['the end of a call', { functionCall: {} }, 'other'],
  ])('%s is %s', (_, part, meaning) => {
    expect(watch(candidate([part])).meanings).toEqual([meaning]);
  });

  it('traps C13: is complete when every candidate has its finish reason', () => {
    const one = (index: number, beside = {}): unknown => ({
      candidates: [{ index, content: {}, ...beside }],
    });
    expect(watch().observer.isComplete).toBe(false);
    expect(watch(one(0)).observer.isComplete).toBe(false);
    expect(watch(one(0), one(1, STOP)).observer.isComplete).toBe(false);
    expect(watch(one(0), one(1, STOP), one(0, STOP)).observer.isComplete).toBe(true);
    expect(watch(one(0, { finishReason: 1 }), one(0)).observer.isComplete).toBe(true);
    expect(watch({ promptFeedback: { blockReason: 'SAFETY' } }).observer.isComplete).toBe(true);
  });

  it('keeps the last usage, and what an error said', () => {
    const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 4 };
    const { meanings, observer } = watch(
      { usageMetadata },
      { usageMetadata: { trafficType: 'T' } },
      { error: { code: 500 } },
      '{',
    );
    expect(meanings).toEqual(['usage', 'usage', 'error', 'other']);
    expect(observer).toMatchObject({
      usage: { inputTokens: 3, outputTokens: 4 },
      error: { error: { code: 500 } },
    });
    expect(observer.isComplete).toBe(false);
  });

  it('knows errors among whole answers', () => {
    expect(gemini.straight.isError({ error: { code: 500 } })).toBe(true);
    expect(gemini.straight.isError(candidate([]))).toBe(false);
  });
});
