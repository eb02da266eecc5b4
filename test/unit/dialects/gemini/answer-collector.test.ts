/** Answers of Gemini, put together from their chunks. */
import { describe, expect, it } from 'vitest';
import type { JsonObject, Part } from '../../../../src/dialects/canonical.ts';
import { gemini } from '../../../../src/dialects/gemini/codec.ts';
import { listOf, recordOf } from '../../../../src/dialects/json.ts';
import { toEvents } from '../../../support/aggregate.ts';
import { thought } from '../../../support/canonical.ts';
import { asWritten, collect, retellBytes } from '../../../support/stored-answers.ts';
import { CLIENT, call as callPart, candidate, encodeEvents, text, toSse } from './support.ts';
import { call, choice, SENTENCE } from './whole-answers.ts';

const { stored } = gemini;
const bytesOf = (body: JsonObject) => new Uint8Array(retellBytes(stored, body));
const put = (...chunks: JsonObject[]): JsonObject | null => collect(stored, toSse(chunks));
/** Parts of the first candidate of what the chunks add up to; the last one says that it is over. */
const partsOf = (...chunks: (readonly JsonObject[])[]): unknown => {
  const last = chunks.length - 1;
  const body = put(
    ...chunks.map((parts, at) => candidate(parts, at === last ? { finishReason: 'STOP' } : {})),
  );
  return recordOf(recordOf(listOf(body?.candidates)[0]).content).parts;
};

describe('an answer put together from its chunks', () => {
  it('joins texts of one kind, until a signature or another part', () => {
    const signed = { text: '', thoughtSignature: 's' };
    expect(
      partsOf(
        [{ text: 'H', thought: true }],
        [{ text: 'm', thought: true }],
        [{ text: 'a' }],
        [{ text: '' }],
        [{ text: 'b' }],
        [signed],
        [{ text: 'c' }],
        [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }],
        [{ text: 'd' }],
        [{ text: 'e', thoughtSignature: 't' }],
        [signed],
      ),
    ).toEqual([
      { text: 'Hm', thought: true },
      { text: 'ab', thoughtSignature: 's' },
      { text: 'c' },
      { inlineData: { mimeType: 'image/png', data: 'AA==' } },
      { text: 'de', thoughtSignature: 't' },
      signed,
    ]);
  });

  it('keeps calls as they came, and the signature on the first (wire 34)', () => {
    const calls = [call(1, { thoughtSignature: 'a' }), { functionCall: { name: 'none' } }];
    expect(partsOf([calls[0] ?? {}], [calls[1] ?? {}], [{ text: '' }])).toEqual(calls);
  });

  it('puts streamed arguments together, also without an end (wire 36)', () => {
    const begin = (name: string) => ({ functionCall: { name, willContinue: true }, thoughtSignature: name });
    const piece = (partial: JsonObject) => ({ functionCall: { partialArgs: [partial], willContinue: true } });
    expect(
      JSON.stringify(
        partsOf(
          [begin('one')],
          [piece({ jsonPath: '$.at', stringValue: 'Bos', willContinue: true })],
          [piece({ jsonPath: '$.at', stringValue: 'ton' })],
          [{ functionCall: {} }],
          [begin('two')],
          [{ functionCall: {} }],
          [piece({ jsonPath: '$.at', stringValue: 'of no call' })],
          [begin('three')],
          [piece({ jsonPath: '$.list[0].id', numberValue: JSON.rawJSON('9007199254740993123') })],
          [{ text: '' }],
        ),
      ),
    ).toBe(
      '[{"functionCall":{"name":"one","args":{"at":"Boston"}},"thoughtSignature":"one"},' +
        '{"functionCall":{"name":"two","args":{}},"thoughtSignature":"two"},' +
        '{"functionCall":{"name":"three","args":{"list":[{"id":9007199254740993123}]}},"thoughtSignature":"three"}]',
    );
  });

  it('has the last of what was told, but nothing empty (wire 57)', () => {
    const total = { promptTokenCount: 3, candidatesTokenCount: 2, trafficType: 'ON_DEMAND' };
    const body = put(
      {
        ...candidate([{ text: 'a' }], { groundingMetadata: {} }),
        usageMetadata: { trafficType: 'ON_DEMAND' },
      },
      {
        ...candidate([{ text: 'b' }], { groundingMetadata: { chunks: [1] }, avgLogprobs: -1 }),
        usageMetadata: { promptTokenCount: 4 },
      },
      {
        ...candidate([], { finishReason: 'STOP', avgLogprobs: -2, groundingMetadata: {} }),
        usageMetadata: total,
      },
      { usageMetadata: { trafficType: 'ON_DEMAND' }, responseId: 'abc' },
    );
    expect(body).toEqual({
      candidates: [
        choice([{ text: 'ab' }], {
          groundingMetadata: { chunks: [1] },
          avgLogprobs: -2,
          finishReason: 'STOP',
        }),
      ],
      usageMetadata: total,
      modelVersion: 'gemini-3.5-flash',
      responseId: 'abc',
    });
  });

  it('joins the probabilities of each chunk’s tokens', () => {
    const logprobs = (token: string) => ({ logprobsResult: { chosenCandidates: [{ token }], sum: token } });
    const body = put(
      candidate([{ text: 'a' }], logprobs('a')),
      candidate([{ text: 'b' }], { ...logprobs('b'), finishReason: 'STOP' }),
    );
    expect(body?.candidates).toMatchObject([
      { logprobsResult: { chosenCandidates: [{ token: 'a' }, { token: 'b' }], sum: 'b' } },
    ]);
  });

  const hi = candidate([{ text: 'Hi' }]);
  const finished = candidate([{ text: '' }], { finishReason: 'STOP' });
  const error = { error: { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' } };
  const named = candidate([
    { functionCall: { name: 'f', partialArgs: [{ jsonPath: '$.a', stringValue: 'x' }] } },
  ]);
  it.each([
    ['has no end', [hi, hi]],
    ['ends one candidate only', [hi, { candidates: [{ index: 1, content: {} }] }, finished]],
    ['has no candidates', [{ usageMetadata: { promptTokenCount: 3 } }]],
    ['is an error', [error]],
    ['has an error', [hi, error, finished]],
    ['has an error at its end', [hi, finished, error]],
    ['is no JSON objects', [[hi] as unknown as JsonObject, finished]],
  ])('is none if the stream %s', (_, chunks) => {
    expect(put(...chunks)).toBeNull();
  });

  it('is none if an event is no JSON, or a call’s arguments are none', () => {
    expect(
      collect(stored, `data: {"candid\r\n\r\n${new TextDecoder().decode(toSse([finished]))}`),
    ).toBeNull();
    expect(put(named, finished)).not.toBeNull();
    const broken = { functionCall: { name: 'f', partialArgs: [{ jsonPath: '$[0]', stringValue: 'x' }] } };
    expect(put(candidate([broken]), finished)).toBeNull();
  });

  it.each<[string, Part[]]>([
    ['a text', [text(SENTENCE)]],
    ['a signed text', [{ type: 'text', text: 'a', signature: { signer: 'google', value: 's' } }, text('b')]],
    ['thoughts', [thought('Hm', 'sig', 'anthropic'), text('a')]],
    ['calls', [text('a'), callPart('b'), callPart('c', '{"at":"x"}', 'sig')]],
    ['a picture', [{ type: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AA==' } }]],
  ])('is what the door writes whole: %s', (_, parts) => {
    const usage = {
      inputTokens: 3,
      outputTokens: 2,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
    };
    const canonical = {
      id: 'abc',
      model: 'm',
      created: 5,
      choices: [0, 1].map((index) => ({ index, parts, finish: 'stop' as const, nativeFinish: null })),
      usage: { ...usage, estimated: false },
    };
    const written = gemini.encodeAnswer(canonical, CLIENT);
    expect(collect(stored, encodeEvents(toEvents(canonical, 3)))).toEqual(asWritten(written));
    expect(collect(stored, bytesOf(written))).toEqual(asWritten(written));
  });
});
