import { describe, expect, it } from 'vitest';
import type { CanonicalEvent, JsonObject } from '../../../../src/dialects/canonical.ts';
import { aggregate } from '../../../support/aggregate.ts';
import { seeded } from '../../../support/seeded.ts';
import {
  CREATED_SECONDS,
  createCodec,
  decodeStream,
  last,
  line,
  MODEL,
  text,
  thought,
  toNdjson,
  USAGE,
} from './support.ts';

const decode = (...lines: unknown[]) => decodeStream(toNdjson(lines));
const types = (events: readonly CanonicalEvent[]) => events.map(({ type }) => type);
const looking = (id: string, at: JsonObject = {}): JsonObject => ({
  id,
  function: { index: 0, name: 'look', arguments: at },
});

const WHOLE = [
  line({ thinking: 'Hm. ' }),
  line({ thinking: '🔎é' }),
  line({ content: 'Well' }),
  line({ content: ', yes.' }),
  line({ tool_calls: [looking('call_1', { at: 'here' }), looking('call_2')] }),
  line({ tool_calls: [looking('call_3')] }),
  last(),
];

describe('a stream', () => {
  it('wire 12: says everything in its order, and finishes with its last line', () => {
    const { answer, mistakes, unfinished } = aggregate(decode(...WHOLE));
    expect([mistakes, unfinished]).toEqual([[], []]);
    const call = { type: 'tool-call', name: 'look', isCustom: false };
    expect(answer).toEqual({
      id: 'made_1',
      model: MODEL,
      created: CREATED_SECONDS,
      choices: [
        {
          index: 0,
          parts: [
            thought('Hm. 🔎é'),
            text('Well, yes.'),
            { ...call, id: 'call_1', input: '{"at":"here"}' },
            { ...call, id: 'call_2', input: '{}' },
            { ...call, id: 'call_3', input: '{}' },
          ],
          finish: 'tool-calls',
          nativeFinish: 'stop',
        },
      ],
      usage: USAGE,
    });
  });

  it.each([1, 7, 64, 4096])('traps B1, B2: is the same when bytes arrive %i at a time', (size) => {
    expect(decodeStream(toNdjson(WHOLE), size)).toEqual(decode(...WHOLE));
  });

  it('is the same with CRLF, without its last line end, and as events of a proxy', () => {
    expect(decodeStream(toNdjson(WHOLE).replaceAll('\n', '\r\n'))).toEqual(decode(...WHOLE));
    expect(decodeStream(toNdjson(WHOLE).trimEnd())).toEqual(decode(...WHOLE));
    const sse = WHOLE.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('');
    expect(decodeStream(sse, 7, 'text/event-stream; charset=utf-8')).toEqual(decode(...WHOLE));
  });

  it('passes pieces on as they come', () => {
    const events = decode(line({ content: 'a' }), line({ content: 'b' }));
    expect(types(events)).toEqual(['start', 'part-start', 'part-delta', 'part-delta', 'part-end']);
  });

  it('traps B6: may be one whole answer', () => {
    const { answer } = aggregate(decode(last({ content: 'All at once.' })));
    expect(answer?.choices).toMatchObject([{ parts: [text('All at once.')], finish: 'stop' }]);
  });

  it('traps C8, D14: ends as a whole answer would', () => {
    const finishOf = (message: JsonObject, done_reason: unknown) =>
      decode(last(message, { done_reason })).at(-1);
    expect(finishOf({}, 'length')).toMatchObject({ reason: 'length', native: 'length' });
    expect(finishOf({}, 'load')).toMatchObject({ reason: 'stop', native: 'load' });
    expect(finishOf({}, null)).toMatchObject({ reason: 'stop', native: null });
    expect(finishOf({ tool_calls: [looking('a')] }, 'stop')).toMatchObject({
      reason: 'tool-calls',
      native: 'stop',
    });
  });

  it('finishes with a last line that has no message', () => {
    expect(types(decode({ model: MODEL, done: true, done_reason: 'stop' }))).toEqual(['start', 'finish']);
  });

  it('has log probabilities before it finishes', () => {
    const logprobs = [{ token: 'a', logprob: -0.5 }];
    const { answer, mistakes } = aggregate(
      decode(line({ content: 'a' }, { logprobs }), last({}, { logprobs })),
    );
    expect(mistakes).toEqual([]);
    expect(answer?.choices[0]?.logprobs).toHaveLength(2);
  });

  it('traps B4: passes over what it cannot read, and never throws', () => {
    const odd = [
      5,
      null,
      [],
      {},
      'x',
      { message: 5 },
      { message: { content: [], thinking: 1, tool_calls: {} } },
    ];
    const body = `not json\n\n${toNdjson(odd)}${toNdjson([last({ content: 'a' })])}`;
    const { answer, mistakes } = aggregate(decodeStream(body));
    expect(mistakes).toEqual([]);
    expect(answer?.choices).toMatchObject([{ parts: [text('a')] }]);
  });
});

describe('failures', () => {
  const said = { message: 'the runner died', type: null, param: null, code: null };

  it('traps C12: an error line is one, and nothing comes after it', () => {
    const events = decode(
      line({ content: 'a' }),
      { error: 'the runner died' },
      line({ content: 'b' }),
      last(),
    );
    expect(types(events)).toEqual(['start', 'part-start', 'part-delta', 'error']);
    expect(events.at(-1)).toEqual({ type: 'error', error: said });
  });

  it('wire 67: an error in the place of the stream is one', () => {
    expect(decodeStream('{"error":"the runner died"}', 7, 'application/json')).toEqual([
      { type: 'error', error: said },
    ]);
  });

  it('traps C11: a stream that breaks off closes what is open and does not finish', () => {
    const { unfinished, mistakes } = aggregate(decode(...WHOLE.slice(0, 4)));
    expect({ unfinished, mistakes }).toEqual({ unfinished: [0], mistakes: [] });
    expect(decode()).toEqual([]);
  });
});

describe('stream and whole answer', () => {
  it('traps C9: say the same, at every chunk size', () => {
    const random = seeded(41);
    const words = ['Ruby', ' is ', '🔎', 'é', '\n', '"'];
    for (let round = 0; round < 200; round += 1) {
      const said = (): string[] => random.list(random.between(0, 4), () => random.pick(words));
      const thinking = said();
      const content = said();
      const tool_calls = Array.from({ length: random.between(0, 3) }, (_, index) =>
        looking(`call_${index}`, random.pick([{}, { at: '🔎' }, { deep: { list: [1, null] } }])),
      );
      const whole = createCodec().decodeAnswer(
        last({ thinking: thinking.join(''), content: content.join(''), tool_calls }),
      );
      const lines = [
        ...thinking.map((piece) => line({ thinking: piece })),
        ...content.map((piece) => line({ content: piece })),
        ...tool_calls.map((call) => line({ tool_calls: [call] })),
        last(),
      ];
      const body = toNdjson(lines);
      const { answer, mistakes } = aggregate(decodeStream(body, random.pick([0, 1, 7, 64, 4096])));
      expect(mistakes, `round ${round}`).toEqual([]);
      expect(answer, `round ${round}`).toEqual(whole);
    }
  });
});
