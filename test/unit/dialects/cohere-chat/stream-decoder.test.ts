import { describe, expect, it } from 'vitest';
import type { CanonicalEvent, JsonObject } from '../../../../src/dialects/canonical.ts';
import { aggregate } from '../../../support/aggregate.ts';
import {
  callDelta,
  callEnd,
  callStart,
  citationStart,
  contentDelta,
  contentEnd,
  contentStart,
  decodeStream,
  messageEnd,
  planDelta,
  start,
  text,
  thought,
  toSse,
} from './support.ts';

const decode = (...events: JsonObject[]) => decodeStream(toSse(events));
const partsOf = (...events: JsonObject[]) => {
  const { answer, mistakes } = aggregate(decode(start(), ...events, messageEnd()));
  expect(mistakes).toEqual([]);
  return answer?.choices[0]?.parts;
};
const types = (events: readonly CanonicalEvent[]) => events.map(({ type }) => type);

const WHOLE = [
  start(),
  contentStart(0, 'thinking'),
  contentDelta(0, { thinking: 'Hm. ' }),
  contentDelta(0, { thinking: '🔎é' }),
  contentEnd(0),
  contentStart(1, 'text'),
  contentDelta(1, { text: 'Ruby ' }),
  contentDelta(1, { text: 'it is.' }),
  citationStart(0, { start: 0, end: 4, text: 'Ruby', sources: [], type: 'TEXT_CONTENT', content_index: 1 }),
  { type: 'citation-end', index: 0 },
  contentEnd(1),
  planDelta('I will '),
  planDelta('look.'),
  callStart(0, 'look_1'),
  callDelta(0, '{"at":'),
  callDelta(0, '"here"}'),
  callEnd(0),
  callStart(1, 'look_2'),
  callEnd(1),
  messageEnd('TOOL_CALL'),
];

describe('a stream', () => {
  it('says everything in its order, and finishes with message-end', () => {
    const { answer, mistakes, unfinished } = aggregate(decode(...WHOLE));
    expect([mistakes, unfinished]).toEqual([[], []]);
    expect(answer).toMatchObject({
      id: 'answer-1',
      model: '',
      created: null,
      choices: [
        {
          index: 0,
          parts: [
            thought('Hm. 🔎é'),
            { type: 'text', text: 'Ruby it is.', citations: [{ span: { start: 0, end: 4 } }] },
            thought('I will look.'),
            { type: 'tool-call', id: 'look_1', name: 'look', input: '{"at":"here"}', isCustom: false },
            { type: 'tool-call', id: 'look_2', name: 'look', input: '{}', isCustom: false },
          ],
          finish: 'tool-calls',
          nativeFinish: 'TOOL_CALL',
        },
      ],
      usage: { inputTokens: 503, outputTokens: 12, cacheReadTokens: 448, reasoningTokens: 4 },
      extra: { 'cohere-chat': { billed_units: { input_tokens: 8 } } },
    });
  });

  it.each([1, 7, 64, 4096])('traps B1, B2: is the same when bytes arrive %i at a time', (size) => {
    expect(decodeStream(toSse(WHOLE), size)).toEqual(decode(...WHOLE));
  });

  it('passes pieces on as they come', () => {
    const events = decode(
      start(),
      contentStart(0, 'text'),
      contentDelta(0, { text: 'a' }),
      contentDelta(0, { text: 'b' }),
    );
    expect(types(events)).toEqual(['start', 'part-start', 'part-delta', 'part-delta', 'part-end']);
  });

  it('wire 4: `[DONE]` alone finishes nothing (C13)', () => {
    expect(types(decode(start(), contentDelta(0, { text: 'a' })))).not.toContain('finish');
    expect(types(decode())).toEqual([]);
  });

  it('traps B3: is read with CRLF, and without its last blank line', () => {
    const crlf = toSse(WHOLE).replaceAll('\n', '\r\n');
    expect(decodeStream(crlf, 7)).toEqual(decode(...WHOLE));
    const cut = toSse(WHOLE).replace('data: [DONE]\n\n', '').trimEnd();
    expect(decodeStream(cut)).toEqual(decode(...WHOLE));
  });

  it('traps B4: comments, unknown events and bad lines are passed over', () => {
    const noisy = [
      start(),
      { type: 'debug', prompt: 'x' },
      { type: 'novelty' },
      contentDelta(0, { text: 'a' }),
      messageEnd(),
    ];
    const body = `: hello\n\nevent: content-delta\ndata: {"broken\n\ndata: 5\n\n${toSse(noisy)}`;
    const { answer, mistakes } = aggregate(decodeStream(body));
    expect(mistakes).toEqual([]);
    expect(answer?.choices).toMatchObject([{ parts: [text('a')], finish: 'stop' }]);
  });

  it('never throws, whatever the members hold', () => {
    const odd = [
      null,
      5,
      'x',
      [],
      {},
      { message: null },
      { message: { content: [], tool_calls: [], citations: 3 } },
    ];
    const kinds = WHOLE.map(({ type }) => type);
    const events = kinds.flatMap((type) => odd.map((delta) => ({ type, index: delta, delta })));
    expect(() => decode(...(events as JsonObject[]))).not.toThrow();
    const [beginning, ...others] = decode(messageEnd(7));
    expect(beginning).toMatchObject({ type: 'start', id: 'made_1' });
    expect(types(others)).toEqual(['usage', 'about', 'finish']);
  });

  it('traps C8: ends with calls if it held one, keeps length', () => {
    const finishOf = (native: string) => decode(start(), callStart(0, 'a'), messageEnd(native)).at(-1);
    expect(finishOf('COMPLETE')).toMatchObject({ type: 'finish', reason: 'tool-calls', native: 'COMPLETE' });
    expect(finishOf('MAX_TOKENS')).toMatchObject({ type: 'finish', reason: 'length' });
  });

  it('has the log probabilities of its pieces', () => {
    const delta = {
      ...contentDelta(0, { text: 'a' }),
      logprobs: { text: 'a', token_ids: [1], logprobs: [-0.5] },
    };
    const { answer, mistakes } = aggregate(decode(start(), delta, messageEnd()));
    expect(mistakes).toEqual([]);
    expect(answer?.choices[0]?.logprobs).toEqual([
      { token: 'a', logprob: -0.5, bytes: [97], top_logprobs: [] },
    ]);
  });
});

describe('calls', () => {
  const finished = { type: 'tool-call', name: 'look', isCustom: false };

  it('traps C10: that interleave do not mix', () => {
    const parts = partsOf(
      callStart(0, 'a'),
      callStart(1, 'b'),
      callDelta(1, '{"b":'),
      callDelta(0, '{"a":'),
      callDelta(1, '2}'),
      callEnd(1),
      callDelta(0, '1}'),
      callEnd(0),
    );
    expect(parts).toEqual([
      { ...finished, id: 'a', input: '{"a":1}' },
      { ...finished, id: 'b', input: '{"b":2}' },
    ]);
  });

  it('are whole without an end of their own', () => {
    const parts = partsOf(
      callStart(0, 'a'),
      callDelta(0, '{"a":1}'),
      contentDelta(0, { text: 'x' }),
      callStart(0, 'b'),
    );
    expect(parts).toEqual([
      { ...finished, id: 'a', input: '{"a":1}' },
      text('x'),
      { ...finished, id: 'b', input: '{}' },
    ]);
  });

  it.each<[string, string[], string]>([
    ['no pieces', [], '{}'],
    ['an empty piece', [''], '{}'],
    ['the word null', ['nu', 'll'], '{}'],
    ['blanks first', [' ', '{}'], ' {}'],
    ['a word like null', ['nul', 'ls'], 'nulls'],
  ])('wire 37: of %s', (_, pieces, input) => {
    const parts = partsOf(callStart(0, 'a'), ...pieces.map((piece) => callDelta(0, piece)), callEnd(0));
    expect(parts).toEqual([{ ...finished, id: 'a', input }]);
  });

  it('have fresh ids where there are none, and the client’s names', () => {
    expect(
      partsOf(callStart(0, '', 'ewtn_a_002db'), callEnd(0), callStart(1, ''), callDelta(9, 'lost')),
    ).toEqual([
      { ...finished, id: 'made_1', name: 'a-b', input: '{}' },
      { ...finished, id: 'made_2', input: '{}' },
    ]);
  });
});

describe('failures', () => {
  const nothing = { message: null, type: null, param: null, code: null };

  it.each<[string, JsonObject, object]>([
    [
      'a finish of ERROR',
      messageEnd('ERROR', { error: 'the model died' }),
      { message: 'the model died', code: 'ERROR' },
    ],
    ['a finish of TIMEOUT', messageEnd('TIMEOUT'), { code: 'TIMEOUT' }],
    [
      'an error beside a finish',
      messageEnd('COMPLETE', { error: 'odd' }),
      { message: 'odd', code: 'COMPLETE' },
    ],
    ['a bare error', { message: 'overloaded', id: 'x' }, { message: 'overloaded' }],
    ['an error event', { type: 'error', error: { message: 'broken' } }, { message: 'broken' }],
    ['an error event that says nothing', { type: 'error' }, {}],
  ])('traps C12: %s is one, and nothing comes after it', (_, failure, said) => {
    const events = decode(
      start(),
      contentDelta(0, { text: 'a' }),
      failure,
      contentDelta(0, { text: 'b' }),
      messageEnd(),
    );
    expect(events.at(-1)).toEqual({ type: 'error', error: { ...nothing, ...said } });
    expect(types(events)).toEqual(['start', 'part-start', 'part-delta', 'error']);
  });

  it('traps B6: a bare JSON error behind the events is one', () => {
    const body = `${toSse([start()]).replace('data: [DONE]\n\n', '')}{"message":"gone"}`;
    expect(decodeStream(body, 7).at(-1)).toEqual({ type: 'error', error: { ...nothing, message: 'gone' } });
  });

  it('traps C11: a stream that breaks off closes what is open and does not finish', () => {
    const body = toSse(WHOLE.slice(0, 7)).replace('data: [DONE]\n\n', '');
    const { unfinished, mistakes } = aggregate(decodeStream(body));
    expect({ unfinished, mistakes }).toEqual({ unfinished: [0], mistakes: [] });
  });
});
