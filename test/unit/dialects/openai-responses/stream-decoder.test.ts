import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { aggregate } from '../../../support/aggregate.ts';
import { added, completed, created, done, message, plain, read, textDelta } from './events.ts';
import { countingCodec, decodeStream, sse } from './support.ts';

describe('streams', () => {
  it('reads deltas', () => {
    const usage = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };
    const { answer } = read(
      created,
      added(0, { type: 'message', content: [] }),
      textDelta(0, 'Hel'),
      textDelta(0, 'lo'),
      done(0, message('Hello')),
      completed([message('Hello')], { usage, service_tier: 'flex' }),
    );
    expect(answer).toEqual({
      id: 'resp_1',
      model: 'gpt-5',
      created: 5,
      choices: [
        { index: 0, parts: [{ type: 'text', text: 'Hello' }], finish: 'stop', nativeFinish: 'completed' },
      ],
      usage: {
        inputTokens: 3,
        outputTokens: 2,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        reasoningTokens: 0,
        estimated: false,
      },
      serviceTier: 'flex',
    });
  });

  it('wire 1: does not care where the name of an event stands, or whether it has one', () => {
    const named = (event: JsonObject) => sse(event).replace(/^(event: .*)\n(data: .*)\n/, '$2\n$1\n');
    const bare = (event: JsonObject) => sse(event).replace(/^event: .*\n/, '');
    const events = [created, textDelta(0, 'Hi'), completed()];
    const whole = decodeStream(sse(...events));
    expect(decodeStream(events.map(named).join(''))).toEqual(whole);
    expect(decodeStream(events.map(bare).join(''))).toEqual(whole);
    const untyped = events.map((event) => sse(event).replace(/"type":"response[^"]*",/, '')).join('');
    expect(decodeStream(untyped)).toEqual(whole);
  });

  it('wire 4: passes over [DONE]', () => {
    const body = sse(created, textDelta(0, 'Hi'), completed());
    expect(decodeStream(`${body}data: [DONE]\n\n`)).toEqual(decodeStream(body));
  });

  it('takes [DONE] for the end where the vendor has no other', () => {
    const decoder = countingCodec().createStreamDecoder({ doneIsEnd: true });
    const frames = [JSON.stringify(created), JSON.stringify(textDelta(0, 'Hi')), '[DONE]'];
    const events = frames.flatMap((data) => [...decoder.push({ data, name: null })]);
    expect(aggregate([...events, ...decoder.end()]).answer?.choices[0]?.finish).toBe('stop');
  });

  it('wire 28: tells items apart that interleave', () => {
    const { answer } = read(
      created,
      added(0, { type: 'reasoning', summary: [] }),
      { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'H' },
      textDelta(1, 'a'),
      { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'm' },
      textDelta(1, 'b'),
      done(1, message('ab')),
      done(0, { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'Hm' }] }),
      completed(),
    );
    expect(plain(answer)).toEqual(['Hm', 'ab']);
  });

  it('wire 29: reads items whose ids change', () => {
    const { answer } = read(
      created,
      added(0, { type: 'message', id: 'a', content: [] }),
      textDelta(0, 'H', { item_id: 'b' }),
      textDelta(0, 'i', { item_id: 'c' }),
      done(0, { ...message('Hi'), id: 'd' }),
      completed([{ ...message('Hi'), id: 'e' }]),
    );
    expect(plain(answer)).toEqual(['Hi']);
  });

  it('wire 30: reads streams that begin in the middle', () => {
    const { answer } = read(
      textDelta(0, 'world'),
      done(0, message('Hello world')),
      completed([message('Hello world')]),
    );
    expect(plain(answer)).toEqual(['world']);
    expect(answer).toMatchObject({ id: 'resp_1', choices: [{ finish: 'stop' }] });
  });

  it('wire 54: finishes with response.incomplete', () => {
    const response = {
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [],
    };
    const { answer } = read(created, textDelta(0, 'Hi'), { type: 'response.incomplete', response });
    expect(answer?.choices[0]).toMatchObject({ finish: 'length', nativeFinish: 'max_output_tokens' });
  });

  it.each([
    ['an error event', { type: 'error', error: { type: 'a', code: 'b', message: 'No.' } }, 'a', 'b'],
    ['a flat error event', { type: 'error', code: 'b', message: 'No.', param: null }, null, 'b'],
    [
      'a failed response',
      { type: 'response.failed', response: { error: { code: 'b', message: 'No.' } } },
      null,
      'b',
    ],
    ['a bare error', { error: { message: 'No.', code: 'b' } }, null, 'b'],
  ])('wire 65: reads %s after created, and nothing after it', (_, event: JsonObject, type, code) => {
    const { error, unfinished } = read(created, textDelta(0, 'Hi'), event, textDelta(0, '!'), completed());
    expect(error).toEqual({ message: 'No.', type, code, param: null });
    expect(unfinished).toEqual([0]);
  });

  it('does not finish an answer that breaks off', () => {
    expect(read(created, textDelta(0, 'Hi')).unfinished).toEqual([0]);
    expect(read(created, textDelta(0, 'Hi'), done(0, message('Hi'))).unfinished).toEqual([0]);
  });

  it('never throws, whatever comes', () => {
    const types = [
      'response.created',
      'response.output_item.added',
      'response.output_item.done',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.output_text.annotation.added',
      'response.refusal.delta',
      'response.reasoning_summary_text.delta',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.completed',
    ];
    const junk = [
      {},
      { response: null },
      { item: null },
      { item: {} },
      { item: { type: 5 } },
      { delta: 5 },
      { part: 1 },
    ];
    const events = types.flatMap((type) => junk.map((fields) => ({ type, ...fields })));
    for (const text of ['', 'null', '[]', '5', '{', '"a"']) decodeStream(`data: ${text}\n\n`);
    expect(() => events.map((event) => decodeStream(sse(created, event, completed())))).not.toThrow();
  });
});
