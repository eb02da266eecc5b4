import type { GenerateContentResponse } from '@google/genai';
import { describe, expect, it } from 'vitest';
import type {
  CanonicalAnswer,
  CanonicalEvent,
  JsonObject,
  Part,
} from '../../../../src/dialects/canonical.ts';
import { gemini } from '../../../../src/dialects/gemini/codec.ts';
import { aggregate, toEvents } from '../../../support/aggregate.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import { CLIENT, decode, decodeBytes, encodeEvents, request } from './support.ts';

const answer = (parts: readonly Part[], fields: Partial<CanonicalAnswer> = {}): CanonicalAnswer => ({
  id: 'msg_1',
  model: 'general-purpose',
  created: null,
  choices: [{ index: 0, parts, finish: 'stop', nativeFinish: null }],
  usage: null,
  ...fields,
});
const USAGE = {
  inputTokens: 10,
  outputTokens: 12,
  cacheReadTokens: 4,
  cacheWriteTokens: 0,
  reasoningTokens: 7,
  estimated: false,
};
const chunksOf = (bytes: Uint8Array): JsonObject[] => {
  const text = new TextDecoder().decode(bytes);
  const blocks = text.split('\r\n\r\n');
  expect(blocks.pop()).toBe('');
  return blocks.map((block) => {
    expect(block.startsWith('data: ')).toBe(true);
    return JSON.parse(block.slice(6));
  });
};

describe('answers at the door', () => {
  it('are responses as the SDK types them', () => {
    const expected = {
      candidates: [
        {
          content: {
            parts: [{ text: 'Hi' }, { functionCall: { id: 'toolu_1', name: 'f', args: { a: 1 } } }],
            role: 'model',
          },
          index: 0,
        },
      ],
      usageMetadata: {
        promptTokenCount: 10,
        candidatesTokenCount: 5,
        thoughtsTokenCount: 7,
        totalTokenCount: 22,
        cachedContentTokenCount: 4,
      },
      modelVersion: 'general-purpose',
      createTime: '2026-11-20T10:00:00.000Z',
      responseId: 'msg_1',
    } satisfies Partial<GenerateContentResponse>;
    const parts: Part[] = [
      { type: 'text', text: 'Hi' },
      { type: 'tool-call', id: 'toolu_1', name: 'f', input: '{"a":1}', isCustom: false },
    ];
    const choices = [{ index: 0, parts, finish: 'tool-calls', nativeFinish: 'tool_use' }] as const;
    const given = answer(parts, { choices, usage: USAGE, created: 1_795_168_800 });
    const encoded = gemini.encodeAnswer(given, request());
    const [only] = expected.candidates;
    expect(encoded).toEqual({ ...expected, candidates: [{ ...only, finishReason: 'STOP' }] });
  });

  it.each([
    ['stop', 'end_turn', 'STOP'],
    ['length', 'max_tokens', 'MAX_TOKENS'],
    ['content-filter', null, 'SAFETY'],
    ['content-filter', 'RECITATION', 'RECITATION'],
    ['pause', 'pause_turn', 'OTHER'],
  ] as const)('end as %s (%s) with %s', (finish, nativeFinish, word) => {
    const choices = [{ index: 0, parts: [], finish, nativeFinish }];
    expect(gemini.encodeAnswer(answer([], { choices }), request())).toMatchObject({
      candidates: [{ finishReason: word }],
    });
  });

  it('show thinking to those only who asked for it, as the vendor does', () => {
    const parts: Part[] = [
      { type: 'reasoning', text: 'Hm', signature: 'sig', redacted: null, signer: 'anthropic' },
      { type: 'text', text: 'Hi' },
    ];
    expect(gemini.encodeAnswer(answer(parts), request())).toMatchObject({
      candidates: [{ content: { parts: [{ text: 'Hi' }] } }],
    });
    expect(gemini.encodeAnswer(answer(parts), CLIENT)).toMatchObject({
      candidates: [{ content: { parts: [{ text: 'Hm', thought: true }, { text: 'Hi' }] } }],
    });
  });

  it('leave out what only another form understands (wire 43)', () => {
    const parts: Part[] = [
      { type: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use' } },
    ];
    expect(gemini.encodeAnswer(answer(parts), CLIENT)).toMatchObject({
      candidates: [{ content: { parts: [] } }],
    });
  });

  it('tell other vendors’ citations as grounding, in bytes', () => {
    const native = { dialect: 'anthropic-messages', value: {} } as const;
    const citations = [
      { url: 'https://a.example', title: 'A', citedText: null, span: { start: 6, end: 8 }, native },
      { url: 'https://a.example', title: 'A', citedText: null, span: null, native },
    ];
    const encoded = gemini.encodeAnswer(answer([{ type: 'text', text: 'Grüße 🙂', citations }]), request());
    expect(encoded).toMatchObject({
      candidates: [
        {
          groundingMetadata: {
            groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }],
            groundingSupports: [
              { segment: { startIndex: 8, endIndex: 12, text: '🙂' }, groundingChunkIndices: [0] },
              { segment: { startIndex: 0, endIndex: 12, text: 'Grüße 🙂' }, groundingChunkIndices: [0] },
            ],
          },
        },
      ],
    });
    expect(decode(encoded).choices[0]?.parts).toMatchObject([
      {
        citations: [{ url: 'https://a.example', span: { start: 6, end: 8 } }, { span: { start: 0, end: 8 } }],
      },
    ]);
  });
});

describe('proofs and ids through the door', () => {
  it('traps D13: come back as they went out, whoever made them', () => {
    const parts: Part[] = [
      { type: 'reasoning', text: 'Hm', signature: 'EqQB+/=', redacted: null, signer: 'anthropic' },
      { type: 'reasoning', text: '', signature: null, redacted: 'secret', signer: 'anthropic' },
      { type: 'reasoning', text: 'So', signature: 'g', redacted: null, signer: 'google' },
      { type: 'text', text: 'Hi', signature: { signer: 'openai', value: 'o' } },
      {
        type: 'tool-call',
        id: 'toolu_1',
        name: 'f',
        input: '{"a":1}',
        isCustom: false,
        signature: { signer: 'amazon', value: 'x' },
      },
    ];
    const whole = gemini.encodeAnswer(answer(parts), CLIENT) as { candidates: { content: JsonObject }[] };
    const back = gemini.decodeRequest({ contents: [whole.candidates[0]?.content] });
    expect(back.turns).toEqual([{ role: 'assistant', parts }]);
    const chunks = chunksOf(encodeEvents(toEvents(answer(parts), 1))) as {
      candidates: { content: { parts: [] } }[];
    }[];
    const streamed = chunks.flatMap(({ candidates }) => candidates[0]?.content.parts ?? []);
    expect(JSON.stringify(streamed)).not.toContain('EqQB'); // marked, never bare
    const again = gemini.decodeRequest({ contents: [{ role: 'model', parts: streamed }] });
    expect(aggregateTexts(again.turns[0]?.parts ?? [])).toEqual(aggregateTexts(parts));
  });

  /** Clients keep the pieces of a stream as parts of their own. */
  const aggregateTexts = (parts: readonly Part[]): unknown =>
    parts
      .map((part) =>
        part.type === 'reasoning'
          ? [part.signature, part.redacted]
          : 'signature' in part
            ? part.signature
            : null,
      )
      .filter((one) => one !== null && JSON.stringify(one) !== '[null,null]');
});

describe('streams at the door', () => {
  it('have an id where the vendor told none, the same in every chunk', () => {
    const told = answer([{ type: 'text', text: 'Hi' }], { id: '' });
    expect(gemini.encodeAnswer(told, request()).responseId).toMatch(/^[0-9a-f]{32}$/);
    const ids = chunksOf(encodeEvents(toEvents(told, 1))).map(({ responseId }) => responseId);
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).toBe(1);
  });

  it('have usage in their last chunk, behind which nothing comes', () => {
    const chunks = chunksOf(
      encodeEvents(toEvents(answer([{ type: 'text', text: 'Hi' }], { usage: USAGE }), 1)),
    );
    expect(chunks.map(({ candidates }) => (candidates as JsonObject[])[0]?.finishReason)).toEqual([
      undefined,
      undefined,
      'STOP',
    ]);
    expect(chunks.at(-1)).toMatchObject({
      candidates: [{ content: { parts: [{ text: '' }] } }],
      usageMetadata: { totalTokenCount: 22 },
      responseId: 'msg_1',
    });
  });

  it('give calls whole, however they came', () => {
    const at = { choice: 0, part: 0 };
    const events: CanonicalEvent[] = [
      { type: 'start', id: '', model: 'm', created: null, usage: null },
      { type: 'part-start', ...at, content: { type: 'tool-call', id: 'a', name: 'f', isCustom: false } },
      { type: 'part-delta', ...at, text: '{"x"' },
      {
        type: 'part-start',
        choice: 0,
        part: 1,
        content: { type: 'tool-call', id: 'b', name: 'g', isCustom: false },
      },
      { type: 'part-delta', ...at, text: ':1}' },
      { type: 'signature', ...at, signature: { signer: 'google', value: 's' } },
      { type: 'part-end', choice: 0, part: 1 },
      { type: 'part-end', ...at },
      { type: 'finish', choice: 0, reason: 'tool-calls', native: null, stopSequence: null },
    ];
    const calls = chunksOf(encodeEvents(events)).map(
      ({ candidates }) => (candidates as { content: unknown }[])[0]?.content,
    );
    expect(calls.slice(0, 2)).toEqual([
      { role: 'model', parts: [{ functionCall: { id: 'b', name: 'g', args: {} } }] },
      {
        role: 'model',
        parts: [{ functionCall: { id: 'a', name: 'f', args: { x: 1 } }, thoughtSignature: 's' }],
      },
    ]);
  });

  it('fail with an error event', () => {
    const wire = {
      status: 504,
      headers: {},
      error: { message: 'Late', type: 't', param: null, code: 'provider_timeout' },
    };
    const failed = gemini.createStreamEncoder(request()).fail(wire);
    expect(chunksOf(failed)).toEqual([gemini.encodeError(wire, 'r')]);
    expect(gemini.encodeFailure(wire, null)).toEqual(failed);
  });

  it('fill long silences with nothing that a client could take for data', () => {
    for (const filler of [gemini.keepAlive, gemini.filler])
      expect(new TextDecoder().decode(filler).split('\r\n')).toEqual(['', '', '']);
  });

  it('say a blocked prompt without candidates, as the vendor does', () => {
    const promptFeedback = { blockReason: 'SAFETY' };
    const blocked = decode({ promptFeedback, responseId: 'r', modelVersion: 'm' });
    expect(gemini.encodeAnswer(blocked, request())).toEqual({
      promptFeedback,
      responseId: 'r',
      modelVersion: 'm',
    });
    expect(chunksOf(encodeEvents(toEvents(blocked)))).toEqual([
      { promptFeedback, responseId: 'r', modelVersion: 'm' },
    ]);
  });

  it('mean the same as whole answers: encoded and decoded both ways (seed 9)', () => {
    const random = seeded(9);
    for (let round = 0; round < 200; round += 1) {
      const parts = random.list(random.between(1, 5), () => randomPart(random));
      const finish = parts.some(({ type }) => type === 'tool-call')
        ? 'tool-calls'
        : random.pick(['stop', 'length'] as const);
      const nativeFinish = finish === 'length' ? 'MAX_TOKENS' : 'STOP';
      const given = answer(parts, {
        choices: [{ index: 0, parts, finish, nativeFinish }],
        usage: USAGE,
        created: 1_795_168_800,
      });
      expect(decode(gemini.encodeAnswer(given, CLIENT))).toEqual(given);
      const { answer: streamed, mistakes } = aggregate(
        decodeBytes(encodeEvents(toEvents(given, random.between(0, 3)))),
      );
      expect(mistakes).toEqual([]);
      expect(streamed).toEqual(given);
    }
  });

  function randomPart(random: Seeded): Part {
    const text = random.pick(['Hi', 'Grüße 🙂', 'a\nb', 'x']);
    const value = `s${random.between(0, 99)}`;
    switch (random.between(0, 3)) {
      case 0:
        return { type: 'tool-call', id: value, name: 'f', input: JSON.stringify({ text }), isCustom: false };
      case 1:
        return { type: 'reasoning', text, signature: value, redacted: null, signer: 'google' };
      case 2:
        return { type: 'text', text, signature: { signer: 'google', value } };
      default:
        return {
          type: 'image',
          source: { kind: 'inline', mediaType: 'image/png', data: btoa(text.slice(0, 1).replace('G', 'g')) },
        };
    }
  }
});
